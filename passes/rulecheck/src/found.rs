//! What a check says to its caller.

use std::fmt;
use thn_eqsat::Class;

/// What a check found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The rule.
    pub rule: String,
    /// File and line; empty for what is no rule of a file.
    pub place: String,
    /// What it promises.
    pub class: Class,
    /// Cases: combinations of types, lengths and attributes.
    pub cases: usize,
    /// Elements that met the conditions of the rule and of its class.
    pub points: usize,
    /// Those of them in binary16 and bfloat16: for a rule of one float argument, all that there are.
    pub narrow: usize,
    /// Where the promise is broken.
    pub counterexample: Option<Counterexample>,
}

/// The part of a promise that is broken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Breach {
    /// Other bits, where the same are promised.
    Bits,
    /// Another integer or bool.
    Value,
    /// A number where left side and truth are NaN.
    NanLost,
    /// NaN where the left side is none.
    Undefined,
    /// Infinite or NaN where left side and truth are finite.
    FiniteLost,
    /// Less accurate than the class allows.
    Error,
    /// A relative error beyond that of class `fast`.
    Relative,
    /// Another number over the reals, where the same is promised.
    Reals,
    /// Less accurate than the left side, as only a rule marked `better` may be, and finite nowhere else.
    NotWider,
}

impl Breach {
    /// Every part of a promise.
    pub const ALL: [Breach; 9] = [
        Breach::Bits,
        Breach::Value,
        Breach::NanLost,
        Breach::Undefined,
        Breach::FiniteLost,
        Breach::Error,
        Breach::Relative,
        Breach::Reals,
        Breach::NotWider,
    ];
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Breach::Bits => "the bits differ",
            Breach::Value => "the right side has another value",
            Breach::NanLost => "NaN is lost",
            Breach::Undefined => "a defined result is lost",
            Breach::FiniteLost => "a finite result is lost",
            Breach::Error => "less accurate",
            Breach::Relative => "the relative error is too large",
            Breach::Reals => "the sides differ over the reals",
            Breach::NotWider => "less accurate, and not finite where the left side is not",
        })
    }
}

/// A point at which a promise is broken.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// Both sides as programs.
    pub program: String,
    /// The arguments, cut after a few elements.
    pub arguments: String,
    /// The format that every float is rounded to, if it is not that of its type: `f16` or `bf16`.
    pub format: Option<&'static str>,
    /// The left side's value.
    pub left: f64,
    /// The right side's value.
    pub right: f64,
    /// The true value, rounded.
    pub truth: f64,
    /// What is broken.
    pub breach: Breach,
    /// More about it; may be empty.
    pub detail: String,
}

impl Counterexample {
    /// The fault and its point, without the program, on one line.
    pub fn summary(&self) -> String {
        let Counterexample { left, right, truth, arguments, .. } = self;
        let detail = if self.detail.is_empty() { String::new() } else { format!(" ({})", self.detail) };
        let format = self.format.map(|f| format!(" in {f}")).unwrap_or_default();
        let breach = self.breach;
        format!("{breach}{detail}: left {left:?}, right {right:?}, truth {truth:?} at {arguments}{format}")
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.summary(), self.program)
    }
}
