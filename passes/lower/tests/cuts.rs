//! Values of programs that are longer than a kernel: what is cut, stored and read again is what it was.

mod support;

use support::*;
use thn_ir::*;

/// Lengths that leave no row, one, and some over after every number of rows side by side.
const LENGTHS: [usize; 4] = [0, 1, 7, 1025];

/// Compares with the reference, bit for bit but for NaN: compiled once, called with all of these.
fn compare(func: &Func, calls: &[Vec<thn_reference::Value>]) -> usize {
    let (func, shapes) = ready(func);
    let planned = thn_kernels::plan(&func, &thn_kernels::Options::default()).unwrap();
    let executable = link(&planned, shapes);
    for inputs in calls {
        let expected = thn_reference::interpret(&func, inputs).unwrap();
        let found = run(&executable, inputs).unwrap();
        for (f, e) in found.iter().zip(&expected) {
            let shape = inputs[0].shape();
            assert_eq!(difference(f, e, Within::Ulps(0.0)), None, "{} of {shape:?}\n{planned}", func.name);
        }
    }
    planned.body().ops.len()
}

/// A chain through several element types, in which every op reads a value that is some ops old too.
fn mixed(count: usize) -> Func {
    let mut f = Func::new("mixed");
    let x = arg(&mut f, "x", DType::F64, &[None]);
    let k = arg(&mut f, "k", DType::I32, &[None]);
    let c = arg(&mut f, "c", DType::Bool, &[None]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let (mut floats, mut ints, mut bools) = (vec![x], vec![k], vec![c]);
    for i in 0..count {
        let old = |all: &[Value]| all[all.len() - 1 - i * i % all.len().min(40)];
        let (y, n, t) = (*floats.last().unwrap(), *ints.last().unwrap(), *bools.last().unwrap());
        match i % 8 {
            0 => floats.push(b.map(OpKind::Sub, &[y, old(&floats)]).unwrap()),
            1 => ints.push(b.map(OpKind::Add, &[n, old(&ints)]).unwrap()),
            2 => bools.push(b.map(OpKind::Lt, &[y, old(&floats)]).unwrap()),
            3 => floats.push(b.map(OpKind::Select, &[t, y, old(&floats)]).unwrap()),
            4 => {
                let wide = b.cast(n, DType::F64).unwrap();
                let half = b.number(DType::F64, 0.5).unwrap();
                let wide = b.map(OpKind::Mul, &[wide, half]).unwrap();
                floats.push(b.map(OpKind::Maximum, &[y, wide]).unwrap());
            }
            5 => {
                let short = b.cast(y, DType::F32).unwrap();
                let short = b.map(OpKind::Abs, &[short]).unwrap();
                floats.push(b.cast(short, DType::F64).unwrap());
            }
            6 => bools.push(b.map(OpKind::Xor, &[t, old(&bools)]).unwrap()),
            _ => ints.push(b.map(OpKind::Select, &[t, n, old(&ints)]).unwrap()),
        }
    }
    results(&mut f, &[*floats.last().unwrap(), *ints.last().unwrap(), *bools.last().unwrap()]);
    f.unify_dims().unwrap();
    f
}

#[test]
fn chains_of_several_types_are_cut() {
    let inputs = |n: usize| {
        let bools = tensor(DType::Bool, &[n], |i| Scalar::Bool(i % 3 == 0));
        vec![noise(DType::F64, &[n], 1), noise(DType::I32, &[n], 2), bools]
    };
    let kernels = compare(&mixed(300), &LENGTHS.map(inputs));
    assert!((2..30).contains(&kernels), "{kernels} kernels");
}

/// Folds between elementwise ops, over rows of every length.
#[test]
fn kernels_of_rows_are_cut() {
    let mut f = Func::new("rows");
    let x = arg(&mut f, "x", DType::I64, &[None, None]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let shape = b.shape(x).unwrap();
    let mut y = x;
    for i in 0..24 {
        let seven = b.number(DType::I64, f64::from(7 + i)).unwrap();
        let rest = b.map(OpKind::Mod, &[y, seven]).unwrap();
        let sums = b.reduce(OpKind::Sum, rest, &[1]).unwrap();
        let wide = b.broadcast(sums, &[0], &shape).unwrap();
        let both = b.map(OpKind::Maximum, &[rest, wide]).unwrap();
        y = b.map(OpKind::Sub, &[both, y]).unwrap();
    }
    results(&mut f, &[y]);
    let sizes = [[0, 3], [3, 0], [1, 1], [7, 5], [5, 1025]];
    compare(&f, &sizes.map(|shape| vec![noise(DType::I64, &shape, 3)]));
}

/// Writes on writes and joins of joins, of values that branches read more than once.
#[test]
fn branches_on_branches() {
    for dtype in [DType::F32, DType::I16, DType::Bool] {
        let mut f = Func::new("branches");
        let x = arg(&mut f, "x", dtype, &[None]);
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        let n = b.shape(x).unwrap()[0].clone();
        let join = Attrs::new().with("axis", Attr::Int(0));
        let zero = b.number(dtype, 0.0).unwrap();
        let mut y = x;
        for i in 0..40 {
            let part = b.slice(y, &[Dim::from(i % 3)], &[2], &Shape::fixed(&[2])).unwrap();
            let at = Attrs::new().dims("starts", &[Dim::from(i % 4)]).ints("steps", &[1]);
            let kind =
                if i % 2 == 0 && dtype != DType::Bool { OpKind::IncSubtensor } else { OpKind::SetSubtensor };
            y = b.apply(kind, &[y, part], at).unwrap();
            if i % 5 == 0 {
                // Turned by one.
                let head = b.slice(y, &[Dim::from(0)], &[1], &Shape::fixed(&[1])).unwrap();
                let tail = b.slice(y, &[Dim::ONE], &[1], &Shape(vec![n.clone() - Dim::ONE])).unwrap();
                y = b.apply(OpKind::Join, &[tail, head], join.clone()).unwrap();
                let short = b.slice(y, &[Dim::ONE], &[1], &Shape(vec![n.clone() - Dim::ONE])).unwrap();
                let pad = Attrs::new().ints("low", &[1]).ints("high", &[0]);
                y = b.apply(OpKind::Pad, &[short, zero], pad).unwrap();
            }
        }
        results(&mut f, &[y]);
        compare(&f, &[7, 1025].map(|n| vec![noise(dtype, &[n], 4)]));
    }
}

/// Pieces of all lengths, empty ones among them.
#[test]
fn a_join_of_four_hundred() {
    for dtype in [DType::F64, DType::U8] {
        let mut f = Func::new("join");
        let dims: [&[Option<i64>]; 3] = [&[None, Some(3)], &[None, Some(3)], &[Some(1), Some(3)]];
        let args = [0, 1, 2].map(|i| arg(&mut f, ["x", "y", "z"][i], dtype, dims[i]));
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        let turned = b.map(OpKind::Add, &[args[0], args[0]]).unwrap();
        let pieces = [args[0], args[1], turned, args[2]];
        let all: Vec<Value> = (0..400).map(|i| pieces[i * i % 7 % 4]).collect();
        let whole = b.apply(OpKind::Join, &all, Attrs::new().with("axis", Attr::Int(0))).unwrap();
        results(&mut f, &[whole]);
        let inputs = |[n, m]: [usize; 2]| {
            vec![noise(dtype, &[n, 3], 5), noise(dtype, &[m, 3], 6), noise(dtype, &[1, 3], 7)]
        };
        compare(&f, &[[0, 0], [1, 0], [3, 5]].map(inputs));
    }
}

/// What nothing is added to keeps every bit.
#[test]
fn zeros_keep_their_signs() {
    let mut f = Func::new("signs");
    let x = arg(&mut f, "x", DType::F64, &[Some(5)]);
    let y = arg(&mut f, "y", DType::F64, &[Some(1)]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let at = Attrs::new().dims("starts", &[Dim::from(2)]).ints("steps", &[1]);
    let sum = b.apply(OpKind::IncSubtensor, &[x, y], at).unwrap();
    let one = b.number(DType::F64, 1.0).unwrap();
    let signs = b.map(OpKind::Div, &[one, sum]).unwrap();
    results(&mut f, &[sum, signs]);
    let values = [-0.0, 0.0, -0.0, f64::NAN, f64::NEG_INFINITY];
    let x = tensor(DType::F64, &[5], |i| Scalar::Float(values[i]));
    compare(&f, &[vec![x, tensor(DType::F64, &[1], |_| Scalar::Float(-0.0))]]);
}
