//! What all rules make of the left side of each is explained, and the explanations replay.

use thn_eqsat::rules;

/// The left side of every rule, rewritten by all rules.
#[test]
fn every_rule() {
    let mut explained = 0;
    let mut failed = vec![];
    for rule in rules().unwrap() {
        match thn_rulecheck::explained(&rule.name) {
            Ok(all) => explained += all.len(),
            Err(error) => failed.push(format!("{}: {error}", rule.name)),
        }
    }
    println!("{explained} programs");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(explained > 500, "{explained} programs");
}
