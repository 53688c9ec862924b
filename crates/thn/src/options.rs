//! How a function is compiled.

use thn_accuracy::Accuracy;

/// How a function is compiled.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Whether the program is rewritten; `None` for what the target does by itself. The reference target then runs
    /// programs as they are written, every other one rewrites.
    pub rewrite: Option<bool>,
    /// What the optimizer may do: levels, classes, rules by name, rules of one's own, budgets, what its report tells.
    pub rules: thn_eqsat::Options,
    /// How float results are made more accurate after rewriting; `None` leaves them. The ranges are those of the
    /// arguments in order: the inputs, then the shared variables that [`crate::Function::shared`] lists.
    pub improve: Option<Accuracy>,
    /// Whether ops share kernels.
    pub fusion: bool,
    /// Whether the text of every level is kept.
    pub stages: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            rewrite: None,
            rules: thn_eqsat::Options::default(),
            improve: None,
            fusion: true,
            stages: false,
        }
    }
}

impl Options {
    /// Without rewrites that round otherwise than the program as written.
    pub fn strict() -> Options {
        Options { rules: thn_eqsat::Options::strict(), ..Options::default() }
    }
}
