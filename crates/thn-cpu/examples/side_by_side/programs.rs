//! Random programs that another compiler can be given too, as data.
//!
//! Every op is live, no two are equal, and no part repeats. Each value has bounds, and an op is drawn only where its
//! operands are inside of its domain, so that values stay finite and of ordinary size however long the program is:
//! what is compared is the time of arithmetic, not that of infinities.

use serde::Serialize;
use std::collections::BTreeSet;
use thn_ir::{Arg, Builder, DType, Dim, Error, Func, Loc, OpKind, Res, Shape, Value};
use thn_random::Random;

/// Matrices and vectors that a program begins with.
const INPUTS: [Space; 8] = {
    use Space::{Column, Matrix, Row};
    [Matrix, Matrix, Matrix, Matrix, Row, Row, Column, Column]
};

/// No value is larger than this; what might be is scaled.
const LARGEST: f64 = 8.0;

/// Values that wait for a reader: with fewer an op takes one that has readers, with more it takes two that wait.
const WAITING: std::ops::Range<usize> = 10..24;

/// How far back a second reader looks.
const RECENT: usize = 60;

/// What a value has an element for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Space {
    /// Each row and column.
    Matrix,
    /// Each column.
    Row,
    /// Each row.
    Column,
    /// Truth values, which only the choice right after them reads.
    Truth,
}

/// One op: its name, the numbers of its operands, and the number or axis that it takes besides.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) op: &'static str,
    pub(crate) args: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) axis: Option<i64>,
}

/// A program: values are numbered, the inputs first, then the result of each step.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Program {
    pub(crate) dtype: &'static str,
    pub(crate) side: usize,
    pub(crate) inputs: Vec<Space>,
    pub(crate) steps: Vec<Step>,
}

/// Unary ops with the part of the line that they take and what they make of it.
const UNARY: [Unary; 31] = {
    let all = [f64::NEG_INFINITY, f64::INFINITY];
    [
        Unary("neg", OpKind::Neg, all, |l, h| [-h, -l]),
        Unary("abs", OpKind::Abs, all, |l, h| [if l > 0.0 { l } else { 0.0 }, h.max(-l)]),
        Unary("sqr", OpKind::Sqr, all, |l, h| [if l > 0.0 { l * l } else { 0.0 }, (h * h).max(l * l)]),
        Unary("sqrt", OpKind::Sqrt, [0.0, f64::INFINITY], |l, h| [l.sqrt(), h.sqrt()]),
        Unary("cbrt", OpKind::Cbrt, [0.05, f64::INFINITY], |l, h| [l.cbrt(), h.cbrt()]),
        Unary("reciprocal", OpKind::Reciprocal, [0.2, f64::INFINITY], |l, h| [1.0 / h, 1.0 / l]),
        Unary("exp", OpKind::Exp, [-8.0, 2.0], |l, h| [l.exp(), h.exp()]),
        Unary("exp2", OpKind::Exp2, [-8.0, 2.9], |l, h| [l.exp2(), h.exp2()]),
        Unary("expm1", OpKind::Expm1, [-8.0, 2.0], |l, h| [l.exp_m1(), h.exp_m1()]),
        Unary("log", OpKind::Log, [0.05, f64::INFINITY], |l, h| [l.ln(), h.ln()]),
        Unary("log1p", OpKind::Log1p, [-0.9, f64::INFINITY], |l, h| [l.ln_1p(), h.ln_1p()]),
        Unary("log2", OpKind::Log2, [0.05, f64::INFINITY], |l, h| [l.log2(), h.log2()]),
        Unary("log10", OpKind::Log10, [0.05, f64::INFINITY], |l, h| [l.log10(), h.log10()]),
        Unary("sigmoid", OpKind::Sigmoid, all, |_, _| [0.0, 1.0]),
        Unary("softplus", OpKind::Softplus, all, |_, h| [0.0, h.max(0.0) + 0.7]),
        Unary("sin", OpKind::Sin, all, |_, _| [-1.0, 1.0]),
        Unary("cos", OpKind::Cos, all, |_, _| [-1.0, 1.0]),
        Unary("tan", OpKind::Tan, [-1.0, 1.0], |l, h| [l.tan(), h.tan()]),
        Unary("arcsin", OpKind::Arcsin, [-0.99, 0.99], |l, h| [l.asin(), h.asin()]),
        Unary("arccos", OpKind::Arccos, [-0.99, 0.99], |l, h| [h.acos(), l.acos()]),
        Unary("arctan", OpKind::Arctan, all, |l, h| [l.atan(), h.atan()]),
        Unary("sinh", OpKind::Sinh, [-2.5, 2.5], |l, h| [l.sinh(), h.sinh()]),
        Unary("cosh", OpKind::Cosh, [-2.5, 2.5], |_, _| [1.0, 6.2]),
        Unary("tanh", OpKind::Tanh, all, |l, h| [l.tanh(), h.tanh()]),
        Unary("arcsinh", OpKind::Arcsinh, all, |l, h| [l.asinh(), h.asinh()]),
        Unary("arccosh", OpKind::Arccosh, [1.05, f64::INFINITY], |l, h| [l.acosh(), h.acosh()]),
        Unary("arctanh", OpKind::Arctanh, [-0.9, 0.9], |l, h| [l.atanh(), h.atanh()]),
        Unary("erf", OpKind::Erf, all, |_, _| [-1.0, 1.0]),
        Unary("erfc", OpKind::Erfc, all, |_, _| [0.0, 2.0]),
        Unary("scale", OpKind::Mul, all, |l, h| [l, h]),
        Unary("shift", OpKind::Add, all, |l, h| [l, h]),
    ]
};

