//! Adds up what is found at many arguments of many cases.

use crate::{
    Depth, WHOLE,
    found::{Breach, Checked, Counterexample},
    instance::Instance,
    judge::judge,
    narrow,
    promise::{Fault, Promise},
    sample::{self, Range},
    shrink::counterexample,
};
use std::{collections::BTreeMap, sync::OnceLock};
use thn_eqsat::{
    Class,
    rule::{Number, Pattern, Rule},
};
use thn_ir::Error;
use thn_random::Random;
use thn_reference::{Format, Value};

/// What was found so far.
pub(crate) struct Tally {
    checked: Checked,
    promise: Promise,
    depth: Depth,
    /// Numbers that the rule names.
    near: Vec<f64>,
    /// Whether a counterexample is made simpler.
    simplify: bool,
    wider: bool,
    leaning: Option<Counterexample>,
}

impl Tally {
    /// Nothing, about a rule.
    pub(crate) fn of(rule: &Rule, waived: Option<Breach>) -> Tally {
        let promise = Promise { waived, ..Promise::of(rule) };
        let mut tally = Tally::new(&rule.name, promise);
        tally.checked.place.clone_from(&rule.place);
        for pattern in rule.left.walk().into_iter().chain(rule.right.walk()) {
            if let Pattern::Number(Number(x)) = pattern {
                tally.near.push(*x);
            }
        }
        tally
    }

    /// Nothing, about anything that promises something.
    pub(crate) fn new(name: &str, promise: Promise) -> Tally {
        let checked = Checked {
            rule: name.to_string(),
            place: String::new(),
            class: promise.class,
            cases: 0,
            points: 0,
            narrow: 0,
            counterexample: None,
        };
        let near = vec![0.0, 1.0, -1.0];
        Tally { checked, promise, depth: WHOLE, near, simplify: true, wider: false, leaning: None }
    }

    /// With as many samples as that.
    pub(crate) fn to(self, depth: Depth) -> Tally {
        Tally { depth, ..self }
    }

    /// With counterexamples as they were found.
    pub(crate) fn raw(self) -> Tally {
        Tally { simplify: false, ..self }
    }

    /// Whether a promise is broken.
    pub(crate) fn broken(&self) -> bool {
        self.checked.counterexample.is_some()
    }

    fn show(
        &self,
        case: &Instance,
        arguments: &[Value],
        format: Option<Format>,
        fault: Fault,
    ) -> Counterexample {
        counterexample(&self.promise, case, arguments, format, fault, self.simplify)
    }

    /// Runs a case once.
    fn add(&mut self, case: &Instance, arguments: &[Value], format: Option<Format>) -> Result<(), Error> {
        let found = judge(&self.promise, case, arguments, format)?;
        self.checked.points += found.points;
        if format.is_some() {
            self.checked.narrow += found.points;
        }
        self.wider |= found.wider;
        if let Some(fault) = found.leaning.filter(|_| self.leaning.is_none()) {
            self.leaning = Some(self.show(case, arguments, format, fault));
        }
        if let Some(fault) = found.broken {
            self.checked.counterexample = Some(self.show(case, arguments, format, fault));
        }
        Ok(())
    }

    /// Every case once, then as often as it takes.
    pub(crate) fn sample(&mut self, cases: &[Instance]) -> Result<(), Error> {
        self.checked.cases += cases.len();
        let mut seed = 1;
        for round in 0..400 {
            if round > 0 && self.checked.points >= self.depth.points {
                break;
            }
            for case in cases {
                seed += 1;
                let mut random = Random::new(seed);
                // A fold over special values is almost always special itself.
                let range = match self.promise.class_of(case) {
                    _ if !case.elementwise && !seed.is_multiple_of(3) => Range::Moderate,
                    Class::Exact | Class::Accurate | Class::Finite => Range::Full,
                    Class::Reassoc | Class::Fast | Class::Real => Range::Moderate,
                };
                let rows = sample::usual_rows(case);
                let arguments = sample::arguments(case, &mut random, range, rows, &self.near)?;
                self.add(case, &arguments, None)?;
                if self.broken() {
                    return Ok(());
                }
            }
        }
        self.ends(cases)
    }

    /// Every case without elements; and, where another order is promised to lose nothing, at the ends of its format.
    fn ends(&mut self, cases: &[Instance]) -> Result<(), Error> {
        if matches!(self.promise.class, Class::Fast | Class::Real) {
            return Ok(());
        }
        let mut seed = 1_000_000;
        for case in cases {
            let ordered =
                self.promise.class_of(case) == Class::Reassoc && !case.reordered && !case.multiplies_all();
            let rows = sample::usual_rows(case);
            let at_ends = if ordered { if case.elementwise { 8 } else { 60 } } else { 0 };
            let empty = if case.can_be_empty() { 8 } else { 0 };
            for rows in std::iter::repeat_n(rows, at_ends).chain(std::iter::repeat_n(0, empty)) {
                seed += 1;
                let mut random = Random::new(seed);
                let arguments = sample::arguments(case, &mut random, Range::Ends, rows, &self.near)?;
                self.add(case, &arguments, None)?;
                if self.broken() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Every case in the formats whose numbers can be tried one by one.
    pub(crate) fn narrow(&mut self, cases: &[Instance]) -> Result<(), Error> {
        let class = self.promise.class;
        if matches!(class, Class::Fast | Class::Real) {
            return Ok(());
        }
        for format in narrow::FORMATS {
            for case in cases {
                let Some(case) = narrow::rounded(case, format) else { continue };
                for arguments in narrow::arguments(&case, format, &self.near, numbers(), self.depth.share)? {
                    self.add(&case, &arguments, Some(format))?;
                    if self.broken() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// The verdict.
    pub(crate) fn finish(mut self) -> Checked {
        if !self.wider && self.checked.counterexample.is_none() {
            self.checked.counterexample = self.leaning;
        }
        self.checked
    }
}

/// Every number of the narrow formats, by their names.
fn numbers() -> &'static BTreeMap<&'static str, Vec<f64>> {
    static ALL: OnceLock<BTreeMap<&'static str, Vec<f64>>> = OnceLock::new();
    ALL.get_or_init(|| narrow::FORMATS.into_iter().map(|f| (f.name(), f.all())).collect())
}
