//! Rules from outside: files of the same notation as those of this crate.

use crate::{
    builtin::multisets,
    rule::{
        library::{self, RuleInfo},
        parse::parse_file,
        pattern::Rule,
    },
};
use std::{collections::BTreeSet, sync::Arc};
use thn_ir::Error;

/// The rules of a file, each of which keeps the promise of its class.
///
/// Whoever makes a set vouches for that: the crate `thn-rulecheck` loads files and refuses rules that break their promise.
/// A set can be used by any number of [`crate::Options`].
#[derive(Clone, PartialEq, Debug)]
pub struct CheckedRules {
    rules: Arc<[Rule]>,
}

impl CheckedRules {
    /// Rules that somebody has checked; see [`parse_new`].
    pub fn assume_checked(rules: Vec<Rule>) -> CheckedRules {
        CheckedRules { rules: rules.into() }
    }

    /// What people and tools see of the rules, in the order of the file.
    pub fn rules(&self) -> Vec<RuleInfo> {
        self.rules.iter().map(RuleInfo::of).collect()
    }

    /// These rules after the crate's own.
    pub(crate) fn with_own(sets: &[CheckedRules]) -> Result<Vec<Rule>, Error> {
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

/// Reads rules that are to be used beside those of this crate. `file` is what errors call the file that holds `text`.
///
/// The notation is that of `rules/README.md`. Names must differ from each other and from those of the crate's own
/// rules.
///
/// # Errors
///
/// One line `file:line:column: error: …` for a file that cannot be read or has no rules.
pub fn parse_new(file: &str, text: &str) -> Result<Vec<Rule>, Error> {
    let mut taken: BTreeSet<String> = library::all()?.iter().map(|r| r.name.clone()).collect();
    taken.extend(multisets::BUILT_IN.iter().map(|(name, _)| (*name).to_string()));
    let rules = parse_file(file, text, &mut taken).map_err(Error::input)?;
    if rules.is_empty() {
        return Err(Error::input(format!("{file}:1:1: error: the file has no rules")));
    }
    Ok(rules)
}
