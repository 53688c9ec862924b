//! Programs that are long or deep in every way that a walk could follow.

use std::thread;
use thn_ir::{
    Arg, Attr, Attrs, Builder, DType, Dim, Func, Literal, Loc, OpKind, Res, Scalar, Shape, TensorType, Value,
};
use thn_reference::Value as Input;

/// Ops of a long program.
pub(crate) const MANY: usize = 100_000;

/// The stack of a thread that Rust makes, whatever the environment says.
const STACK: usize = 2 << 20;

/// Runs something on a thread of its own, and fails as it does.
pub(crate) fn on_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.expect("a thread").join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// A function of one vector of 2 elements.
fn program(name: &str, build: impl FnOnce(&mut Builder<'_>, Value) -> Value) -> Func {
    let mut func = Func::new(name);
    let x = func.add_tensor_arg(DType::F64, &[Some(2)], Arg { name: Some("x".into()), ..Arg::default() });
    let result = build(&mut Builder::new(&mut func, Func::BODY, Loc::File("deep.rs".into(), 1, 1)), x);
    func.add_result(result, Res::default());
    func
}

/// One value for each argument: numbers between 0 and 1.
pub(crate) fn first_value(func: &Func) -> Vec<Input> {
    let of = |ty: &TensorType| {
        let lengths = ty.shape.as_fixed().unwrap_or_else(|| vec![SLICED; ty.rank()]);
        let count = lengths.iter().product::<i64>() as usize;
        let data = (0..count).map(|i| 0.25 + 0.5 * i as f64 / count as f64).collect();
        let shape: Vec<usize> = lengths.iter().map(|n| *n as usize).collect();
        Input::from_array(&ndarray::ArrayD::from_shape_vec(shape, data).expect("as many"))
    };
    func.body().args.iter().filter_map(|v| func.tensor(*v)).map(of).collect()
}

/// Each op reads the one before.
pub(crate) fn chain(ops: usize) -> Func {
    const KINDS: [OpKind; 4] = [OpKind::Sin, OpKind::Tanh, OpKind::Sigmoid, OpKind::Erf];
    program("chain", |b, x| (0..ops).fold(x, |x, i| b.map(KINDS[i % 4], &[x]).expect("it fits")))
}

/// Each op reads the one before twice, or that and the argument: as a tree, the program is exponentially large.
pub(crate) fn diamonds(ops: usize) -> Func {
    program("diamonds", |b, x| {
        (0..ops).fold(x, |y, i| match i % 3 {
            0 => b.map(OpKind::Hypot, &[y, y]).expect("it fits"),
            1 => b.map(OpKind::Sin, &[y]).expect("it fits"),
            _ => b.map(OpKind::Sub, &[y, x]).expect("it fits"),
        })
    })
}

/// The terms of a sum, all of one argument.
fn terms(b: &mut Builder<'_>, x: Value, count: usize) -> Vec<Value> {
    let term = |i| {
        let c = b.number(DType::F64, 1.0 / (i + 2) as f64).expect("a number");
        b.map(OpKind::Mul, &[x, c]).expect("it fits")
    };
    (0..count).map(term).collect()
}

/// A sum, term by term.
pub(crate) fn fan(ops: usize) -> Func {
    program("fan", |b, x| {
        let terms = terms(b, x, ops / 3);
        terms.into_iter().reduce(|sum, t| b.map(OpKind::Add, &[sum, t]).expect("it fits")).expect("some")
    })
}

/// A sum of sums.
pub(crate) fn balanced(ops: usize) -> Func {
    program("balanced", |b, x| {
        let mut level = terms(b, x, ops / 3);
        while level.len() > 1 {
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [a, c] => b.map(OpKind::Add, &[*a, *c]).expect("it fits"),
                    _ => pair[0],
                })
                .collect();
        }
        level[0]
    })
}

/// One op with very many operands.
pub(crate) fn joined(ops: usize) -> Func {
    program("joined", |b, x| {
        let terms = terms(b, x, ops / 2);
        b.apply(OpKind::Join, &terms, Attrs::new().with("axis", Attr::Int(0))).expect("it fits")
    })
}

/// The length that [`slices`] is called with.
const SLICED: i64 = 2_000;

/// A vector of unknown length that loses an element with each op.
pub(crate) fn slices(ops: usize) -> Func {
    let mut func = Func::new("slices");
    let x = func.add_tensor_arg(DType::F64, &[None], Arg { name: Some("x".into()), ..Arg::default() });
    let mut b = Builder::new(&mut func, Func::BODY, Loc::File("deep.rs".into(), 1, 1));
    let mut part = x;
    for _ in 0..ops {
        let shape = Shape(vec![b.shape(part).expect("a tensor")[0].clone() - Dim::ONE]);
        part = b.slice(part, &[Dim::ONE], &[1], &shape).expect("it fits");
    }
    let sum = b.reduce(OpKind::Sum, part, &[0]).expect("it fits");
    func.add_result(sum, Res::default());
    func
}

