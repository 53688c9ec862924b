//! What a user may choose about a compilation.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thn_eqsat::Class;

/// Choices of a compilation. They can be sent to another process.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether the program is rewritten at all.
    pub rewrite: bool,
    /// Classes of rules that may be used.
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
        Options {
            rewrite: true,
            classes: thn_eqsat::Options::default().classes,
            exclude: BTreeSet::new(),
            fusion: true,
            stages: false,
        }
    }
}

impl Options {
    /// The program as it is written, without rewrites.
    pub fn unoptimized() -> Options {
        Options { rewrite: false, ..Options::default() }
    }

    /// Without rewrites that round otherwise.
    pub fn strict() -> Options {
        Options { classes: thn_eqsat::Options::strict().classes, ..Options::default() }
    }

    /// With the text of every level.
    #[must_use]
    pub fn with_stages(mut self) -> Options {
        self.stages = true;
        self
    }

    /// Without kernels of several ops.
    #[must_use]
    pub fn without_fusion(mut self) -> Options {
        self.fusion = false;
        self
    }

    /// The optimizer's part.
    pub(crate) fn rules(&self) -> thn_eqsat::Options {
        thn_eqsat::Options {
            classes: self.classes.clone(),
            exclude: self.exclude.clone(),
            ..thn_eqsat::Options::default()
        }
    }

    /// The planner's part.
    pub(crate) fn plan(&self) -> thn_kernels::Options {
        thn_kernels::Options { fusion: self.fusion }
    }
}
