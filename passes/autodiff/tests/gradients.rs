//! The gradient of every op that has one, of first and second order, against differences; and that wrong gradients
//! are caught.

mod differences;
mod support;

use differences::{at_a_regular_point, check};
use support::{Case, case, data, gradient, gradient_as_case};
use thn_ir::*;
use thn_reference::Value as Data;

/// Points of three numbers: mixed signs, positive, within the unit interval, negative, and above 1. None is a kink or a jump of an op.
const POINTS: [[[f64; 3]; 2]; 5] = [
    [[0.625, -1.375, 1.8125], [1.25, 0.75, -2.5]],
    [[0.625, 1.375, 1.8125], [1.25, 0.75, 2.5]],
    [[0.625, -0.375, 0.8125], [0.25, 0.75, -0.5]],
    [[-0.625, -1.375, -1.8125], [-1.25, -0.75, -2.5]],
    [[1.625, 1.375, 1.8125], [1.25, 1.75, 2.5]],
];

/// Elementwise ops with a derivative that is not zero everywhere.
fn differentiable() -> impl Iterator<Item = OpKind> {
    OpKind::ALL.into_iter().filter(|k| {
        let row = k.row();
        row.is_elementwise() && row.partials.iter().any(|p| *p != Expr::Number("0"))
    })
}

/// The op on f64 operands, of which those in `scalars` have rank 0. A condition holds for the second element only.
fn elementwise(kind: OpKind, scalars: &[usize]) -> Case {
    let row = kind.row();
    let points: Vec<Vec<Data>> = POINTS
        .iter()
        .map(|numbers| {
            let operand = |(i, spec): (usize, &OperandSpec)| match spec.name {
                "c" => {
                    let bools = [false, true, false].map(Scalar::Bool).to_vec();
                    Data::new(DType::Bool, &[3], bools).unwrap()
                }
                _ if scalars.contains(&i) => data(&[], &numbers[i % 2][..1]),
                _ => data(&[3], &numbers[i % 2]),
            };
            row.operands.iter().enumerate().map(operand).collect()
        })
        .collect();
    at_a_regular_point(&points, |point| {
        case(row.mnemonic, point, |b, args| match kind {
            OpKind::Cast => b.cast(args[0], DType::F32),
            _ => b.map(kind, args),
        })
    })
}

fn every_elementwise_case() -> Vec<Case> {
    let mut cases = vec![];
    for kind in differentiable() {
        cases.push(elementwise(kind, &[]));
        if kind.row().operands.len() > 1 {
            let first = kind.row().operands.iter().position(|o| o.name != "c").unwrap();
            cases.push(elementwise(kind, &[first]));
            cases.push(elementwise(kind, &[first + 1]));
        }
    }
    cases
}

fn numbers(shape: &[usize]) -> Data {
    let count: usize = shape.iter().product();
    // A full period of residues: all elements differ, and none is 0.
    let values: Vec<f64> = (0..count).map(|i| ((i * 37 + 11) % 64) as f64 / 16.0 - 2.03125).collect();
    data(shape, &values)
}

fn indices(shape: &[usize], values: &[i64]) -> Data {
    Data::new(DType::I64, shape, values.iter().map(|i| Scalar::Int((*i).into())).collect()).unwrap()
}

fn axes(list: &[i64]) -> Attrs {
    Attrs::new().ints("axes", list)
}

fn reduction_cases() -> Vec<Case> {
    let mut cases = vec![];
    for kind in OpKind::ALL.into_iter().filter(|k| k.row().attrs.iter().any(|a| a.name == "axes")) {
        if kind == OpKind::Broadcast {
            continue;
        }
        for over in [&[1][..], &[0, 2], &[0, 1, 2]] {
            let name = format!("{} over {over:?}", kind.row().mnemonic);
            cases.push(case(&name, vec![numbers(&[2, 3, 2])], |b, v| b.apply(kind, &[v[0]], axes(over))));
        }
    }
    for zeros in 0..3 {
        let mut values = [0.75, -1.5, 2.25, 0.5];
        values[..zeros].fill(0.0);
        let name = format!("prod of {zeros} zeros");
        cases.push(case(&name, vec![data(&[4], &values)], |b, v| b.apply(OpKind::Prod, &[v[0]], axes(&[0]))));
    }
    cases
}