type Bounds = [f64; 2];

/// Name, op, domain, and the bounds of the result for bounds of the operand.
struct Unary(&'static str, OpKind, Bounds, fn(f64, f64) -> Bounds);

const BINARY: [(&str, OpKind); 9] = [
    ("add", OpKind::Add),
    ("sub", OpKind::Sub),
    ("mul", OpKind::Mul),
    ("div", OpKind::Div),
    ("maximum", OpKind::Maximum),
    ("minimum", OpKind::Minimum),
    ("hypot", OpKind::Hypot),
    ("atan2", OpKind::Atan2),
    ("logaddexp", OpKind::LogAddExp),
];

/// Ops that JAX computes one element after the other, or in many more instructions than their neighbours.
const SLOW_IN_JAX: [&str; 9] = ["sin", "cos", "tan", "arcsin", "arccos", "arctan", "cbrt", "atan2", "log"];

const COMPARISONS: [(&str, OpKind); 4] =
    [("lt", OpKind::Lt), ("le", OpKind::Le), ("gt", OpKind::Gt), ("ge", OpKind::Ge)];

const REDUCTIONS: [(&str, OpKind); 4] =
    [("mean", OpKind::Mean), ("max", OpKind::Max), ("min", OpKind::Min), ("sum", OpKind::Sum)];

const MOVES: [&str; 2] = ["reverse", "transpose"];

/// A number with few digits, the same in every format.
fn between(random: &mut Random, low: f64, high: f64) -> f64 {
    let steps = 1 << 20;
    let at = random.below(steps) as f64 / steps as f64;
    f64::from((low + (high - low) * at) as f32)
}

struct Maker {
    program: Program,
    random: Random,
    bounds: Vec<Bounds>,
    spaces: Vec<Space>,
    waiting: Vec<usize>,
    known: BTreeSet<(&'static str, Vec<usize>)>,
    /// Ops that are not drawn.
    without: &'static [&'static str],
}

/// A program of `ops` ops, of all kinds or of those that JAX is good at.
pub(crate) fn random(ops: usize, seed: u64, dtype: DType, side: usize, all: bool) -> Program {
    let dtype = if dtype == DType::F32 { "f32" } else { "f64" };
    let mut m = Maker {
        program: Program { dtype, side, inputs: INPUTS.to_vec(), steps: vec![] },
        random: Random::new(seed),
        bounds: vec![[-1.0, 1.0]; INPUTS.len()],
        spaces: INPUTS.to_vec(),
        waiting: (0..INPUTS.len()).collect(),
        known: BTreeSet::new(),
        without: if all { &[] } else { &SLOW_IN_JAX },
    };
    while m.program.steps.len() + 2 * m.waiting.len() < ops {
        m.one();
    }
    m.gather();
    m.program
}

impl Maker {
    fn one(&mut self) {
        match self.random.below(100) {
            0..52 => self.unary(),
            52..84 => self.binary(),
            84..92 => self.select(),
            92..96 => {
                let (name, _) = REDUCTIONS[self.random.below(REDUCTIONS.len())];
                if let Some(x) = self.matrix() {
                    self.reduce(name, x);
                }
            }
            _ => {
                if let Some(x) = self.matrix() {
                    let name = MOVES[self.random.below(MOVES.len())];
                    let bounds = self.bounds[x];
                    self.push(name, vec![x], None, None, Space::Matrix, bounds);
                }
            }
        }
    }

    /// Appends a step unless it is there already.
    fn push(
        &mut self,
        op: &'static str,
        args: Vec<usize>,
        number: Option<f64>,
        axis: Option<i64>,
        space: Space,
        bounds: Bounds,
    ) -> Option<usize> {
        if number.is_none() && !self.known.insert((op, args.clone())) {
            return None;
        }
        self.waiting.retain(|w| !args.contains(w));
        self.program.steps.push(Step { op, args, number, axis });
        self.bounds.push(bounds);
        self.spaces.push(space);
        let mut at = self.bounds.len() - 1;
        let size = bounds[0].abs().max(bounds[1].abs());
        if size > LARGEST {
            let number = f64::from((between(&mut self.random, 0.5, 0.9) * LARGEST / size) as f32);
            let bounds = bounds.map(|b| b * number);
            self.program.steps.push(Step { op: "scale", args: vec![at], number: Some(number), axis: None });
            self.bounds.push(bounds);
            self.spaces.push(space);
            at += 1;
        }
        self.waiting.push(at);
        Some(at)
    }

    /// A value with elements of this space, one that waits if there is.
    fn draw(&mut self, space: Space, fresh: bool) -> Option<usize> {
        let waits: Vec<usize> = self.waiting.iter().copied().filter(|w| self.spaces[*w] == space).collect();
        if fresh && !waits.is_empty() {
            return Some(waits[self.random.below(waits.len())]);
        }
        let first = self.spaces.len().saturating_sub(RECENT);
        let recent: Vec<usize> = (first..self.spaces.len()).filter(|v| self.spaces[*v] == space).collect();
        (!recent.is_empty()).then(|| recent[self.random.below(recent.len())])
    }

    fn matrix(&mut self) -> Option<usize> {
        self.draw(Space::Matrix, true)
    }

    /// A space to compute in: mostly matrices, sometimes the rows and columns that wait.
    fn space(&mut self) -> Space {
        match self.random.below(16) {
            0 => Space::Row,
            1 => Space::Column,
            _ => Space::Matrix,
        }
    }

    /// An operand for a space: of it, or a vector repeated over it.
    fn operand(&mut self, space: Space, fresh: bool) -> Option<usize> {
        if space == Space::Matrix {
            for (vector, axis) in [(Space::Row, 1), (Space::Column, 0)] {
                if self.random.below(12) == 0
                    && let Some(v) = self.draw(vector, true)
                {
                    let bounds = self.bounds[v];
                    return self.push("broadcast", vec![v], None, Some(axis), space, bounds);
                }
            }
        }
        self.draw(space, fresh)
    }

    fn unary(&mut self) {
        let space = self.space();
        let Some(x) = self.draw(space, true) else { return };
        let [low, high] = self.bounds[x];
        let Unary(name, _, domain, image) = UNARY[self.random.below(UNARY.len())];
        if self.without.contains(&name) {
            return;
        }
        let (number, bounds) = match name {
            "scale" => {
                let factor = between(&mut self.random, 0.3, 1.4);
                (Some(factor), [low * factor, high * factor])
            }
            "shift" => {
                let term = between(&mut self.random, -1.0, 1.0);
                (Some(term), [low + term, high + term])
            }
            _ if low < domain[0] || high > domain[1] => return self.bring(x, domain, space),
            _ => (None, image(low, high)),
        };
        self.push(name, vec![x], number, None, space, bounds);
    }

    /// One step towards a domain.
    fn bring(&mut self, x: usize, domain: Bounds, space: Space) {
        let [low, high] = self.bounds[x];
        if high - low < domain[1] - domain[0] && domain[1].is_infinite() && low > -3.0 {
            let term = f64::from((domain[0] - low + 0.1) as f32);
            self.push("shift", vec![x], Some(term), None, space, [low + term, high + term]);
        } else {
            let squash = ["sin", "tanh", "sigmoid", "erf", "arctan"];
            let squash: Vec<_> = squash.into_iter().filter(|name| !self.without.contains(name)).collect();
            let name = squash[self.random.below(squash.len())];
            if let Some(Unary(_, _, _, image)) = UNARY.iter().find(|u| u.0 == name) {
                self.push(name, vec![x], None, None, space, image(low, high));
            }
        }
    }

    fn binary(&mut self) {
        let space = self.space();
        let fresh = self.waiting.len() >= WAITING.start && self.random.below(3) > 0
            || self.waiting.len() >= WAITING.end;
        let (Some(x), Some(y)) = (self.operand(space, true), self.operand(space, fresh)) else { return };
        if x == y {
            return;
        }
        let (name, _) = BINARY[self.random.below(BINARY.len())];
        if self.without.contains(&name) {
            return;
        }
        let ([a, b], [c, d]) = (self.bounds[x], self.bounds[y]);
        let corners = |of: fn(f64, f64) -> f64| {
            let all = [of(a, c), of(a, d), of(b, c), of(b, d)];
            [all.into_iter().fold(f64::INFINITY, f64::min), all.into_iter().fold(f64::NEG_INFINITY, f64::max)]
        };
        let bounds = match name {
            "add" => [a + c, b + d],
            "sub" => [a - d, b - c],
            "mul" => corners(|x, y| x * y),
            // Quotients by small numbers and angles of negative ones are no question of time.
            "div" if c > 0.2 => corners(|x, y| x / y),
            "atan2" if c > 0.05 => [-1.6, 1.6],
            "maximum" => [a.max(c), b.max(d)],
            "minimum" => [a.min(c), b.min(d)],
            "hypot" => [0.0, b.abs().max(a.abs()).hypot(d.abs().max(c.abs()))],
            "logaddexp" => [a.max(c), b.max(d) + 0.7],
            _ => return,
        };
        self.push(name, vec![x, y], None, None, space, bounds);
    }

    fn select(&mut self) {
        let space = self.space();
        let draws = [
            self.draw(space, false),
            self.draw(space, false),
            self.draw(space, true),
            self.draw(space, true),
        ];
        let [Some(x), Some(y), Some(z), Some(w)] = draws else { return };
        if x == y || z == w {
            return;
        }
        let (name, _) = COMPARISONS[self.random.below(COMPARISONS.len())];
        if !self.known.insert((name, vec![x, y])) {
            return;
        }
        self.waiting.retain(|v| *v != x && *v != y);
        self.program.steps.push(Step { op: name, args: vec![x, y], number: None, axis: None });
        self.bounds.push([0.0, 1.0]);
        self.spaces.push(Space::Truth);
        let truth = self.bounds.len() - 1;
        let ([a, b], [c, d]) = (self.bounds[z], self.bounds[w]);
        self.push("select", vec![truth, z, w], None, None, space, [a.min(c), b.max(d)]);
    }

    fn reduce(&mut self, name: &'static str, x: usize) {
        let axis = self.random.below(2) as i64;
        let space = if axis == 0 { Space::Row } else { Space::Column };
        let side = self.program.side as f64;
        let bounds = self.bounds[x].map(|b| if name == "sum" { b * side } else { b });
        self.push(name, vec![x], None, Some(axis), space, bounds);
    }

    /// Adds up what waits, as one matrix.
    fn gather(&mut self) {
        while let Some(vector) = self.waiting.iter().copied().find(|w| self.spaces[*w] != Space::Matrix) {
            let axis = if self.spaces[vector] == Space::Row { 1 } else { 0 };
            let bounds = self.bounds[vector];
            self.push("broadcast", vec![vector], None, Some(axis), Space::Matrix, bounds);
        }
        while let [x, y, ..] = self.waiting[..] {
            let ([a, b], [c, d]) = (self.bounds[x], self.bounds[y]);
            self.push("add", vec![x, y], None, None, Space::Matrix, [a + c, b + d]);
        }
    }
}

impl Program {
    /// The program as one of `thn`.
    pub(crate) fn func(&self) -> Result<Func, Error> {
        let dtype = if self.dtype == "f32" { DType::F32 } else { DType::F64 };
        let side = self.side as i64;
        let mut func = Func::new("random");
        let mut values: Vec<Value> = vec![];
        for space in &self.inputs {
            let dims = vec![Some(side); if *space == Space::Matrix { 2 } else { 1 }];
            values.push(func.add_tensor_arg(dtype, &dims, Arg::default()));
        }
        let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
        let (side, matrix) = (Dim::from(side), Shape(vec![Dim::from(side); 2]));
        for step in &self.steps {
            let args: Vec<Value> = step.args.iter().map(|a| values[*a]).collect();
            let axis = step.axis.unwrap_or_default();
            let value = match step.op {
                "broadcast" => b.broadcast(args[0], &[axis], &matrix)?,
                "transpose" => b.dimshuffle(args[0], &[1, 0])?,
                "reverse" => {
                    let last = side.clone() - Dim::ONE;
                    b.slice(args[0], &[last, Dim::from(0)], &[-1, 1], &matrix)?
                }
                "scale" | "shift" => {
                    let number = b.number(dtype, step.number.unwrap_or_default())?;
                    b.map(kind(step.op)?, &[args[0], number])?
                }
                _ if step.axis.is_some() => b.reduce(kind(step.op)?, args[0], &[axis])?,
                _ => b.map(kind(step.op)?, &args)?,
            };
            values.push(value);
        }
        values.last().into_iter().for_each(|last| func.add_result(*last, Res::default()));
        Ok(func)
    }

    /// How many kinds of op there are.
    pub(crate) fn kinds(&self) -> usize {
        self.steps.iter().map(|s| s.op).collect::<BTreeSet<_>>().len()
    }
}

fn kind(name: &str) -> Result<OpKind, Error> {
    let unary = UNARY.iter().map(|u| (u.0, u.1));
    let mut all =
        unary.chain(BINARY).chain(COMPARISONS).chain(REDUCTIONS).chain([("select", OpKind::Select)]);
    let found = all.find(|(other, _)| *other == name);
    found.map(|(_, kind)| kind).ok_or_else(|| Error::internal(format!("no op {name}")))
}
