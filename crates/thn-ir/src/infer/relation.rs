//! Relations between dims that an op needs, and the sentence that tells that one does not hold.

use crate::{Dim, Shape};
use std::fmt;

/// A relation between dims that must hold when the program runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Constraint {
    /// The dim at issue.
    pub left: Dim,
    /// What it is compared with.
    pub right: Dim,
    /// Equal if true, at least if false.
    pub equal: bool,
    /// Operand and axis of each side, where it is a dim of an operand.
    pub places: [Option<(usize, usize)>; 2],
    /// First and last position that the op reads along the dim of the first place, where that is at issue.
    pub range: Option<[Dim; 2]>,
    /// The rule, as a phrase: "elementwise operands must have one shape".
    pub rule: &'static str,
}

/// A constraint that does not hold: one sentence with the names and shapes of the operands at fault.
pub(crate) struct Told<'a> {
    pub(crate) constraint: &'a Constraint,
    /// Name and shape of each operand.
    pub(crate) operands: &'a [(String, Shape)],
    /// What dims are worth, where that is known.
    pub(crate) value: &'a dyn Fn(&Dim) -> Option<i64>,
}

/// Lengths as shapes are written: `(2, 3)`.
pub(crate) fn lengths(lengths: &[i64]) -> String {
    Shape::fixed(lengths).to_string()
}

impl Told<'_> {
    fn known(&self, dim: &Dim) -> Option<i64> {
        dim.as_const().or_else(|| (self.value)(dim))
    }

    /// The value of a dim, or its expression.
    fn short(&self, dim: &Dim) -> String {
        self.known(dim).map_or_else(|| dim.to_string(), |value| value.to_string())
    }

    /// The expression of a dim and its value: `n - 5 = -2`.
    fn long(&self, dim: &Dim) -> String {
        match (self.value)(dim) {
            Some(value) if dim.as_const().is_none() => format!("{dim} = {value}"),
            _ => dim.to_string(),
        }
    }

    /// `x with shape (2, 3)`.
    fn operand(&self, operand: usize, verb: &str) -> String {
        let Some((name, shape)) = self.operands.get(operand) else { return format!("operand {operand}") };
        let parts: Vec<String> = shape.iter().map(|dim| self.short(dim)).collect();
        format!("{name} {verb} shape ({})", parts.join(", "))
    }

    /// What a side is worth: where the shape of its operand does not show it, with its expression.
    fn side(&self, dim: &Dim, (operand, axis): (usize, usize)) -> String {
        let shown = self.operands.get(operand).is_some_and(|(_, shape)| shape.get(axis) == Some(dim));
        if shown { self.short(dim) } else { self.long(dim) }
    }
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Constraint { left, right, places, range, rule, .. } = self.constraint;
        match (places, range) {
            ([Some((operand, axis)), _], Some([first, last])) => {
                let x = self.operand(*operand, "with");
                match first == last || self.known(first).is_some() && self.known(first) == self.known(last) {
                    true => write!(f, "index {} is out of bounds for dim {axis} of {x}", self.long(first)),
                    false => write!(
                        f,
                        "{rule}, but positions {} to {} are not all in dim {axis} of {x}",
                        self.long(first),
                        self.long(last)
                    ),
                }
            }
            ([Some(a), Some(b)], _) => {
                let (x, y) = (self.operand(a.0, "has"), self.operand(b.0, "has"));
                let (l, r) = (self.side(left, *a), self.side(right, *b));
                write!(f, "{rule}, but {x} and {y}: ")?;
                match a.1 == b.1 {
                    true => write!(f, "dim {} is {l} and {r}", a.1),
                    false => write!(f, "dim {} is {l} and dim {} is {r}", a.1, b.1),
                }
            }
            ([Some(a), None] | [None, Some(a)], _) => {
                let (dim, wanted) = if places[0].is_some() { (left, right) } else { (right, left) };
                let (x, is) = (self.operand(a.0, "with"), self.side(dim, *a));
                write!(f, "{rule}, but dim {} of {x} is {is}", a.1)?;
                // The rule of a bound says what is needed.
                if self.constraint.equal { write!(f, ", not {}", self.long(wanted)) } else { Ok(()) }
            }
            ([None, None], _) => {
                write!(f, "{rule}, but ")?;
                match self.constraint.equal {
                    true => write!(f, "{} is not {}", self.long(left), self.long(right))?,
                    false => write!(f, "it is {}", self.long(left))?,
                }
                let shapes: Vec<String> = (0..self.operands.len()).map(|i| self.operand(i, "has")).collect();
                if shapes.is_empty() { Ok(()) } else { write!(f, "; {}", shapes.join(", ")) }
            }
        }
    }
}
