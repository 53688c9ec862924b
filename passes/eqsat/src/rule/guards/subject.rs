//! What conditions look at, and what they ask of it.

use crate::egraph::{Graph, Node, Payload, class_data, type_of};
use egg::Id;
use smallvec::SmallVec;
use std::collections::BTreeSet;
use thn_ir::{DType, Dim, OpKind, TensorType};

/// What a condition looks at: tensors, payloads and numbers, each in the order of its arguments.
pub(crate) struct Subject<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) tensors: SmallVec<[Id; 4]>,
    pub(crate) payloads: SmallVec<[&'a Payload; 2]>,
    pub(crate) numbers: &'a [f64],
}

/// Constants with more elements are not compared.
const LARGEST: usize = 4096;

pub(super) fn power_of_two(x: f64) -> bool {
    // For both float types: a significand of one bit, and an exponent whose negative is also that of a normal number.
    x.is_normal() && x.to_bits() & ((1 << 52) - 1) == 0 && (-126..=126).contains(&(x.abs().log2() as i32))
}

/// Whether an iota counts without wrapping around, and no further than `length`.
pub(super) fn counts_along(iota: &Payload, length: Option<&Dim>) -> bool {
    let Some((ty, length)) = iota.ty.as_ref().zip(length) else { return false };
    let axis = iota.attrs.get_int("axis").unwrap_or(0);
    let Some(count) = ty.shape.get(axis as usize) else { return false };
    let shorter = count.as_const().zip(length.as_const()).is_some_and(|(n, all)| n <= all);
    thn_facts::counts(ty) && (count == length || shorter)
}

/// First and last index along each dim of a part of the shape of `ty`, the smaller first.
pub(super) fn extents(part: &Payload, ty: &TensorType) -> Vec<(Dim, Dim)> {
    let (starts, steps) = (part.attrs.get_dims("starts"), part.attrs.get_ints("steps"));
    let ends = |((start, step), length): ((&Dim, &i64), &Dim)| {
        let last = start.clone() + (length.clone() - Dim::ONE) * Dim::from(*step);
        if *step > 0 { (start.clone(), last) } else { (last, start.clone()) }
    };
    starts.iter().zip(steps).zip(ty.shape.iter()).map(ends).collect()
}

/// Whether a broadcast gives the shape of `ty` by repeating along its last dim.
pub(super) fn rows(payload: &Payload, ty: &TensorType) -> bool {
    let shape = payload.ty.as_ref().map(|t| &t.shape);
    let axes = payload.attrs.get_ints("axes");
    shape == Some(&ty.shape) && axes.iter().copied().eq(0..ty.rank() as i64 - 1)
}

pub(super) fn invertible(x: f64) -> bool {
    // Bounds of the narrower float type hold for both.
    (1e-37..=1e37).contains(&x.abs())
}

impl Subject<'_> {
    /// What is known of all tensors together.
    pub(super) fn facts(&self) -> thn_facts::Facts {
        let all = self.tensors.iter().map(|x| class_data(self.graph, *x).facts);
        all.reduce(thn_facts::Facts::join).unwrap_or(thn_facts::Facts::of_dtype(DType::F64))
    }

    /// What is known of each of two tensors.
    pub(super) fn pair(&self) -> Option<[thn_facts::Facts; 2]> {
        let [x, y] = self.tensors.as_slice() else { return None };
        Some([*x, *y].map(|x| class_data(self.graph, x).facts))
    }

    pub(super) fn dtype(&self) -> Option<DType> {
        type_of(self.graph, *self.tensors.first()?).map(|t| t.dtype)
    }

    pub(super) fn splat(&self) -> Option<f64> {
        let splat = class_data(self.graph, *self.tensors.first()?).splat.as_ref()?;
        splat.splat_value().map(thn_ir::Scalar::to_f64).filter(|_| self.tensors.len() == 1)
    }

    /// The elements of two integer constants.
    pub(super) fn literals(&self) -> Option<(BTreeSet<i128>, BTreeSet<i128>)> {
        let of = |x: Id| {
            let all = self.graph[x].nodes.iter().filter_map(|n| match n.op() {
                Some((OpKind::Constant, p)) => self.graph.analysis.payload(p).attrs.get_literal("value"),
                _ => None,
            });
            let mut integers = all.filter(|l| l.dtype().is_int() && l.len() <= LARGEST);
            integers.next().map(|l| l.iter().map(thn_ir::Scalar::to_i128).collect())
        };
        Some((of(*self.tensors.first()?)?, of(*self.tensors.get(1)?)?))
    }

    /// Whether a class is a dim expression or a constant of this value.
    pub(super) fn is_dim(&self, class: Id, dim: &Dim) -> bool {
        let data = class_data(self.graph, class);
        let literal =
            data.splat.as_deref().and_then(thn_ir::Literal::splat_value).map(thn_ir::Scalar::to_i128);
        if literal.is_some() && literal == dim.as_const().map(i128::from) {
            return true;
        }
        self.graph[class].nodes.iter().any(|n| match n.op() {
            Some((OpKind::Dim, payload)) => {
                self.graph.analysis.payload(payload).attrs.get_dim("expr") == Some(dim)
            }
            _ => false,
        })
    }

    /// Whether a class of floats is a dim expression, cast to their type, or a constant of this value.
    pub(super) fn is_number_of(&self, class: Id, dim: &Dim) -> bool {
        let splat = class_data(self.graph, class).splat.as_deref().and_then(thn_ir::Literal::splat_value);
        if let Some(number) = splat {
            return dim.as_const().is_some_and(|length| number.to_f64() == length as f64);
        }
        let cast = |n: &Node| n.kind() == Some(OpKind::Cast) && self.is_dim(n.children[0], dim);
        self.graph[class].nodes.iter().any(cast)
    }

    pub(super) fn ints(&self, name: &str) -> &[i64] {
        self.payloads[0].attrs.get_ints(name)
    }
}
