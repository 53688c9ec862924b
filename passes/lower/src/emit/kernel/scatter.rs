//! Scatter kernels: the base is copied, then elements are added at computed places, one after the other in row-major
//! order, so that repeated indices accumulate and the result does not depend on anything but the inputs.

use super::Writer;
use crate::emit::scalar;
use thn_ir::access::Target;
use thn_ir::{Dim, Error, OpId, OpKind};
use thn_kernels::Place;

pub(super) fn emit(w: &mut Writer<'_>, op: OpId) -> Result<(), Error> {
    let accesses = w.e.accesses;
    let data = w.e.func.op(op);
    let fault = || Error::internal("is not a scatter").at(data.kind.row().mnemonic, &data.loc);
    let access = accesses.get(op).ok_or_else(fault)?;
    let Target::AddTo { base, index } = &access.target else { return Err(fault()) };
    let ty = w.e.tensor(data.result())?;
    let (name, memref) = w.output(data.result()).ok_or_else(fault)?;
    let base = data.operands[*base];
    let at = Place::iters(0..ty.rank());
    open(w, 0, ty.rank());
    let old = w.e.element(base, &at)?;
    w.e.store(&old, &name, &memref, &at)?;
    close(w, 0, &ty.shape);
    let rank = access.parallel.len();
    open(w, 0, rank);
    let iters = Place::iters(0..rank);
    let at: Vec<Place> = index.iter().map(|i| Place::of(i, &data.operands, &iters)).collect();
    let added = w.e.body(op, &iters)?;
    let before = w.e.load_here(&name, &memref, ty.dtype, &at)?;
    let sum = scalar::apply(&mut w.e.text, w.e.calls, OpKind::Add, &[before, added], ty.dtype)?;
    w.e.store(&sum, &name, &memref, &at)?;
    close(w, 0, &access.parallel);
    Ok(())
}

/// Opens plain loops over `rank` iterators from `first` on.
pub(super) fn open(w: &mut Writer<'_>, first: usize, rank: usize) {
    for iter in first..first + rank {
        w.e.open_loop(iter, 0);
    }
}

/// Closes loops that [`open`] opened.
pub(super) fn close(w: &mut Writer<'_>, first: usize, dims: &[Dim]) {
    let (low, step) = (w.e.text.index(0), w.e.text.index(1));
    for (axis, dim) in dims.iter().enumerate().rev() {
        let high = w.e.text.dim(dim);
        w.e.close_loop(first + axis, [&low, &high, &step], &[], &[]);
    }
}
