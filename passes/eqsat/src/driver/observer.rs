//! Who follows what the optimizer decides. Without an observer nothing is recorded for one.

use crate::{
    driver::{encode::Encoded, extract::Choice},
    egraph::Graph,
    search::log::ProofLog,
};
use egg::Id;
use std::collections::BTreeMap;
use thn_ir::{BlockId, Func, Literal, OpId};

/// What was decided for a block.
pub(crate) struct Decision<'a> {
    pub(crate) block: BlockId,
    pub(crate) encoded: &'a Encoded,
    pub(crate) graph: &'a Graph,
    pub(crate) choice: &'a Choice,
    pub(crate) folded: &'a BTreeMap<Id, Literal>,
}

/// Follows the optimizer.
pub(crate) trait Observer {
    /// A block was decided, by the equations of `log`. The program is as it was.
    fn block(&mut self, func: &Func, log: &ProofLog, decision: &Decision<'_>);
    /// That block was rebuilt: its new ops, each with the class that it computes.
    fn rebuilt(&mut self, func: &mut Func, new: &[(Id, OpId)]);
    /// The next round begins.
    fn round(&mut self);
    /// The text of a program without the observer's own notes.
    fn text(&self, func: &Func) -> String;
}
