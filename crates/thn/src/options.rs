//! What a user may choose about compiling a function.

use std::collections::BTreeSet;
use thn_eqsat::Class;

/// Choices of a compilation.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Whether the program is rewritten; `None` for what the target does by itself. The reference target then runs
    /// programs as they are written, every other one rewrites.
    pub rewrite: Option<bool>,
    /// Classes of rewrite rules that may be used.
    pub classes: BTreeSet<Class>,
    /// Rules and families that are not used.
    pub exclude: BTreeSet<String>,
    /// Whether ops share kernels.
    pub fusion: bool,
    /// Whether the text of every level is kept.
    pub stages: bool,
}

impl Default for Options {
    fn default() -> Options {
        let classes = thn_eqsat::Options::default().classes;
        Options { rewrite: None, classes, exclude: BTreeSet::new(), fusion: true, stages: false }
    }
}

impl Options {
    /// Without rewrites that round otherwise than the program as written.
    pub fn strict() -> Options {
        Options { classes: thn_eqsat::Options::strict().classes, ..Options::default() }
    }

    /// What the optimizer may do.
    pub(crate) fn rules(&self) -> thn_eqsat::Options {
        thn_eqsat::Options {
            classes: self.classes.clone(),
            exclude: self.exclude.clone(),
            ..thn_eqsat::Options::default()
        }
    }
}
