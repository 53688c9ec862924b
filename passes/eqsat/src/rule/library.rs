//! The rules of this crate and how they are listed.

use crate::{
    builtin::multisets,
    rule::{class::Class, functions, guards, parse::parse_file, pattern::Rule},
};
use std::{collections::BTreeSet, fmt::Write, sync::OnceLock};
use thn_ir::Error;

/// The rule files, in the order in which their rules are tried.
const FILES: &[(&str, &str)] = &[
    ("canonicalize.rules", include_str!("../../rules/canonicalize.rules")),
    ("compare.rules", include_str!("../../rules/compare.rules")),
    ("stabilize.rules", include_str!("../../rules/stabilize.rules")),
    ("specialize.rules", include_str!("../../rules/specialize.rules")),
    ("shape.rules", include_str!("../../rules/shape.rules")),
    ("subtensor.rules", include_str!("../../rules/subtensor.rules")),
    ("linalg.rules", include_str!("../../rules/linalg.rules")),
    ("accuracy.rules", include_str!("../../rules/accuracy.rules")),
];

/// Every rule.
pub fn all() -> Result<&'static [Rule], Error> {
    static RULES: OnceLock<Result<Vec<Rule>, String>> = OnceLock::new();
    let parse = || {
        let mut names = BTreeSet::new();
        let mut rules = vec![];
        for (file, text) in FILES {
            rules.extend(parse_file(file, text, &mut names)?);
        }
        Ok(rules)
    };
    match RULES.get_or_init(parse) {
        Ok(rules) => Ok(rules),
        Err(e) => Err(Error::internal(e.clone())),
    }
}

/// What a rewrite of loops and branches promises.
pub(crate) fn class_of(rewrite: &thn_loops::Rewrite) -> Class {
    if rewrite.reorders { Class::Reassoc } else { Class::Exact }
}

/// What people and tools see of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleInfo {
    /// Its name.
    pub name: String,
    /// Its family.
    pub family: String,
    /// What it promises.
    pub class: Class,
    /// `left => right if conditions`.
    pub text: String,
    /// File and line.
    pub place: String,
}

impl RuleInfo {
    pub(crate) fn of(rule: &Rule) -> RuleInfo {
        let Rule { name, family, class, text, place, .. } = rule.clone();
        RuleInfo { name, family, class, text, place }
    }
}

/// Every rule of the rule files, in order.
pub fn rules() -> Result<Vec<RuleInfo>, Error> {
    Ok(all()?.iter().map(RuleInfo::of).collect())
}

/// The reference page of rules, as Markdown.
pub fn reference() -> Result<String, Error> {
    let mut page = String::from(
        "# Rules\n\n\
         Generated from `passes/eqsat/rules/*.rules`; do not edit.\n\
         The format is described in [`passes/eqsat/rules/README.md`](../../passes/eqsat/rules/README.md).\n\n",
    );
    let rules = all()?;
    // Writing to a string does not fail.
    let _ = writeln!(
        page,
        "{} rules, and {} that hold for every elementwise op.\n",
        rules.len(),
        multisets::BUILT_IN.len()
    );
    let _ = writeln!(page, "| rule | family | class | rewrite |\n| --- | --- | --- | --- |");
    for rule in rules {
        let mut class = rule.class.to_string();
        if rule.fallback {
            class += ", fallback";
        } else if rule.better {
            class += ", better";
        }
        if rule.expand {
            class += ", expand";
        }
        let _ = writeln!(page, "| `{}` | {} | {class} | `{}` |", rule.name, rule.family, rule.text);
    }
    let _ = writeln!(page, "\n## For every elementwise op\n\n| rewrite | what it does |\n| --- | --- |");
    for (name, what) in multisets::BUILT_IN {
        let _ = writeln!(page, "| `{name}` | {what} |");
    }
    let _ = writeln!(
        page,
        "\n## For loops and branches\n\n| rewrite | class | what it does |\n| --- | --- | --- |"
    );
    for rewrite in thn_loops::REWRITES {
        let thn_loops::Rewrite { name, meaning, .. } = rewrite;
        let _ = writeln!(page, "| `{name}` | {} | {meaning} |", class_of(&rewrite));
    }
    let _ = writeln!(page, "\n## Conditions\n\n| condition | holds if |\n| --- | --- |");
    let spelled = |letter: char| match letter {
        'p' => "@p",
        'n' => "n",
        _ => "?x",
    };
    for c in guards::CONDITIONS {
        let args = c.form.chars().map(spelled).collect::<Vec<_>>().join(", ");
        let _ = writeln!(page, "| `{}({args})` | {} |", c.name, c.meaning);
    }
    let _ = writeln!(page, "\n## Functions of payloads\n\n| function | gives |\n| --- | --- |");
    for f in functions::FUNCTIONS {
        let args = vec!["@p"; f.arity].join(", ");
        let _ = writeln!(page, "| `{}({args})` | {} |", f.name, f.meaning);
    }
    Ok(page)
}
