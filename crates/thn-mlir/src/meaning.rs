//! What ops of other dialects mean: the rows of the op table that name them, and their fast-math flags.

use crate::{attributes, dims, names::NAME, raw, text::attribute_text, types};
use mlir_sys::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};
use thn_ir::{AttrKind, Attrs, DType, Expr, Literal, OpKind, OpRow, Prim, Scalar, Semantics};

/// Predicates of `arith.cmpf`, in the order of their numbers.
const FLOAT_PREDICATES: [&str; 16] = [
    "false", "oeq", "ogt", "oge", "olt", "ole", "one", "ord", "ueq", "ugt", "uge", "ult", "ule", "une",
    "uno", "true",
];
/// Predicates of `arith.cmpi`, in the order of their numbers.
const INT_PREDICATES: [&str; 10] = ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"];

/// What fast-math flags allow a rewrite to change. Nothing is allowed by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FastMathFlags(u8);

impl FastMathFlags {
    /// The flags, as MLIR spells them.
    const FLAGS: [&str; 7] = ["reassoc", "nnan", "ninf", "nsz", "arcp", "contract", "afn"];

    /// As without flags.
    pub const NONE: FastMathFlags = FastMathFlags(0);
    /// As with `fast`.
    pub const ALL: FastMathFlags = FastMathFlags(0x7f);

    /// Other rounding: sums and products in another order.
    pub fn reassoc(self) -> bool {
        self.has("reassoc")
    }

    /// Operands and results are neither NaN nor infinite.
    pub fn finite(self) -> bool {
        self.has("nnan") && self.has("ninf")
    }

    /// Everything.
    pub fn fast(self) -> bool {
        self == Self::ALL
    }

    /// What both allow.
    #[must_use]
    pub fn and(self, other: FastMathFlags) -> FastMathFlags {
        FastMathFlags(self.0 & other.0)
    }

    fn has(self, flag: &str) -> bool {
        Self::FLAGS.iter().position(|known| *known == flag).is_some_and(|bit| self.0 & (1 << bit) != 0)
    }

    /// Reads `#arith.fastmath<…>`.
    fn read(attribute: MlirAttribute) -> Option<FastMathFlags> {
        let text = attribute_text(attribute);
        let inner = text.strip_prefix("#arith.fastmath<")?.strip_suffix('>')?;
        inner.split(',').map(str::trim).try_fold(Self::NONE, |all, flag| match flag {
            "none" => Some(all),
            "fast" => Some(Self::ALL),
            _ => {
                let bit = Self::FLAGS.iter().position(|known| *known == flag)?;
                Some(FastMathFlags(all.0 | 1 << bit))
            }
        })
    }

    /// The flags of a new op in a program that has these. `nnan` and `ninf` are promises about values that the
    /// program had; they are not made for values that it had not.
    pub fn of_new_op(self) -> String {
        let kept = Self::FLAGS.iter().filter(|flag| !matches!(**flag, "nnan" | "ninf") && self.has(flag));
        let kept: Vec<_> = kept.copied().collect();
        format!("#arith.fastmath<{}>", if kept.is_empty() { "none".to_owned() } else { kept.join(",") })
    }
}

/// What an op of another dialect means.
pub struct Meaning {
    /// The row of the table.
    pub kind: OpKind,
    /// The attributes that the row declares.
    pub attrs: Attrs,
    /// What it allows; `None` if it computes no floats.
    pub flags: Option<FastMathFlags>,
    /// Whether integers that do not fit wrap around, rather than never occur.
    pub wraps: bool,
}

/// The rows that name an op.
static NAMED: LazyLock<BTreeMap<&str, Vec<OpKind>>> = LazyLock::new(|| {
    let mut named: BTreeMap<&str, Vec<OpKind>> = BTreeMap::new();
    for kind in OpKind::ALL {
        for prim in kind.row().foreign {
            named.entry(prim.emit).or_default().push(kind);
        }
    }
    named
});

/// The rows that name an op, each as often as it does.
pub fn named(name: &str) -> &'static [OpKind] {
    NAMED.get(name).map_or(&[], Vec::as_slice)
}

/// Whether an op computes whole tensors into destinations.
pub fn is_structured(name: &str) -> bool {
    name.starts_with("linalg.")
}

/// The row that names an op on elements, if all of the op's attributes are understood.
pub fn meaning(operation: MlirOperation) -> Option<Meaning> {
    let name = raw::name(operation);
    let kinds = named(&name);
    if kinds.is_empty() || is_structured(&name) {
        return None;
    }
    let (operands, results) = (raw::operands(operation), raw::results(operation));
    let [result] = results.as_slice() else { return None };
    let (dtype, _) = types::shaped(raw::type_of(*operands.last().unwrap_or(result)))?;
    let predicate = match raw::attribute(operation, "predicate") {
        None => None,
        Some(number) => {
            let known: &[&str] = if dtype.is_float() { &FLOAT_PREDICATES } else { &INT_PREDICATES };
            Some(*known.get(usize::try_from(attributes::integer(number)?).ok()?)?)
        }
    };
    let fits = |prim: &Prim| prim.emit == name && prim.predicate == predicate && prim.class.contains(dtype);
    let kind = kinds.iter().copied().find(|kind| kind.row().foreign.iter().any(fits))?;
    let row = kind.row();
    let whole = operands.iter().chain(&results).all(|value| types::shaped(raw::type_of(*value)).is_some());
    if !whole || operands.len() != row.operands.len() || !raw::regions(operation).is_empty() {
        return None;
    }
    let flags = (dtype.is_float() && !operands.is_empty()).then_some(FastMathFlags::NONE);
    let mut meaning = Meaning { kind, attrs: Attrs::new(), flags, wraps: true };
    for (name, attribute) in raw::attributes(operation) {
        match name.as_str() {
            "predicate" | NAME | dims::DIMS => {}
            "fastmath" => meaning.flags = Some(FastMathFlags::read(attribute)?),
            "overflowFlags" => meaning.wraps = attribute_text(attribute) == "#arith.overflow<none>",
            _ => {
                let spec = row.attrs.iter().find(|spec| spec.name == name)?;
                let value = match spec.kind {
                    AttrKind::Literal => thn_ir::Attr::Literal(literal(attribute)?),
                    kind => attributes::read(kind, attribute, &mut |_| None).ok()?,
                };
                meaning.attrs.set(name, value);
            }
        }
    }
    Some(meaning)
}

