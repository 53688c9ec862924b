//! What a user may choose about a compilation.

use thn_accuracy::Accuracy;

/// The instructions that code may use.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Instructions {
    /// All that this CPU has.
    #[default]
    Host,
    /// Those that every CPU of this architecture has.
    Baseline,
}

/// Choices of a compilation.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Whether the program is rewritten at all.
    pub rewrite: bool,
    /// What the optimizer may do: levels, classes, rules by name, rules of one's own, budgets, what its report tells.
    pub rules: thn_eqsat::Options,
    /// How results are made more accurate after rewriting; `None` leaves them.
    pub improve: Option<Accuracy>,
    /// Whether ops share kernels.
    pub fusion: bool,
    /// What the CPU must be able to do.
    pub instructions: Instructions,
    /// Whether the text of every level is kept.
    pub stages: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            rewrite: true,
            rules: thn_eqsat::Options::default(),
            improve: None,
            fusion: true,
            instructions: Instructions::Host,
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
        Options { rules: thn_eqsat::Options::strict(), ..Options::default() }
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

    /// For every CPU of this architecture.
    #[must_use]
    pub fn for_any_cpu(mut self) -> Options {
        self.instructions = Instructions::Baseline;
        self
    }

    /// The planner's part.
    pub(crate) fn plan(&self) -> thn_kernels::Options {
        thn_kernels::Options { fusion: self.fusion }
    }
}
