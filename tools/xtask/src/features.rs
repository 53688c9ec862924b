//! Tests of one crate use what tests of all have compiled: `tools/features` asks for the same features everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::process::{cargo, output};

/// Each crate of a registry with the sets of features that it is compiled with, for the tests of a choice of packages.
fn features(root: &Path, choice: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut command = cargo(root);
    command.args(["tree", "--locked", "--edges", "normal,build,dev", "--prefix", "none", "--no-dedupe"]);
    let tree = output(command.args(["--format", "{p}|{f}"]).args(choice)).expect("cargo can draw the tree");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // Blank lines stand between the packages of a choice.
    for (package, set) in tree.lines().filter_map(|line| line.split_once('|')) {
        if !package.contains(" (/") {
            found.entry(package.to_owned()).or_default().insert(set.to_owned());
        }
    }
    found
}

/// What `part` would compile again: its crates with sets of features that `whole` does not have.
fn compiled_again(
    part: &BTreeMap<String, BTreeSet<String>>,
    whole: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    let mut again = vec![];
    for (package, sets) in part {
        for set in sets.iter().filter(|set| !whole.get(package).is_some_and(|known| known.contains(*set))) {
            again.push(format!("{package} with [{set}]"));
        }
    }
    again
}

/// The names of the workspace's packages.
fn members(root: &Path) -> Vec<String> {
    let mut command = cargo(root);
    command.args(["metadata", "--locked", "--no-deps", "--format-version", "1"]);
    let text = output(&mut command).expect("cargo knows the workspace");
    let metadata: serde_json::Value = serde_json::from_str(&text).expect("the metadata is JSON");
    let packages = metadata["packages"].as_array().expect("there are packages");
    packages.iter().filter_map(|package| Some(package["name"].as_str()?.to_owned())).collect()
}

#[test]
fn tests_of_one_crate_compile_no_dependency_again() {
    let root = crate::repository();
    let whole = features(&root, &["--workspace"]);
    let mut problems = vec![];
    for member in members(&root) {
        for again in compiled_again(&features(&root, &["--package", &member]), &whole) {
            problems.push(format!("{member}: {again}"));
        }
    }
    assert!(
        problems.is_empty(),
        "tools/features/Cargo.toml misses features, or a crate has no dev-dependency `thn-features`:\n{}",
        problems.join("\n")
    );
    let embed = compiled_again(&features(&root, &["--manifest-path", "tests/embed/Cargo.toml"]), &whole);
    assert!(
        embed.is_empty(),
        "tests/embed has other versions or features; a copy of Cargo.lock as tests/embed/Cargo.lock mends versions:\n{}",
        embed.join("\n")
    );
}

#[test]
fn a_set_of_features_that_only_one_crate_asks_for_is_seen() {
    let of = |sets: &[(&str, &str)]| {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (package, set) in sets {
            all.entry((*package).to_owned()).or_default().insert((*set).to_owned());
        }
        all
    };
    let whole = of(&[("syn v2", "derive,full"), ("libc v0", "std")]);
    assert!(compiled_again(&of(&[("libc v0", "std")]), &whole).is_empty());
    assert_eq!(compiled_again(&of(&[("syn v2", "derive")]), &whole), ["syn v2 with [derive]"]);
    assert_eq!(compiled_again(&of(&[("quote v1", "")]), &whole), ["quote v1 with []"]);
}