fn movement_cases() -> Vec<Case> {
    let dim = Dim::from;
    let whole = |b: &Builder<'_>, v: Value| b.shape(v);
    vec![
        case("broadcast", vec![numbers(&[2])], |b, v| {
            let n = b.shape(v[0])?[0].clone();
            b.broadcast(v[0], &[1], &Shape(vec![3.into(), n, 2.into()]))
        }),
        case("dimshuffle", vec![numbers(&[2, 1, 3])], |b, v| b.dimshuffle(v[0], &[2, -1, 0])),
        case("reshape", vec![numbers(&[2, 3])], |b, v| {
            let size = whole(b, v[0])?.size();
            b.reshape(v[0], &Shape(vec![size]))
        }),
        case("assume", vec![numbers(&[2, 3])], |b, v| {
            let known = b.assume(v[0], &[Fact::Finite])?;
            b.map(OpKind::Sqr, &[known])
        }),
        case("slice", vec![numbers(&[5, 3])], |b, v| {
            b.slice(v[0], &[dim(4), dim(1)], &[-2, 1], &Shape::fixed(&[3, 2]))
        }),
        case("gather", vec![numbers(&[3, 2]), indices(&[2, 2], &[2, 0, -1, 2])], |b, v| {
            b.map(OpKind::Gather, v)
        }),
        case("pick", vec![numbers(&[3, 4]), indices(&[3], &[3, 0, -1])], |b, v| b.map(OpKind::Pick, v)),
        case("diagonal", vec![numbers(&[2, 3, 3])], |b, v| b.map(OpKind::Diagonal, v)),
        case("diagonal, wide", vec![numbers(&[2, 4])], |b, v| b.map(OpKind::Diagonal, v)),
        case("diagonal, tall", vec![numbers(&[4, 2])], |b, v| b.map(OpKind::Diagonal, v)),
        case("join", vec![numbers(&[2, 1]), numbers(&[2, 3]), numbers(&[2, 2])], |b, v| {
            b.apply(OpKind::Join, v, Attrs::new().with("axis", Attr::Int(1)))
        }),
        case("pad", vec![numbers(&[2, 3]), data(&[], &[0.5])], |b, v| {
            b.apply(OpKind::Pad, v, Attrs::new().ints("low", &[1, 0]).ints("high", &[0, 2]))
        }),
        case("set_subtensor", vec![numbers(&[4, 3]), numbers(&[2, 2])], |b, v| {
            let place = Attrs::new().dims("starts", &[dim(3), dim(0)]).ints("steps", &[-2, 2]);
            b.apply(OpKind::SetSubtensor, v, place)
        }),
        case("inc_subtensor", vec![numbers(&[4, 3]), numbers(&[2, 2])], |b, v| {
            let place = Attrs::new().dims("starts", &[dim(3), dim(0)]).ints("steps", &[-2, 2]);
            b.apply(OpKind::IncSubtensor, v, place)
        }),
        case(
            "scatter_add",
            vec![numbers(&[3, 2]), indices(&[4], &[2, 0, -1, 2]), numbers(&[4, 2])],
            |b, v| b.map(OpKind::ScatterAdd, v),
        ),
    ]
}

fn product_cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 4] = [[&[3], &[3]], [&[2, 3], &[3]], [&[3], &[3, 2]], [&[2, 3], &[3, 4]]];
    let mut cases: Vec<Case> = shapes
        .iter()
        .map(|[x, y]| {
            let name = format!("dot of ranks {} and {}", x.len(), y.len());
            case(&name, vec![numbers(x), numbers(y)], |b, v| b.map(OpKind::Dot, v))
        })
        .collect();
    cases.push(case("batched_dot", vec![numbers(&[2, 3, 2]), numbers(&[2, 2, 4])], |b, v| {
        b.map(OpKind::BatchedDot, v)
    }));
    cases
}

/// A branch on the sign of the first argument; the branches use both, one or none of the two captured tensors.
fn branch_case(first: f64) -> Case {
    case("cond", vec![data(&[], &[first]), numbers(&[3]), numbers(&[3])], |b, v| {
        let zero = b.number(DType::F64, 0.0)?;
        let positive = b.map(OpKind::Gt, &[v[0], zero])?;
        let squared = b.map(OpKind::Sqr, &[v[1]])?;
        let mut regions = vec![];
        for then in [true, false] {
            let region = b.func.new_block();
            let mut inner = Builder::new(b.func, region, Loc::Unknown);
            let result = match then {
                true => inner.map(OpKind::Mul, &[squared, v[2]])?,
                false => inner.map(OpKind::Sin, &[v[1]])?,
            };
            b.func.block_mut(region).results.push(result);
            regions.push(region);
        }
        let op = b.op(OpKind::Cond, &[positive], Attrs::new(), None, &regions)?;
        let chosen = b.func.op(op).result();
        b.map(OpKind::Mul, &[chosen, v[0]])
    })
}

