//! Expressions over sampled variables, and their values at points: in the arithmetic of the program, and exactly.

use smallvec::SmallVec;
use thn_ir::{Attrs, DType, OpKind, Scalar};
use thn_reference::{Big, Reals, native, real};

/// Bits of working precision that are tried in turn until a value is decided. The second to last holds any sum of two
/// f64 numbers exactly; the last leaves room for the cancellation of functions of such sums.
const PRECISIONS: [usize; 4] = [64, 640, 2304, 9216];

/// How many precisions are tried for values inside an expression.
pub(crate) const INSIDE: usize = 2;

/// How many precisions are tried for results.
pub(crate) const RESULT: usize = PRECISIONS.len();

/// One way of computing a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Source {
    /// A sampled variable, by position.
    Variable(usize),
    /// A number, by the bits of the f64.
    Number(u64),
    /// An elementwise op over earlier values; sums and products may have more than two operands.
    Op(OpKind, Attrs, SmallVec<[usize; 3]>),
}

/// A value of an expression, its element type and the ways of computing it that are tried in turn until one is defined.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) dtype: DType,
    pub(crate) ways: SmallVec<[Source; 2]>,
}

/// A float of an element type.
pub(crate) fn round_to(dtype: DType, x: f64) -> f64 {
    if dtype == DType::F32 { f64::from(x as f32) } else { x }
}

fn scalar(dtype: DType, x: f64) -> Scalar {
    if dtype == DType::Bool { Scalar::Bool(x != 0.0) } else { Scalar::Float(x) }
}

/// An op in the arithmetic of its element type; NaN if it has no value for such operands. Operands are values and
/// their element types.
pub(crate) fn apply(kind: OpKind, attrs: &Attrs, dtype: DType, args: &[(f64, DType)]) -> f64 {
    if dtype == DType::F64
        && let [(x, _), (y, _)] = args
    {
        match kind {
            OpKind::Add => return x + y,
            OpKind::Sub => return x - y,
            OpKind::Mul => return x * y,
            OpKind::Div => return x / y,
            _ => {}
        }
    }
    let scalars: SmallVec<[Scalar; 3]> = args.iter().map(|(x, d)| scalar(*d, *x)).collect();
    match native::apply(kind, attrs, dtype, &scalars) {
        Ok(value) => value.to_f64(),
        Err(_) => f64::NAN,
    }
}

/// Arithmetic of every working precision, made when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Exact {
    reals: [Option<Reals>; PRECISIONS.len()],
}

impl Exact {
    /// The exact values of `wanted` at a point, rounded once, and whether they are decided; as many of the working
    /// precisions are tried.
    pub(crate) fn values(
        &mut self,
        steps: &[Step],
        wanted: &[usize],
        point: &[f64],
        precisions: usize,
    ) -> Vec<(f64, bool)> {
        let mut out = vec![(f64::NAN, false); wanted.len()];
        let mut open: Vec<usize> = (0..wanted.len()).collect();
        for (kept, precision) in self.reals.iter_mut().zip(PRECISIONS).take(precisions) {
            if kept.is_none() {
                *kept = Reals::new(precision);
            }
            let Some(reals) = kept else { return out };
            let mut memo = Memo { steps, point, reals, known: vec![None; steps.len()] };
            open.retain(|i| {
                let step = wanted[*i];
                let (value, certain) = memo.value(step);
                let (x, decided) = match steps[step].dtype {
                    DType::F32 => {
                        let (x, decided) = memo.reals.to_f32(&value);
                        (f64::from(x), decided)
                    }
                    _ => memo.reals.to_f64(&value),
                };
                out[*i] = (x, certain && decided);
                !out[*i].1
            });
            if open.is_empty() {
                break;
            }
        }
        out
    }
}

/// The exact values of steps at one point and precision.
struct Memo<'a> {
    steps: &'a [Step],
    point: &'a [f64],
    reals: &'a mut Reals,
    /// A value, and whether every comparison on its way was decided.
    known: Vec<Option<(Big, bool)>>,
}

impl Memo<'_> {
    fn value(&mut self, step: usize) -> (Big, bool) {
        // A work list instead of recursion: expressions may be deep.
        let mut stack = vec![step];
        while let Some(at) = stack.last().copied() {
            let before = stack.len();
            if self.known[at].is_none() {
                for way in &self.steps[at].ways {
                    if let Source::Op(_, _, args) = way {
                        stack.extend(args.iter().copied().filter(|a| self.known[*a].is_none()));
                    }
                }
            }
            if stack.len() == before {
                if self.known[at].is_none() {
                    self.known[at] = Some(self.compute(at));
                }
                stack.pop();
            }
        }
        self.known[step].clone().unwrap_or_else(|| (self.reals.number(f64::NAN), false))
    }

    fn compute(&mut self, at: usize) -> (Big, bool) {
        let steps = self.steps;
        let mut last = (self.reals.number(f64::NAN), true);
        for way in &steps[at].ways {
            last = match way {
                Source::Variable(v) => (self.reals.number(self.point[*v]), true),
                Source::Number(bits) => (self.reals.number(f64::from_bits(*bits)), true),
                Source::Op(kind, _, args) => self.op(*kind, args),
            };
            if !last.0.is_nan() {
                break;
            }
        }
        last
    }

    fn op(&mut self, kind: OpKind, args: &[usize]) -> (Big, bool) {
        let undefined = (self.reals.number(f64::NAN), false);
        let parts: Vec<(Big, bool)> = args.iter().filter_map(|a| self.known[*a].clone()).collect();
        let certain = parts.iter().all(|(_, c)| *c);
        let numbers: Vec<Big> = parts.into_iter().map(|(x, _)| x).collect();
        let Some(formula) = kind.row().formula else { return undefined };
        let found = match numbers.as_slice() {
            [first, rest @ ..] if rest.len() > 1 && kind.row().commutative => rest
                .iter()
                .try_fold(first.clone(), |a, x| real::evaluate(self.reals, &formula, &[a, x.clone()])),
            _ => real::evaluate(self.reals, &formula, &numbers),
        };
        let doubt = self.reals.take_doubt();
        found.map_or(undefined, |x| (x, certain && !doubt))
    }
}
