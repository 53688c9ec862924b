//! Ops of `linalg` on tensors: what they mean.
//!
//! An op is known if its result follows from its inputs alone: elements are computed one by one by one op in its body, or
//! the op moves elements, or it folds them or multiplies matrices from a destination that holds the start of the fold
//! everywhere, such as a fill with 0. Maps other than the op's usual ones and casts are not known.

use mlir_sys::*;
use thn_ir::{Attr, Attrs, DType, Iterate, Literal, OpKind, Scalar, Semantics};
use thn_mlir::{
    FastMathFlags, attributes,
    meaning::{self, Meaning},
    raw,
    text::attribute_text,
    types,
};

/// Ops that are what their body is, and no row's own.
const POINTWISE: [&str; 4] = ["linalg.elementwise", "linalg.map", "linalg.reciprocal", "linalg.square"];

/// A note that MLIR leaves on ops for itself.
const MEMOIZED: &str = "linalg.memoized_indexing_maps";

/// How an op is read.
pub(super) struct Reading {
    pub(super) meaning: Meaning,
    /// What the operands of the row are.
    pub(super) operands: Vec<Source>,
    /// The operand that the result is written to.
    pub(super) init: Option<usize>,
}

/// Where an operand of a row comes from.
pub(super) enum Source {
    /// An operand of the op.
    Operand(usize),
    /// A number that the op's body holds.
    Number(Literal),
}

/// The maps of a product that neither transposes nor repeats, as MLIR spells them; `None` for ops that have no maps.
pub(super) fn usual_maps(name: &str) -> Option<&'static str> {
    match name {
        "linalg.matmul" => Some(
            "[affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, \
             affine_map<(d0, d1, d2) -> (d0, d1)>]",
        ),
        "linalg.batch_matmul" => Some(
            "[affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>, \
             affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>]",
        ),
        _ => None,
    }
}

/// The discardable attributes of an op that somebody else put there.
pub(super) fn has_own_attributes(operation: MlirOperation) -> bool {
    raw::discardable_attributes(operation).iter().any(|(name, _)| name != MEMOIZED)
}

/// What an op of linalg means, if it is understood completely.
pub(super) fn read(operation: MlirOperation) -> Option<Reading> {
    let name = raw::name(operation);
    if !meaning::is_structured(&name) || !has_usual_form(operation, &name) {
        return None;
    }
    let operands = raw::operands(operation);
    let (init, inputs) = operands.split_last()?;
    let [result] = raw::results(operation)[..] else { return None };
    // Memory is computed with for its effect, and has no result.
    if !raw::same_type(raw::type_of(*init), raw::type_of(result)) {
        return None;
    }
    let (dtype, dims) = types::tensor(raw::type_of(result))?;
    let mut ranks = vec![];
    for input in inputs {
        let (_, dims) = types::shaped(raw::type_of(*input))?;
        ranks.push(dims.len());
    }
    let meant = |kind, attrs, flags| Meaning { kind, attrs, flags, wraps: true };
    let all = || (0..inputs.len()).map(Source::Operand).collect::<Vec<_>>();
    let same_type =
        inputs.iter().all(|input| types::shaped(raw::type_of(*input)).is_some_and(|(of, _)| of == dtype));
    let (meaning, operands) = match meaning::named(&name).first().map(|kind| (*kind, kind.row().semantics)) {
        Some((kind, Semantics::Iterate(Iterate::Broadcast))) => {
            let axes: Vec<i64> = match name.as_str() {
                // One element that is no tensor.
                "linalg.fill" => {
                    types::dtype(raw::type_of(*inputs.first()?))?;
                    vec![]
                }
                _ => {
                    let new = ints(operation, "dimensions")?;
                    types::tensor(raw::type_of(*inputs.first()?))?;
                    (0..dims.len() as i64).filter(|axis| !new.contains(axis)).collect()
                }
            };
            (same_type && !dims.is_empty() && yields_first(operation))
                .then_some((meant(kind, Attrs::new().ints("axes", &axes), None), all()))?
        }
        Some((kind, Semantics::Iterate(Iterate::Dimshuffle))) => {
            let order = ints(operation, "permutation")?;
            (same_type && yields_first(operation))
                .then_some((meant(kind, Attrs::new().ints("order", &order), None), all()))?
        }
        Some((_, Semantics::Iterate(Iterate::Reduce { .. }))) => {
            let mut axes = ints(operation, "dimensions")?;
            axes.sort_unstable();
            let body = Body::read(operation)?;
            let folds = body.sources.len() == 2
                && [0, 1]
                    .iter()
                    .all(|i| body.sources.iter().any(|s| matches!(s, Source::Operand(j) if j == i)));
            let of = |kind: &&OpKind| {
                kind.row().reduction().is_some_and(|(combine, _)| combine == body.meaning.kind)
            };
            let kind = *meaning::named(&name).iter().find(of)?;
            let (_, start) = kind.row().reduction()?;
            let start = Scalar::of_table(start, dtype);
            // Nothing has no largest element, but a fold of nothing has what it starts from.
            let lengths = types::tensor(raw::type_of(*inputs.first()?))?.1;
            let some =
                |axis: &i64| lengths.get(*axis as usize).is_some_and(|length| length.is_some_and(|l| l > 0));
            let whole = !matches!(kind, OpKind::Max | OpKind::Min) || axes.iter().all(some);
            (inputs.len() == 1 && same_type && folds && whole && is_filled(*init, dtype, start))
                .then_some((meant(kind, Attrs::new().ints("axes", &axes), body.meaning.flags), all()))?
        }
        Some((kind, Semantics::Library(_))) => {
            let zero = Scalar::Int(0).cast(dtype);
            let named = meaning::structured_name(kind.row(), dtype, &ranks) == Some(name.as_str());
            let flags = dtype.is_float().then_some(FastMathFlags::NONE);
            (same_type && named && is_filled(*init, dtype, zero))
                .then_some((meant(kind, Attrs::new(), flags), all()))?
        }
        _ => {
            let body = Body::read(operation)?;
            let kind = body.meaning.kind;
            let known = POINTWISE.contains(&name.as_str()) || meaning::named(&name).contains(&kind);
            let whole = inputs.iter().all(|input| {
                types::tensor(raw::type_of(*input)).is_some_and(|(_, other)| other.len() == dims.len())
            });
            let reads_inputs =
                body.sources.iter().all(|s| !matches!(s, Source::Operand(i) if *i >= inputs.len()));
            let some = body.sources.iter().any(|s| matches!(s, Source::Operand(_)));
            (known && whole && reads_inputs && some && kind.row().is_elementwise())
                .then_some((body.meaning, body.sources))?
        }
    };
    Some(Reading { meaning, operands, init: Some(inputs.len()) })
}

