//! The programs that are measured: random ones of any size, two training steps and a chain of matrix products.

use std::collections::BTreeSet;
use thn_ir::{
    Arg, Attrs, Builder, DType, Dim, Error, Func, Literal, Loc, OpKind, Res, Scalar, Shape, TensorType, Value,
};
use thn_random::Random;

/// How far back operands are taken from: programs are as long as they are large, and no wider.
const RECENT: usize = 60;

/// A value made shortly before.
fn recent(random: &mut Random, values: &[Value]) -> Value {
    values[values.len() - 1 - random.below(values.len().min(RECENT))]
}

/// Makes every value that nothing uses a result, so that no op is dead.
fn keep_all(func: &mut Func) {
    let ops = func.body().ops.clone();
    let used: BTreeSet<Value> = ops.iter().flat_map(|op| func.op(*op).operands.to_vec()).collect();
    for value in ops.iter().map(|op| func.op(*op).result()).collect::<Vec<_>>() {
        if !used.contains(&value) {
            func.add_result(value, Res::default());
        }
    }
}

/// `n` ops drawn from every elementwise row of the table that takes floats, constants, movement and sums, over
/// matrices, vectors, numbers and truth values that share operands.
pub(crate) fn mixed(n: usize, seed: u64) -> Result<Func, Error> {
    let kinds: Vec<OpKind> = OpKind::ALL
        .iter()
        .copied()
        .filter(|k| k.row().is_elementwise() && k.row().attrs.is_empty() && !k.row().operands[0].variadic)
        .filter(|k| k.row().dtypes.operands.contains(DType::F64) && *k != OpKind::Select)
        .collect();
    let mut func = Func::new("mixed");
    let mut random = Random::new(seed);
    let mut matrices: Vec<Value> = vec![];
    for _ in 0..4 {
        matrices.push(func.add_tensor_arg(DType::F64, &[Some(32), Some(16)], Arg::default()));
    }
    let mut vectors: Vec<Value> =
        (0..4).map(|_| func.add_tensor_arg(DType::F64, &[Some(16)], Arg::default())).collect();
    let mut truths: Vec<Value> = vec![];
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let shape = b.shape(matrices[0])?;
    let row = b.shape(vectors[0])?;
    let (rows, columns) = (shape[0].clone(), shape[1].clone());
    let flipped = Shape(vec![columns.clone(), rows.clone()]);
    let flat = Shape(vec![rows * columns]);
    while b.func.body().ops.len() < n {
        match random.below(20) {
            0 => {
                let value = [0.0, 1.0, 2.0, -1.0, 0.5, 3.0][random.below(6)];
                let number = b.number(DType::F64, value)?;
                let matrix = recent(&mut random, &matrices);
                let kind = [OpKind::Add, OpKind::Mul, OpKind::Sub, OpKind::Div][random.below(4)];
                matrices.push(b.map(kind, &[matrix, number])?);
            }
            1 => {
                let number = b.number(DType::F64, [0.0, 1.0, 2.0][random.below(3)])?;
                let filled = b.fill(number, &shape)?;
                let matrix = recent(&mut random, &matrices);
                let kind = [OpKind::Add, OpKind::Mul, OpKind::Maximum][random.below(3)];
                matrices.push(b.map(kind, &[matrix, filled])?);
            }
            2 => {
                let vector = recent(&mut random, &vectors);
                matrices.push(b.broadcast(vector, &[1], &shape)?);
            }
            3 => {
                let there = b.dimshuffle(recent(&mut random, &matrices), &[1, 0])?;
                let there = b.map(OpKind::Exp, &[there])?;
                let back = b.dimshuffle(there, &[1, 0])?;
                matrices.push(back);
            }
            4 => {
                let there = b.reshape(recent(&mut random, &matrices), &flat)?;
                let there = b.map(OpKind::Tanh, &[there])?;
                let back = b.reshape(there, &shape)?;
                matrices.push(back);
            }
            5 => {
                let part = b.slice(
                    recent(&mut random, &matrices),
                    &[Dim::from(3), Dim::from(0)],
                    &[1, 1],
                    &Shape(vec![Dim::from(1), row[0].clone()]),
                )?;
                vectors.push(b.reshape(part, &row)?);
            }
            6 => {
                let kind = [OpKind::Sum, OpKind::Mean, OpKind::Max, OpKind::LogSumExp][random.below(4)];
                vectors.push(b.reduce(kind, recent(&mut random, &matrices), &[0])?);
            }
            7 if !truths.is_empty() => {
                let truth = recent(&mut random, &truths);
                let (x, y) = (recent(&mut random, &matrices), recent(&mut random, &matrices));
                matrices.push(b.map(OpKind::Select, &[truth, x, y])?);
            }
            8 => {
                let x = b.reshape(recent(&mut random, &matrices), &flipped)?;
                let x = b.dimshuffle(x, &[1, 0])?;
                matrices.push(x);
            }
            9 => {
                let kind = kinds[random.below(kinds.len())];
                let operands: Vec<Value> =
                    kind.row().operands.iter().map(|_| recent(&mut random, &vectors)).collect();
                let value = b.map(kind, &operands)?;
                if b.tensor(value)?.dtype == DType::F64 {
                    vectors.push(value);
                }
            }
            _ => {
                let kind = kinds[random.below(kinds.len())];
                let operands: Vec<Value> =
                    kind.row().operands.iter().map(|_| recent(&mut random, &matrices)).collect();
                let value = b.map(kind, &operands)?;
                match b.tensor(value)?.dtype {
                    DType::F64 => matrices.push(value),
                    DType::Bool => truths.push(value),
                    _ => {}
                }
            }
        }
    }
    keep_all(&mut func);
    Ok(func)
}

