//! Code is linear in ops: the text of programs that are 10, 100 and 1,000 times one op, in chains and in fans.
//!
//! An op is written a bounded number of times, whatever reads it, and no kernel is longer than so much.

mod support;

use support::*;
use thn_ir::*;

/// The most characters that one more step may make of text: a few ops, some of them with loops of their own.
const MOST: usize = 10_000;

/// The most characters of one kernel. Only a join of very many pieces is longer, as it is one op.
const LONGEST_KERNEL: usize = 150_000;

/// Rows and columns of everything.
const SIDE: i64 = 6;

/// The text of a planned program from its first kernel on, and the length of the longest kernel.
fn text(func: &Func) -> (usize, usize) {
    let planned = thn_kernels::plan(func, &thn_kernels::Options::default()).unwrap_or_else(|e| panic!("{e}"));
    let text = thn_lower::lower(&planned).unwrap_or_else(|e| panic!("{e}")).text;
    let kernels: Vec<&str> = text.split("func.func private @kernel_").skip(1).collect();
    let longest = kernels.iter().map(|k| k.split("func.func").next().unwrap_or(k).len()).max();
    (kernels.iter().map(|k| k.len()).sum(), longest.unwrap_or(0))
}

/// Checks that programs grow by no more than so many characters for each of their steps, and kernels not at all.
fn linear(name: &str, counts: &[usize], build: impl Fn(usize) -> Func) {
    let longest = grows(name, MOST, counts, build);
    assert!(longest <= LONGEST_KERNEL, "{name}: a kernel of {longest} characters");
}

/// Checks that programs grow by no more than so many characters for each of their steps. Gives the length of the
/// longest kernel.
fn grows(name: &str, most: usize, counts: &[usize], build: impl Fn(usize) -> Func) -> usize {
    let (mut before, mut longest) = text(&build(counts[0]));
    for pair in counts.windows(2) {
        let found = text(&build(pair[1]));
        let each = found.0.saturating_sub(before) / (pair[1] - pair[0]);
        assert!(each <= most, "{name}: {each} characters for each step from {} to {}", pair[0], pair[1]);
        before = found.0;
        longest = longest.max(found.1);
    }
    longest
}

