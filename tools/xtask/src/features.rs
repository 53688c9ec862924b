//! Tests of one crate use what tests of all have compiled: `tools/features` asks for the same features everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::process::{cargo, output};
use crate::snapshots::tests::Folder;

/// What makes the lock file of `tests/embed` anew, with the versions of the workspace's own.
const MEND_EMBED: &str = "cp Cargo.lock tests/embed/Cargo.lock && \
                          cargo update --workspace --manifest-path tests/embed/Cargo.toml";

/// Each crate of a registry with the sets of features that it is compiled with, for the tests of a choice of packages;
/// nothing if cargo cannot say it, as with a lock file that would have to change.
fn features(root: &Path, choice: &[&str]) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let mut command = cargo(root);
    command.args(["tree", "--locked", "--edges", "normal,build,dev", "--prefix", "none", "--no-dedupe"]);
    let tree = output(command.args(["--format", "{p}|{f}"]).args(choice))?;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // Blank lines stand between the packages of a choice.
    for (package, set) in tree.lines().filter_map(|line| line.split_once('|')) {
        if !package.contains(" (/") {
            found.entry(package.to_owned()).or_default().insert(set.to_owned());
        }
    }
    Some(found)
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
    let features = |choice: &[&str]| features(&root, choice);
    let whole = features(&["--workspace"]).expect("cargo can draw the tree");
    let mut problems = vec![];
    for member in members(&root) {
        for again in
            compiled_again(&features(&["--package", &member]).expect("cargo can draw the tree"), &whole)
        {
            problems.push(format!("{member}: {again}"));
        }
    }
    assert!(
        problems.is_empty(),
        "tools/features/Cargo.toml misses features, or a crate has no dev-dependency `thn-features`:\n{}",
        problems.join("\n")
    );
    let problems = match features(&["--manifest-path", "tests/embed/Cargo.toml"]) {
        Some(embed) => compiled_again(&embed, &whole),
        None => vec!["its lock file does not fit its manifest".into()],
    };
    assert!(
        problems.is_empty(),
        "tests/embed has an outdated lock file, or other features; `{MEND_EMBED}` mends the lock file:\n{}",
        problems.join("\n")
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

#[test]
fn a_lock_file_that_would_have_to_change_is_seen() {
    let folder = Folder::new();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
    write("lib.rs", "").expect("the folder can be written");
    let manifest =
        "[package]\nname = \"alone\"\nversion = \"0.2.0\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n";
    write("Cargo.toml", manifest).expect("the folder can be written");
    let lock =
        |version: &str| format!("version = 4\n[[package]]\nname = \"alone\"\nversion = \"{version}\"\n");
    write("Cargo.lock", &lock("0.1.0")).expect("the folder can be written");
    assert_eq!(features(folder.path(), &[]), None);
    write("Cargo.lock", &lock("0.2.0")).expect("the folder can be written");
    assert_eq!(features(folder.path(), &[]), Some(BTreeMap::new()));
}