/// `n` ops of few kinds over few values: much of it cancels, and what is equal to what goes in circles.
pub(crate) fn cancelling(n: usize, seed: u64) -> Result<Func, Error> {
    use OpKind::{Add, Div, Exp, Log, Maximum, Mul, Neg, Sigmoid, Sqr, Sqrt, Sub, Tanh};
    let mut func = Func::new("cancelling");
    let mut random = Random::new(seed);
    let mut values: Vec<Value> =
        (0..8).map(|_| func.add_tensor_arg(DType::F64, &[Some(16)], Arg::default())).collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    while b.func.body().ops.len() < n {
        let mut operands = vec![];
        for _ in 0..2 {
            operands.push(match random.below(12) {
                0 => b.number(DType::F64, [0.0, 1.0, 2.0, -1.0][random.below(4)])?,
                _ => recent(&mut random, &values),
            });
        }
        let kind = [Add, Sub, Mul, Div, Exp, Log, Neg, Sqr, Sqrt, Maximum, Sigmoid, Tanh][random.below(12)];
        values.push(b.map(kind, &operands[..kind.row().operands.len()])?);
    }
    keep_all(&mut func);
    Ok(func)
}

/// One step of gradient descent on the mean of `loss` by `weights`, each of which is followed by its new value.
fn step(func: &mut Func, loss: Value, weights: &[Value]) -> Result<(), Error> {
    let mut b = Builder::new(func, Func::BODY, Loc::Unknown);
    let gradients = thn_autodiff::grad(&mut b, loss, weights)?;
    let mut results = vec![loss];
    for (weight, gradient) in weights.iter().zip(gradients) {
        let gradient = gradient.ok_or_else(|| Error::internal("the loss does not depend on a weight"))?;
        let dtype = b.tensor(gradient)?.dtype;
        let rate = b.number(dtype, 0.1)?;
        let change = b.map(OpKind::Mul, &[rate, gradient])?;
        results.push(b.map(OpKind::Sub, &[*weight, change])?);
    }
    results.into_iter().for_each(|v| func.add_result(v, Res::default()));
    Ok(())
}

/// `x·w + b` with `b` repeated over the rows.
fn affine(b: &mut Builder<'_>, x: Value, w: Value, bias: Value) -> Result<Value, Error> {
    let product = b.apply(OpKind::Dot, &[x, w], Attrs::new())?;
    let shape = b.shape(product)?;
    let axes: Vec<i64> = (0..b.tensor(bias)?.rank() as i64).map(|a| a + 1).collect();
    let bias = b.broadcast(bias, &axes, &shape)?;
    b.map(OpKind::Add, &[product, bias])
}