/// A square matrix of floats from others of its shape, by one op of a kind and what casts and moves around it; `i`
/// makes it another op each time. None for what is no op by itself.
fn step(b: &mut Builder<'_>, kind: OpKind, y: Value, x: Value, ids: Value, i: usize) -> Option<Value> {
    let n = Dim::from(SIDE);
    let square = Shape::fixed(&[SIDE, SIDE]);
    let at = |start: usize| Attrs::new().dims("starts", &[Dim::from(start as i64), Dim::from(1)]);
    let axis = |a: i64| Attrs::new().with("axis", Attr::Int(a));
    let rows = |b: &mut Builder<'_>, v: Value, from: i64, count: i64| {
        let shape = Shape::fixed(&[count, SIDE]);
        b.slice(v, &[Dim::from(from), Dim::from(0)], &[1, 1], &shape).expect("inside")
    };
    let row = kind.row();
    if row.is_elementwise() {
        let takes = |d: &DType| row.dtypes.operands.contains(*d);
        let dtype = [DType::F64, DType::I64, DType::Bool].into_iter().find(takes)?;
        let (u, v) = (b.cast(y, dtype).ok()?, b.cast(x, dtype).ok()?);
        let made = match (kind, row.operands.len()) {
            (OpKind::Cast, _) => b.cast(u, DType::F32).ok()?,
            (OpKind::Select, _) => {
                let least = b.number(DType::F64, i as f64).ok()?;
                let test = b.map(OpKind::Lt, &[y, least]).ok()?;
                b.map(kind, &[test, u, v]).ok()?
            }
            (_, 1) => b.map(kind, &[u]).ok()?,
            (_, 2) => b.map(kind, &[u, v]).ok()?,
            _ => b.map(kind, &[u, v, u]).ok()?,
        };
        return b.cast(made, DType::F64).ok();
    }
    let leaf = |b: &mut Builder<'_>, v: Value| {
        let v = b.cast(v, DType::F64).ok()?;
        let rank = b.tensor(v).ok()?.rank();
        let v = if rank == 0 { b.fill(v, &square).ok()? } else { v };
        b.map(OpKind::Add, &[y, v]).ok()
    };
    let made = match kind {
        OpKind::Constant => {
            let v = b.number(DType::F64, 1.0 / (i + 1) as f64).ok()?;
            return leaf(b, v);
        }
        OpKind::Dim => {
            let v = b.dim(Dim::from(i as i64)).ok()?;
            return leaf(b, v);
        }
        OpKind::Iota => {
            let ty = TensorType::new(DType::I32, square.clone());
            let v = b.shaped(kind, &[], axis((i % 2) as i64), &ty).ok()?;
            return leaf(b, v);
        }
        OpKind::Broadcast | OpKind::Dimshuffle => {
            let first = rows(b, y, i as i64 % SIDE, 1);
            let first = b.dimshuffle(first, &[1]).ok()?;
            b.broadcast(first, &[(i % 2) as i64], &square).ok()?
        }
        OpKind::Reshape => {
            let flat = b.reshape(y, &Shape::fixed(&[4, 9])).ok()?;
            let turned = b.dimshuffle(flat, &[1, 0]).ok()?;
            b.reshape(turned, &square).ok()?
        }
        OpKind::Assume => b.assume(y, &[Fact::Finite]).ok()?,
        OpKind::Slice => b.slice(y, &[n - Dim::ONE, Dim::from(0)], &[-1, 1], &square).ok()?,
        OpKind::Gather => b.map(kind, &[y, ids]).ok()?,
        OpKind::Pick | OpKind::Diagonal => {
            let operands = if kind == OpKind::Pick { vec![y, ids] } else { vec![y] };
            let line = b.map(kind, &operands).ok()?;
            b.broadcast(line, &[(i % 2) as i64], &square).ok()?
        }
        OpKind::Join => {
            let split = 1 + i as i64 % (SIDE - 1);
            let parts = [rows(b, y, split, SIDE - split), rows(b, y, 0, split)];
            b.apply(kind, &parts, axis(0)).ok()?
        }
        OpKind::Pad => {
            let part = rows(b, y, 0, SIDE - 1);
            let zero = b.number(DType::F64, i as f64).ok()?;
            b.apply(kind, &[part, zero], Attrs::new().ints("low", &[1, 0]).ints("high", &[0, 0])).ok()?
        }
        OpKind::SetSubtensor | OpKind::IncSubtensor => {
            // What is written is read from the same matrix every second time.
            let from = if i.is_multiple_of(2) { x } else { y };
            let part = b.slice(from, &[Dim::from(0), Dim::from(1)], &[2, 1], &Shape::fixed(&[2, 3])).ok()?;
            b.apply(kind, &[y, part], at(i % 3).ints("steps", &[2, 1])).ok()?
        }
        OpKind::ScatterAdd => b.map(kind, &[y, ids, x]).ok()?,
        OpKind::Argmax => {
            let found = b.apply(kind, &[y], axis((i % 2) as i64)).ok()?;
            let found = b.cast(found, DType::F64).ok()?;
            let found = b.broadcast(found, &[0], &square).ok()?;
            b.map(OpKind::Sub, &[y, found]).ok()?
        }
        OpKind::Softmax | OpKind::LogSoftmax => {
            b.apply(kind, &[y], Attrs::new().ints("axes", &[(i % 2) as i64])).ok()?
        }
        OpKind::Dot => b.map(kind, &[y, x]).ok()?,
        OpKind::BatchedDot => {
            let cube = Shape::fixed(&[1, SIDE, SIDE]);
            let (u, v) = (b.reshape(y, &cube).ok()?, b.reshape(x, &cube).ok()?);
            let made = b.map(kind, &[u, v]).ok()?;
            b.reshape(made, &square).ok()?
        }
        _ if row.reduction().is_some() || matches!(kind, OpKind::Mean | OpKind::LogSumExp | OpKind::Norm) => {
            let takes = row.dtypes.operands.contains(DType::F64);
            let from = if takes { y } else { b.cast(y, DType::Bool).ok()? };
            let line = b.reduce(kind, from, &[(i % 2) as i64]).ok()?;
            let line = b.cast(line, DType::F64).ok()?;
            let wide = b.broadcast(line, &[0], &square).ok()?;
            b.map(OpKind::Sub, &[x, wide]).ok()?
        }
        _ => return None,
    };
    Some(made)
}