/// Loops of one step around `y + x`, put together as no builder would; the one at depth n is at line n.
pub(crate) fn nested_loops(depth: usize) -> Func {
    program("loops", |b, x| {
        let count = b.literal(Literal::scalar(DType::I64, Scalar::Int(1))).expect("a number");
        let ty = b.tensor(x).expect("a tensor");
        let blocks: Vec<_> = (0..depth).map(|_| b.func.new_block()).collect();
        let mut carried = vec![x];
        for block in &blocks {
            b.func.add_block_arg(*block, TensorType::scalar(DType::I64));
            carried.push(b.func.add_block_arg(*block, ty.clone()));
        }
        let innermost = carried[depth];
        let block = blocks.last().copied().unwrap_or(Func::BODY);
        let line = |at: usize| Loc::File("deep.rs".into(), at as u32 + 1, 1);
        let mut next =
            Builder::new(b.func, block, line(depth)).map(OpKind::Add, &[innermost, x]).expect("it fits");
        for at in (0..depth).rev() {
            b.func.block_mut(blocks[at]).results.push(next);
            let outer = if at == 0 { Func::BODY } else { blocks[at - 1] };
            let operands = [count, carried[at]];
            let result = [ty.clone().into()];
            let op =
                b.func.push(outer, OpKind::Loop, &operands, Attrs::new(), &[blocks[at]], result, line(at));
            next = b.func.op(op).result();
        }
        next
    })
}

/// A branch on a bool that is very many bools, the second of each pair in turn.
pub(crate) fn conditions(ops: usize) -> Func {
    let mut func = Func::new("conditions");
    let arg = |func: &mut Func, dtype| func.add_tensor_arg(dtype, &[], Arg::default());
    let (x, y) = (arg(&mut func, DType::F64), arg(&mut func, DType::F64));
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let mut all = b.map(OpKind::Lt, &[x, y]).expect("it fits");
    for i in 0..ops {
        all = match i % 2 {
            0 => b.map(OpKind::Not, &[all]).expect("it fits"),
            _ => b.map(OpKind::And, &[all, all]).expect("it fits"),
        };
    }
    let regions = [x, y].map(|value| {
        let region = b.func.new_block();
        let result = Builder::new(b.func, region, Loc::Unknown).map(OpKind::Exp, &[value]).expect("it fits");
        b.func.block_mut(region).results.push(result);
        region
    });
    let op = b.op(OpKind::Cond, &[all], Attrs::new(), None, &regions).expect("it fits");
    let result = func.op(op).result();
    func.add_result(result, Res::default());
    func
}

/// A long program as text: a chain, or the sum of as many terms.
pub(crate) fn text(ops: usize, fan: bool) -> String {
    let mut text =
        "func.func @f(%x: tensor<2xf64>) -> tensor<f64> {\n%v0 = thn.exp %x : tensor<2xf64>\n".to_owned();
    let both = "tensor<2xf64>, tensor<2xf64>";
    let steps = if fan { ops / 2 } else { ops };
    for i in 1..=steps {
        let before = i - 1;
        text.push_str(&match fan {
            true => {
                format!("%t{i} = thn.sin %x : tensor<2xf64>\n%v{i} = thn.add %v{before}, %t{i} : {both}\n")
            }
            false if i % 2 == 0 => format!("%v{i} = thn.sub %v{before}, %x : {both}\n"),
            false => format!("%v{i} = thn.softplus %v{before} : tensor<2xf64>\n"),
        });
    }
    text + &format!("%s = thn.sum %v{steps} axes = [0] : tensor<2xf64>\nreturn %s : tensor<f64>\n}}\n")
}

/// A chain of ops of other dialects as text.
pub(crate) fn foreign_text(ops: usize) -> String {
    let ty = "tensor<2xf64>";
    let mut text = format!("func.func @f(%x: {ty}) -> {ty} {{\n%v0 = math.exp %x : {ty}\n");
    for i in 1..=ops {
        let before = i - 1;
        text.push_str(&match i % 2 {
            0 => format!("%v{i} = arith.subf %v{before}, %x : {ty}\n"),
            _ => format!("%v{i} = math.sin %v{before} : {ty}\n"),
        });
    }
    text + &format!("return %v{ops} : {ty}\n}}\n")
}

/// Loops inside one another as text.
pub(crate) fn nested_text(depth: usize) -> String {
    let open = |i: usize| {
        let outer = if i == 0 { "%x".to_owned() } else { format!("%c{}", i - 1) };
        format!(
            "%r{i} = thn.loop %k, {outer} : (tensor<i64>, tensor<f64>) -> tensor<f64> {{\n\
             ^bb0(%s{i}: tensor<i64>, %c{i}: tensor<f64>):\n"
        )
    };
    let close = |i: usize| {
        let end = if i == 0 { "return" } else { "thn.yield" };
        format!("}}\n{end} %r{i} : tensor<f64>\n")
    };
    format!(
        "func.func @f(%x: tensor<f64>) -> tensor<f64> {{\n%k = thn.constant dense<1> : tensor<i64>\n{}\
         %w = thn.add %c{}, %x : tensor<f64>, tensor<f64>\nthn.yield %w : tensor<f64>\n{}}}\n",
        (0..depth).map(open).collect::<String>(),
        depth - 1,
        (0..depth).rev().map(close).collect::<String>()
    )
}