/// Binary cross-entropy of `1 / (1 + exp(-x·w - b))`, written as in a textbook, and its step.
pub(crate) fn logistic() -> Result<Func, Error> {
    let mut func = Func::new("logistic");
    let x = func.add_tensor_arg(DType::F64, &[None, Some(784)], Arg::default());
    let rows = func.tensor(x).map(|t| t.shape[0].clone()).ok_or_else(|| Error::internal("no tensor"))?;
    let target = TensorType::new(DType::F64, Shape(vec![rows]));
    let y = func.add_arg(target, Arg::default());
    let w = func.add_tensor_arg(DType::F64, &[Some(784)], Arg::default());
    let bias = func.add_tensor_arg(DType::F64, &[], Arg::default());
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let z = affine(&mut b, x, w, bias)?;
    let one = b.literal(Literal::scalar(DType::F64, Scalar::Int(1)))?;
    let negative = b.map(OpKind::Neg, &[z])?;
    let exp = b.map(OpKind::Exp, &[negative])?;
    let sum = b.map(OpKind::Add, &[one, exp])?;
    let p = b.map(OpKind::Div, &[one, sum])?;
    let log_p = b.map(OpKind::Log, &[p])?;
    let yes = b.map(OpKind::Mul, &[y, log_p])?;
    let q = b.map(OpKind::Sub, &[one, p])?;
    let log_q = b.map(OpKind::Log, &[q])?;
    let other = b.map(OpKind::Sub, &[one, y])?;
    let no = b.map(OpKind::Mul, &[other, log_q])?;
    let both = b.map(OpKind::Add, &[yes, no])?;
    let mean = b.reduce(OpKind::Mean, both, &[0])?;
    let cost = b.map(OpKind::Neg, &[mean])?;
    let squares = b.map(OpKind::Mul, &[w, w])?;
    let norm = b.reduce(OpKind::Sum, squares, &[0])?;
    let weight = b.number(DType::F64, 0.01)?;
    let decay = b.map(OpKind::Mul, &[weight, norm])?;
    let loss = b.map(OpKind::Add, &[cost, decay])?;
    step(&mut func, loss, &[w, bias])?;
    Ok(func)
}

/// The negative log of the softmax, written out, of a tanh layer's output, and its step.
pub(crate) fn mlp() -> Result<Func, Error> {
    let mut func = Func::new("mlp");
    let x = func.add_tensor_arg(DType::F64, &[None, Some(784)], Arg::default());
    let rows = func.tensor(x).map(|t| t.shape[0].clone()).ok_or_else(|| Error::internal("no tensor"))?;
    let target = TensorType::new(DType::I64, Shape(vec![rows]));
    let y = func.add_arg(target, Arg::default());
    let sizes: [&[Option<i64>]; 4] =
        [&[Some(784), Some(500)], &[Some(500)], &[Some(500), Some(10)], &[Some(10)]];
    let weights: Vec<Value> =
        sizes.iter().map(|dims| func.add_tensor_arg(DType::F64, dims, Arg::default())).collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let hidden = affine(&mut b, x, weights[0], weights[1])?;
    let hidden = b.map(OpKind::Tanh, &[hidden])?;
    let z = affine(&mut b, hidden, weights[2], weights[3])?;
    let exp = b.map(OpKind::Exp, &[z])?;
    let sum = b.reduce(OpKind::Sum, exp, &[1])?;
    let shape = b.shape(exp)?;
    let sum = b.rebroadcast(sum, &[1], &shape)?;
    let p = b.map(OpKind::Div, &[exp, sum])?;
    let picked = b.apply(OpKind::Pick, &[p, y], Attrs::new())?;
    let log = b.map(OpKind::Log, &[picked])?;
    let mean = b.reduce(OpKind::Mean, log, &[0])?;
    let mut loss = b.map(OpKind::Neg, &[mean])?;
    for w in [weights[0], weights[2]] {
        let squares = b.map(OpKind::Sqr, &[w])?;
        let norm = b.reduce(OpKind::Sum, squares, &[0, 1])?;
        let weight = b.number(DType::F64, 1e-4)?;
        let decay = b.map(OpKind::Mul, &[weight, norm])?;
        loss = b.map(OpKind::Add, &[loss, decay])?;
    }
    step(&mut func, loss, &weights)?;
    Ok(func)
}

/// A product of 80 matrices whose dims are random numbers up to 40, in random brackets.
pub(crate) fn chain() -> Result<Func, Error> {
    let mut func = Func::new("chain");
    let mut random = Random::new(80);
    let mut dims = vec![];
    dims.resize_with(81, || Some(1 + random.below(40) as i64));
    let mut parts: Vec<Value> =
        dims.windows(2).map(|dims| func.add_tensor_arg(DType::F64, dims, Arg::default())).collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    while parts.len() > 1 {
        let i = random.below(parts.len() - 1);
        let product = b.map(OpKind::Dot, &parts[i..i + 2])?;
        parts.splice(i..i + 2, [product]);
    }
    func.add_result(parts[0], Res::default());
    Ok(func)
}