/// A function of two matrices and indices.
fn program(build: impl FnOnce(&mut Builder<'_>, [Value; 3]) -> Value) -> Func {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", DType::F64, &[Some(SIDE), Some(SIDE)]);
    let z = arg(&mut f, "z", DType::F64, &[Some(SIDE), Some(SIDE)]);
    let ids = arg(&mut f, "ids", DType::I32, &[Some(SIDE)]);
    let result = build(&mut Builder::new(&mut f, Func::BODY, Loc::Unknown), [x, z, ids]);
    results(&mut f, &[result]);
    f
}

fn sum(b: &mut Builder<'_>, terms: Vec<Value>) -> Value {
    terms.into_iter().reduce(|a, c| b.map(OpKind::Add, &[a, c]).expect("it fits")).expect("some")
}

/// Each op reads the one before.
fn chain(kind: OpKind, count: usize) -> Func {
    program(|b, [x, z, ids]| (0..count).fold(x, |y, i| step(b, kind, y, z, ids, i).expect("an op")))
}

/// All ops read one dear value and something of their own, and are summed.
fn fan(kind: OpKind, count: usize) -> Func {
    program(|b, [x, z, ids]| {
        let dear = b.map(OpKind::Erf, &[z]).expect("it fits");
        let term = |i: usize| {
            let c = b.number(DType::F64, 1.0 / (i + 2) as f64).expect("a number");
            let own = b.map(OpKind::Mul, &[x, c]).expect("it fits");
            step(b, kind, own, dear, ids, i).expect("an op")
        };
        let terms = (0..count).map(term).collect();
        sum(b, terms)
    })
}

/// The kinds of op that [`step`] does not make: they hold regions, or end them.
const STRUCTURE: [OpKind; 5] = [OpKind::Loop, OpKind::Cond, OpKind::Kernel, OpKind::Yield, OpKind::Foreign];

#[test]
fn every_op_in_chains_and_in_fans() {
    for kind in OpKind::ALL {
        let one = std::panic::catch_unwind(|| chain(kind, 1)).is_ok();
        assert_eq!(one, !STRUCTURE.contains(&kind), "{kind:?}");
        if one {
            linear(&format!("a chain of {kind:?}"), &[10, 100], |n| chain(kind, n));
            linear(&format!("a fan of {kind:?}"), &[10, 100], |n| fan(kind, n));
        }
    }
}

#[test]
fn a_thousand_ops() {
    for kind in [OpKind::Sin, OpKind::Hypot, OpKind::Add, OpKind::IncSubtensor, OpKind::Join, OpKind::Gather]
    {
        linear(&format!("a chain of {kind:?}"), &[100, 1_000], |n| chain(kind, n));
        linear(&format!("a fan of {kind:?}"), &[100, 1_000], |n| fan(kind, n));
    }
}

/// All kinds one after the other, and what each reads again.
#[test]
fn ops_of_all_kinds_in_turn() {
    let kinds: Vec<OpKind> = OpKind::ALL.into_iter().filter(|k| !STRUCTURE.contains(k)).collect();
    linear("all kinds", &[100, 300, 1_000], |count| {
        program(|b, [x, z, ids]| {
            let mut all = vec![x, z];
            for i in 0..count {
                let (y, other) = (all[all.len() - 1], all[all.len() - 1 - i % 2]);
                all.push(step(b, kinds[i * 7 % kinds.len()], y, other, ids, i).expect("an op"));
            }
            sum(b, all.split_off(count))
        })
    });
}

/// Pieces of their own lengths, as args, slices and computed values; and joins of joins.
#[test]
fn joins_of_four_hundred() {
    let join = |b: &mut Builder<'_>, parts: &[Value]| {
        b.apply(OpKind::Join, parts, Attrs::new().with("axis", Attr::Int(0))).expect("it fits")
    };
    let build = |count: usize, nested: bool| {
        let mut f = Func::new("f");
        let a = arg(&mut f, "a", DType::F64, &[None]);
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        let (n, e) = (b.map(OpKind::Sin, &[a]).unwrap(), b.map(OpKind::Exp, &[a]).unwrap());
        let half = b.slice(a, &[Dim::ONE], &[1], &Shape(vec![b.shape(a).unwrap()[0].clone() - Dim::ONE]));
        let pieces = [n, half.unwrap(), e, a];
        let all: Vec<Value> = (0..count).map(|i| pieces[i % 4]).collect();
        let whole = match nested {
            true => {
                let parts: Vec<Value> = all.chunks(20).map(|c| join(&mut b, c)).collect();
                join(&mut b, &parts)
            }
            false => join(&mut b, &all),
        };
        let total = b.reduce(OpKind::Sum, whole, &[0]).unwrap();
        results(&mut f, &[whole, total]);
        f
    };
    for nested in [false, true] {
        grows("a join", 1_000, &[40, 400, 1_000], |n| build(n, nested));
    }
}

