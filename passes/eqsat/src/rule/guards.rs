//! Side conditions of rules: one function each.
//!
//! A condition that speaks of elements holds where the analysis has proved it. The checker assumes it of the arguments
//! it samples. `any_positive` and its like hold where their opposite is not proved: they say where a rule is of use, not
//! where it is right, and the checker assumes nothing.

mod subject;

pub(crate) use subject::Subject;

use crate::egraph::{Payload, class_data, type_of};
use egg::Id;
use subject::{counts_along, extents, invertible, power_of_two, rows};
use thn_facts::Structure;
use thn_ir::{DType, Dim, TensorType};

/// A side condition.
pub(crate) struct Condition {
    pub(crate) name: &'static str,
    /// One letter per argument: `x` for a tensor or a rest, `p` for a payload, `n` for a number.
    pub(crate) form: &'static str,
    /// What it means, for people.
    pub(crate) meaning: &'static str,
    /// Whether it is proved.
    pub(crate) holds: fn(&Subject<'_>) -> bool,
}

/// Every condition.
pub(crate) const CONDITIONS: &[Condition] = &[
    Condition { name: "nonzero", form: "x", meaning: "no element is zero", holds: |s| s.facts().nonzero() },
    Condition {
        name: "finite",
        form: "x",
        meaning: "no element is NaN or infinite",
        holds: |s| s.facts().finite(),
    },
    Condition { name: "bounded", form: "x", meaning: "no element is infinite", holds: |s| !s.facts().inf },
    Condition { name: "number", form: "x", meaning: "no element is NaN", holds: |s| !s.facts().nan },
    Condition {
        name: "nonneg",
        form: "x",
        meaning: "no element is below zero",
        holds: |s| s.facts().lo >= 0.0,
    },
    Condition {
        name: "positive",
        form: "x",
        meaning: "every element is above zero, or NaN",
        holds: |s| s.facts().lo > 0.0,
    },
    Condition {
        name: "nonpos",
        form: "x",
        meaning: "no element is above zero",
        holds: |s| s.facts().hi <= 0.0,
    },
    Condition {
        name: "any_positive",
        form: "x",
        meaning: "an element may be above zero, by what is known: the opposite of `nonpos`",
        holds: |s| s.facts().hi > 0.0,
    },
    Condition {
        name: "any_outside",
        form: "xnn",
        meaning: "an element may be below the first number or above the second, by what is known",
        holds: |s| s.facts().lo < s.numbers[0] || s.facts().hi > s.numbers[1],
    },
    Condition {
        name: "at_least",
        form: "xx",
        meaning: "no element of the first tensor is below one of the second, by what is known of each",
        holds: |s| s.pair().is_some_and(|[x, y]| x.lo >= y.hi),
    },
    Condition {
        name: "above",
        form: "xx",
        meaning: "every element of the first tensor is above all of the second, by what is known of each",
        holds: |s| s.pair().is_some_and(|[x, y]| x.lo > y.hi),
    },
    Condition {
        name: "unit",
        form: "x",
        meaning: "every element is between 0 and 1, or NaN",
        holds: |s| s.facts().lo >= 0.0 && s.facts().hi <= 1.0,
    },
    Condition {
        name: "large",
        form: "x",
        meaning: "no element is closer to zero than 1: what is finite after multiplying by it was so before",
        holds: |s| s.facts().lo >= 1.0 || s.facts().hi <= -1.0,
    },
    Condition {
        name: "small",
        form: "x",
        meaning: "every element is between -1 and 1, or NaN: what is finite after dividing by it was so before",
        holds: |s| s.facts().lo >= -1.0 && s.facts().hi <= 1.0,
    },
    Condition {
        name: "scalar",
        form: "x",
        meaning: "has rank 0",
        holds: |s| s.tensors.iter().all(|x| type_of(s.graph, *x).is_some_and(|t| t.rank() == 0)),
    },
    Condition {
        name: "vector",
        form: "x",
        meaning: "has rank 1",
        holds: |s| s.tensors.iter().all(|x| type_of(s.graph, *x).is_some_and(|t| t.rank() == 1)),
    },
    Condition {
        name: "matrix",
        form: "x",
        meaning: "has rank 2",
        holds: |s| s.tensors.iter().all(|x| type_of(s.graph, *x).is_some_and(|t| t.rank() == 2)),
    },
    Condition {
        name: "float",
        form: "x",
        meaning: "has a float element type",
        holds: |s| s.dtype().is_some_and(DType::is_float),
    },
    Condition {
        name: "signed",
        form: "x",
        meaning: "has an element type with negative numbers: a float or a signed integer",
        holds: |s| s.dtype().is_some_and(DType::is_signed),
    },
    Condition {
        name: "integer",
        form: "x",
        meaning: "has an integer element type",
        holds: |s| s.dtype().is_some_and(DType::is_int),
    },
    Condition {
        name: "discrete",
        form: "x",
        meaning: "has no NaN: its element type is bool or an integer",
        holds: |s| s.dtype().is_some_and(|d| !d.is_float()),
    },
    Condition {
        name: "boolean",
        form: "x",
        meaning: "has element type bool",
        holds: |s| s.dtype() == Some(DType::Bool),
    },
    Condition {
        name: "constant",
        form: "x",
        meaning: "is one known number everywhere",
        holds: |s| s.splat().is_some(),
    },
    Condition {
        name: "varies",
        form: "x",
        meaning: "is not known to be one number everywhere",
        holds: |s| s.tensors.iter().any(|x| class_data(s.graph, *x).splat.is_none()),
    },
    Condition {
        name: "scale",
        form: "x",
        meaning: "is one known number everywhere, and neither 0, 1 nor -1: products with those are no products",
        holds: |s| s.splat().is_some_and(|x| x != 0.0 && x.abs() != 1.0),
    },
    Condition {
        name: "halves",
        form: "x",
        meaning: "is one known multiple of 1/2 between -64 and 64, so that sums and products of such numbers are exact",
        holds: |s| s.splat().is_some_and(|x| x.abs() <= 64.0 && (2.0 * x).fract() == 0.0),
    },
    Condition {
        name: "moderate",
        form: "x",
        meaning: "is one known number everywhere, whose size is between 1/1024 and 1024",
        holds: |s| s.splat().is_some_and(|x| (1.0 / 1024.0..=1024.0).contains(&x.abs())),
    },
    Condition {
        name: "power_of_two",
        form: "x",
        meaning: "is a power of two whose reciprocal is a normal number, so that dividing by it is exact",
        holds: |s| s.splat().is_some_and(power_of_two),
    },
    Condition {
        name: "no_power_of_two",
        form: "x",
        meaning: "is not known to be a power of two that is divided by exactly: the opposite of `power_of_two`",
        holds: |s| !s.splat().is_some_and(power_of_two),
    },
    Condition {
        name: "invertible",
        form: "x",
        meaning: "is one known number everywhere, and neither it nor its reciprocal overflows or is subnormal",
        holds: |s| s.splat().is_some_and(invertible),
    },
    Condition {
        name: "symmetric",
        form: "x",
        meaning: "is a matrix that equals its transpose",
        holds: |s| s.facts().structure.has(Structure::SYMMETRIC),
    },
    Condition {
        name: "diagonal",
        form: "x",
        meaning: "is a matrix that is zero off its diagonal",
        holds: |s| s.facts().structure.has(Structure::DIAGONAL),
    },
    Condition {
        name: "lower",
        form: "x",
        meaning: "is a matrix that is zero above its diagonal",
        holds: |s| s.facts().structure.has(Structure::LOWER),
    },
    Condition {
        name: "upper",
        form: "x",
        meaning: "is a matrix that is zero below its diagonal",
        holds: |s| s.facts().structure.has(Structure::UPPER),
    },
    Condition {
        name: "orthogonal",
        form: "x",
        meaning: "is a matrix whose transpose is its inverse, up to rounding",
        holds: |s| s.facts().structure.has(Structure::ORTHOGONAL),
    },
    Condition {
        name: "identity",
        form: "x",
        meaning: "is a square matrix with ones on its diagonal and zeros elsewhere",
        holds: |s| {
            let square = |x: &Id| type_of(s.graph, *x).is_some_and(thn_facts::square);
            s.facts().structure.has(Structure::IDENTITY) && s.tensors.iter().all(square)
        },
    },
    Condition {
        name: "unique",
        form: "x",
        meaning: "is a vector without two equal elements, or has one element",
        holds: |s| {
            let one = |x: &Id| type_of(s.graph, *x).is_some_and(|t| t.shape.size().is(1));
            s.facts().structure.has(Structure::UNIQUE) || s.tensors.iter().all(one)
        },
    },
    Condition {
        name: "disjoint",
        form: "xx",
        meaning: "are indices that count from the front, none of the one among those of the other",
        holds: |s| {
            let Some([x, y]) = s.pair() else { return false };
            x.lo >= 0.0
                && y.lo >= 0.0
                && (x.excludes(y) || s.literals().is_some_and(|(x, y)| x.is_disjoint(&y)))
        },
    },
    Condition {
        name: "within",
        form: "xx",
        meaning: "is an index of the rows of the second tensor, counted from the front, by what is known of it",
        holds: |s| {
            let index = class_data(s.graph, s.tensors[0]).facts;
            let rows = type_of(s.graph, s.tensors[1]).and_then(|t| t.shape.first()?.as_const());
            index.lo >= 0.0 && rows.is_some_and(|rows| index.hi < rows as f64)
        },
    },
    Condition {
        name: "hot",
        form: "pp",
        meaning: "the iota runs along the rows of a matrix and does not wrap around, and the broadcast repeats along them",
        holds: |s| {
            let ty = s.payloads[0].ty.as_ref();
            s.payloads[0].attrs.get_int("axis") == Some(1)
                && ty.is_some_and(|t| t.rank() == 2 && thn_facts::counts(t))
                && s.payloads[1].attrs.get_ints("axes") == [0]
        },
    },
    Condition {
        name: "positions",
        form: "pp",
        meaning: "the iotas run along the first and the second dim of matrices, and do not wrap around",
        holds: |s| {
            let along = |i: usize| s.payloads[i].attrs.get_int("axis");
            let exact =
                |p: &&Payload| p.ty.as_ref().is_some_and(|t| t.dtype.is_float() || thn_facts::counts(t));
            (along(0), along(1)) == (Some(0), Some(1)) && s.payloads.iter().all(exact)
        },
    },
    Condition {
        name: "along_last",
        form: "p",
        meaning: "the iota runs along its last dim",
        holds: |s| {
            let rank = s.payloads[0].ty.as_ref().map_or(0, TensorType::rank) as i64;
            s.payloads[0].attrs.get_int("axis") == Some(rank - 1)
        },
    },
    Condition {
        name: "in_front",
        form: "px",
        meaning: "the iota counts rows of the tensor without wrapping around, and no more than there are",
        holds: |s| counts_along(s.payloads[0], type_of(s.graph, s.tensors[0]).and_then(|t| t.shape.first())),
    },
    Condition {
        name: "in_last",
        form: "px",
        meaning: "the iota counts along the last dim of the tensor without wrapping around, and no further than it is long",
        holds: |s| counts_along(s.payloads[0], type_of(s.graph, s.tensors[0]).and_then(|t| t.shape.last())),
    },
    Condition {
        name: "thin",
        form: "x",
        meaning: "the last dim has length 1",
        holds: |s| {
            let last = |x: &Id| type_of(s.graph, *x).and_then(|t| t.shape.last()).is_some_and(|d| d.is(1));
            s.tensors.iter().all(last)
        },
    },
    Condition {
        name: "transpose",
        form: "p",
        meaning: "the dimshuffle exchanges the two dims of a matrix",
        holds: |s| s.ints("order") == [1, 0],
    },
    Condition {
        name: "swaps_last",
        form: "p",
        meaning: "the dimshuffle exchanges the last two dims of a stack of matrices",
        holds: |s| s.ints("order") == [0, 2, 1],
    },
    Condition {
        name: "keeps_order",
        form: "p",
        meaning: "the dimshuffle only inserts and drops dims of length 1",
        holds: |s| s.payloads[0].keeps_order(),
    },
    Condition {
        name: "keeps_long",
        form: "pp",
        meaning: "the dimshuffle keeps those dims of the second's type in order that are not of length 1",
        holds: |s| {
            let Some(ty) = &s.payloads[1].ty else { return false };
            let long = |d: usize| ty.shape.get(d).is_some_and(|d| !d.is(1));
            let kept = s.ints("order").iter().filter_map(|o| usize::try_from(*o).ok());
            kept.filter(|d| long(*d)).is_sorted()
        },
    },
    Condition {
        name: "whole",
        form: "p",
        meaning: "the slice begins at 0 and takes every element",
        holds: |s| s.payloads[0].takes_whole(),
    },
    Condition {
        name: "nothing",
        form: "p",
        meaning: "the pad adds no element",
        holds: |s| s.ints("low").iter().chain(s.ints("high")).all(|n| *n == 0),
    },
    Condition {
        name: "alike",
        form: "xx",
        meaning: "have one type",
        holds: |s| type_of(s.graph, s.tensors[0]) == type_of(s.graph, s.tensors[1]),
    },
    Condition {
        name: "same_part",
        form: "ppx",
        meaning: "the slice, the first, takes what the second, a write of the tensor, wrote",
        holds: |s| {
            let shape = type_of(s.graph, s.tensors[0]).map(|t| &t.shape);
            ["starts", "steps"].iter().all(|a| s.payloads[0].attrs.get(a) == s.payloads[1].attrs.get(a))
                && s.payloads[0].ty.as_ref().map(|t| &t.shape) == shape
        },
    },
    Condition {
        name: "same_place",
        form: "pp",
        meaning: "the slice and the write begin at the same place and take the same steps",
        holds: |s| {
            ["starts", "steps"].iter().all(|a| s.payloads[0].attrs.get(a) == s.payloads[1].attrs.get(a))
        },
    },
    Condition {
        name: "apart",
        form: "ppx",
        meaning: "the slice, the first, takes nothing of what the second, a write of the tensor, wrote",
        holds: |s| {
            let lengths = [s.payloads[0].ty.as_ref(), type_of(s.graph, s.tensors[0])];
            let [Some(read), Some(written)] = lengths else { return false };
            let read = extents(s.payloads[0], read);
            let written = extents(s.payloads[1], written);
            let below = |a: &Dim, b: &Dim| (b.clone() - a.clone()).as_const().is_some_and(|d| d > 0);
            read.iter().zip(&written).any(|(r, w)| below(&r.1, &w.0) || below(&w.1, &r.0))
        },
    },
    Condition {
        name: "spares",
        form: "ppx",
        meaning: "the slice takes the tensor whole along the axes of the second",
        holds: |s| {
            let (Some(x), Some(part)) = (type_of(s.graph, s.tensors[0]), &s.payloads[0].ty) else {
                return false;
            };
            let (starts, steps) = (s.payloads[0].attrs.get_dims("starts"), s.ints("steps"));
            s.payloads[1].attrs.get_ints("axes").iter().all(|a| {
                let a = *a as usize;
                starts.get(a).is_some_and(|d| d.is(0))
                    && steps.get(a) == Some(&1)
                    && x.shape.get(a) == part.shape.get(a)
            })
        },
    },
    Condition {
        name: "prefix",
        form: "pp",
        meaning: "the slice takes the first indices of the iota",
        holds: |s| {
            let axis = s.payloads[1].attrs.get_int("axis").and_then(|a| usize::try_from(a).ok());
            axis.is_some_and(|a| {
                s.payloads[0].attrs.get_dims("starts").get(a).is_some_and(|d| d.is(0))
                    && s.ints("steps").get(a) == Some(&1)
            })
        },
    },
    Condition {
        name: "ones",
        form: "px",
        meaning: "the tensor has length 1 along the axes",
        holds: |s| {
            type_of(s.graph, s.tensors[0]).is_some_and(|t| {
                s.ints("axes").iter().all(|a| t.shape.get(*a as usize).is_some_and(|d| d.is(1)))
            })
        },
    },
    Condition {
        name: "inserts",
        form: "pp",
        meaning: "the broadcast, the second, adds every axis of the reduction",
        holds: |s| {
            let kept = s.payloads[1].attrs.get_ints("axes");
            s.ints("axes").iter().all(|a| !kept.contains(a))
        },
    },
    Condition {
        name: "repeats",
        form: "pp",
        meaning: "the reduction folds exactly the dims that the broadcast adds",
        holds: |s| {
            let (reduced, kept) = (s.ints("axes"), s.payloads[1].attrs.get_ints("axes"));
            let rank = s.payloads[1].ty.as_ref().map_or(0, TensorType::rank);
            reduced.len() + kept.len() == rank && reduced.iter().all(|a| !kept.contains(a))
        },
    },
    Condition {
        name: "counts",
        form: "pxx",
        meaning: "the second tensor is the number of elements of the first along the axes",
        holds: |s| {
            let Some(ty) = type_of(s.graph, s.tensors[0]) else { return false };
            let count = Dim::product(s.ints("axes").iter().filter_map(|a| ty.shape.get(*a as usize)));
            s.is_number_of(s.tensors[1], &count)
        },
    },
    Condition {
        name: "countable",
        form: "pp",
        meaning: "the number of elements that the reduction folds is a number of their type, without rounding or wrapping \
                  around",
        holds: |s| {
            let Some(ty) = s.payloads[1].ty.as_ref() else { return false };
            let folded = Dim::product(s.ints("axes").iter().filter_map(|a| ty.shape.get(*a as usize)));
            // Longer than 2^53 no dim is.
            let fits = |n: i64| i128::from(n) < 1 << ty.dtype.precision();
            ty.dtype.precision() >= 53 || folded.as_const().is_some_and(fits)
        },
    },
    Condition {
        name: "along",
        form: "pp",
        meaning: "the argmax runs along the only axis of the reduction",
        holds: |s| {
            let axis = s.payloads[0].attrs.get_int("axis");
            axis.is_some_and(|a| s.payloads[1].attrs.get_ints("axes") == [a])
        },
    },
    Condition {
        name: "last",
        form: "px",
        meaning: "the reduction runs along the last dim of the tensor",
        holds: |s| {
            let rank = type_of(s.graph, s.tensors[0]).map_or(0, TensorType::rank) as i64;
            s.ints("axes") == [rank - 1]
        },
    },
    Condition {
        name: "one_hot",
        form: "ppxx",
        meaning: "the iota runs along the last dim of the first tensor and does not wrap around, the broadcast repeats \
                  along it, and the second tensor is its length",
        holds: |s| {
            let Some(ty) = type_of(s.graph, s.tensors[0]) else { return false };
            let last = ty.rank() as i64 - 1;
            s.payloads[0].attrs.get_int("axis") == Some(last)
                && s.payloads[0].ty.as_ref().is_some_and(thn_facts::counts)
                && rows(s.payloads[1], ty)
                && ty.shape.last().is_some_and(|length| s.is_dim(s.tensors[1], length))
        },
    },
    Condition {
        name: "rows",
        form: "px",
        meaning: "the broadcast repeats along the last dim of the tensor",
        holds: |s| type_of(s.graph, s.tensors[0]).is_some_and(|ty| rows(s.payloads[0], ty)),
    },
    Condition {
        name: "widens",
        form: "px",
        meaning: "the cast keeps every value of the tensor, and floats stay floats",
        holds: |s| {
            let to = s.payloads[0].attrs.get_dtype("dtype");
            s.dtype().zip(to).is_some_and(|(from, to)| from.widens_to(to))
        },
    },
];
