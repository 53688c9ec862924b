//! Patterns and rules, as the parser leaves them.

use crate::rule::class::Class;
use std::collections::BTreeSet;
use thn_ir::{DType, Literal, OpKind};

/// A number in a pattern. Zeros of both signs are different numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Number(pub f64);

impl Number {
    /// Whether all elements are the number, rounded to their type.
    pub(crate) fn is_all(self, literal: &Literal) -> bool {
        let rounded = f64::from(self.0 as f32);
        let fits = literal.dtype() == DType::F32 && rounded.is_finite() && rounded != 0.0;
        let is = |x: f64| self.is(x) || (fits && Number(rounded).is(x));
        literal.splat_value().is_some_and(|x| is(x.to_f64()))
    }

    /// Whether `x` is this number, sign of zero included; NaN is NaN.
    pub(crate) fn is(self, x: f64) -> bool {
        (x == self.0 && x.is_sign_negative() == self.0.is_sign_negative()) || (x.is_nan() && self.0.is_nan())
    }
}

/// The payload of an op in a pattern: `@P`, or a function of payloads on the right side.
#[derive(Clone, PartialEq, Debug)]
pub enum PayloadPattern {
    /// The op has no payload.
    None,
    /// A variable, by position in [`Rule::payloads`].
    Var(usize),
    /// A function of `crate::rule::functions`, by position there, and its payload arguments.
    Apply(usize, Vec<usize>),
}

/// One side of a rule.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// `?x`, by position in [`Rule::vars`].
    Var(usize),
    /// A rank-0 number; on the left also any tensor that is known to hold nothing else.
    Number(Number),
    /// An op, and the rest of a sum or product (`?xs...`), by position in [`Rule::rests`].
    Op {
        /// The op.
        kind: OpKind,
        /// Its attributes.
        payload: PayloadPattern,
        /// Its operands.
        args: Vec<Pattern>,
        /// The rest of its operands.
        rest: Option<usize>,
    },
    /// `(rebroadcast@A e ?x)`: `e`, which lacks the dims `@A` of `?x`, repeated along them.
    Rebroadcast {
        /// The payload variable `@A`.
        axes: usize,
        /// `e`.
        part: Box<Pattern>,
        /// The variable `?x`.
        like: usize,
    },
    /// `(count@A ?x)` or `(count@A @P)`: the number of elements of `?x`, or of the result that `@P` states, along the
    /// axes `@A`, as a rank-0 number of the element type of what the rule replaces.
    Count {
        /// The payload variable `@A`.
        axes: usize,
        /// `?x` or `@P`.
        like: Argument,
    },
}

impl Pattern {
    /// The op at the root.
    pub fn root(&self) -> Option<OpKind> {
        match self {
            Pattern::Op { kind, .. } => Some(*kind),
            Pattern::Rebroadcast { .. } => Some(OpKind::Broadcast),
            _ => None,
        }
    }

    /// This pattern and all inside it, outside first.
    pub fn walk(&self) -> Vec<&Pattern> {
        let mut out = vec![self];
        match self {
            Pattern::Op { args, .. } => out.extend(args.iter().flat_map(Pattern::walk)),
            Pattern::Rebroadcast { part, .. } => out.extend(part.walk()),
            _ => {}
        }
        out
    }

    /// The variables that are computed with this pattern whatever its choices choose.
    fn certain(&self) -> BTreeSet<Argument> {
        match self {
            Pattern::Var(v) => [Argument::Var(*v)].into(),
            Pattern::Number(_) | Pattern::Count { .. } => BTreeSet::new(),
            Pattern::Rebroadcast { part, .. } => part.certain(),
            Pattern::Op { kind: OpKind::Select, args, .. } if args.len() == 3 => {
                let [choice, x, y] = [0, 1, 2].map(|i| args[i].certain());
                match args[0] {
                    Pattern::Number(n) if n.0 == 0.0 => y,
                    Pattern::Number(_) => x,
                    _ => &choice | &(&x & &y),
                }
            }
            Pattern::Op { args, rest, .. } => {
                args.iter().flat_map(Pattern::certain).chain(rest.map(Argument::Rest)).collect()
            }
        }
    }
}

/// An argument of a side condition.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Argument {
    /// `?x`.
    Var(usize),
    /// `?xs...`.
    Rest(usize),
    /// `@A`.
    Payload(usize),
}

/// A side condition: a function of `crate::rule::guards`, by position there, its arguments and its numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Guard {
    pub(crate) condition: usize,
    /// What it is about.
    pub args: Vec<Argument>,
    /// The numbers it compares with, none of them NaN.
    pub(crate) numbers: Vec<f64>,
}

impl Guard {
    /// The name of the condition.
    pub fn name(&self) -> &'static str {
        super::guards::CONDITIONS[self.condition].name
    }
}

/// A rewrite.
#[derive(Clone, PartialEq, Debug)]
pub struct Rule {
    /// What the pattern is called.
    pub name: String,
    /// Its line, without the name.
    pub text: String,
    /// File and line.
    pub place: String,
    /// Theano's word for what it does.
    pub family: String,
    /// What it promises.
    pub class: Class,
    /// Whether its right side is always preferred, whatever it costs.
    pub better: bool,
    /// And whether another right side that is `better` is preferred to it.
    pub fallback: bool,
    /// Whether it can make the program larger without end: such rules run in windows.
    pub expand: bool,
    /// What is found.
    pub left: Pattern,
    /// What replaces it.
    pub right: Pattern,
    /// What must be proved of the variables.
    pub guards: Vec<Guard>,
    /// Names of variables.
    pub vars: Vec<String>,
    /// Names of rest variables.
    pub rests: Vec<String>,
    /// Names of payload variables.
    pub payloads: Vec<String>,
}

impl Rule {
    /// Whether the right side computes nothing that the left side leaves to a choice.
    pub(crate) fn keeps_choices(&self) -> bool {
        self.right.certain().is_subset(&self.left.certain())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn rules_that_compute_what_is_not_chosen_are_known() {
        let all = crate::rule::library::all().unwrap().iter();
        let found: Vec<&str> = all.filter(|r| !r.keeps_choices()).map(|r| r.name.as_str()).collect();
        let bools = ["select-and", "select-or", "select-twice-and", "select-twice-or"];
        let triangles = ["lower-of-lower", "upper-of-upper", "diagonal-of-diagonal"];
        assert_eq!(found, [&bools[..], &triangles].concat());
    }
}
