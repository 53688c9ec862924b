//! Accumulators: how elements combine along folded iterators.
//!
//! A sum of floats gathers blocks of [`BLOCK`] elements in their own type, in any order within a block (the only
//! place where `reassoc` is allowed), and adds the blocks in order in f64. The tree depends on lengths and, within a block,
//! on the vectors of the CPU; a result never depends on threads or addresses. Everything else folds element by element.

use super::wide;
use crate::emit::element::Elements;
use crate::emit::scalar;
use crate::emit::text::Val;
use crate::emit::types::register;
use thn_ir::access::Fold;
use thn_ir::{DType, Error, OpKind, Scalar};

/// The number of elements that are summed in their own type.
pub(super) const BLOCK: i64 = 2048;

/// What one fold does with an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Adds floats.
    Sum,
    /// Combines with an elementwise op.
    Op(OpKind, &'static str),
    /// Keeps the first largest element and its position.
    Argmax,
}

/// One fold of elements of a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Folding {
    pub(super) step: Step,
    /// The type of the elements.
    pub(super) dtype: DType,
}

impl Folding {
    pub(super) fn new(fold: Fold, dtype: DType) -> Folding {
        let step = match fold {
            Fold::Op { combine: OpKind::Add, .. } if dtype.is_float() => Step::Sum,
            Fold::Op { combine, init } => Step::Op(combine, init),
            Fold::Argmax => Step::Argmax,
        };
        Folding { step, dtype }
    }

    /// The type in which blocks are gathered.
    pub(super) fn total(self) -> DType {
        if self.step == Step::Sum { wide(self.dtype) } else { self.dtype }
    }

    /// Register types of the accumulator, for a block or for the total of blocks.
    pub(super) fn types(self, total: bool) -> Vec<&'static str> {
        match self.step {
            Step::Argmax => vec![register(self.dtype), "index"],
            _ => vec![register(if total { self.total() } else { self.dtype })],
        }
    }

    /// The accumulator before the first element.
    pub(super) fn start(self, e: &mut Elements<'_>, total: bool) -> Vec<String> {
        let dtype = if total { self.total() } else { self.dtype };
        match self.step {
            Step::Sum => vec![e.text.scalar(Scalar::Float(0.0), dtype).name],
            Step::Op(_, init) => vec![e.text.scalar(Scalar::of_table(init, dtype), dtype).name],
            Step::Argmax => vec![e.text.scalar(Scalar::of_table("-inf", dtype), dtype).name, e.text.index(0)],
        }
    }

    /// The accumulator after an element; `at` is the element's position along the folded iterator.
    pub(super) fn step(
        self,
        e: &mut Elements<'_>,
        state: &[String],
        element: &Val,
        at: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let ty = register(self.dtype);
        match self.step {
            Step::Sum => {
                let rhs = format!("arith.addf {}, {} fastmath<reassoc> : {ty}", state[0], element.name);
                Ok(vec![e.text.bind(rhs)])
            }
            Step::Op(kind, _) => Ok(vec![combine(e, kind, &state[0], element)?.name]),
            Step::Argmax => {
                let at = at.ok_or_else(|| Error::internal("the largest of elements without position"))?;
                let better = if self.dtype.is_float() {
                    let larger =
                        e.text.bind(format!("arith.cmpf ogt, {}, {} : {ty}", element.name, state[0]));
                    let nan = e.text.bind(format!("arith.cmpf uno, {0}, {0} : {ty}", element.name));
                    let none_yet = e.text.bind(format!("arith.cmpf ord, {0}, {0} : {ty}", state[0]));
                    let first = e.text.bind(format!("arith.andi {nan}, {none_yet} : i1"));
                    e.text.bind(format!("arith.ori {larger}, {first} : i1"))
                } else {
                    let predicate = if self.dtype.is_signed() { "sgt" } else { "ugt" };
                    e.text.bind(format!("arith.cmpi {predicate}, {}, {} : {ty}", element.name, state[0]))
                };
                let value =
                    e.text.bind(format!("arith.select {better}, {}, {} : {ty}", element.name, state[0]));
                let place = e.text.bind(format!("arith.select {better}, {at}, {} : index", state[1]));
                Ok(vec![value, place])
            }
        }
    }

    /// The total after a block.
    pub(super) fn gather(self, e: &mut Elements<'_>, total: &[String], block: &[String]) -> Vec<String> {
        if self.step != Step::Sum {
            return block.to_vec();
        }
        let widened = widen(e, &block[0], self.dtype, self.total());
        vec![e.text.bind(format!("arith.addf {}, {widened} : {}", total[0], register(self.total())))]
    }

    /// The result, from a block or a total.
    pub(super) fn result(self, e: &mut Elements<'_>, state: &[String], total: bool) -> Val {
        let level = e.text.level();
        match self.step {
            Step::Argmax => {
                let name = e.text.bind(format!("arith.index_cast {} : index to i64", state[1]));
                Val { name, dtype: DType::I64, level }
            }
            _ => {
                let from = if total { self.total() } else { self.dtype };
                let name = narrow(e, &state[0], from, self.dtype);
                Val { name, dtype: self.dtype, level }
            }
        }
    }
}

/// An f32 as f64 where that is asked for.
pub(super) fn widen(e: &mut Elements<'_>, name: &str, from: DType, to: DType) -> String {
    if from == to { name.to_string() } else { e.text.bind(format!("arith.extf {name} : f32 to f64")) }
}

/// The inverse of [`widen`], rounded.
pub(super) fn narrow(e: &mut Elements<'_>, name: &str, from: DType, to: DType) -> String {
    if from == to { name.to_string() } else { e.text.bind(format!("arith.truncf {name} : f64 to f32")) }
}

/// `kind(state, element)`.
pub(super) fn combine(e: &mut Elements<'_>, kind: OpKind, state: &str, element: &Val) -> Result<Val, Error> {
    let level = e.text.level();
    let state = Val { name: state.to_string(), dtype: element.dtype, level };
    scalar::apply(&mut e.text, e.calls, kind, &[state, element.clone()], element.dtype)
}
