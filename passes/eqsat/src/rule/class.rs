//! What rules promise.

use std::fmt;

/// What a rule promises about the values it replaces; see `rules/README.md`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Same bits; NaN is NaN.
    Exact,
    /// NaN operands stay NaN, finite results stay finite, and no result is less accurate. A zero may change its sign.
    Accurate,
    /// Equal where the operands and every intermediate value of the left side are finite.
    Finite,
    /// Other rounding, within the forward error bound of the left side.
    Reassoc,
    /// May lose accuracy.
    Fast,
    /// Equal over the reals where both sides are defined; for measured search, which finds out what is better.
    Real,
}

impl Class {
    /// Every class, from the strictest to the loosest.
    pub const ALL: [Class; 6] =
        [Class::Exact, Class::Accurate, Class::Finite, Class::Reassoc, Class::Fast, Class::Real];

    /// The name used in rule files and options.
    pub fn name(self) -> &'static str {
        match self {
            Class::Exact => "exact",
            Class::Accurate => "accurate",
            Class::Finite => "finite",
            Class::Reassoc => "reassoc",
            Class::Fast => "fast",
            Class::Real => "real",
        }
    }

    /// The inverse of [`Class::name`].
    pub fn from_name(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|c| c.name() == name)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
