//! What a user may promise of a tensor: the facts of `thn.assume`.

use crate::{DType, Error, TensorType};

/// A promise about every element of a tensor, or about a matrix as a whole.
///
/// The reference interpreter refuses a value that breaks it. The optimizer and compiled code trust it: where it is
/// false, their results may be anything that a program computes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fact {
    /// Every element is above 0.
    Positive,
    /// Every element is at least 0.
    NonNegative,
    /// Every element is below 0.
    Negative,
    /// Every element is at most 0.
    NonPositive,
    /// Every element lies between 0 and 1.
    Unit,
    /// No element is NaN.
    Number,
    /// No element is NaN or infinite.
    Finite,
    /// Every element is an integer.
    Integral,
    /// No two elements are equal; of a vector, such as one of indices.
    Unique,
    /// Zero off the diagonal; of a matrix.
    Diagonal,
    /// Zero above the diagonal; of a matrix.
    LowerTriangular,
    /// Zero below the diagonal; of a matrix.
    UpperTriangular,
    /// Equal to its transpose; of a matrix.
    Symmetric,
    /// Symmetric with no negative eigenvalue; of a matrix.
    PositiveSemidefinite,
    /// With a transpose that is its inverse, up to rounding; of a matrix.
    Orthogonal,
}

impl Fact {
    /// Every fact.
    pub const ALL: [Fact; 15] = [
        Fact::Positive,
        Fact::NonNegative,
        Fact::Negative,
        Fact::NonPositive,
        Fact::Unit,
        Fact::Number,
        Fact::Finite,
        Fact::Integral,
        Fact::Unique,
        Fact::Diagonal,
        Fact::LowerTriangular,
        Fact::UpperTriangular,
        Fact::Symmetric,
        Fact::PositiveSemidefinite,
        Fact::Orthogonal,
    ];

    /// Its name in programs.
    pub fn name(self) -> &'static str {
        match self {
            Fact::Positive => "positive",
            Fact::NonNegative => "nonneg",
            Fact::Negative => "negative",
            Fact::NonPositive => "nonpos",
            Fact::Unit => "unit",
            Fact::Number => "number",
            Fact::Finite => "finite",
            Fact::Integral => "integral",
            Fact::Unique => "unique",
            Fact::Diagonal => "diagonal",
            Fact::LowerTriangular => "lower_triangular",
            Fact::UpperTriangular => "upper_triangular",
            Fact::Symmetric => "symmetric",
            Fact::PositiveSemidefinite => "psd",
            Fact::Orthogonal => "orthogonal",
        }
    }

    /// The facts of an attribute: names with commas between them.
    ///
    /// # Errors
    ///
    /// If a name is no fact; the message lists those that are.
    pub fn list(text: &str) -> Result<Vec<Fact>, Error> {
        text.split(',')
            .map(|name| {
                let name = name.trim();
                Fact::ALL.into_iter().find(|f| f.name() == name).ok_or_else(|| {
                    let known = Fact::ALL.map(Fact::name).join(", ");
                    Error::input(format!("`{name}` is no fact; the facts are {known}"))
                })
            })
            .collect()
    }

    /// The attribute of a list of facts.
    pub fn text(facts: &[Fact]) -> String {
        facts.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ")
    }

    /// Whether the fact can be meant of a tensor of this type.
    pub(crate) fn fits(self, ty: &TensorType) -> Result<(), Error> {
        let wrong =
            |what: &str| Err(Error::input(format!("`{}` is said of {what}, not of {ty}", self.name())));
        match self {
            _ if ty.dtype == DType::Bool => wrong("numbers"),
            Fact::Unique if ty.rank() != 1 => wrong("a vector"),
            Fact::Diagonal
            | Fact::LowerTriangular
            | Fact::UpperTriangular
            | Fact::Symmetric
            | Fact::PositiveSemidefinite
            | Fact::Orthogonal
                if ty.rank() != 2 =>
            {
                wrong("a matrix")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_are_refused() {
        assert_eq!(Fact::list(&Fact::text(&Fact::ALL)), Ok(Fact::ALL.to_vec()));
        let error = Fact::list("positive, postive").unwrap_err().to_string();
        assert!(error.contains("`postive` is no fact; the facts are positive, "), "{error}");
        assert!(Fact::list("").is_err());
    }
}
