//! One page for each family of rules, each pass and each level: before, after, and the rules that fired.

use std::{collections::BTreeSet, fs, path::Path};
use thn_eqsat::{Class, rules};
use thn_passes::TABLES;
use thn_testing::{assert_rewrites, rewrite};

/// The programs of a folder beside this file, by name.
fn programs(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut found: Vec<(String, String)> = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("the file can be read"))
        })
        .collect();
    found.sort();
    found
}

fn names(programs: &[(String, String)]) -> BTreeSet<String> {
    programs.iter().map(|(name, _)| name.clone()).collect()
}

/// The passes that the first line of a program names: `// passes: one two`.
fn passes(text: &str) -> Vec<&str> {
    let first = text.lines().next().and_then(|line| line.strip_prefix("// passes:"));
    first.expect("the first line names the passes").split_whitespace().collect()
}

/// The search for accuracy alone uses families of class `real`.
#[test]
fn every_family_has_a_page_on_which_only_its_rules_fire() {
    let rules = rules().expect("the rules of the crate are right");
    let families: BTreeSet<String> =
        rules.iter().filter(|rule| rule.class != Class::Real).map(|rule| rule.family.clone()).collect();
    let programs = programs("families");
    assert_eq!(names(&programs), families);
    for (family, text) in programs {
        let pass = format!("thn-eqsat{{including={family} finite=true}}");
        let page = rewrite(&text, &[&pass]).unwrap_or_else(|error| panic!("{family}: {error}"));
        let of_family = |name: &str| {
            rules.iter().find(|rule| rule.name == name).is_some_and(|rule| rule.family == family)
        };
        assert!(page.rules().any(of_family), "no rule of {family} fires:\n{page}");
        for rule in page.rules().filter(|name| rules.iter().any(|rule| rule.name == **name)) {
            assert!(of_family(rule), "{rule} is not of {family}");
        }
        assert_rewrites!(format!("family-{family}"), &text, [&pass]);
    }
}

#[test]
fn every_pass_has_a_page() {
    let passes_of_the_table: BTreeSet<String> = TABLES
        .passes
        .iter()
        .copied()
        .flatten()
        .map(|pass| pass.argument())
        .chain(TABLES.pipelines.iter().map(|pipeline| pipeline.name.to_owned()))
        .collect();
    let programs = programs("passes");
    assert_eq!(names(&programs), passes_of_the_table);
    for (pass, text) in programs {
        let passes = passes(&text);
        assert_eq!(passes.last().and_then(|last| last.split('{').next()), Some(pass.as_str()));
        assert_rewrites!(format!("pass-{pass}"), &text, passes);
    }
}

#[test]
fn every_level_of_effort_has_a_page() {
    let text = include_str!("levels.mlir");
    for level in 0..4 {
        let pass = format!("thn-eqsat{{level={level}}}");
        assert_rewrites!(format!("level-{level}"), text, [&pass]);
    }
}

#[test]
fn a_page_has_every_step_and_its_rules() {
    let text = "func.func @f(%x: tensor<4xf64>) -> tensor<4xf64> {
      %0 = thn.exp %x : tensor<4xf64>
      %1 = thn.log %0 : tensor<4xf64>
      return %1 : tensor<4xf64>
    }";
    let page =
        rewrite(text, &["thn-roundtrip", "thn-eqsat{level=3}", "canonicalize"]).expect("the passes run");
    let steps: Vec<&str> = page.steps().iter().map(|step| step.pass.as_str()).collect();
    assert_eq!(steps, ["thn-roundtrip", "thn-eqsat{level=3}", "canonicalize"]);
    assert!(page.steps()[0].rules.is_empty());
    assert_eq!(page.rules().collect::<Vec<_>>(), ["log-exp"]);
    assert!(page.before().contains("thn.exp") && page.steps()[0].after.contains("thn.exp"));
    assert!(!page.after().contains("thn.exp"));
}

#[test]
fn remarks_of_a_pass_are_on_its_page() {
    let text = "func.func @f(%x: tensor<4xf64>) -> tensor<4xf64> {
      %0 = thn.exp %x : tensor<4xf64>
      %1 = thn.log %0 : tensor<4xf64>
      return %1 : tensor<4xf64>
    }";
    let page = rewrite(text, &["thn-eqsat{explain=true}"]).expect("the pass runs");
    assert!(page.steps()[0].remarks.iter().any(|remark| remark.contains("by log-exp")), "{page}");
}

#[test]
fn what_is_refused_says_why() {
    let refused = |text: &str, pass: &str| rewrite(text, &[pass]).expect_err("it is refused").to_string();
    assert!(refused("func.func @f(", "thn-eqsat").contains("before.mlir:1:13"), "the place is missing");
    let text = "func.func @f(%x: tensor<4xf64>) -> tensor<4xf64> { return %x : tensor<4xf64> }";
    assert!(refused(text, "thn-nothing").contains("thn-nothing"));
    assert!(refused(text, "thn-eqsat{level=9}").contains("the levels are 0 to 3"));
}
