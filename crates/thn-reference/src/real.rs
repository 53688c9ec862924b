//! The textbook formulas of the op table, evaluated in any number system.
//!
//! A formula is the oracle of its op: it never repeats the stable way in which the op is computed. Bools are the
//! numbers 0 and 1. Integers do not pass through here: their ops are exact in the interpreter already.

use crate::{Big, Reals, big::ToInteger};
use std::cmp::Ordering;
use thn_ir::{Error, Expr};

/// A number system with all of [`thn_ir::REAL_FUNCTIONS`].
pub trait Real {
    /// Its numbers.
    type Number: Clone;

    /// A decimal number, `inf`, `-inf` or `nan`.
    fn literal(&mut self, text: &str) -> Option<Self::Number>;

    /// A function of [`thn_ir::REAL_FUNCTIONS`]; `None` for any other name or number of arguments.
    fn call(&mut self, function: &str, args: &[Self::Number]) -> Option<Self::Number>;
}

/// The value of a formula.
pub fn evaluate<R: Real>(reals: &mut R, e: &Expr, operands: &[R::Number]) -> Result<R::Number, Error> {
    match e {
        Expr::Operand(i) => {
            operands.get(*i).cloned().ok_or_else(|| Error::input(format!("operand {i} is missing")))
        }
        Expr::Number(text) => {
            reals.literal(text).ok_or_else(|| Error::internal(format!("`{text}` is not a number")))
        }
        Expr::Real(name, parts) => {
            let args =
                parts.iter().map(|p| evaluate(reals, p, operands)).collect::<Result<Vec<_>, Error>>()?;
            let wrong = || Error::internal(format!("`{name}` is no real function of {} numbers", args.len()));
            reals.call(name, &args).ok_or_else(wrong)
        }
        _ => Err(Error::internal("a formula holds real functions only")),
    }
}

/// What a comparison says of an order; `None` stands for NaN.
fn holds(relation: &str, order: Option<Ordering>) -> Option<bool> {
    Some(match relation {
        "lt" => order == Some(Ordering::Less),
        "le" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        "gt" => order == Some(Ordering::Greater),
        "ge" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        "eq" => order == Some(Ordering::Equal),
        "ne" => order != Some(Ordering::Equal),
        _ => return None,
    })
}

impl Real for Reals {
    type Number = Big;

    fn literal(&mut self, text: &str) -> Option<Big> {
        self.decimal(text)
    }

    fn call(&mut self, function: &str, args: &[Big]) -> Option<Big> {
        let truth = |r: &Reals, b: bool| r.integer(i128::from(b));
        Some(match (function, args) {
            ("abs", [a]) => self.abs(a),
            ("acos", [a]) => self.acos(a),
            ("asin", [a]) => self.asin(a),
            ("atan", [a]) => self.atan(a),
            ("cast", [a]) => a.clone(),
            ("ceil", [a]) => self.integer_near(a, ToInteger::Ceil),
            ("cos", [a]) => self.cos(a),
            ("cosh", [a]) => self.cosh(a),
            ("erf", [a]) => self.erf(a),
            ("erfc", [a]) => self.erfc(a),
            ("exp", [a]) => self.exp(a),
            ("floor", [a]) => self.integer_near(a, ToInteger::Floor),
            ("isfinite", [a]) => {
                let finite = !a.is_nan() && !a.is_infinite();
                self.decided(truth(self, finite), a)
            }
            ("isnan", [a]) => self.decided(truth(self, a.is_nan()), a),
            ("log", [a]) => self.log(a),
            ("neg", [a]) => self.neg(a),
            ("not", [a]) => {
                let one = self.integer(1);
                self.sub(&one, a)
            }
            ("round", [a]) => self.integer_near(a, ToInteger::Round),
            ("sign", [a]) => self.sign(a),
            ("sin", [a]) => self.sin(a),
            ("sinh", [a]) => self.sinh(a),
            ("sqrt", [a]) => self.sqrt(a),
            ("tan", [a]) => self.tan(a),
            ("tanh", [a]) => self.tanh(a),
            ("trunc", [a]) => self.integer_near(a, ToInteger::Trunc),
            ("add", [a, b]) => self.add(a, b),
            ("and" | "min", [a, b]) => self.min(a, b),
            ("atan2", [a, b]) => self.atan2(a, b),
            ("copysign", [a, b]) => self.copysign(a, b),
            ("div", [a, b]) => self.div(a, b),
            ("mod", [a, b]) => self.modulo(a, b),
            ("mul", [a, b]) => self.mul(a, b),
            ("or" | "max", [a, b]) => self.max(a, b),
            ("pow", [a, b]) => self.pow(a, b),
            ("sub", [a, b]) => self.sub(a, b),
            ("xor", [a, b]) => {
                let order = self.compare(a, b);
                truth(self, order != Some(Ordering::Equal))
            }
            ("select", [c, a, b]) => if self.is_true(c) { a } else { b }.clone(),
            (relation, [a, b]) => {
                let order = self.compare(a, b);
                truth(self, holds(relation, order)?)
            }
            _ => return None,
        })
    }
}

