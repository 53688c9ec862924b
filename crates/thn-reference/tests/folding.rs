//! Constant folding.

use thn_ir::{Attr, Attrs, Builder, DType, Func, Literal, Loc, OpKind, Res, Scalar};
use thn_reference::{fold, fold_program};

fn f64_of(x: f64) -> Literal {
    Literal::scalar(DType::F64, Scalar::Float(x))
}

fn folded(kind: OpKind, args: &[Literal]) -> Scalar {
    fold(kind, &Attrs::new(), args).unwrap().splat_value().unwrap()
}

#[test]
fn elementwise_ops_fold_to_correctly_rounded_values() {
    assert_eq!(folded(OpKind::Softplus, &[f64_of(800.0)]), Scalar::Float(800.0));
    assert_eq!(folded(OpKind::Log1p, &[f64_of(1e-300)]), Scalar::Float(1e-300));
    assert_eq!(folded(OpKind::Sin, &[f64_of(1e22)]), Scalar::Float(-0.8522008497671888));
    assert_eq!(folded(OpKind::Exp2, &[f64_of(-1074.0)]), Scalar::Float(5e-324));
    assert_eq!(folded(OpKind::Lt, &[f64_of(1.0), f64_of(2.0)]), Scalar::Bool(true));
    assert_eq!(folded(OpKind::Log, &[f64_of(0.0)]), Scalar::Float(f64::NEG_INFINITY));
}

#[test]
fn zeros_keep_the_signs_that_ops_give_them() {
    let bits = |kind, x| folded(kind, &[f64_of(x)]).to_f64().to_bits();
    for kind in [OpKind::Expm1, OpKind::Log1p, OpKind::Arctanh, OpKind::Sin, OpKind::Cbrt] {
        assert_eq!(bits(kind, -0.0), (-0.0f64).to_bits(), "{kind:?}");
        assert_eq!(bits(kind, 0.0), 0.0f64.to_bits(), "{kind:?}");
    }
    // -exp(-1000), which no f64 holds.
    assert_eq!(bits(OpKind::Log1mExp, -1000.0), (-0.0f64).to_bits());
    assert_eq!(bits(OpKind::Relu, -0.0), 0.0f64.to_bits());
}

#[test]
fn integers_wrap_around() {
    let byte = |i| Literal::scalar(DType::U8, Scalar::Int(i));
    assert_eq!(folded(OpKind::Add, &[byte(200), byte(100)]), Scalar::Int(44));
    assert_eq!(folded(OpKind::Sqr, &[byte(20)]), Scalar::Int(144));
    let long = |i: u64| Literal::scalar(DType::U64, Scalar::Int(i.into()));
    assert_eq!(folded(OpKind::Mul, &[long(u64::MAX), long(u64::MAX)]), Scalar::Int(1));
}

#[test]
fn casts_saturate() {
    let to = |x: f64, dtype| {
        let attrs = Attrs::new().with("dtype", Attr::DType(dtype));
        fold(OpKind::Cast, &attrs, &[f64_of(x)]).unwrap().splat_value().unwrap()
    };
    assert_eq!(to(1e300, DType::I64), Scalar::Int(i64::MAX.into()));
    assert_eq!(to(-3.7, DType::I8), Scalar::Int(-3));
    assert_eq!(to(-3.7, DType::U8), Scalar::Int(0));
    assert_eq!(to(f64::NAN, DType::I32), Scalar::Int(0));
    assert_eq!(to(f64::NAN, DType::Bool), Scalar::Bool(true));
    assert_eq!(to(0.1, DType::F32), Scalar::Float(f64::from(0.1f32)));
}

#[test]
fn shapes_follow_the_operands() {
    let splat = Literal::splat(DType::F32, &[1000, 1000], Scalar::Float(2.0));
    let out = fold(OpKind::Sqrt, &Attrs::new(), std::slice::from_ref(&splat)).unwrap();
    assert_eq!((out.shape(), out.get(7)), ([1000, 1000].as_slice(), Scalar::Float(f64::from(2f32.sqrt()))));
    let pair = Literal::from_scalars(DType::F64, &[2], &[Scalar::Float(1.0), Scalar::Float(2.0)]).unwrap();
    let out = fold(OpKind::Add, &Attrs::new(), &[pair.clone(), f64_of(1.0)]).unwrap();
    assert_eq!(out.iter().collect::<Vec<_>>(), [Scalar::Float(2.0), Scalar::Float(3.0)]);
    assert!(fold(OpKind::Add, &Attrs::new(), &[pair, splat]).is_none());
    let empty = Literal::from_scalars(DType::F64, &[0, 2], &[]).unwrap();
    for operands in [[empty.clone(), f64_of(1.0)], [f64_of(1.0), empty.clone()]] {
        assert_eq!(fold(OpKind::Add, &Attrs::new(), &operands), Some(empty.clone()));
    }
    assert!(fold(OpKind::Sum, &Attrs::new(), &[f64_of(1.0)]).is_none());
}

#[test]
fn a_whole_program_folds_with_one_rounding() {
    let mut func = Func::new("main");
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let (one, x) = (b.number(DType::F64, 1.0).unwrap(), b.number(DType::F64, 800.0).unwrap());
    let power = b.map(OpKind::Exp, &[x]).unwrap();
    let sum = b.map(OpKind::Add, &[one, power]).unwrap();
    let log = b.map(OpKind::Log, &[sum]).unwrap();
    func.add_result(log, Res::default());
    assert_eq!(fold_program(&func), Some(vec![f64_of(800.0)]));
}
