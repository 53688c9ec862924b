//! Programs before and after.

use thn_eqsat::{Options, optimize};
use thn_ir::*;

/// A matrix `x` of unknown lengths, a vector `v` as long as its rows, a rank-0 `s`, integers `y`, one per row.
struct Inputs {
    x: Value,
    v: Value,
    s: Value,
    y: Value,
}

/// The program that `build` makes, and what it becomes.
fn rewrite(
    options: &Options,
    build: impl FnOnce(&mut Builder<'_>, Inputs) -> Result<Value, Error>,
) -> String {
    let mut f = Func::new("f");
    let arg = |name: &str| Arg { name: Some(name.into()), ..Arg::default() };
    let x = f.add_tensor_arg(DType::F64, &[None, None], arg("x"));
    let shape = f.tensor(x).unwrap().shape.clone();
    let v = f.add_arg(TensorType::new(DType::F64, Shape(vec![shape[1].clone()])), arg("v"));
    let s = f.add_tensor_arg(DType::F64, &[], arg("s"));
    let y = f.add_arg(TensorType::new(DType::I64, Shape(vec![shape[0].clone()])), arg("y"));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.rs".into(), 1, 1));
    let result = build(&mut b, Inputs { x, v, s, y }).unwrap();
    f.add_result(result, Res::default());
    let before = f.to_string();
    let report = optimize(&mut f, options).unwrap();
    let errors = verify::verify(&f);
    assert!(errors.is_empty(), "{errors:?}\n{f}");
    let after = f.to_string();
    let again = optimize(&mut f, options).unwrap();
    assert_eq!(f.to_string(), after, "optimizing twice changes the program: {again:?}");
    let body = |text: &str| text.lines().skip(1).filter(|l| *l != "}").collect::<Vec<_>>().join("\n");
    let fired: Vec<String> = report.fired.keys().cloned().collect();
    format!("{}\n--- {}\n{}", body(&before), fired.join(" "), body(&after))
}

#[test]
fn try_some() {
    use OpKind::*;
    let show = |t: String| println!("{t}\n=========");
    let o = Options::default();
    show(rewrite(&o, |b, i| {
        let e = b.map(Exp, &[i.x])?;
        let one = b.number(DType::F64, 1.0)?;
        let s = b.map(Add, &[one, e])?;
        b.map(Log, &[s])
    }));
    show(rewrite(&o, |b, _| {
        let x = b.number(DType::F64, 800.0)?;
        let e = b.map(Exp, &[x])?;
        let one = b.number(DType::F64, 1.0)?;
        let s = b.map(Add, &[one, e])?;
        b.map(Log, &[s])
    }));
    show(rewrite(&o, |b, i| {
        let shape = b.shape(i.x)?;
        let e = b.map(Exp, &[i.x])?;
        let s = b.reduce(Sum, e, &[1])?;
        let s = b.rebroadcast(s, &[1], &shape)?;
        let p = b.map(Div, &[e, s])?;
        let l = b.map(Log, &[p])?;
        b.apply(Pick, &[l, i.y], Attrs::new())
    }));
    show(rewrite(&o, |b, i| {
        let n = b.map(Neg, &[i.x])?;
        let e = b.map(Exp, &[n])?;
        let one = b.number(DType::F64, 1.0)?;
        let ones = {
            let s = b.shape(i.x)?;
            b.fill(one, &s)?
        };
        let d = b.map(Add, &[ones, e])?;
        let p = b.map(Div, &[one, d])?;
        let q = b.map(Sub, &[one, p])?;
        b.map(Log, &[q])
    }));
    show(rewrite(&o, |b, i| {
        let s = b.map(Add, &[i.s, i.s])?;
        let t = b.map(Mul, &[s, i.v])?;
        let u = b.map(Add, &[t, i.v])?;
        let w = b.map(Sub, &[u, t])?;
        Ok(w)
    }));
    show(rewrite(&o, |b, i| {
        let shape = b.shape(i.x)?;
        let bv = b.broadcast(i.v, &[1], &shape)?;
        let t = b.dimshuffle(bv, &[1, 0])?;
        let e = b.map(Exp, &[t])?;
        let one = b.number(DType::F64, 1.0)?;
        let d = b.map(Sub, &[e, one])?;
        b.dimshuffle(d, &[1, 0])
    }));
}
