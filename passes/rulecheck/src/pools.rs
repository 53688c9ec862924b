//! What the variables of a rule are tried as: shapes, element types, attributes, and what conditions assume.

use thn_eqsat::{
    egraph::Payload,
    rule::{Argument, Pattern, PayloadPattern, Rule},
};
use thn_facts::{Facts, Structure};
use thn_ir::{Attr, Attrs, DType, Dim, OpKind, Shape, TensorType};

/// The number of columns; unknown and fixed lengths are rows.
pub(crate) const COLUMNS: i64 = 2;

/// The least positive number.
const TINY: f64 = f64::from_bits(1);

/// What the conditions of a rule assume of one of its variables: one or several sets of facts, each of which implies
/// the conditions.
pub(crate) fn assumed(rule: &Rule, what: &Argument, dtype: DType) -> Vec<Facts> {
    let mut facts = Facts::of_dtype(dtype);
    let (mut nonzero, mut large) = (false, false);
    for guard in rule.guards.iter().filter(|g| g.args.contains(what)) {
        match guard.name() {
            "nonneg" => facts.lo = 0.0,
            "positive" => facts.lo = TINY,
            "nonzero" => nonzero = true,
            "large" => large = true,
            "small" => (facts.lo, facts.hi, facts.inf) = (-1.0, 1.0, false),
            "nonpos" => facts.hi = 0.0,
            // Of two that are ordered, the first is on one side of zero and the second on the other.
            "at_least" if guard.args.first() == Some(what) => facts.lo = 0.0,
            "above" if guard.args.first() == Some(what) => facts.lo = TINY,
            "at_least" | "above" => facts.hi = 0.0,
            "number" => facts.nan = false,
            "bounded" => facts.inf = false,
            "unit" => (facts.lo, facts.hi, facts.inf) = (0.0, 1.0, false),
            "finite" => (facts.nan, facts.inf) = (false, false),
            "symmetric" => facts.structure = facts.structure | Structure::SYMMETRIC,
            "diagonal" => facts.structure = facts.structure | Structure::DIAGONAL,
            "lower" => facts.structure = facts.structure | Structure::LOWER,
            "upper" => facts.structure = facts.structure | Structure::UPPER,
            "orthogonal" => facts.structure = facts.structure | Structure::ORTHOGONAL,
            "identity" => facts.structure = facts.structure | Structure::IDENTITY,
            "within" if guard.args.first() == Some(what) => {
                (facts.lo, facts.hi) = (0.0, COLUMNS as f64 - 1.0);
            }
            "unique" => facts.structure = facts.structure | Structure::UNIQUE,
            _ => {}
        }
    }
    if !nonzero && !large {
        return vec![facts];
    }
    // Facts are bounds: what is not zero is above it or below it.
    let least = if large { 1.0 } else { TINY };
    let (above, below) =
        (Facts { lo: facts.lo.max(least), ..facts }, Facts { hi: facts.hi.min(-least), ..facts });
    [above, below].into_iter().filter(|f| f.lo <= f.hi).collect()
}

/// Whether facts can be meant of a tensor of this type.
pub(crate) fn fits(facts: Facts, ty: &TensorType) -> bool {
    match facts.structure {
        Structure::NONE => true,
        Structure::UNIQUE => ty.rank() == 1,
        s => ty.rank() == 2 && (Structure::DIAGONAL.has(s) || thn_facts::square(ty)),
    }
}

/// Whether every op of a pattern is elementwise.
pub(crate) fn elementwise(pattern: &Pattern) -> bool {
    pattern.walk().iter().all(|p| match p {
        Pattern::Op { kind, .. } => kind.row().is_elementwise(),
        Pattern::Rebroadcast { .. } | Pattern::Count { .. } => false,
        Pattern::Var(_) | Pattern::Number(_) => true,
    })
}

/// Shapes that variables are tried with; fewer for elementwise rules.
pub(crate) fn shapes(rows: &Dim, simple: bool) -> Vec<Shape> {
    let (n, m) = (rows.clone(), Dim::from(COLUMNS));
    let mut all = vec![Shape(vec![n.clone()]), Shape::scalar(), Shape(vec![n.clone(), m.clone()])];
    if !simple {
        all.push(Shape(vec![m.clone(), n.clone()]));
        all.push(Shape(vec![n.clone(), n.clone()]));
        all.push(Shape(vec![m.clone()]));
        all.push(Shape(vec![m.clone(), n.clone(), m.clone()]));
        all.push(Shape(vec![n.clone(), Dim::ONE]));
        all.push(Shape(vec![m.clone(), m, n]));
    }
    all
}

/// The element type of a variable by the operand it is, and whether it is an index.
pub(crate) fn role(left: &Pattern, var: usize, dtype: DType) -> (DType, bool) {
    for pattern in left.walk() {
        let Pattern::Op { kind, args, .. } = pattern else { continue };
        for (spec, arg) in kind.row().operands.iter().zip(args) {
            if *arg == Pattern::Var(var) {
                match spec.name {
                    "c" => return (DType::Bool, false),
                    "index" => return (DType::I64, true),
                    _ => {}
                }
            }
            // The condition may be a function of bools.
            let logic = |p: &&Pattern| match p {
                Pattern::Op { kind, .. } => {
                    matches!(kind, OpKind::Not | OpKind::And | OpKind::Or | OpKind::Xor)
                }
                _ => true,
            };
            let parts = arg.walk();
            if spec.name == "c" && parts.iter().all(logic) && parts.contains(&&Pattern::Var(var)) {
                return (DType::Bool, false);
            }
        }
    }
    (dtype, false)
}

