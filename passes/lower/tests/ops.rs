//! Every op on every element type, as compiled code against the reference interpreter, with and without fusion.

mod support;

use support::*;
use thn_ir::*;
use thn_reference::Value as Tensor;

const ALL: [DType; 11] = DType::ALL;

/// All elementwise ops on one element type in one program: sign changes, zeros, limits and noise; rank-0 operands
/// on the right.
fn elementwise(dtype: DType) {
    let mut f = Func::new("elementwise");
    let x = arg(&mut f, "x", dtype, &[None]);
    let y = arg(&mut f, "y", dtype, &[None]);
    let c = arg(&mut f, "c", DType::Bool, &[None]);
    let s = arg(&mut f, "s", dtype, &[]);
    let mut out = vec![];
    let mut worst = 1;
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    for kind in OpKind::ALL.into_iter().filter(|k| is_elementwise(*k)) {
        let row = kind.row();
        if !row.dtypes.operands.contains(dtype) {
            continue;
        }
        worst = worst.max(row.max_ulp);
        match (kind, row.operands.len()) {
            (OpKind::Cast, _) => {
                for to in DType::ALL {
                    out.push(b.cast(x, to).unwrap());
                }
            }
            (OpKind::Select, _) => out.push(b.map(kind, &[c, x, y]).unwrap()),
            (_, 1) => out.push(b.map(kind, &[x]).unwrap()),
            (_, 3) => {
                out.push(b.map(kind, &[x, y, s]).unwrap());
                out.push(b.map(kind, &[s, x, y]).unwrap());
            }
            _ => {
                out.push(b.map(kind, &[x, y]).unwrap());
                out.push(b.map(kind, &[x, s]).unwrap());
                out.push(b.map(kind, &[s, y]).unwrap());
            }
        }
    }
    // A cast to the same type gives an argument itself.
    results(&mut f, &out);
    let edges: &[f64] = match dtype {
        DType::F32 | DType::F64 => &[
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            3.0,
            1e-8,
            -1e-8,
            88.0,
            -104.0,
            1e30,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            255.5,
            -129.0,
            4e9,
            2e19,
            0.9999,
            -0.999,
        ],
        _ => &[0.0, 1.0, -1.0, 2.0, 3.0, 127.0, -128.0, 255.0, 32767.0, -32768.0, 7.0, -7.0],
    };
    let pick = |i: usize, shift: usize| Scalar::Float(edges[(i * shift + i / edges.len()) % edges.len()]);
    let n = edges.len() * edges.len() + 3;
    let inputs = [
        tensor(dtype, &[n], |i| pick(i, 1)),
        tensor(dtype, &[n], |i| pick(i, 7)),
        tensor(DType::Bool, &[n], |i| Scalar::Bool(i % 3 == 0)),
        tensor(dtype, &[], |_| Scalar::Int(3)),
    ];
    check(&f, &inputs, Within::Ulps(f64::from(worst) + 1.0));
}

#[test]
fn elementwise_ops_on_floats() {
    elementwise(DType::F32);
    elementwise(DType::F64);
}

#[test]
fn elementwise_ops_on_signed_integers() {
    [DType::I8, DType::I16, DType::I32, DType::I64].into_iter().for_each(elementwise);
}

#[test]
fn elementwise_ops_on_unsigned_integers_and_bool() {
    [DType::U8, DType::U16, DType::U32, DType::U64, DType::Bool].into_iter().for_each(elementwise);
}

