//! What `thn.assume` promises is used, and nothing is used that was not promised.

use thn_eqsat::{Options, optimize};
use thn_ir::{Arg, Builder, DType, Fact, Func, Loc, OpKind, Res};

/// How many ops of a kind are left of `kinds` applied one after the other to x, of which `facts` are promised.
fn left(kinds: &[OpKind], facts: &[Fact], counted: OpKind, options: &Options) -> usize {
    let mut f = Func::new("f");
    let x = f.add_tensor_arg(DType::F64, &[None], Arg::default());
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let mut y = if facts.is_empty() { x } else { b.assume(x, facts).unwrap() };
    for kind in kinds {
        y = b.map(*kind, &[y]).unwrap();
    }
    f.add_result(y, Res::default());
    optimize(&mut f, options).unwrap();
    let before = f.to_string();
    assert!(!before.contains("assume"), "{before}");
    optimize(&mut f, options).unwrap();
    assert_eq!(f.to_string(), before, "optimizing twice changes the program");
    f.body().ops.iter().filter(|op| f.op(**op).kind == counted).count()
}

#[test]
fn rules_fire_where_their_conditions_are_promised() {
    use OpKind::{Abs, Exp, IsFinite, Log, Not, Select, Sign};
    let cases: [(&[OpKind], &[Fact], OpKind); 6] = [
        (&[Abs], &[Fact::NonNegative], Abs),
        (&[Abs], &[Fact::Finite, Fact::Positive], Abs),
        (&[Abs], &[Fact::Unit], Abs),
        (&[Sign], &[Fact::Positive], Sign),
        (&[Log, Exp], &[Fact::NonNegative], Select),
        (&[IsFinite, Not], &[Fact::Finite], IsFinite),
    ];
    for options in [Options::default(), Options::strict()] {
        for (kinds, facts, counted) in cases {
            assert_eq!(left(kinds, facts, counted, &options), 0, "{kinds:?} of {facts:?}");
            assert_eq!(left(kinds, &[], counted, &options), 1, "{kinds:?}");
            assert_eq!(left(kinds, &[Fact::Number], counted, &options), 1, "{kinds:?} of numbers");
        }
    }
}

#[test]
fn bounds_decide_which_is_larger() {
    use OpKind::{Exp, Maximum, Minimum, Sigmoid};
    // Each op with the number beside its operand, and how many ops are left of them.
    let cases: [(&[(OpKind, f64)], usize); 6] = [
        (&[(Maximum, -1.0), (Minimum, 1.0), (Maximum, -2.0), (Minimum, 2.0)], 2),
        (&[(Exp, 0.0), (Maximum, -1.0)], 1),
        (&[(Sigmoid, 0.0), (Minimum, 1.5), (Maximum, 0.0)], 1),
        (&[(Maximum, 3.0), (Maximum, 2.0)], 1),
        // A bound within the range cuts it.
        (&[(Exp, 0.0), (Maximum, 0.5)], 2),
        // What is never above the number may still be NaN.
        (&[(Minimum, 1.0), (Maximum, 2.0)], 2),
    ];
    for (ops, expected) in cases {
        let mut f = Func::new("f");
        let mut x = f.add_tensor_arg(DType::F64, &[None], Arg::default());
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        for (kind, number) in ops {
            let number = b.number(DType::F64, *number).unwrap();
            x = b.map(*kind, &[x, number][..kind.row().operands.len()]).unwrap();
        }
        f.add_result(x, Res::default());
        optimize(&mut f, &Options::strict()).unwrap();
        let left = f.body().ops.iter().filter(|op| f.op(**op).kind != OpKind::Constant).count();
        assert_eq!(left, expected, "{ops:?} became {f}");
    }
}

#[test]
fn a_promise_serves_other_uses_of_the_tensor() {
    let mut f = Func::new("f");
    let x = f.add_tensor_arg(DType::F64, &[None], Arg::default());
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let positive = b.assume(x, &[Fact::Positive]).unwrap();
    let root = b.map(OpKind::Sqrt, &[positive]).unwrap();
    let size = b.map(OpKind::Abs, &[x]).unwrap();
    f.add_result(root, Res::default());
    f.add_result(size, Res::default());
    optimize(&mut f, &Options::default()).unwrap();
    assert!(!f.to_string().contains("abs"), "{f}");
}
