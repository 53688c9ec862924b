//! What ops do besides computing their results: effects, and regions that passes look into.

use crate::{BlockId, Func, OpId, OpKind};

impl Func {
    /// Whether an op has effects, itself or inside: it is neither moved, merged nor removed.
    pub fn has_effects(&self, op: OpId) -> bool {
        let data = self.op(op);
        let inner = |op: &OpId| self.op(*op).kind == OpKind::Foreign;
        data.kind == OpKind::Foreign || data.regions.iter().any(|r| self.walk(*r).iter().any(inner))
    }

    /// Whether an op has regions that are optimized. Planned kernels are final.
    pub fn is_entered(&self, op: OpId) -> bool {
        let data = self.op(op);
        !data.regions.is_empty() && data.kind != OpKind::Kernel
    }

    /// Whether a block holds loops or branches.
    pub fn has_regions(&self, block: BlockId) -> bool {
        self.block(block).ops.iter().any(|op| self.is_entered(*op))
    }
}
