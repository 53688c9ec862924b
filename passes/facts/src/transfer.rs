//! What an op makes of what is known of its operands.

use crate::{
    Facts, Known, Op, Operand, Relations, bounds, floats, fold_exact, integers,
    structure::{self, Structure},
};
use smallvec::SmallVec;
use std::{collections::BTreeSet, sync::Arc};
use thn_ir::{DType, Dim, DimVisitor, Fact, Literal, OpKind, Scalar, Symbol};

/// What is known of the result of an op. `lengths` are the ids of symbols that are lengths: they are not negative.
pub fn of_op(
    op: Op<'_>,
    operands: &[Operand<'_>],
    related: &dyn Relations,
    lengths: &BTreeSet<u32>,
) -> Known {
    let Op { kind, attrs, ty } = op;
    let dtype = ty.dtype;
    let unknown = Facts::of_dtype(dtype);
    let literal = if kind == OpKind::Constant { attrs.get_literal("value") } else { None };
    let splat = match kind {
        OpKind::Constant => {
            literal.and_then(Literal::splat_value).map(|v| Arc::new(Literal::scalar(dtype, v)))
        }
        OpKind::Broadcast | OpKind::Reshape | OpKind::Dimshuffle | OpKind::Slice | OpKind::Assume => {
            operands.first().and_then(|x| x.splat.cloned())
        }
        _ => None,
    };
    let facts = match (&splat, kind) {
        (Some(l), _) => Facts::of_scalar(l.get(0)),
        (None, OpKind::Cast) => {
            let from = operands.first().and_then(|x| x.ty).map(|t| t.dtype);
            from.map_or(unknown, |from| operands[0].facts.cast(from, dtype))
        }
        (None, OpKind::Dim) => attrs.get_dim("expr").map_or(unknown, |d| d.visit(&mut DimFacts { lengths })),
        (None, OpKind::Iota | OpKind::Argmax) => {
            let along = operands.first().map_or(Some(ty), |x| x.ty);
            let axis = attrs.get_int("axis").unwrap_or(0);
            let length = along.and_then(|t| t.shape.get(usize::try_from(axis).ok()?));
            Facts::of_iota(length.and_then(Dim::as_const), dtype)
        }
        (None, OpKind::Assume) => {
            let promised = Fact::list(attrs.get_str("facts").unwrap_or_default()).unwrap_or_default();
            let meet = |known: Facts, fact| known.meet(Facts::of_assumption(fact, dtype));
            promised.into_iter().fold(operands[0].facts, meet)
        }
        // Its elements are values of xᵀ A x.
        (None, OpKind::Diagonal) if operands[0].facts.structure.has(Structure::SEMIDEFINITE) => {
            Facts { structure: Structure::NONE, ..operands[0].facts }
                .meet(Facts::of_bounds(0.0, f64::INFINITY))
        }
        (None, OpKind::Constant) => {
            literal.map_or(unknown, |l| l.iter().map(Facts::of_scalar).reduce(Facts::join).unwrap_or(unknown))
        }
        _ => Facts::of_op(kind, &operands.iter().map(|x| x.facts).collect::<SmallVec<[Facts; 4]>>(), dtype),
    };
    let promised = if kind == OpKind::Assume { facts.structure } else { Structure::NONE };
    let structure = (structure::of_op(op, operands, related) | promised).completed(ty);
    let facts = Facts { structure, ..facts };
    let splat = splat.or_else(|| facts.point(dtype).map(|v| Arc::new(Literal::scalar(dtype, v))));
    let splat = splat.or_else(|| {
        let all: Option<SmallVec<[&Literal; 3]>> =
            operands.iter().map(|x| x.splat.map(Arc::as_ref)).collect();
        all.and_then(|all| fold_exact(kind, dtype, &all)).map(Arc::new)
    });
    Known { facts, splat }
}

impl Facts {
    /// The elements of an op's result, from the elements of its operands; nothing of its structure.
    pub fn of_op(kind: OpKind, parts: &[Facts], dtype: DType) -> Facts {
        if let [first, rest @ ..] = parts
            && rest.len() > 1
            && kind.is_exact_multiset()
        {
            return rest.iter().fold(*first, |x, y| Facts::of_op(kind, &[x, *y], dtype));
        }
        let facts = if dtype.is_float() || floats::passes_elements_on(kind) {
            floats::of_op(kind, parts, dtype)
        } else {
            integers::of_op(kind, parts, dtype)
        };
        let whole = !dtype.is_float() || floats::keeps_whole(kind, parts);
        Facts { whole, structure: Structure::NONE, steps: 0, ..facts }
    }

    /// The same elements under another element type.
    pub fn cast(self, from: DType, to: DType) -> Facts {
        let unknown = Facts::of_dtype(to);
        match (from.is_float(), to.is_float()) {
            _ if to == DType::Bool => match () {
                () if self.nonzero() => Facts::of_scalar(Scalar::Bool(true)),
                () if (self.lo, self.hi, self.nan) == (0.0, 0.0, false) => {
                    Facts::of_scalar(Scalar::Bool(false))
                }
                () => unknown,
            },
            (true, true) if to.precision() >= from.precision() => self,
            (true, true) => {
                let facts = floats::flush(self.lo, self.hi, self.nan, self.inf || !floats::bounded(self));
                Facts { whole: self.whole, ..facts }
            }
            (false, true) => Facts { whole: true, ..Facts::between(self.lo, self.hi, false, false) },
            (false, false) if from == to => self,
            (false, false) if unknown.lo <= self.lo && self.hi <= bounds::last(to) => {
                Facts { steps: 0, ..self }
            }
            (false, false) => unknown,
            // NaN becomes 0, the rest saturates.
            (true, false) => {
                let zero = if self.nan { 0.0 } else { self.lo };
                let (lo, hi) = (self.lo.min(zero).trunc(), self.hi.max(zero).trunc());
                Facts {
                    lo: lo.clamp(unknown.lo, bounds::last(to)),
                    hi: hi.clamp(unknown.lo, unknown.hi),
                    ..unknown
                }
            }
        }
    }
}

/// Bounds of a dim expression, in the arithmetic of i64.
struct DimFacts<'a> {
    lengths: &'a BTreeSet<u32>,
}

impl DimVisitor for DimFacts<'_> {
    type Out = Facts;

    fn constant(&mut self, value: i64) -> Facts {
        Facts::of_scalar(Scalar::Int(value.into()))
    }

    fn symbol(&mut self, symbol: &Symbol) -> Facts {
        let unknown = Facts::of_dtype(DType::I64);
        if self.lengths.contains(&symbol.id) { Facts { lo: 0.0, ..unknown } } else { unknown }
    }

    fn add(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Add, &[a, b], DType::I64)
    }

    fn mul(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Mul, &[a, b], DType::I64)
    }

    fn floor_div(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::FloorDiv, &[a, b], DType::I64)
    }

    fn modulo(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Mod, &[a, b], DType::I64)
    }

    fn max(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Maximum, &[a, b], DType::I64)
    }

    fn min(&mut self, a: Facts, b: Facts) -> Facts {
        Facts::of_op(OpKind::Minimum, &[a, b], DType::I64)
    }
}

#[cfg(test)]
mod tests;