/// A recurrence over two carried values and a counter, with a captured vector: `c <- sin(c w) + n d`, `d <- d c`,
/// `n <- n + i`. Nothing is linear, so every step of the way back needs the values of its own step.
fn loop_case(steps: i64) -> Case {
    let name = format!("loop of {steps} steps");
    case(&name, vec![numbers(&[3]), numbers(&[3]), numbers(&[3])], |b, v| {
        let body = b.func.new_block();
        let step = b.func.add_block_arg(body, TensorType::scalar(DType::I64));
        let ty = b.tensor(v[0])?;
        let carried: Vec<Value> = (0..2).map(|_| b.func.add_block_arg(body, ty.clone())).collect();
        let counter = b.func.add_block_arg(body, TensorType::scalar(DType::I64));
        let mut inner = Builder::new(b.func, body, Loc::Unknown);
        let product = inner.map(OpKind::Mul, &[carried[0], v[2]])?;
        let sine = inner.map(OpKind::Sin, &[product])?;
        let factor = inner.cast(counter, DType::F64)?;
        let scaled = inner.map(OpKind::Mul, &[carried[1], factor])?;
        let next = [
            inner.map(OpKind::Add, &[sine, scaled])?,
            inner.map(OpKind::Mul, &[carried[1], carried[0]])?,
            inner.map(OpKind::Add, &[counter, step])?,
        ];
        b.func.block_mut(body).results = next.to_vec();
        let integer =
            |b: &mut Builder<'_>, n: i64| b.literal(Literal::scalar(DType::I64, Scalar::Int(n.into())));
        let (count, one) = (integer(b, steps)?, integer(b, 1)?);
        let op = b.op(OpKind::Loop, &[count, v[0], v[1], one], Attrs::new(), None, &[body])?;
        let finals = b.func.op(op).results.clone();
        b.map(OpKind::Mul, &[finals[0], finals[1]])
    })
}

/// Everything that has a rule; at least one case for each.
fn every_case() -> Vec<Case> {
    let mut cases = every_elementwise_case();
    cases.extend(reduction_cases());
    cases.extend(movement_cases());
    cases.extend(product_cases());
    cases.extend([branch_case(0.5), branch_case(-0.5)]);
    cases.extend([loop_case(0), loop_case(1), loop_case(3)]);
    cases
}

#[test]
fn gradients_agree_with_differences() {
    for case in every_case() {
        let gradient = gradient(&case).unwrap_or_else(|e| panic!("{}: {e}\n{}", case.name, case.func));
        check(&case, &gradient).unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
fn gradients_of_gradients_agree_with_differences() {
    for case in every_case() {
        // At a zero element the gradient of a product is chosen, not computed, and has no derivative there.
        if ["prod of 1 zeros", "prod of 2 zeros"].contains(&case.name.as_str()) {
            continue;
        }
        let second = gradient_as_case(&case);
        let gradient = gradient(&second).unwrap_or_else(|e| panic!("{}: {e}\n{}", second.name, second.func));
        check(&second, &gradient).unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
fn every_rule_has_a_case() {
    let used: std::collections::BTreeSet<OpKind> = every_case()
        .iter()
        .flat_map(|c| c.func.body().ops.iter().map(|op| c.func.op(*op).kind).collect::<Vec<_>>())
        .collect();
    for kind in OpKind::ALL {
        let row = kind.row();
        let differentiable = row.partials.iter().any(|p| *p != Expr::Number("0"));
        if differentiable || row.transpose.is_some() || [OpKind::Cond, OpKind::Loop].contains(&kind) {
            assert!(used.contains(&kind), "no case differentiates thn.{}", row.mnemonic);
        }
    }
}

/// Replaces the first op of a kind by another kind; `None` if there is none.
fn with_wrong_op(gradient: &Func, from: OpKind, to: OpKind) -> Option<Func> {
    let mut wrong = gradient.clone();
    let op = wrong.body().ops.iter().copied().find(|op| wrong.op(*op).kind == from)?;
    wrong.op_mut(op).kind = to;
    Some(wrong)
}

#[test]
fn a_wrong_partial_is_caught() {
    let plant = |kind, from, to| {
        let case = elementwise(kind, &[]);
        let gradient = gradient(&case).unwrap();
        check(&case, &gradient).unwrap();
        let wrong = with_wrong_op(&gradient, from, to).expect("the gradient has such an op");
        let found = check(&case, &wrong).expect_err("a wrong partial passes");
        assert!(found.contains("the difference quotient"), "{found}");
    };
    plant(OpKind::Sin, OpKind::Cos, OpKind::Sin);
    plant(OpKind::Tanh, OpKind::Cosh, OpKind::Sinh);
    plant(OpKind::Div, OpKind::Neg, OpKind::Abs);
    plant(OpKind::Sqrt, OpKind::Div, OpKind::Mul);
}

/// Every gradient off by one part in ten thousand is caught.
#[test]
fn a_slightly_wrong_factor_is_caught() {
    for case in every_case() {
        let mut wrong = gradient(&case).unwrap();
        let results = wrong.body().results.clone();
        let mut b = Builder::new(&mut wrong, Func::BODY, Loc::Unknown);
        let factor = b.number(DType::F64, 1.0001).unwrap();
        let scaled = results.iter().map(|r| b.map(OpKind::Mul, &[*r, factor]).unwrap()).collect();
        wrong.block_mut(Func::BODY).results = scaled;
        let vanishes = case.name == "prod of 2 zeros";
        assert!(vanishes || check(&case, &wrong).is_err(), "{} passes", case.name);
    }
}