/// Whether an op has no attributes but those that say nothing more than its name does, or are read with it.
fn has_usual_form(operation: MlirOperation, name: &str) -> bool {
    raw::attributes(operation).into_iter().all(|(attribute, value)| match attribute.as_str() {
        "operandSegmentSizes" | "dimensions" | "permutation" | MEMOIZED => true,
        "kind" => name == "linalg.elementwise",
        "indexing_maps" if name == "linalg.elementwise" => {
            raw::array(value).is_some_and(|maps| maps.into_iter().all(is_identity))
        }
        "indexing_maps" => usual_maps(name) == Some(attribute_text(value).as_str()),
        _ => false,
    })
}

fn is_identity(attribute: MlirAttribute) -> bool {
    // SAFETY: the attribute is alive and read as what it is.
    unsafe {
        mlirAttributeIsAAffineMap(attribute) && mlirAffineMapIsIdentity(mlirAffineMapAttrGetValue(attribute))
    }
}

fn ints(operation: MlirOperation, name: &str) -> Option<Vec<i64>> {
    let read = attributes::read(thn_ir::AttrKind::Ints, raw::attribute(operation, name)?, &mut |_| None);
    match read {
        Ok(Attr::Ints(values)) => Some(values.to_vec()),
        _ => None,
    }
}

/// The one block of an op's one region: its arguments, its ops, and the value that it yields.
fn body(operation: MlirOperation) -> Option<(Vec<MlirValue>, Vec<MlirOperation>, MlirValue)> {
    let [region] = raw::regions(operation)[..] else { return None };
    let [block] = raw::blocks(region)[..] else { return None };
    let mut operations = raw::operations(block);
    let [result] = raw::operands(operations.pop()?)[..] else { return None };
    Some((raw::arguments(block), operations, result))
}

/// Whether elements are those of the first operand.
fn yields_first(operation: MlirOperation) -> bool {
    body(operation)
        .is_some_and(|(arguments, _, result)| arguments.first().is_some_and(|x| x.ptr == result.ptr))
}

/// A body of one op on elements, and numbers that it uses.
struct Body {
    meaning: Meaning,
    sources: Vec<Source>,
}

impl Body {
    fn read(operation: MlirOperation) -> Option<Body> {
        let (arguments, operations, result) = body(operation)?;
        let op = raw::defining_op(result)?;
        let inside = |op: MlirOperation| operations.iter().any(|other| other.ptr == op.ptr);
        let numbers = operations.iter().all(|other| other.ptr == op.ptr || constant(*other).is_some());
        if !inside(op) || !numbers || has_own_attributes(op) {
            return None;
        }
        let source = |value: &MlirValue| match arguments.iter().position(|argument| argument.ptr == value.ptr)
        {
            Some(position) => Some(Source::Operand(position)),
            None => constant(raw::defining_op(*value)?).map(Source::Number),
        };
        let sources = raw::operands(op).iter().map(source).collect::<Option<_>>()?;
        Some(Body { meaning: meaning::meaning(op)?, sources })
    }
}

/// The literal that an op is.
fn constant(operation: MlirOperation) -> Option<Literal> {
    let is_constant = raw::name(operation) == "arith.constant" && !has_own_attributes(operation);
    meaning::literal(raw::attribute(operation, "value").filter(|_| is_constant)?)
}

/// Whether every element of a value is this number, down to the sign of a zero.
fn is_filled(value: MlirValue, dtype: DType, number: Scalar) -> bool {
    let literal = raw::defining_op(value).and_then(|op| match raw::name(op).as_str() {
        "linalg.fill" => constant(raw::defining_op(*raw::operands(op).first()?)?),
        _ => constant(op),
    });
    literal.is_some_and(|literal| {
        literal.dtype() == dtype
            && literal.splat_value().is_some_and(|found| match (found, number) {
                (Scalar::Float(a), Scalar::Float(b)) => a.to_bits() == b.to_bits(),
                (a, b) => a == b,
            })
    })
}