/// The formulas as f64 computes them: every step rounded, nothing rearranged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Doubles;

impl Real for Doubles {
    type Number = f64;

    fn literal(&mut self, text: &str) -> Option<f64> {
        text.parse().ok()
    }

    fn call(&mut self, function: &str, args: &[f64]) -> Option<f64> {
        let truth = |b: bool| f64::from(u8::from(b));
        Some(match (function, args) {
            ("abs", [a]) => a.abs(),
            ("acos", [a]) => a.acos(),
            ("asin", [a]) => a.asin(),
            ("atan", [a]) => a.atan(),
            ("cast", [a]) => *a,
            ("ceil", [a]) => a.ceil(),
            ("cos", [a]) => a.cos(),
            ("cosh", [a]) => a.cosh(),
            ("erf", [a]) => libm::erf(*a),
            ("erfc", [a]) => libm::erfc(*a),
            ("exp", [a]) => a.exp(),
            ("floor", [a]) => a.floor(),
            ("isfinite", [a]) => truth(a.is_finite()),
            ("isnan", [a]) => truth(a.is_nan()),
            ("log", [a]) => a.ln(),
            ("neg", [a]) => -a,
            ("not", [a]) => 1.0 - a,
            ("round", [a]) => a.round_ties_even(),
            ("sign", [a]) => crate::native::sign(*a),
            ("sin", [a]) => a.sin(),
            ("sinh", [a]) => a.sinh(),
            ("sqrt", [a]) => a.sqrt(),
            ("tan", [a]) => a.tan(),
            ("tanh", [a]) => a.tanh(),
            ("trunc", [a]) => a.trunc(),
            ("add", [a, b]) => a + b,
            ("and" | "min", [a, b]) => crate::native::minimum(*a, *b),
            ("atan2", [a, b]) => a.atan2(*b),
            ("copysign", [a, b]) => crate::native::copysign(*a, *b),
            ("div", [a, b]) => a / b,
            ("mod", [a, b]) => crate::native::modulo(*a, *b),
            ("mul", [a, b]) => a * b,
            ("or" | "max", [a, b]) => crate::native::maximum(*a, *b),
            ("pow", [a, b]) => a.powf(*b),
            ("sub", [a, b]) => a - b,
            ("xor", [a, b]) => truth(a != b),
            ("select", [c, a, b]) => *if *c != 0.0 { a } else { b },
            (relation, [a, b]) => truth(holds(relation, a.partial_cmp(b))?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thn_ir::REAL_FUNCTIONS;

    #[test]
    fn every_real_function_exists_in_every_number_system() {
        let mut reals = Reals::new(128).unwrap();
        let half = reals.number(0.5);
        for (name, arity) in REAL_FUNCTIONS {
            assert!(reals.call(name, &vec![half.clone(); *arity]).is_some(), "{name} of Reals");
            assert!(Doubles.call(name, &vec![0.5; *arity]).is_some(), "{name} of Doubles");
        }
        assert!(Doubles.call("gamma", &[1.0]).is_none());
        assert!(reals.call("gamma", &[half]).is_none());
    }
}
