//! What earlier runs found out about rules that have not changed, nor anything that checks them.
//!
//! Each check has a file of lines `key result`. A key is a hash of the rule, of the source of this crate and of all
//! crates below it, and of the versions of crates from elsewhere; the files of rules are no source, so that a change of
//! one rule leaves what is known of the others. Only what passed is kept. Lines are added as they are found, so that a
//! run that is stopped is taken up by the next; a run that ends keeps the lines it used.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, OpenOptions},
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::{Path, PathBuf},
    sync::Mutex,
};
use thn_eqsat::rule::Rule;

/// What is known of one check.
pub(crate) struct Memo {
    file: PathBuf,
    source: u64,
    known: BTreeMap<String, String>,
    used: Mutex<BTreeSet<String>>,
}

impl Memo {
    /// What is known of the check called `what`, in the folder that cargo has for the files of this crate's tests.
    pub(crate) fn of(what: &str) -> Memo {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Memo::open(&Path::new(env!("CARGO_TARGET_TMPDIR")).join(what), source(&root))
    }

    fn open(file: &Path, source: u64) -> Memo {
        let text = fs::read_to_string(file).unwrap_or_default();
        // The last line of a run that was stopped may have no end.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let pair = |line: &str| line.split_once(' ').map(|(key, result)| (key.to_owned(), result.to_owned()));
        Memo {
            file: file.to_owned(),
            source,
            known: whole.lines().filter_map(pair).collect(),
            used: Mutex::default(),
        }
    }

    fn key(&self, rule: &Rule) -> String {
        let Rule { name, text, family, class, better, fallback, expand, .. } = rule;
        let mut hasher = DefaultHasher::new();
        (self.source, name, text, family, class.name(), better, fallback, expand).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// What the check gave for this rule, if it is known.
    pub(crate) fn recall(&self, rule: &Rule) -> Option<&str> {
        let key = self.key(rule);
        let result = self.known.get(&key)?;
        self.used.lock().unwrap().insert(format!("{key} {result}\n"));
        Some(result)
    }

    /// Keeps what the check gave for a rule that passed: one line.
    pub(crate) fn keep(&self, rule: &Rule, result: &str) {
        let line = format!("{} {result}\n", self.key(rule));
        let mut used = self.used.lock().unwrap();
        let folder = self.file.parent().unwrap();
        fs::create_dir_all(folder).unwrap();
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file).unwrap();
        // A line after one that has no end would be lost with it.
        let cut = fs::read(&self.file).is_ok_and(|bytes| bytes.last().is_some_and(|last| *last != b'\n'));
        let text = if cut { format!("\n{line}") } else { line.clone() };
        file.write_all(text.as_bytes()).unwrap();
        used.insert(line);
    }

    /// Forgets what this run did not use.
    pub(crate) fn finish(self) {
        let used = self.used.into_inner().unwrap();
        let text: String = used.into_iter().collect();
        fs::create_dir_all(self.file.parent().unwrap()).unwrap();
        fs::write(&self.file, text).unwrap();
    }
}

/// A hash of everything that decides whether a rule passes, but the rule.
fn source(root: &Path) -> u64 {
    let mut files = vec![root.join("Cargo.lock")];
    files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules"), &mut files);
    for folder in folders(root) {
        files.push(folder.join("Cargo.toml"));
        files_under(&folder.join("src"), &mut files);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        fs::read(&file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

/// The folders of this crate and of the crates of this workspace that it is made from.
fn folders(root: &Path) -> BTreeSet<PathBuf> {
    let workspace = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let place = |name: &str| {
        let line = workspace.lines().find(|l| l.split(" = ").next() == Some(name)).unwrap();
        root.join(line.split("path = \"").nth(1).unwrap().split('"').next().unwrap())
    };
    let mut found = BTreeSet::new();
    let mut open = vec!["thn-rulecheck".to_owned()];
    while let Some(name) = open.pop() {
        let folder = place(&name);
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let needed = manifest.split("[dev-dependencies]").next().unwrap();
        let names =
            needed.lines().filter_map(|l| l.split(".workspace").next()).filter(|n| n.starts_with("thn-"));
        if found.insert(folder) {
            open.extend(names.map(str::to_owned));
        }
    }
    found
}

fn files_under(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_rules = path.extension().is_some_and(|e| e == "rules");
        match path {
            path if path.is_dir() => files_under(&path, files),
            path if !is_rules => files.push(path),
            _ => {}
        }
    }
}

#[test]
fn what_is_known_is_of_the_same_rule_and_the_same_source() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("memo-{}", std::process::id()));
    let rules = thn_eqsat::rule::all().unwrap();
    let memo = Memo::open(&file, 1);
    assert_eq!(memo.recall(&rules[0]), None);
    memo.keep(&rules[0], "1 fine");
    memo.keep(&rules[1], "2 fine");
    // It was stopped in the middle of a line, and is taken up.
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}0123")).unwrap();
    let memo = Memo::open(&file, 1);
    assert_eq!(memo.recall(&rules[0]), Some("1 fine"));
    memo.keep(&rules[2], "3 fine");
    let changed = Rule { text: format!("{} ", rules[1].text), ..rules[1].clone() };
    assert_eq!(memo.recall(&changed), None);
    assert_eq!(memo.recall(&Rule { better: !rules[0].better, ..rules[0].clone() }), None);
    assert_eq!(memo.recall(&Rule { place: "elsewhere:1".into(), ..rules[0].clone() }), Some("1 fine"));
    assert_eq!(Memo::open(&file, 2).recall(&rules[0]), None);
    memo.finish();
    let memo = Memo::open(&file, 1);
    assert_eq!(memo.recall(&rules[1]), None, "nobody asked");
    assert_eq!(memo.recall(&rules[2]), Some("3 fine"));
    fs::remove_file(&file).unwrap();
}

#[test]
fn every_crate_that_checks_is_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let names: BTreeSet<String> =
        folders(&root).iter().map(|f| f.file_name().unwrap().to_string_lossy().into_owned()).collect();
    for name in ["rulecheck", "eqsat", "facts", "thn-ir", "thn-reference", "thn-random"] {
        assert!(names.contains(name), "{names:?}");
    }
}
