//! Names of rewrites as options give them.

use crate::{
    builtin::multisets,
    options::Options,
    rule::{class::Class, library, pattern::Rule},
};
use std::collections::BTreeSet;
use thn_ir::Error;

/// The family of the rewrites of loops and branches.
const REGION: &str = "region";

impl Options {
    /// Whether a rewrite may be used, by its name, its family and its class.
    pub(crate) fn allows(&self, name: &str, family: &str, class: Class) -> bool {
        let named = |set: &BTreeSet<String>| [name, family, class.name()].iter().any(|n| set.contains(*n));
        self.classes.contains(&class)
            && (self.including.is_empty() || named(&self.including))
            && !named(&self.excluding)
    }

    /// Whether a rewrite of loops and branches may be used.
    pub(crate) fn allows_region(&self, rewrite: &thn_loops::Rewrite) -> bool {
        let fits = self.ops.is_empty() || !rewrite.adds_kinds;
        fits && self.allows(rewrite.name, REGION, library::class_of(rewrite))
    }

    /// An error unless every name is one of a rule, a family or a class.
    pub(crate) fn check_names(&self, given: &[Rule]) -> Result<(), Error> {
        if self.including.is_empty() && self.excluding.is_empty() {
            return Ok(());
        }
        let of_rules = given.iter().chain(library::all()?).flat_map(|r| [r.name.as_str(), r.family.as_str()]);
        let known: BTreeSet<&str> = of_rules
            .chain(Class::ALL.map(Class::name))
            .chain([REGION])
            .chain(multisets::BUILT_IN.iter().map(|(name, _)| *name))
            .chain(thn_loops::REWRITES.iter().map(|r| r.name))
            .collect();
        for name in self.including.iter().chain(&self.excluding) {
            if !known.contains(name.as_str()) {
                let mut message = format!("no rule, family or class is called `{name}`");
                let near = nearest(name, &known);
                if !near.is_empty() {
                    message.push_str(&format!("; there is {}", near.join(", ")));
                }
                return Err(Error::input(message));
            }
        }
        Ok(())
    }
}

/// Up to three names that differ from `name` in few letters, or contain it, the nearest first.
fn nearest(name: &str, known: &BTreeSet<&str>) -> Vec<String> {
    let limit = 1 + name.chars().count() / 4;
    let mut near: Vec<(usize, &str)> = known
        .iter()
        .map(|k| (distance(name, k), *k))
        .filter(|(d, k)| *d <= limit || (name.len() > 3 && k.contains(name)))
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, k)| format!("`{k}`")).collect()
}

/// The least number of letters to insert, delete or exchange that makes one text the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let exchange = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = exchange.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
