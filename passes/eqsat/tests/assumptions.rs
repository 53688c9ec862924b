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
