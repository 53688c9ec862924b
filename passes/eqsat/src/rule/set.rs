//! Rules from outside: files of the same notation that are checked like the crate's own before they are used.

use crate::{
    RuleInfo,
    builtin::multisets,
    check,
    rule::{library, parse::parse_file, pattern::Rule},
};
use std::{collections::BTreeSet, sync::Arc};
use thn_ir::Error;

/// The rules of a file, each of which has kept the promise of its class in every check.
///
/// A set is checked once, when it is loaded, and can be used by any number of [`crate::Options`].
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSet {
    rules: Arc<[Rule]>,
}

impl RuleSet {
    /// Reads and checks rules. `file` is what errors call the file that holds `text`.
    ///
    /// The notation is that of `rules/README.md`. Names must differ from each other and from those of the crate's own
    /// rules. The error is one line `file:line:column: error: …` for a file that cannot be read, and one such line
    /// with the counterexample below it for each rule that breaks its promise or never applies.
    pub fn load(file: &str, text: &str) -> Result<RuleSet, Error> {
        let mut taken: BTreeSet<String> = library::all()?.iter().map(|r| r.name.clone()).collect();
        taken.extend(multisets::BUILT_IN.iter().map(|(name, _)| (*name).to_string()));
        let rules = parse_file(file, text, &mut taken).map_err(Error::input)?;
        if rules.is_empty() {
            return Err(Error::input(format!("{file}:1:1: error: the file has no rules")));
        }
        let mut refused = vec![];
        for rule in &rules {
            let Rule { name, place, .. } = rule;
            match check::rule(rule)? {
                None => refused.push(format!(
                    "{place}:1: error: rule `{name}` never applies: no tensors give both of its sides a type and \
                     meet its conditions"
                )),
                Some(checked) => refused.extend(checked.counterexample.map(|example| {
                    let class = rule.class;
                    format!("{place}:1: error: rule `{name}` is refused, because it is not `{class}`: {example}")
                })),
            }
        }
        if refused.is_empty() {
            Ok(RuleSet { rules: rules.into() })
        } else {
            Err(Error::input(refused.join("\n")))
        }
    }

    /// What people and tools see of the rules, in the order of the file.
    pub fn rules(&self) -> Vec<RuleInfo> {
        self.rules.iter().map(RuleInfo::of).collect()
    }

    /// These rules after the crate's own.
    pub(crate) fn with_own(sets: &[RuleSet]) -> Result<Vec<Rule>, Error> {
        let mut all = library::all()?.to_vec();
        let mut taken = BTreeSet::new();
        for rule in sets.iter().flat_map(|s| s.rules.iter()) {
            if !taken.insert(&rule.name) {
                let Rule { name, place, .. } = rule;
                return Err(Error::input(format!("{place}:1: error: there is another rule `{name}`")));
            }
            all.push(rule.clone());
        }
        Ok(all)
    }
}
