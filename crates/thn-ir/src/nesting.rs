//! How deep regions may lie inside one another.
//!
//! Ops in a row are walked with lists, however many there are; regions inside regions are walked by recursion where that
//! is natural, in these crates and in MLIR. So their depth has a limit, which every way into a program checks: the
//! builder, import from MLIR, and [`crate::verify`] for programs that were put together otherwise.

use crate::{BlockId, Error, Func, OpId, OpKind};

impl Func {
    /// The most regions inside one another; that of an op of the body is the first.
    pub const MAX_NESTING: usize = 64;

    /// An error that names the first op whose regions lie too deep, and how deep they go.
    ///
    /// # Errors
    ///
    /// If regions nest deeper than [`Func::MAX_NESTING`].
    pub fn check_nesting(&self) -> Result<(), Error> {
        let Some((deepest, Some(first))) = self.deepest([(Func::BODY, 0)]) else { return Ok(()) };
        let data = self.op(first);
        Err(Func::nests_too_deep(deepest).at(data.kind.row().mnemonic, &data.loc))
    }

    /// The error of regions that nest this deep.
    pub fn nests_too_deep(depth: usize) -> Error {
        Error::unsupported(format!("regions nest {depth} deep here, at most {} are taken", Func::MAX_NESTING))
    }

    /// How many regions lie inside one another in an op, its own included.
    pub fn height(&self, op: OpId) -> usize {
        self.height_of(&self.op(op).regions)
    }

    /// As [`Func::height`], of regions that no op has yet.
    pub(crate) fn height_of(&self, regions: &[BlockId]) -> usize {
        self.deepest(regions.iter().map(|r| (*r, 1))).map_or(0, |(deepest, _)| deepest)
    }

    /// The greatest depth of blocks and of those inside, and the first op whose regions are beyond the limit. A
    /// planned kernel is as deep as its block: it is the last of all.
    fn deepest(&self, blocks: impl IntoIterator<Item = (BlockId, usize)>) -> Option<(usize, Option<OpId>)> {
        let mut blocks: Vec<(BlockId, usize)> = blocks.into_iter().collect();
        let mut deepest = blocks.iter().map(|(_, depth)| *depth).max()?;
        let mut first: Option<OpId> = None;
        while let Some((block, depth)) = blocks.pop() {
            for op in &self.block(block).ops {
                let data = self.op(*op);
                if data.regions.is_empty() {
                    continue;
                }
                let inside = depth + usize::from(data.kind != OpKind::Kernel);
                deepest = deepest.max(inside);
                if inside > Func::MAX_NESTING {
                    first.get_or_insert(*op);
                }
                blocks.extend(data.regions.iter().map(|r| (*r, inside)));
            }
        }
        Some((deepest, first))
    }
}