/// Payloads to try for a variable, by the op it belongs to.
pub(crate) fn payloads(left: &Pattern, payload: usize, dtype: DType, shapes: &[Shape]) -> Vec<Payload> {
    let kind = left.walk().into_iter().find_map(|p| match p {
        Pattern::Op { kind, payload: PayloadPattern::Var(v), .. } if *v == payload => Some(*kind),
        _ => None,
    });
    let ints = |name: &'static str, lists: &[&[i64]]| -> Vec<Payload> {
        lists.iter().map(|l| Payload { attrs: Attrs::new().ints(name, l), ty: None }).collect()
    };
    let typed = |attrs: Vec<Attrs>| -> Vec<Payload> {
        let of = |a: &Attrs| {
            let a = a.clone();
            shapes
                .iter()
                .map(move |s| Payload { attrs: a.clone(), ty: Some(TensorType::new(dtype, s.clone())) })
        };
        attrs.iter().flat_map(of).collect()
    };
    match kind {
        Some(OpKind::Dimshuffle) => ints(
            "order",
            &[&[1, 0], &[0, 1], &[0, -1], &[-1, 0], &[0], &[1], &[0, 2, 1], &[2, 1, 0], &[1, 0, 2]],
        ),
        Some(OpKind::Argmax) => {
            [0, 1].map(|a| Payload { attrs: Attrs::new().with("axis", Attr::Int(a)), ty: None }).to_vec()
        }
        Some(OpKind::Cast) => DType::ALL
            .map(|d| Payload { attrs: Attrs::new().with("dtype", Attr::DType(d)), ty: None })
            .to_vec(),
        Some(OpKind::Broadcast) => {
            typed([&[][..], &[0], &[1], &[0, 1], &[2]].map(|l| Attrs::new().ints("axes", l)).to_vec())
        }
        Some(OpKind::Reshape) => {
            let mut all = typed(vec![Attrs::new()]);
            let flat = shapes.iter().map(|s| TensorType::new(dtype, Shape(vec![s.size()])));
            all.extend(flat.map(|t| Payload { attrs: Attrs::new(), ty: Some(t) }));
            all
        }
        Some(OpKind::Slice) => slices(dtype, shapes),
        Some(OpKind::SetSubtensor | OpKind::IncSubtensor) => {
            let places: [(&[i64], &[i64]); 5] =
                [(&[0], &[1]), (&[1], &[-1]), (&[0, 0], &[1, 1]), (&[0, 1], &[1, 1]), (&[0, 1], &[1, -1])];
            places.map(|(starts, steps)| Payload { attrs: place(starts, steps), ty: None }).to_vec()
        }
        Some(OpKind::Pad) => {
            let amounts: [(&[i64], &[i64]); 4] =
                [(&[1], &[2]), (&[0, 1], &[2, 0]), (&[0], &[0]), (&[0, 0], &[0, 0])];
            let pad = |(low, high)| Attrs::new().ints("low", low).ints("high", high);
            amounts.map(|a| Payload { attrs: pad(a), ty: None }).to_vec()
        }
        Some(OpKind::Iota) => typed([0, 1].map(|a| Attrs::new().with("axis", Attr::Int(a))).to_vec()),
        _ => ints("axes", &[&[0], &[1], &[0, 1], &[2], &[0, 2]]),
    }
}

fn place(starts: &[i64], steps: &[i64]) -> Attrs {
    let starts: Vec<Dim> = starts.iter().copied().map(Dim::from).collect();
    Attrs::new().dims("starts", &starts).ints("steps", steps)
}

/// Slices of vectors and matrices: whole, one element or column, from the second on, backwards.
fn slices(dtype: DType, shapes: &[Shape]) -> Vec<Payload> {
    // The first shape is a vector of the rows.
    let (n, m) = (shapes[0][0].clone(), Dim::from(COLUMNS));
    let (less, one) = (n.clone() - Dim::ONE, Dim::ONE);
    let of = |starts: &[i64], steps: &[i64], dims: &[&Dim]| {
        let shape = Shape(dims.iter().map(|d| (*d).clone()).collect());
        Payload { attrs: place(starts, steps), ty: Some(TensorType::new(dtype, shape)) }
    };
    let mut all = vec![
        of(&[0], &[1], &[&one]),
        of(&[1], &[1], &[&one]),
        of(&[1], &[-1], &[&m]),
        of(&[1], &[1], &[&less]),
        of(&[1], &[1], &[&n]),
        of(&[0, 0], &[1, 1], &[&n, &one]),
        of(&[0, 1], &[1, 1], &[&n, &one]),
        of(&[1, 0], &[1, 1], &[&one, &n]),
        of(&[1, 0], &[1, 1], &[&less, &m]),
        of(&[0, 1], &[1, 1], &[&n, &m]),
        of(&[0, 1], &[1, -1], &[&n, &m]),
    ];
    for shape in shapes.iter().filter(|s| s.rank() > 0) {
        let whole: Vec<&Dim> = shape.iter().collect();
        all.push(of(&vec![0; whole.len()], &vec![1; whole.len()], &whole));
    }
    all
}
