//! Programs at points, and their gradients.

use thn_ir::*;
use thn_reference::Value as Data;

/// A program with one rank-0 result and its arguments at a point.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) func: Func,
    pub(crate) point: Vec<Data>,
}

/// A tensor of dtype f64.
pub(crate) fn data(shape: &[usize], values: &[f64]) -> Data {
    Data::new(DType::F64, shape, values.iter().map(|x| Scalar::Float(*x)).collect()).unwrap()
}

/// An f64 argument for each tensor of the point, with symbolic lengths, and the cost that `build` makes of them:
/// its result, weighted with numbers that differ everywhere, is summed.
pub(crate) fn case(
    name: &str,
    point: Vec<Data>,
    build: impl Fn(&mut Builder<'_>, &[Value]) -> Result<Value, Error>,
) -> Case {
    let mut func = Func::new(name);
    let args: Vec<Value> = point
        .iter()
        .enumerate()
        .map(|(i, d)| {
            let dims: Vec<Option<i64>> =
                d.shape().iter().map(|n| if *n == 1 { Some(1) } else { None }).collect();
            func.add_tensor_arg(d.dtype, &dims, Arg { name: Some(format!("x{i}").into()), ..Arg::default() })
        })
        .collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let result = build(&mut b, &args).unwrap_or_else(|e| panic!("{name}: {e}"));
    let cost = weighted_sum(&mut b, result).unwrap_or_else(|e| panic!("{name}: {e}"));
    func.add_result(cost, Res::default());
    Case { name: name.to_string(), func, point }
}

/// sum(sin(1 + i + 2j + ...) * x): every element has its own weight.
fn weighted_sum(b: &mut Builder<'_>, x: Value) -> Result<Value, Error> {
    let ty = b.tensor(x)?;
    let x = b.cast(x, DType::F64)?;
    let mut position = b.number(DType::F64, 1.0)?;
    for axis in 0..ty.rank() {
        let along = b.shaped(
            OpKind::Iota,
            &[],
            Attrs::new().with("axis", Attr::Int(axis as i64)),
            &ty.with_dtype(DType::F64),
        )?;
        let scale = b.number(DType::F64, 1.0 + axis as f64)?;
        let along = b.map(OpKind::Mul, &[along, scale])?;
        position = b.map(OpKind::Add, &[position, along])?;
    }
    let weight = b.map(OpKind::Sin, &[position])?;
    let weighted = b.map(OpKind::Mul, &[x, weight])?;
    let axes: Vec<i64> = (0..ty.rank() as i64).collect();
    b.reduce(OpKind::Sum, weighted, &axes)
}

/// Positions of the arguments that can be differentiated.
pub(crate) fn floats(case: &Case) -> Vec<usize> {
    (0..case.point.len()).filter(|i| case.point[*i].dtype.is_float()).collect()
}

/// A program that gives the gradients of a case by its float arguments.
pub(crate) fn gradient(case: &Case) -> Result<Func, Error> {
    let mut func = case.func.clone();
    let cost = func.body().results[0];
    let wrt: Vec<Value> = floats(case).into_iter().map(|i| func.body().args[i]).collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let found = thn_autodiff::gradients(&mut b, cost, &wrt, thn_autodiff::Disconnected::Zero)?;
    func.block_mut(Func::BODY).results.clear();
    func.results.clear();
    found.into_iter().for_each(|g| func.add_result(g, Res::default()));
    Ok(func.compact())
}

/// The program that is a dot product of a case's gradients with weights: its cost has second derivatives of the case.
pub(crate) fn gradient_as_case(case: &Case) -> Case {
    let mut func = gradient(case).unwrap();
    let gradients = func.body().results.clone();
    func.block_mut(Func::BODY).results.clear();
    func.results.clear();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let mut total = b.number(DType::F64, 0.0).unwrap();
    for g in gradients {
        let part = weighted_sum(&mut b, g).unwrap();
        total = b.map(OpKind::Add, &[total, part]).unwrap();
    }
    func.add_result(total, Res::default());
    Case { name: format!("the gradient of {}", case.name), func, point: case.point.clone() }
}
