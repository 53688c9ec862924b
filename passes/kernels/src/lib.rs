//! The kernel planner: which ops are computed together, and by what loops.
//!
//! [`plan`] turns a program into one in which every computing op sits in the region of a `kernel` op. The choices:
//!
//! - What only moves elements, and cheap elementwise ops, have no loops of their own: they are index maps and scalar
//!   code inside whatever reads them ([`Place`], [`Trace`]). A reshape whose map would need divisions is a *view* of
//!   memory instead.
//! - A value is *stored* if it leaves the program or a region, if it is a fold, or if repeating it would be expensive
//!   (`roots.rs` has the rule). Each stored value is a stage with loops of its own.
//! - No kernel is more code than so much (`size.rs`), however long the program: a chain is cut into kernels with stored
//!   values between them, and what is read in several branches is computed before them.
//! - Stages that can run row by row over the same rows share a kernel ([`Schedule`], `cluster.rs`): softmax and its
//!   relatives, sums beside the values they sum, several sums over one operand, and `x·w → g → xᵀ·g` in one pass.
//! - Products of float matrices are *gemm* kernels; permutations and slices of their operands become strides.
//!   Products with a vector, and products of integers, are folds like any other.
//! - Additions at computed places are *scatter* kernels.
//!
//! Kernels depend on each other without cycles, and the plan is a function of the program's order alone.
//! The planner never changes what is computed; it refuses programs with ops of other dialects.

mod build;
mod cluster;
mod form;
mod place;
mod prepare;
mod roots;
mod schedule;
mod size;
mod trace;

pub use form::{DEEPEST, Form, form, verify};
pub use place::{Atom, Place};
pub use schedule::{Role, Schedule, Stage};
pub use trace::{Accesses, Load, Trace};

use std::collections::HashMap;
use thn_ir::{Error, Func, OpKind};

/// Choices of the planner.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whether ops share kernels at all; without it each op is a kernel.
    pub fusion: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { fusion: true }
    }
}

/// The program as kernels.
///
/// # Errors
///
/// If it has ops that thn does not compute, or regions nest deeper than [`Func::MAX_NESTING`].
pub fn plan(func: &Func, options: &Options) -> Result<Func, Error> {
    func.check_nesting()?;
    let from = prepare::prepare(func)?;
    for op in from.walk(Func::BODY) {
        let data = from.op(op);
        let fault = match data.kind {
            OpKind::Foreign => {
                format!("{} is no op of thn: a program of thn ops alone can be compiled", from.op_name(op))
            }
            OpKind::Kernel => "the program has kernels already: it is planned once".to_string(),
            _ => continue,
        };
        return Err(Error::unsupported(fault).located(&data.loc));
    }
    let accesses = Accesses::new(&from, Func::BODY)?;
    let mut into = Func::new(from.name.clone());
    into.attrs = from.attrs.clone();
    into.loc = from.loc.clone();
    into.adopt_symbols(from.symbols());
    let mut map = HashMap::new();
    for (value, arg) in from.body().args.iter().zip(&from.args) {
        map.insert(*value, into.add_arg(from.ty(*value).clone(), arg.clone()));
    }
    into.results = from.results.clone();
    let mut writer = build::Writer { from: &from, into: &mut into, accesses: &accesses, options, map };
    writer.block(Func::BODY, Func::BODY)?;
    Ok(into)
}
