//! Power series of expressions of one variable, about 0 and about infinity.
//!
//! Series are a number system: whatever has a formula over the real functions below has a series. Coefficients are
//! numbers of high precision that know their error, so a coefficient that cancels is seen to be 0. A function without
//! a series there, such as the absolute value at 0, has none here.

use crate::{
    dag::Source,
    terms::{Term, Terms},
};
use std::collections::HashMap;
use thn_ir::{DType, OpKind};
use thn_reference::{Big, Real, Reals, real};

/// Coefficients that are computed.
const LENGTH: usize = 24;
/// Bits of working precision of the coefficients.
const PRECISION: usize = 512;
/// Numbers of terms of the polynomials that are offered.
const TERMS: [usize; 7] = [1, 2, 3, 4, 6, 8, 11];

/// Where a series is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum About {
    Zero,
    Infinity,
}

/// Σ coefficients[i] x^(low + i), known up to the last coefficient. The first is not 0, unless there is none.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    low: i32,
    coefficients: Vec<Big>,
    /// The first power that is not known; none for a polynomial.
    end: Option<i32>,
}

/// The arithmetic of series.
struct Powers {
    reals: Reals,
}

impl Powers {
    fn is_zero(&self, x: &Big) -> bool {
        let (value, _) = self.reals.to_f64(x);
        value.abs() <= 4.0 * x.radius()
    }

    /// Without leading zeros, and cut to the length that is computed.
    fn tidy(&self, low: i32, mut coefficients: Vec<Big>, end: Option<i32>) -> Option<Series> {
        if coefficients.iter().any(|c| c.is_nan() || c.is_infinite() || !c.is_known()) {
            return None;
        }
        let zeros = coefficients.iter().take_while(|c| self.is_zero(c)).count();
        coefficients.drain(..zeros);
        let low = low + zeros as i32;
        if coefficients.is_empty() && end.is_some() {
            return None;
        }
        let mut end = end;
        if coefficients.len() > LENGTH {
            coefficients.truncate(LENGTH);
            end = Some(low + LENGTH as i32);
        }
        Some(Series { low, coefficients, end })
    }

    fn constant(&self, x: Big) -> Option<Series> {
        self.tidy(0, vec![x], None)
    }

    fn integer(&self, i: i128) -> Option<Series> {
        self.constant(self.reals.integer(i))
    }

    fn coefficient(&self, s: &Series, power: i32) -> Big {
        let found = usize::try_from(power - s.low).ok().and_then(|i| s.coefficients.get(i));
        found.cloned().unwrap_or_else(|| self.reals.integer(0))
    }

    /// The first power at which one of both is not known.
    fn end(a: Option<i32>, b: Option<i32>) -> Option<i32> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn neg(&mut self, a: &Series) -> Series {
        let coefficients = a.coefficients.iter().map(|c| self.reals.neg(c)).collect();
        Series { low: a.low, coefficients, end: a.end }
    }

    fn add(&mut self, a: &Series, b: &Series) -> Option<Series> {
        let low = a.low.min(b.low);
        let last = |s: &Series| s.low + s.coefficients.len() as i32;
        let end = Self::end(a.end, b.end);
        let high = end.unwrap_or(i32::MAX).min(last(a).max(last(b)));
        let mut sum = vec![];
        for power in low..high {
            let (x, y) = (self.coefficient(a, power), self.coefficient(b, power));
            sum.push(self.reals.add(&x, &y));
        }
        self.tidy(low, sum, end)
    }

    fn mul(&mut self, a: &Series, b: &Series) -> Option<Series> {
        let low = a.low + b.low;
        let end = Self::end(a.end.map(|e| e + b.low), b.end.map(|e| e + a.low));
        let full = (a.coefficients.len() + b.coefficients.len()).saturating_sub(1);
        let count = end.map_or(full, |e| (e - low).max(0) as usize).min(LENGTH + 1).min(full.max(1));
        if a.coefficients.is_empty() || b.coefficients.is_empty() {
            return self.tidy(low, vec![], end);
        }
        let mut product = vec![];
        for n in 0..count {
            let mut sum = self.reals.integer(0);
            for (i, x) in a.coefficients.iter().enumerate().take(n + 1) {
                if let Some(y) = b.coefficients.get(n - i) {
                    let term = self.reals.mul(x, y);
                    sum = self.reals.add(&sum, &term);
                }
            }
            product.push(sum);
        }
        self.tidy(low, product, end)
    }

