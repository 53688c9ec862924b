//! The text of lowered programs, without the library functions that they call.

use thn_ir::*;

fn kernels(func: &Func) -> String {
    let planned = thn_kernels::plan(func, &thn_kernels::Options::default()).unwrap();
    let lowered = thn_lower::lower(&planned).unwrap();
    assert_eq!(lowered.text, thn_lower::lower(&planned).unwrap().text);
    let begin = lowered.text.find("  func.func private @kernel_0").unwrap();
    lowered.text[begin..].to_string()
}

fn arg(func: &mut Func, name: &str, dims: &[Option<i64>]) -> Value {
    func.add_tensor_arg(DType::F32, dims, Arg { name: Some(name.into()), ..Arg::default() })
}

#[test]
fn elementwise_with_a_broadcast() {
    let mut f = Func::new("f");
    let (x, y) = (arg(&mut f, "x", &[None, Some(3)]), arg(&mut f, "y", &[Some(3)]));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let shape = b.shape(x).unwrap();
    let y = b.broadcast(y, &[1], &shape).unwrap();
    let z = b.map(OpKind::Maximum, &[x, y]).unwrap();
    f.add_result(z, Res::default());
    insta::assert_snapshot!(kernels(&f));
}

#[test]
fn softmax_by_rows() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", &[None, Some(10)]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let y = b.apply(OpKind::Softmax, &[x], Attrs::new().ints("axes", &[1])).unwrap();
    f.add_result(y, Res::default());
    insta::assert_snapshot!(kernels(&f));
}

#[test]
fn a_product_there_and_back_in_one_pass() {
    let mut f = Func::new("f");
    let (x, w) = (arg(&mut f, "x", &[None, None]), arg(&mut f, "w", &[None]));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let z = b.map(OpKind::Dot, &[x, w]).unwrap();
    let xt = b.dimshuffle(x, &[1, 0]).unwrap();
    let g = b.map(OpKind::Dot, &[xt, z]).unwrap();
    f.add_result(g, Res::default());
    f.unify_dims().unwrap();
    insta::assert_snapshot!(kernels(&f));
}

#[test]
fn a_loop() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", &[Some(4)]);
    let body = f.new_block();
    f.add_block_arg(body, TensorType::scalar(DType::I64));
    let ty = f.tensor(x).unwrap().clone();
    let c = f.add_block_arg(body, ty);
    let next = Builder::new(&mut f, body, Loc::Unknown).map(OpKind::Mul, &[c, x]).unwrap();
    f.block_mut(body).results.push(next);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let n = b.literal(Literal::scalar(DType::I64, Scalar::Int(5))).unwrap();
    let op = b.op(OpKind::Loop, &[n, x], Attrs::new(), None, &[body]).unwrap();
    let last = f.op(op).result();
    f.add_result(last, Res::default());
    insta::assert_snapshot!(kernels(&f));
}

#[test]
fn programs_that_are_not_planned_are_refused() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", &[Some(4)]);
    let y = Builder::new(&mut f, Func::BODY, Loc::Unknown).map(OpKind::Neg, &[x]).unwrap();
    f.add_result(y, Res::default());
    assert!(thn_lower::lower(&f).unwrap_err().to_string().contains("is in no kernel"));
}
