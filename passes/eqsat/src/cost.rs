//! What it costs to compute a node, in additions of one element.

use crate::egraph::{Graph, Head, Node, class_data, type_of};
use egg::Id;
use thn_ir::{Dim, Expr, OpKind, Semantics, TensorType};

/// What the cost of an op is. Each model reads the op table.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum CostModel {
    /// Additions of one element on a CPU: the `cost` of the row for each element.
    #[default]
    Cpu,
    /// Elements read and written: arithmetic is cheap beside memory, and starting an op is not.
    Gpu,
    /// Primitive ops, composite ones counted as what they expand to, whatever their size.
    Primitives,
}

impl CostModel {
    /// Every model.
    pub const ALL: [CostModel; 3] = [CostModel::Cpu, CostModel::Gpu, CostModel::Primitives];

    /// The name used in options.
    pub fn name(self) -> &'static str {
        match self {
            CostModel::Cpu => "cpu",
            CostModel::Gpu => "gpu",
            CostModel::Primitives => "primitives",
        }
    }

    /// The inverse of [`CostModel::name`].
    pub fn from_name(name: &str) -> Option<CostModel> {
        CostModel::ALL.into_iter().find(|m| m.name() == name)
    }
}

/// An op that only says where elements are. It is not free, or chains of them would stay.
const MOVEMENT: f64 = 0.1;
/// What an op costs however few elements it has.
const OVERHEAD: f64 = 0.25;
/// What starting an op costs on a GPU, in elements read or written.
const LAUNCH: f64 = 1_000.0;
/// Arithmetic that takes a GPU as long as reading one element.
const PER_ELEMENT: f64 = 32.0;
/// An op over constants: it becomes a literal.
const FOLDED: f64 = 0.001;
/// The length of a dim, which every call knows. A literal is preferred where it is fixed.
const LENGTH: f64 = 2.0 * FOLDED;

/// The cost of one node without its children.
pub(crate) fn of_node(graph: &Graph, node: &Node, class: Id, model: CostModel) -> f64 {
    let Some((kind, _)) = node.op() else {
        return match node.head {
            Head::Region(_) => 1_000.0,
            _ => 0.0,
        };
    };
    let constant = !node.children.is_empty() && node.children.iter().all(|c| class_data(graph, *c).foldable);
    if kind == OpKind::Dim {
        return LENGTH;
    }
    if kind == OpKind::Constant
        || (constant && class_data(graph, class).foldable && kind.row().is_elementwise())
    {
        return FOLDED;
    }
    let operands: Vec<&TensorType> = node.children.iter().filter_map(|c| type_of(graph, *c)).collect();
    type_of(graph, class).map_or(OVERHEAD, |ty| of_op(kind, &operands, ty, model))
}

/// The cost of an op by the types it works on.
pub(crate) fn of_op(kind: OpKind, operands: &[&TensorType], result: &TensorType, model: CostModel) -> f64 {
    let row = kind.row();
    if row.cost == 0 {
        return MOVEMENT;
    }
    let elements = result.shape.nominal_size();
    let work = match kind {
        OpKind::Dot | OpKind::BatchedDot => {
            let inner = operands.first().and_then(|x| x.shape.last()).map_or(1.0, Dim::nominal);
            // Each product of a stack is begun on its own.
            let begun =
                if kind == OpKind::BatchedDot { result.shape.first().map_or(0.0, Dim::nominal) } else { 0.0 };
            elements * inner + begun
        }
        // Only what is asked for is read.
        OpKind::Gather | OpKind::Pick => elements,
        // Folds and scans look at every element of what they read. A mean also divides its result: so much is saved where
        // a constant joins the divisor, and less than a division that stands by itself costs.
        _ if !row.is_elementwise() => {
            let read = operands.first().map_or(elements, |x| x.shape.nominal_size().max(elements));
            if kind == OpKind::Mean { read + elements } else { read }
        }
        _ => elements,
    };
    // A multiset of n is n - 1 ops; a little more, so that the association of the original program is preferred.
    let ops = if row.commutative { operands.len().max(2) - 1 } else { 1 } as f64;
    let each = match model {
        CostModel::Cpu => OVERHEAD + work * f64::from(row.cost),
        CostModel::Gpu => {
            let moved = elements + operands.iter().map(|x| x.shape.nominal_size()).sum::<f64>();
            LAUNCH + moved + work * f64::from(row.cost) / PER_ELEMENT
        }
        CostModel::Primitives => match row.semantics {
            Semantics::Expand(expr) => primitives(&expr),
            _ => 1.0,
        },
    };
    ops * each + if ops > 1.0 { FOLDED } else { 0.0 }
}

/// The ops of an expansion, composite ones as what they expand to.
fn primitives(expr: &Expr) -> f64 {
    match expr {
        Expr::Op(kind, args) => {
            let own = match kind.row().semantics {
                Semantics::Expand(inner) => primitives(&inner),
                _ => 1.0,
            };
            own + args.iter().map(primitives).sum::<f64>()
        }
        Expr::Reduce(_, inner) => 1.0 + primitives(inner),
        Expr::Rebroadcast(inner) => MOVEMENT + primitives(inner),
        Expr::Let(value, inner) => primitives(value) + primitives(inner),
        _ => 0.0,
    }
}
