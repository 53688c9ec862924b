//! `+ - * / %` and negation on tensors and numbers, by value and by reference.

use crate::{Operand, Tensor, elementwise::elementwise};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use thn_ir::OpKind;

macro_rules! operator {
    ($($op:ident, $method:ident, $kind:ident;)*) => {
        $(
            impl<T: Operand> $op<T> for &Tensor {
                type Output = Tensor;
                #[track_caller]
                fn $method(self, other: T) -> Tensor {
                    elementwise(OpKind::$kind, &[self.term(), other.term()])
                }
            }
            impl<T: Operand> $op<T> for Tensor {
                type Output = Tensor;
                #[track_caller]
                fn $method(self, other: T) -> Tensor {
                    elementwise(OpKind::$kind, &[self.term(), other.term()])
                }
            }
            numbers_on_the_left! { $op, $method, $kind; f64 i64 }
        )*
    };
}

// One float and one integer type only: then `(1 - &x).log()` needs no annotation, because a literal can have just one
// type. A number has no element type of its own here, so nothing is lost.
macro_rules! numbers_on_the_left {
    ($op:ident, $method:ident, $kind:ident; $($number:ty)*) => {
        $(
            impl $op<&Tensor> for $number {
                type Output = Tensor;
                #[track_caller]
                fn $method(self, other: &Tensor) -> Tensor {
                    elementwise(OpKind::$kind, &[self.term(), other.term()])
                }
            }
            impl $op<Tensor> for $number {
                type Output = Tensor;
                #[track_caller]
                fn $method(self, other: Tensor) -> Tensor {
                    elementwise(OpKind::$kind, &[self.term(), other.term()])
                }
            }
        )*
    };
}

operator! {
    Add, add, Add;
    Sub, sub, Sub;
    Mul, mul, Mul;
    Div, div, Div;
    Rem, rem, Mod;
}

impl Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        elementwise(OpKind::Neg, &[self.term()])
    }
}

impl Neg for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        elementwise(OpKind::Neg, &[self.term()])
    }
}