/// Movement of every kind over one matrix.
fn movement(dtype: DType) -> (Func, Vec<Tensor>) {
    let mut f = Func::new("movement");
    let x = arg(&mut f, "x", dtype, &[None, Some(6)]);
    let row = arg(&mut f, "row", dtype, &[Some(6)]);
    let p = arg(&mut f, "p", dtype, &[]);
    let small = arg(&mut f, "small", dtype, &[Some(2), Some(3)]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("m.rs".into(), 1, 1));
    let shape = b.shape(x).unwrap();
    let n = shape[0].clone();
    let table = Literal::from_scalars(dtype, &[2, 3], &[1, 0, 1, 1, 0, 0].map(Scalar::Int)).unwrap();
    let turned = b.dimshuffle(x, &[1, 0]).unwrap();
    let column = b.dimshuffle(row, &[0, -1]).unwrap();
    let repeated = b.broadcast(row, &[1], &shape).unwrap();
    let filled = b.fill(p, &Shape(vec![n.clone(), Dim::from(2)])).unwrap();
    let flat = b.reshape(x, &Shape(vec![n.clone() * Dim::from(6)])).unwrap();
    let split = b.reshape(x, &Shape(vec![n.clone(), Dim::from(2), Dim::from(3)])).unwrap();
    let odd = b.reshape(turned, &Shape(vec![Dim::from(2), n.clone() * Dim::from(3)])).unwrap();
    let every_second = b
        .slice(x, &[Dim::from(1), Dim::from(5)], &[1, -2], &Shape(vec![n.clone() - Dim::ONE, Dim::from(3)]))
        .unwrap();
    let joined = b.apply(OpKind::Join, &[x, x, repeated], Attrs::new().with("axis", Attr::Int(1))).unwrap();
    let joined_rows = b.apply(OpKind::Join, &[x, repeated], Attrs::new().with("axis", Attr::Int(0))).unwrap();
    let padded =
        b.apply(OpKind::Pad, &[x, p], Attrs::new().ints("low", &[0, 2]).ints("high", &[1, 0])).unwrap();
    let at = Attrs::new().dims("starts", &[Dim::from(1), Dim::from(4)]).ints("steps", &[2, -2]);
    let set = b.apply(OpKind::SetSubtensor, &[x, small], at.clone()).unwrap();
    let table = b.literal(table).unwrap();
    let ids = b
        .shaped(
            OpKind::Iota,
            &[],
            Attrs::new().with("axis", Attr::Int(1)),
            &TensorType::new(DType::I32, shape.clone()),
        )
        .unwrap();
    let length = b.dim(n.clone() * n + Dim::from(1)).unwrap();
    let mut out = vec![
        turned,
        column,
        repeated,
        filled,
        flat,
        split,
        odd,
        every_second,
        joined,
        joined_rows,
        padded,
        set,
        table,
        ids,
        length,
        x,
        turned,
    ];
    if dtype != DType::Bool {
        out.push(b.apply(OpKind::IncSubtensor, &[x, small], at).unwrap());
    }
    results(&mut f, &out);
    let inputs =
        vec![noise(dtype, &[5, 6], 1), noise(dtype, &[6], 2), noise(dtype, &[], 3), noise(dtype, &[2, 3], 4)];
    (f, inputs)
}

#[test]
fn movement_of_elements() {
    for dtype in [DType::F32, DType::I64, DType::Bool, DType::U16] {
        let (f, inputs) = movement(dtype);
        check(&f, &inputs, Within::Ulps(0.0));
    }
}

fn reductions(dtype: DType, shape: &[usize], within: Within) {
    let mut f = Func::new("reductions");
    let x = arg(&mut f, "x", dtype, &vec![None; shape.len()]);
    let rank = shape.len();
    let mut out = vec![];
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    for kind in OpKind::ALL {
        let row = kind.row();
        let folds = row.reduction().is_some() || matches!(kind, OpKind::Mean | OpKind::LogSumExp);
        if !folds || !row.dtypes.operands.contains(dtype) {
            continue;
        }
        for set in 1..1u32 << rank {
            let axes: Vec<i64> = (0..rank as i64).filter(|a| set >> a & 1 == 1).collect();
            // A product of many numbers has no digits in common with itself.
            if kind == OpKind::Prod && dtype.is_float() && axes.len() > 1 {
                continue;
            }
            out.push(b.reduce(kind, x, &axes).unwrap());
        }
    }
    for axis in 0..rank {
        out.push(b.apply(OpKind::Argmax, &[x], Attrs::new().with("axis", Attr::Int(axis as i64))).unwrap());
    }
    results(&mut f, &out);
    check(&f, &[noise(dtype, shape, 5)], within);
}