/// The gradient of a convolution written as slices, with so many taps in each direction: each weight is a slice, each
/// slice of the image a write.
#[test]
fn gradients_of_convolutions_by_slices() {
    let build = |taps: usize| {
        let mut f = Func::new("f");
        let x = arg(&mut f, "x", DType::F64, &[None]);
        let w = arg(&mut f, "w", DType::F64, &[Some(taps as i64)]);
        let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
        let layer = |b: &mut Builder<'_>, x: Value| {
            let shape = Shape(vec![b.shape(x).unwrap()[0].clone() - Dim::from(taps as i64 - 1)]);
            let terms = (0..taps as i64).map(|k| {
                let part = b.slice(x, &[Dim::from(k)], &[1], &shape).unwrap();
                let weight = b.slice(w, &[Dim::from(k)], &[1], &Shape::fixed(&[1])).unwrap();
                let weight = b.dimshuffle(weight, &[]).unwrap();
                b.map(OpKind::Mul, &[part, weight]).unwrap()
            });
            let terms = terms.collect();
            let all = sum(b, terms);
            b.map(OpKind::Tanh, &[all]).unwrap()
        };
        let first = layer(&mut b, x);
        let second = layer(&mut b, first);
        let cost = b.reduce(OpKind::Sum, second, &[0]).unwrap();
        let found = thn_autodiff::grad(&mut b, cost, &[x, w]).unwrap();
        let found: Vec<Value> = found.into_iter().flatten().collect();
        results(&mut f, &found);
        f
    };
    linear("a gradient", &[3, 4, 9, 15, 100], build);
}

/// One write after the other, of what does not depend on what was there.
#[test]
fn many_writes_in_a_row() {
    for kind in [OpKind::IncSubtensor, OpKind::SetSubtensor] {
        let build = |count: usize| {
            let mut f = Func::new("f");
            let x = arg(&mut f, "x", DType::F64, &[None]);
            let y = arg(&mut f, "y", DType::F64, &[Some(2)]);
            let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
            let last = (0..count).fold(x, |x, i| {
                let at = Attrs::new().dims("starts", &[Dim::from(7 * i as i64 + 1)]).ints("steps", &[1]);
                b.apply(kind, &[x, y], at).unwrap()
            });
            results(&mut f, &[last]);
            f
        };
        linear("writes", &[10, 14, 150, 1_000], build);
    }
}