    fn div(&mut self, a: &Series, b: &Series) -> Option<Series> {
        let lead = b.coefficients.first()?.clone();
        let known = |s: &Series| s.end.map_or(LENGTH, |e| (e - s.low).max(0) as usize);
        let count = known(a).min(known(b)).min(LENGTH);
        let mut quotient: Vec<Big> = vec![];
        for n in 0..count {
            let mut rest = a.coefficients.get(n).cloned().unwrap_or_else(|| self.reals.integer(0));
            for (i, q) in quotient.iter().enumerate() {
                if let Some(y) = b.coefficients.get(n - i) {
                    let term = self.reals.mul(q, y);
                    rest = self.reals.sub(&rest, &term);
                }
            }
            quotient.push(self.reals.div(&rest, &lead));
        }
        let low = a.low - b.low;
        self.tidy(low, quotient, Some(low + count as i32))
    }

    /// The value at 0 and what comes after it, if the series has no pole.
    fn split(&mut self, s: &Series) -> Option<(Big, Series)> {
        if s.low < 0 || s.end.is_some_and(|e| e < 1) {
            return None;
        }
        let value = self.coefficient(s, 0);
        let rest = (1..s.low + s.coefficients.len() as i32).map(|p| self.coefficient(s, p)).collect();
        Some((value, self.tidy(1, rest, s.end)?))
    }

    /// Coefficients from that of power 0 on, as many as are computed and known.
    fn dense(&self, s: &Series) -> Vec<Big> {
        let count = s.end.map_or(LENGTH, |e| (e.max(0) as usize).min(LENGTH));
        (0..count as i32).map(|p| self.coefficient(s, p)).collect()
    }

    /// n times the coefficient of power n.
    fn slope(&mut self, t: &[Big], n: usize) -> Big {
        let n_big = self.reals.integer(n as i128);
        self.reals.mul(&n_big, &t[n])
    }

    /// u and v with u' = v t' and v' = ± u t', from their values at 0: sine and cosine of t, plain or hyperbolic.
    fn circle(&mut self, s: &Series, plain: bool) -> Option<(Series, Series)> {
        let (value, t) = self.split(s)?;
        let (u, v) = if plain {
            (self.reals.sin(&value), self.reals.cos(&value))
        } else {
            (self.reals.sinh(&value), self.reals.cosh(&value))
        };
        let t = self.dense(&t);
        let (mut u, mut v) = (vec![u], vec![v]);
        for n in 1..t.len() {
            let (mut up, mut down) = (self.reals.integer(0), self.reals.integer(0));
            for k in 1..=n {
                let slope = self.slope(&t, k);
                let (a, b) = (self.reals.mul(&slope, &v[n - k]), self.reals.mul(&slope, &u[n - k]));
                up = self.reals.add(&up, &a);
                down = if plain { self.reals.sub(&down, &b) } else { self.reals.add(&down, &b) };
            }
            let count = self.reals.integer(n as i128);
            u.push(self.reals.div(&up, &count));
            v.push(self.reals.div(&down, &count));
        }
        let end = Some(t.len() as i32);
        Some((self.tidy(0, u, end)?, self.tidy(0, v, end)?))
    }

    fn exp(&mut self, s: &Series) -> Option<Series> {
        let (value, t) = self.split(s)?;
        let t = self.dense(&t);
        let mut e = vec![self.reals.exp(&value)];
        for n in 1..t.len() {
            let mut sum = self.reals.integer(0);
            for k in 1..=n {
                let slope = self.slope(&t, k);
                let term = self.reals.mul(&slope, &e[n - k]);
                sum = self.reals.add(&sum, &term);
            }
            let count = self.reals.integer(n as i128);
            e.push(self.reals.div(&sum, &count));
        }
        self.tidy(0, e, Some(t.len() as i32))
    }

    /// The series with a given value at 0 and a given derivative.
    fn integral(&mut self, value: Big, derivative: &Series) -> Option<Series> {
        if derivative.low < 0 {
            return None;
        }
        let dense = self.dense(derivative);
        let mut out = vec![value];
        for (i, c) in dense.iter().enumerate() {
            let count = self.reals.integer(i as i128 + 1);
            out.push(self.reals.div(c, &count));
        }
        let end = Some(out.len() as i32);
        self.tidy(0, out, end)
    }

    fn derivative(&mut self, s: &Series) -> Option<Series> {
        let mut out = vec![];
        for (i, c) in s.coefficients.iter().enumerate() {
            let power = self.reals.integer(i128::from(s.low) + i as i128);
            out.push(self.reals.mul(&power, c));
        }
        self.tidy(s.low - 1, out, s.end.map(|e| e - 1))
    }

    fn log(&mut self, s: &Series) -> Option<Series> {
        let first = s.coefficients.first().filter(|c| s.low == 0 && !c.is_sign_negative())?.clone();
        let value = self.reals.log(&first);
        let slope = self.derivative(s)?;
        let slope = self.div(&slope, s)?;
        self.integral(value, &slope)
    }