#[test]
fn reductions_of_floats() {
    reductions(DType::F32, &[7, 5, 3], Within::Relative(1e-6));
    reductions(DType::F64, &[7, 5, 3], Within::Relative(1e-14));
    // Elements are below 2 in magnitude and cancel: the bound is a few units of the largest partial sums.
    reductions(DType::F32, &[3, 5000], Within::Absolute(1e-4));
    reductions(DType::F64, &[5000], Within::Absolute(1e-12));
}

#[test]
fn reductions_of_integers_and_bool() {
    for dtype in ALL.into_iter().filter(|d| !d.is_float()) {
        reductions(dtype, &[4, 9], Within::Ulps(0.0));
    }
}

/// Ties, NaN and infinities.
#[test]
fn the_largest_element_is_the_first_of_equals_or_the_first_nan() {
    let mut f = Func::new("argmax");
    let x = arg(&mut f, "x", DType::F64, &[None, None]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let m = b.apply(OpKind::Argmax, &[x], Attrs::new().with("axis", Attr::Int(1))).unwrap();
    let v = b.reduce(OpKind::Max, x, &[1]).unwrap();
    results(&mut f, &[m, v]);
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let rows = [1.0, 2.0, 2.0, 1.0, nan, 5.0, -inf, -inf, -inf, 0.0, nan, nan];
    check(&f, &[tensor(DType::F64, &[4, 3], |i| Scalar::Float(rows[i]))], Within::Ulps(0.0));
}

#[test]
fn sums_of_many_small_numbers_keep_their_digits() {
    for dtype in [DType::F32, DType::F64] {
        let mut f = Func::new("sums");
        let x = arg(&mut f, "x", dtype, &[None, Some(4)]);
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        let all = b.reduce(OpKind::Sum, x, &[0, 1]).unwrap();
        let down = b.reduce(OpKind::Sum, x, &[0]).unwrap();
        results(&mut f, &[all, down]);
        let x = tensor(dtype, &[100_000, 4], |i| Scalar::Float(0.1 + (i % 7) as f64 * 1e-3));
        let bound = if dtype == DType::F32 { 2e-7 } else { 1e-14 };
        check(&f, &[x], Within::Relative(bound));
    }
}

#[test]
fn softmax_and_its_relatives() {
    for dtype in [DType::F32, DType::F64] {
        let mut f = Func::new("softmax");
        let x = arg(&mut f, "x", dtype, &[None, None]);
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        let mut out = vec![];
        for kind in [OpKind::Softmax, OpKind::LogSoftmax] {
            for axes in [vec![0], vec![1], vec![0, 1]] {
                out.push(b.apply(kind, &[x], Attrs::new().ints("axes", &axes)).unwrap());
            }
        }
        results(&mut f, &out);
        let bound = if dtype == DType::F32 { 1e-6 } else { 1e-14 };
        check(&f, &[noise(dtype, &[9, 13], 6)], Within::Relative(bound));
        let large = tensor(dtype, &[2, 5000], |i| Scalar::Float((i % 1000) as f64 - 500.0));
        check(&f, &[large], Within::Relative(bound));
    }
}

fn products(dtype: DType) {
    let mut f = Func::new("products");
    let a = arg(&mut f, "a", dtype, &[None, None]);
    let b2 = arg(&mut f, "b", dtype, &[None, None]);
    let v = arg(&mut f, "v", dtype, &[None]);
    let t = arg(&mut f, "t", dtype, &[None, None, None]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let at = b.dimshuffle(a, &[1, 0]).unwrap();
    let bt = b.dimshuffle(b2, &[1, 0]).unwrap();
    let tt = b.dimshuffle(t, &[0, 2, 1]).unwrap();
    let part = b.slice(a, &[Dim::from(1), Dim::from(2)], &[2, -1], &Shape::fixed(&[2, 3])).unwrap();
    let part_t = b.dimshuffle(part, &[1, 0]).unwrap();
    let out = [
        b.map(OpKind::Dot, &[a, b2]).unwrap(),
        b.map(OpKind::Dot, &[bt, at]).unwrap(),
        b.map(OpKind::Dot, &[a, at]).unwrap(),
        b.map(OpKind::Dot, &[part, part_t]).unwrap(),
        b.map(OpKind::Dot, &[a, v]).unwrap(),
        b.map(OpKind::Dot, &[v, b2]).unwrap(),
        b.map(OpKind::Dot, &[v, v]).unwrap(),
        b.map(OpKind::Dot, &[bt, v]).unwrap(),
        b.map(OpKind::BatchedDot, &[t, tt]).unwrap(),
        b.map(OpKind::BatchedDot, &[tt, t]).unwrap(),
    ];
    results(&mut f, &out);
    let inputs = [
        noise(dtype, &[6, 5], 7),
        noise(dtype, &[5, 4], 8),
        noise(dtype, &[5], 9),
        noise(dtype, &[3, 2, 4], 10),
    ];
    let bound = if dtype == DType::F32 { 1e-6 } else { 1e-14 };
    check(&f, &inputs, Within::Relative(bound));
}

#[test]
fn products_of_matrices_and_vectors() {
    [DType::F32, DType::F64, DType::I32, DType::U8].into_iter().for_each(products);
}

fn indexing(dtype: DType, index: DType) -> (Func, Vec<Tensor>) {
    let mut f = Func::new("indexing");
    let x = arg(&mut f, "x", dtype, &[None, None]);
    let i = arg(&mut f, "i", index, &[None]);
    let j = arg(&mut f, "j", index, &[None]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("rows.rs".into(), 3, 1));
    let rows = b.map(OpKind::Gather, &[x, i]).unwrap();
    let picked = b.map(OpKind::Pick, &[x, j]).unwrap();
    let base = b.number(dtype, 1.0).unwrap();
    let shape = b.shape(x).unwrap();
    let base = b.fill(base, &shape).unwrap();
    let added = b.map(OpKind::ScatterAdd, &[base, i, rows]).unwrap();
    let one = b.number(index, 1.0).unwrap();
    let next = b.map(OpKind::Sub, &[i, one]).unwrap();
    let shifted = b.map(OpKind::Gather, &[x, next]).unwrap();
    results(&mut f, &[rows, picked, added, shifted]);
    let of = |values: &[i128]| tensor(index, &[values.len()], |k| Scalar::Int(values[k]));
    let i = if index.is_signed() { of(&[0, 3, -1, 3, 2]) } else { of(&[1, 3, 1, 3, 2]) };
    let j = if index.is_signed() { of(&[2, -3, 0, 1]) } else { of(&[2, 0, 0, 1]) };
    (f, vec![noise(dtype, &[4, 3], 11), i, j])
}

#[test]
fn indices_of_every_type() {
    for index in ALL.into_iter().filter(|d| d.is_int()) {
        let (f, inputs) = indexing(DType::F32, index);
        check(&f, &inputs, Within::Ulps(2.0));
    }
    let (f, inputs) = indexing(DType::I16, DType::I64);
    check(&f, &inputs, Within::Ulps(0.0));
}

#[test]
fn an_index_outside_ends_the_call_with_its_place() {
    let (f, mut inputs) = indexing(DType::F64, DType::I32);
    let (func, shapes) = ready(&f);
    let planned = thn_kernels::plan(&func, &thn_kernels::Options::default()).unwrap();
    let executable = link(&planned, shapes);
    assert!(run(&executable, &inputs).is_ok());
    inputs[1] = tensor(DType::I32, &[5], |k| Scalar::Int([0, 1, 4, -9, 2][k]));
    let message = run(&executable, &inputs).unwrap_err().to_string();
    assert!(message.contains("rows.rs:3:1") && message.contains('4') && message.contains('i'), "{message}");
    inputs[1] = tensor(DType::I32, &[5], |k| Scalar::Int([0, 1, -5, 0, 2][k]));
    assert!(run(&executable, &inputs).unwrap_err().to_string().contains("-5"));
}

/// The number of iterations and the length are arguments.
#[test]
fn loops_carry_swap_and_run_never() {
    let mut f = Func::new("loop");
    let x = arg(&mut f, "x", DType::F64, &[None]);
    let n = arg(&mut f, "n", DType::I32, &[]);
    let body = f.new_block();
    let i = f.add_block_arg(body, TensorType::scalar(DType::I64));
    let ty = f.tensor(x).unwrap().clone();
    let (c, d) = (f.add_block_arg(body, ty.clone()), f.add_block_arg(body, ty));
    let mut b = Builder::new(&mut f, body, Loc::Unknown);
    let i = b.cast(i, DType::F64).unwrap();
    let sum = b.map(OpKind::Add, &[c, i]).unwrap();
    let next = b.map(OpKind::Mul, &[sum, x]).unwrap();
    f.block_mut(body).results = vec![d, next];
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let start = b.map(OpKind::Neg, &[x]).unwrap();
    let op = b.op(OpKind::Loop, &[n, x, start], Attrs::new(), None, &[body]).unwrap();
    let finals = f.op(op).results.to_vec();
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let sum = b.map(OpKind::Add, &[finals[0], finals[1]]).unwrap();
    results(&mut f, &[sum, finals[0], finals[1]]);
    for n in [-1, 0, 1, 2, 7] {
        let count = tensor(DType::I32, &[], |_| Scalar::Int(n));
        check(&f, &[noise(DType::F64, &[11], 12), count], Within::Ulps(0.0));
    }
}

/// A temporary that iterations read is there for all of them, and after them.
#[test]
fn values_around_a_loop_live_as_long_as_they_are_read() {
    let mut f = Func::new("captures");
    let x = arg(&mut f, "x", DType::F64, &[None]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let t = b.map(OpKind::Exp, &[x]).unwrap();
    let body = f.new_block();
    f.add_block_arg(body, TensorType::scalar(DType::I64));
    let ty = f.tensor(x).unwrap().clone();
    let c = f.add_block_arg(body, ty);
    let mut b = Builder::new(&mut f, body, Loc::Unknown);
    let total = b.map(OpKind::Dot, &[t, c]).unwrap();
    let small = b.number(DType::F64, 1e-3).unwrap();
    let total = b.map(OpKind::Mul, &[total, small]).unwrap();
    let scaled = b.map(OpKind::Sub, &[t, total]).unwrap();
    let bent = b.map(OpKind::Tanh, &[scaled]).unwrap();
    let sum = b.reduce(OpKind::Sum, bent, &[0]).unwrap();
    let sum = b.map(OpKind::Mul, &[sum, small]).unwrap();
    let next = b.map(OpKind::Add, &[bent, sum]).unwrap();
    f.block_mut(body).results = vec![next];
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let n = b.literal(Literal::scalar(DType::I64, Scalar::Int(3))).unwrap();
    let op = b.op(OpKind::Loop, &[n, x], Attrs::new(), None, &[body]).unwrap();
    let last = f.op(op).result();
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let y = b.map(OpKind::Sub, &[last, t]).unwrap();
    results(&mut f, &[y]);
    check(&f, &[noise(DType::F64, &[300], 14)], Within::Relative(1e-13));
}

#[test]
fn branches_run_one_region() {
    let mut f = Func::new("cond");
    let x = arg(&mut f, "x", DType::F32, &[None]);
    let i = arg(&mut f, "i", DType::I64, &[None]);
    let c = arg(&mut f, "c", DType::Bool, &[]);
    let (yes, no) = (f.new_block(), f.new_block());
    let mut b = Builder::new(&mut f, yes, Loc::Unknown);
    let doubled = b.map(OpKind::Add, &[x, x]).unwrap();
    let total = b.reduce(OpKind::Sum, x, &[0]).unwrap();
    f.block_mut(yes).results = vec![doubled, total];
    let mut b = Builder::new(&mut f, no, Loc::Unknown);
    let rows = b.map(OpKind::Gather, &[x, i]).unwrap();
    let largest = b.reduce(OpKind::Max, rows, &[0]).unwrap();
    f.block_mut(no).results = vec![x, largest];
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let op = b.op(OpKind::Cond, &[c], Attrs::new(), None, &[yes, no]).unwrap();
    let values = f.op(op).results.to_vec();
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let last = b.map(OpKind::Mul, &[values[0], values[1]]).unwrap();
    results(&mut f, &[values[0], last]);
    let x = noise(DType::F32, &[6], 13);
    let inside = tensor(DType::I64, &[2], |k| Scalar::Int(k as i128));
    for holds in [true, false] {
        let c = tensor(DType::Bool, &[], |_| Scalar::Bool(holds));
        check(&f, &[x.clone(), inside.clone(), c], Within::Ulps(4.0));
    }
    let outside = tensor(DType::I64, &[2], |_| Scalar::Int(6));
    let (func, shapes) = ready(&f);
    let planned = thn_kernels::plan(&func, &thn_kernels::Options::default()).unwrap();
    let executable = link(&planned, shapes);
    let call = |c: bool| {
        let c = tensor(DType::Bool, &[], |_| Scalar::Bool(c));
        run(&executable, &[x.clone(), outside.clone(), c])
    };
    assert!(call(true).is_ok());
    assert!(call(false).is_err());
}

/// No dim is too short for any kernel.
#[test]
fn empty_tensors_have_results() {
    for shape in [[0usize, 3], [3, 0], [0, 0]] {
        let mut f = Func::new("empty");
        let x = arg(&mut f, "x", DType::F32, &[None, None]);
        let w = arg(&mut f, "w", DType::F32, &[None]);
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        let e = b.map(OpKind::Exp, &[x]).unwrap();
        let z = b.map(OpKind::Dot, &[x, w]).unwrap();
        let xt = b.dimshuffle(x, &[1, 0]).unwrap();
        let g = b.map(OpKind::Dot, &[xt, z]).unwrap();
        let square = b.map(OpKind::Dot, &[xt, x]).unwrap();
        let total = b.reduce(OpKind::Sum, x, &[0, 1]).unwrap();
        let size = b.shape(x).unwrap().size();
        let flat = b.reshape(x, &Shape(vec![size])).unwrap();
        results(&mut f, &[e, z, g, square, total, flat]);
        let inputs = [noise(DType::F32, &shape, 1), noise(DType::F32, &[shape[1]], 2)];
        check(&f, &inputs, Within::Ulps(0.0));
    }
}

/// The divisor of a dim may be the value of an argument, of any sign.
#[test]
fn dims_are_divided_as_the_language_says() {
    let mut f = Func::new("divided");
    let x = arg(&mut f, "x", DType::F32, &[None]);
    let n = f.new_symbol("n", SymbolOrigin::ArgValue { arg: 1 });
    arg(&mut f, "n", DType::I64, &[]);
    let n = Dim::from(n);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let length = b.shape(x).unwrap().0[0].clone();
    let below = length.clone() - Dim::from(10);
    let dims = [length, below].map(|d| [d.floor_div(&n), d.modulo(&n)]);
    let values: Vec<Value> = dims.iter().flatten().map(|d| b.dim(d.clone()).unwrap()).collect();
    results(&mut f, &values);
    for n in [1, 2, 3, 4, 7, 1 << 40, -1, -2, -3, -4, -7, -1 << 40] {
        check(
            &f,
            &[noise(DType::F32, &[6], 1), tensor(DType::I64, &[], |_| Scalar::Int(n))],
            Within::Ulps(0.0),
        );
    }
}
