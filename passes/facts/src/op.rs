//! Ops, and what is known of their operands.

use crate::Facts;
use std::sync::Arc;
use thn_ir::{Attrs, Literal, OpKind, TensorType};

/// What is known of a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Known {
    /// What holds for every element, and of the tensor as a whole.
    pub facts: Facts,
    /// The value of every element as a rank-0 literal, if all are known to be equal.
    pub splat: Option<Arc<Literal>>,
}

/// An op with one result, but for its operands.
#[derive(Clone, Copy, Debug)]
pub struct Op<'a> {
    /// The row of the table.
    pub kind: OpKind,
    /// Its declared attributes.
    pub attrs: &'a Attrs,
    /// The type of its result.
    pub ty: &'a TensorType,
}

/// An operand, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Operand<'a> {
    /// What holds for every element, and of the tensor as a whole.
    pub facts: Facts,
    /// The value of every element, if all are known to be equal.
    pub splat: Option<&'a Arc<Literal>>,
    /// Its type, if it is a tensor.
    pub ty: Option<&'a TensorType>,
}

/// What is known of two operands of one op together. What is not known is answered with `false`.
pub trait Relations {
    /// Whether two operands, by position, are one value.
    fn same(&self, x: usize, y: usize) -> bool;
    /// Whether one of two operands, by position, is the transpose of the other.
    fn transposed(&self, x: usize, y: usize) -> bool;
}
