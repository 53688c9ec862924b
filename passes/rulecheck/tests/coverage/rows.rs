//! Reads `*.cases`: which rewrites of Theano and PyTensor there are, and what became of each.
//!
//! ```text
//! [logarithms]
//! local_log1p
//!     (log (add 1 x)) => (log1p x)
//! local_expm1, another_name_of_it
//!     test passes/eqsat/tests/rewrites.rs name_of_a_test
//!     refused: exp overflows first
//!     [stabilize exact] (expm1 ?x) => (sub (exp ?x) 1)
//! local_log_kv
//!     needs kv
//! scan_remove_unused
//!     open: what the optimizer does not do yet
//! [left out: printing]
//! print_graph, another
//! ```
//!
//! A row is one name, or several for the same rewrite. Lines below it show it: a program before and after; a test; a
//! reason for leaving a part out and the wrong rule that stands for it; what is not done; or ops that the dialect does
//! not have. Several names of one rewrite, or several rewrites that wait for the same op, stand on one line. Rows of a
//! section `[left out: ...]` have no lines.

use thn_rulecheck::expression;

/// What a line below a name says.
pub(crate) enum Line {
    Example { before: String, after: String },
    Test { file: String, name: String },
    Needs(Vec<String>),
    Open(String),
    Refused { reason: String, section: String, rule: String },
}

pub(crate) struct Row {
    pub(crate) place: String,
    pub(crate) names: Vec<String>,
    pub(crate) lines: Vec<Line>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Status {
    Covered,
    Refused,
    Open,
    Waiting,
    LeftOut,
}

pub(crate) struct Family {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
}

impl Family {
    pub(crate) fn left_out(&self) -> Option<&str> {
        self.title.strip_prefix("left out: ")
    }
}

impl Row {
    /// Covered if anything shows it; a covered row may refuse a part.
    pub(crate) fn status(&self) -> Status {
        let has = |f: fn(&Line) -> bool| self.lines.iter().any(f);
        if has(|l| matches!(l, Line::Example { .. } | Line::Test { .. })) {
            Status::Covered
        } else if has(|l| matches!(l, Line::Open(_))) {
            Status::Open
        } else if has(|l| matches!(l, Line::Refused { .. })) {
            Status::Refused
        } else if has(|l| matches!(l, Line::Needs(_))) {
            Status::Waiting
        } else {
            Status::LeftOut
        }
    }
}

/// The families of a file. Panics with the place of what cannot be read: a test reads these files.
pub(crate) fn parse(file: &str, text: &str) -> Vec<Family> {
    let mut families: Vec<Family> = vec![];
    let mut refusal: Option<String> = None;
    for expression::Line { place, text: code, indented } in expression::lines(file, text) {
        if !indented {
            assert!(refusal.is_none(), "{place}: the refusal above has no rule");
            if let Some(title) = code.strip_prefix('[').and_then(|c| c.strip_suffix(']')) {
                families.push(Family { title: title.into(), rows: vec![] });
                continue;
            }
            let family = families.last_mut().unwrap_or_else(|| panic!("{place}: no family"));
            let names: Vec<String> =
                code.split(',').map(|n| n.trim().to_string()).filter(|n| !n.is_empty()).collect();
            if family.left_out().is_some() {
                let row = |n| Row { place: place.clone(), names: vec![n], lines: vec![] };
                family.rows.extend(names.into_iter().map(row));
            } else {
                family.rows.push(Row { place, names, lines: vec![] });
            }
            continue;
        }
        let row = families.last_mut().and_then(|f| f.rows.last_mut());
        let row = row.unwrap_or_else(|| panic!("{place}: no row"));
        if let Some(reason) = code.strip_prefix("refused: ") {
            refusal = Some(reason.into());
        } else if let Some(reason) = refusal.take() {
            let (section, rule) = code
                .strip_prefix('[')
                .and_then(|c| c.split_once("] "))
                .unwrap_or_else(|| panic!("{place}: a refusal is followed by `[family class] rule`"));
            row.lines.push(Line::Refused { reason, section: section.into(), rule: rule.into() });
        } else if let Some(test) = code.strip_prefix("test ") {
            let (file, name) = test.split_once(' ').unwrap_or_else(|| panic!("{place}: `test FILE NAME`"));
            row.lines.push(Line::Test { file: file.into(), name: name.into() });
        } else if let Some(what) = code.strip_prefix("open: ") {
            row.lines.push(Line::Open(what.into()));
        } else if let Some(ops) = code.strip_prefix("needs ") {
            row.lines.push(Line::Needs(ops.split_whitespace().map(String::from).collect()));
        } else if let Some((before, after)) = code.split_once(" => ") {
            row.lines.push(Line::Example { before: before.trim().into(), after: after.trim().into() });
        } else {
            panic!("{place}: `{code}` is no example, test, refusal or need");
        }
    }
    for row in families.iter().filter(|f| f.left_out().is_none()).flat_map(|f| &f.rows) {
        assert!(!row.lines.is_empty(), "{}: nothing shows {:?}", row.place, row.names);
    }
    families
}