    /// A power with a constant exponent, from n s a_n = Σ ... as in J. C. P. Miller's recurrence.
    fn pow(&mut self, s: &Series, exponent: &Big) -> Option<Series> {
        let lead = s.coefficients.first()?.clone();
        let (alpha, exact) = self.reals.to_f64(exponent);
        let low = alpha * f64::from(s.low);
        if (low.fract() != 0.0 || !exact) && s.low != 0 || low.abs() > 64.0 {
            return None;
        }
        if lead.is_sign_negative() && (alpha.fract() != 0.0 || !exact) {
            return None;
        }
        let count = s.end.map_or(LENGTH, |e| (e - s.low).max(0) as usize).min(LENGTH);
        let mut p = vec![self.reals.pow(&lead, exponent)];
        for n in 1..count {
            let mut sum = self.reals.integer(0);
            for k in 1..=n {
                let Some(c) = s.coefficients.get(k) else { break };
                let (k_big, rest) = (self.reals.integer(k as i128), self.reals.integer((n - k) as i128));
                let factor = self.reals.mul(exponent, &k_big);
                let factor = self.reals.sub(&factor, &rest);
                let term = self.reals.mul(c, &p[n - k]);
                let term = self.reals.mul(&factor, &term);
                sum = self.reals.add(&sum, &term);
            }
            let divisor = self.reals.integer(n as i128);
            let divisor = self.reals.mul(&divisor, &lead);
            p.push(self.reals.div(&sum, &divisor));
        }
        let low = low as i32;
        self.tidy(low, p, Some(low + count as i32))
    }

    fn root(&mut self, s: &Series) -> Option<Series> {
        let half = self.reals.number(0.5);
        self.pow(s, &half)
    }

    /// The constant, if the series has no other term.
    fn as_constant(s: &Series) -> Option<&Big> {
        (s.low == 0 && s.coefficients.len() == 1 && s.end.is_none()).then(|| &s.coefficients[0])
    }

    /// ∫ s' / (1 + s²), or ∫ s' / √(1 - s²), from the value of the function at the value of s.
    fn inverse(&mut self, s: &Series, tangent: bool) -> Option<Series> {
        let (value, _) = self.split(s)?;
        let (square, one) = (self.mul(s, s)?, self.integer(1)?);
        let start = if tangent { self.reals.atan(&value) } else { self.reals.asin(&value) };
        let below = if tangent {
            self.add(&one, &square)?
        } else {
            let square = self.neg(&square);
            let inside = self.add(&one, &square)?;
            self.root(&inside)?
        };
        let slope = self.derivative(s)?;
        let slope = self.div(&slope, &below)?;
        self.integral(start, &slope)
    }
}

impl Real for Powers {
    type Number = Series;

    fn literal(&mut self, text: &str) -> Option<Series> {
        let number = self.reals.decimal(text)?;
        self.constant(number)
    }

    fn call(&mut self, function: &str, args: &[Series]) -> Option<Series> {
        match (function, args) {
            ("neg", [a]) => Some(self.neg(a)),
            ("add", [a, b]) => self.add(a, b),
            ("sub", [a, b]) => {
                let b = self.neg(b);
                self.add(a, &b)
            }
            ("mul", [a, b]) => self.mul(a, b),
            ("div", [a, b]) => self.div(a, b),
            ("sqrt", [a]) => self.root(a),
            ("pow", [a, b]) => match Self::as_constant(b) {
                Some(exponent) => {
                    let exponent = exponent.clone();
                    self.pow(a, &exponent)
                }
                None => {
                    let log = self.log(a)?;
                    let power = self.mul(b, &log)?;
                    self.exp(&power)
                }
            },
            ("exp", [a]) => self.exp(a),
            ("log", [a]) => self.log(a),
            ("sin", [a]) => Some(self.circle(a, true)?.0),
            ("cos", [a]) => Some(self.circle(a, true)?.1),
            ("sinh", [a]) => Some(self.circle(a, false)?.0),
            ("cosh", [a]) => Some(self.circle(a, false)?.1),
            ("tan", [a]) => {
                let (s, c) = self.circle(a, true)?;
                self.div(&s, &c)
            }
            ("tanh", [a]) => {
                let (s, c) = self.circle(a, false)?;
                self.div(&s, &c)
            }
            ("atan", [a]) => self.inverse(a, true),
            ("asin", [a]) => self.inverse(a, false),
            ("acos", [a]) => {
                let (one, asin) = (self.reals.integer(1), self.inverse(a, false)?);
                let quarter = self.reals.asin(&one);
                let (quarter, asin) = (self.constant(quarter)?, self.neg(&asin));
                self.add(&quarter, &asin)
            }
            _ => None,
        }
    }
}