/// A literal: dense, or one number.
pub fn literal(attribute: MlirAttribute) -> Option<Literal> {
    // SAFETY: the attribute is alive; its value is read as what it is.
    unsafe {
        let dtype = types::dtype(mlirAttributeGetType(attribute));
        if mlirAttributeIsAFloat(attribute) {
            return Some(Literal::scalar(dtype?, Scalar::Float(mlirFloatAttrGetValueDouble(attribute))));
        }
        if dtype == Some(DType::Bool) && mlirAttributeIsAInteger(attribute) {
            return Some(Literal::scalar(
                DType::Bool,
                Scalar::Bool(mlirIntegerAttrGetValueInt(attribute) != 0),
            ));
        }
        if let Some(value) = attributes::integer(attribute) {
            return Some(Literal::scalar(dtype?, Scalar::Int(value.into())));
        }
    }
    attributes::dense(attribute)
}

/// The name that other dialects have for an op on elements of this type, wherever they are.
pub fn name(row: &OpRow, dtype: DType) -> Option<Prim> {
    row.foreign.iter().find(|prim| prim.class.contains(dtype) && !is_structured(prim.emit)).copied()
}

/// The name that linalg has for an op on operands of these ranks; where a row has one name, ranks do not matter.
pub fn structured_name(row: &OpRow, dtype: DType, ranks: &[usize]) -> Option<&'static str> {
    let ranks: Vec<String> = ranks.iter().map(usize::to_string).collect();
    let ranks = ranks.join("x");
    let fits = |prim: &&Prim| {
        is_structured(prim.emit) && prim.class.contains(dtype) && prim.predicate.is_none_or(|p| p == ranks)
    };
    row.foreign.iter().find(fits).map(|prim| prim.emit)
}

/// The number of a predicate.
pub fn predicate(dtype: DType, predicate: &str) -> Option<i64> {
    let known: &[&str] = if dtype.is_float() { &FLOAT_PREDICATES } else { &INT_PREDICATES };
    known.iter().position(|name| *name == predicate).map(|position| position as i64)
}

/// The ops that can be written in other dialects, by the element type of their last operand: those that the op table names
/// there, those that are made of such, and repeated numbers. In a `structured` block, that is one with ops of linalg, there
/// are more.
pub fn written(structured: bool) -> BTreeSet<(OpKind, DType)> {
    let signless = DType::ALL.into_iter().filter(|dtype| !dtype.is_int() || dtype.is_signed());
    let all = signless.flat_map(|dtype| OpKind::ALL.into_iter().map(move |kind| (kind, dtype)));
    all.filter(|(kind, dtype)| *kind == OpKind::Broadcast || can_write(*kind, *dtype, structured)).collect()
}

/// Whether an op is made of others, and has no name in other dialects.
pub fn is_unnamed(kind: OpKind, structured: bool) -> bool {
    let row = kind.row();
    let named = row.foreign.iter().any(|prim| structured || !is_structured(prim.emit));
    !named && matches!(row.semantics, Semantics::Expand(_))
}

fn can_write(kind: OpKind, dtype: DType, structured: bool) -> bool {
    let row = kind.row();
    match row.semantics {
        Semantics::Expand(parts) if is_unnamed(kind, structured) => {
            (structured || row.is_elementwise()) && parts_written(&parts, dtype, structured)
        }
        _ => {
            // A fold is written as that of every row that folds alike.
            let alike = |other: &OpKind| {
                *other == kind || row.reduction().is_some_and(|fold| other.row().reduction() == Some(fold))
            };
            let names = OpKind::ALL.into_iter().filter(alike).flat_map(|other| other.row().foreign);
            names
                .into_iter()
                .any(|prim| prim.class.contains(dtype) && (structured || !is_structured(prim.emit)))
        }
    }
}

fn parts_written(expression: &Expr, dtype: DType, structured: bool) -> bool {
    match expression {
        Expr::Op(kind, parts) => {
            can_write(*kind, dtype, structured)
                && parts.iter().all(|part| parts_written(part, dtype, structured))
        }
        Expr::Let(bound, body) => {
            parts_written(bound, dtype, structured) && parts_written(body, dtype, structured)
        }
        Expr::Reduce(kind, x) => can_write(*kind, dtype, structured) && parts_written(x, dtype, structured),
        Expr::Rebroadcast(x) => structured && parts_written(x, dtype, structured),
        Expr::Operand(_) | Expr::Local(_) | Expr::Number(_) => true,
        // Lengths are indices there, and no numbers.
        Expr::Result | Expr::Count | Expr::Real(..) => false,
    }
}
