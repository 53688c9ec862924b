//! What all rules make of the left side of each is explained, and the explanations replay.

use thn_eqsat::rules;

/// The left side of every rule, rewritten by all rules: of every twelfth, but where `cargo xtask test --long` asks for all.
#[test]
fn every_rule() {
    let step = if std::env::var_os("THN_LONG").is_some() { 1 } else { 12 };
    let mut explained = 0;
    let mut failed = vec![];
    for rule in rules().unwrap().into_iter().step_by(step) {
        match thn_rulecheck::explained(&rule.name) {
            Ok(all) => explained += all.len(),
            Err(error) => failed.push(format!("{}: {error}", rule.name)),
        }
    }
    println!("{explained} programs");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(explained > 500 / step, "{explained} programs");
}