/// Polynomials that approximate terms of one variable near 0 or far from it: each as the term that it stands for and
/// its own number.
pub(crate) fn polynomials(terms: &mut Terms, of: &[usize]) -> Vec<(usize, usize)> {
    let mut out = vec![];
    for about in [About::Zero, About::Infinity] {
        let Some(reals) = Reals::new(PRECISION) else { return out };
        let mut powers = Powers { reals };
        let found = all(&mut powers, terms, of, about);
        for (term, variable, series) in found {
            let dtype = terms.items[term].dtype;
            let numbers: Vec<f64> = series.coefficients.iter().map(|c| powers.reals.to_f64(c).0).collect();
            let x = terms.intern(Source::Variable(variable), dtype);
            for polynomial in written(terms, x, &numbers, series.low, about) {
                out.push((term, polynomial));
            }
        }
    }
    out
}

/// The series of those terms that depend on one variable and have one.
fn all(powers: &mut Powers, terms: &Terms, of: &[usize], about: About) -> Vec<(usize, usize, Series)> {
    // A term's variable, if it has exactly one, and its series, if it has one.
    let mut known: HashMap<usize, (Option<usize>, Option<Series>)> = HashMap::new();
    for i in terms.used(of) {
        let Term { source, dtype, .. } = &terms.items[i];
        let entry = match source {
            Source::Variable(v) => {
                let low = if about == About::Zero { 1 } else { -1 };
                let one = powers.reals.integer(1);
                (Some(*v), Some(Series { low, coefficients: vec![one], end: None }))
            }
            Source::Number(bits) => {
                let x = powers.reals.number(f64::from_bits(*bits));
                (None, powers.constant(x))
            }
            Source::Op(kind, _, args) => {
                let mut variables: Vec<usize> = args.iter().filter_map(|a| known[a].0).collect();
                variables.sort_unstable();
                variables.dedup();
                let parts: Option<Vec<Series>> = args.iter().map(|a| known[a].1.clone()).collect();
                let series = match (variables.as_slice(), parts, kind.row().formula) {
                    ([] | [_], Some(parts), Some(formula)) if *dtype != DType::Bool => {
                        real::evaluate(powers, &formula, &parts).ok()
                    }
                    _ => None,
                };
                (variables.first().copied(), series)
            }
        };
        known.insert(i, entry);
    }
    of.iter()
        .filter_map(|t| {
            let (variable, series) = known.get(t)?;
            // A number, a variable or a polynomial of few terms needs no approximation.
            let series = series.clone().filter(|s| s.end.is_some())?;
            Some((*t, (*variable)?, series))
        })
        .collect()
}

/// The first terms of a series as expressions in Horner's form, for several numbers of terms.
fn written(terms: &mut Terms, x: usize, numbers: &[f64], low: i32, about: About) -> Vec<usize> {
    let dtype = terms.items[x].dtype;
    // Even and odd functions are polynomials of the square.
    let even = numbers.iter().skip(1).step_by(2).all(|c| *c == 0.0);
    let stride = if even { 2 } else { 1 };
    let mut step = x;
    if about == About::Infinity {
        step = terms.op(OpKind::Reciprocal, &[x]);
    }
    if even {
        step = terms.op(OpKind::Sqr, &[step]);
    }
    // Powers of 1/x are quotients by x.
    let (times, over) = match about {
        About::Zero => (low.max(0), (-low).max(0)),
        About::Infinity => ((-low).max(0), low.max(0)),
    };
    if times > 8 || over > 8 {
        return vec![];
    }
    let numbers: Vec<f64> = numbers.iter().copied().step_by(stride).collect();
    let mut out: Vec<usize> = vec![];
    for count in TERMS.iter().filter(|c| **c <= numbers.len()) {
        let mut sum = terms.number(numbers[count - 1], dtype);
        for c in numbers[..count - 1].iter().rev() {
            let product = terms.op(OpKind::Mul, &[step, sum]);
            let c = terms.number(*c, dtype);
            sum = if terms.items[c].source == Source::Number(0) {
                product
            } else {
                terms.op(OpKind::Add, &[c, product])
            };
        }
        for _ in 0..times {
            sum = terms.op(OpKind::Mul, &[sum, x]);
        }
        for _ in 0..over {
            sum = terms.op(OpKind::Div, &[sum, x]);
        }
        if !out.contains(&sum) {
            out.push(sum);
        }
    }
    out
}
