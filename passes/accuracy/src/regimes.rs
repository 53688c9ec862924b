//! Different expressions for different values of a variable.
//!
//! The points of the sample are sorted by each variable in turn and cut into runs, each with the expression that errs
//! least there: by dynamic programming, as in P. Panchekha, A. Sanchez-Stern, J. R. Wilcox and Z. Tatlock,
//! "Automatically improving accuracy for floating point expressions", PLDI 2015. Another run has to pay for itself.
//! Where two runs meet is found by bisection with further points.

use crate::{
    dag::{self, Exact, Source, Step},
    extract::Candidate,
    sample::{Range, at_ordinal, ordinal},
    terms::Terms,
};
use thn_ir::{Attrs, DType, OpKind};
use thn_random::Random;
use thn_reference::bits_of_error;

/// The most runs.
const RUNS: usize = 4;
/// What another run has to save, in mean bits.
const PRICE: f64 = 0.25;
/// Bisections of one border.
const BISECTIONS: usize = 40;
/// Points that decide one bisection, and how many are drawn for them.
const JURY: usize = 3;
const DRAWN: usize = 12;

/// A variable, borders between its runs, and the expression of each run.
struct Cut {
    variable: usize,
    /// The values between which a border lies, and the expressions before and after it.
    borders: Vec<(f64, f64)>,
    runs: Vec<usize>,
    total: f64,
}

/// What the choice depends on.
pub(crate) struct Regimes<'a> {
    pub(crate) terms: &'a mut Terms,
    pub(crate) exact: &'a mut Exact,
    pub(crate) program: &'a [Step],
    pub(crate) root: usize,
    pub(crate) ranges: &'a [Range],
    pub(crate) points: &'a [Vec<f64>],
    pub(crate) seed: u64,
}

impl Regimes<'_> {
    /// An expression that chooses among candidates by a variable; `None` if one candidate alone is as good.
    pub(crate) fn choose(&mut self, candidates: &[Candidate]) -> Option<usize> {
        let cuts = (0..self.terms.variables.len()).filter_map(|v| self.cut(candidates, v));
        let best = cuts.min_by(|a, b| a.total.total_cmp(&b.total)).filter(|c| c.runs.len() > 1)?;
        let dtype = self.terms.variables[best.variable].dtype;
        let x = self.terms.intern(Source::Variable(best.variable), dtype);
        let mut chosen = candidates[best.runs[best.runs.len() - 1]].term;
        for (i, (low, high)) in best.borders.iter().enumerate().rev() {
            let (before, after) = (candidates[best.runs[i]].term, candidates[best.runs[i + 1]].term);
            let border = self.border(best.variable, before, after, *low, *high);
            let border = self.terms.number(border, dtype);
            let below = Source::Op(OpKind::Lt, Attrs::new(), [x, border].into_iter().collect());
            let below = self.terms.intern(below, DType::Bool);
            let select =
                Source::Op(OpKind::Select, Attrs::new(), [below, before, chosen].into_iter().collect());
            chosen = self.terms.intern(select, self.terms.items[before].dtype);
        }
        Some(chosen)
    }

    /// The runs of one variable with the least error.
    fn cut(&self, candidates: &[Candidate], variable: usize) -> Option<Cut> {
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        order.sort_by(|a, b| self.points[*a][variable].total_cmp(&self.points[*b][variable]));
        let count = order.len();
        // Errors of each candidate at all points before one.
        let sums: Vec<Vec<f64>> = candidates
            .iter()
            .map(|c| {
                let mut sum = 0.0;
                let next = |p: &usize| {
                    sum += f64::from(c.errors[*p]);
                    sum
                };
                std::iter::once(0.0).chain(order.iter().map(next)).collect()
            })
            .collect();
        let least = |from: usize, to: usize| {
            let of = |c: usize| sums[c][to] - sums[c][from];
            (0..sums.len()).map(|c| (of(c), c)).min_by(|a, b| a.0.total_cmp(&b.0))
        };
        // For each number of runs, the least error of the first points, and where the last of the runs starts.
        let mut table: Vec<Vec<(f64, usize, usize)>> = vec![];
        for runs in 0..RUNS {
            let mut row = vec![];
            for to in 0..=count {
                let mut best = (f64::INFINITY, 0, 0);
                let starts = if runs == 0 { 0..1 } else { 0..to };
                for from in starts {
                    // A border lies between two different values.
                    let value = |i: usize| self.points[order[i]][variable];
                    if from > 0 && (from >= count || value(from - 1) >= value(from)) {
                        continue;
                    }
                    let before = if runs == 0 { 0.0 } else { table[runs - 1][from].0 };
                    let (own, candidate) = least(from, to)?;
                    if before + own < best.0 {
                        best = (before + own, from, candidate);
                    }
                }
                row.push(best);
            }
            table.push(row);
        }
        let price = PRICE * count as f64;
        let runs = (0..RUNS)
            .min_by(|a, b| {
                let paid = |r: usize| table[r][count].0 + price * r as f64;
                paid(*a).total_cmp(&paid(*b))
            })
            .unwrap_or(0);
        let mut cut = Cut {
            variable,
            borders: vec![],
            runs: vec![],
            total: table[runs][count].0 + price * runs as f64,
        };
        let mut to = count;
        for r in (0..=runs).rev() {
            let (_, from, candidate) = table[r][to];
            cut.runs.insert(0, candidate);
            if r > 0 {
                let value = |i: usize| self.points[order[i]][variable];
                cut.borders.insert(0, (value(from - 1), value(from)));
            }
            to = from;
        }
        Some(cut)
    }

    /// Where the expression after a border becomes better than the one before it.
    fn border(&mut self, variable: usize, before: usize, after: usize, low: f64, high: f64) -> f64 {
        let dtype = self.terms.variables[variable].dtype;
        let (mut low, mut high) = (ordinal(low, dtype), ordinal(high, dtype));
        let mut random = Random::new(self.seed);
        for _ in 0..BISECTIONS {
            if high - low <= 1 {
                break;
            }
            let middle = low + (high - low) / 2;
            let (mut first, mut second, mut heard) = (0.0, 0.0, 0);
            for _ in 0..DRAWN {
                let mut point: Vec<f64> = self
                    .ranges
                    .iter()
                    .zip(&self.terms.variables)
                    .map(|(r, v)| r.draw(&mut random, v.dtype))
                    .collect();
                point[variable] = at_ordinal(middle, dtype);
                let (truth, decided) = self.exact.values(self.program, &[self.root], &point, dag::RESULT)[0];
                if !decided || !truth.is_finite() {
                    continue;
                }
                let type_of = self.terms.items[before].dtype;
                let one = std::slice::from_ref(&point);
                first += bits_of_error(self.terms.run(before, one)[0], truth, type_of);
                second += bits_of_error(self.terms.run(after, one)[0], truth, type_of);
                heard += 1;
                if heard == JURY || self.ranges.len() == 1 {
                    break;
                }
            }
            if first <= second {
                low = middle;
            } else {
                high = middle;
            }
        }
        at_ordinal(high, dtype)
    }
}
