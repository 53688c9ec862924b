//! What is known outside of a region, inside: facts about captured values, carried values, steps and conditions.
//!
//! The program is walked from the outside in. Captured values keep the facts of the block around. Carried values begin
//! with the facts of the initial ones and are joined with those of the body's results until nothing changes; after a few
//! times a bound that still moves is given up. Inside a branch its condition is known, and with it what the comparison
//! says of its operands: where `x > 0` holds, x is positive and no NaN.

use crate::{Facts, Known, Op, Operand, Relations, of_op};
use smallvec::SmallVec;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};
use thn_ir::{
    Attr, Attrs, BlockId, DType, Func, Literal, OpId, OpKind, Scalar, SymbolOrigin, TensorType, Value,
    ValueDef,
};

/// What is known of values as a block sees them: arguments of regions, values from outside, results of loops and
/// branches. Inside a branch more is known of a value than outside.
pub type KnownValues = HashMap<(BlockId, Value), Known>;

/// Joins before a bound that still moves is given up.
const PRECISE: usize = 3;

/// Loops inside loops inside loops are walked once for every join of each around them; deeper ones are not walked
/// again and again, but assumed to carry anything.
const DEPTH: usize = 3;

/// What is known of the values of a program.
pub fn of_program(func: &Func) -> KnownValues {
    let mut program = Program { func, lengths: lengths(func), known: KnownValues::new() };
    if func.has_regions(Func::BODY) {
        program.explore(Func::BODY, 0);
    }
    program.known
}

/// The ids of the symbols of a program that are lengths.
pub fn lengths(func: &Func) -> BTreeSet<u32> {
    let lengths = func.symbols().iter().filter(|(_, o)| matches!(o, SymbolOrigin::ArgDim { .. }));
    lengths.map(|(s, _)| s.id).collect()
}

/// What is known of the arguments of a block and of the values that it makes and uses; `known` says more about values from outside than their
/// types.
pub fn of_block(func: &Func, block: BlockId, known: &KnownValues) -> HashMap<Value, Known> {
    let mut program = Program { func, lengths: lengths(func), known: known.clone() };
    let mut walk = Walk { program: &mut program, block, depth: 0, of: HashMap::new() };
    walk.run();
    let of_block = func.block(block);
    of_block.args.iter().chain(&of_block.results).for_each(|v| {
        walk.value(*v);
    });
    walk.of
}

/// Adds what is known of the results of the ops of a block from position `from` on. What is not known of values from
/// outside is what their types say.
pub fn of_ops(func: &Func, block: BlockId, from: usize, known: &mut HashMap<Value, Known>) {
    let mut program = Program { func, lengths: lengths(func), known: KnownValues::new() };
    let mut walk = Walk { program: &mut program, block, depth: 0, of: std::mem::take(known) };
    for op in &func.block(block).ops[from..] {
        walk.op(*op);
        // What regions make.
        for result in &func.op(*op).results {
            walk.value(*result);
        }
    }
    *known = walk.of;
}

/// A program, and what is known of its values so far.
struct Program<'a> {
    func: &'a Func,
    lengths: BTreeSet<u32>,
    known: KnownValues,
}

/// What is known of the values of one block, as it is walked.
struct Walk<'p, 'a> {
    program: &'p mut Program<'a>,
    block: BlockId,
    /// How many loops are around.
    depth: usize,
    of: HashMap<Value, Known>,
}

impl Walk<'_, '_> {
    fn run(&mut self) {
        let func = self.program.func;
        for op in &func.block(self.block).ops {
            self.op(*op);
        }
    }

    /// What is known of a value; one from outside is a constant, or what the block around says.
    fn value(&mut self, value: Value) -> Known {
        if let Some(known) = self.of.get(&value) {
            return known.clone();
        }
        let func = self.program.func;
        let known = match func.def(value) {
            ValueDef::Result { op, .. } if func.op(op).kind == OpKind::Constant => self.plain(op),
            _ => self.program.given(self.block, value),
        };
        self.of.insert(value, known.clone());
        known
    }

    /// What is known of the result of an op without regions.
    fn plain(&mut self, op: OpId) -> Known {
        let func = self.program.func;
        let data = func.op(op);
        let known: SmallVec<[Known; 3]> = data.operands.iter().map(|v| self.value(*v)).collect();
        let operands: SmallVec<[Operand<'_>; 3]> = (known.iter().zip(&data.operands))
            .map(|(known, value)| Operand {
                facts: known.facts,
                splat: known.splat.as_ref(),
                ty: func.tensor(*value),
            })
            .collect();
        let related = Operands { func, values: &data.operands };
        self.program.result(data.kind, &data.attrs, func.tensor(data.result()), &operands, &related)
    }

    fn op(&mut self, op: OpId) {
        let func = self.program.func;
        if func.has_effects(op) {
            return;
        }
        let data = func.op(op);
        let one_tensor = matches!(data.results.as_slice(), [r] if func.tensor(*r).is_some());
        if data.regions.is_empty() && one_tensor {
            let known = self.plain(op);
            self.of.insert(data.result(), known);
            return;
        }
        let inputs = func.inputs(op).into_iter().map(|v| (v, self.value(v))).collect();
        self.program.regions(self.block, op, &inputs, self.depth);
    }
}

/// The operands of an op of a program.
struct Operands<'a> {
    func: &'a Func,
    values: &'a [Value],
}

impl Operands<'_> {
    /// Whether the operand at position `x` is made as the transpose of that at `y`.
    fn is_transpose(&self, x: usize, y: usize) -> bool {
        let Some(op) = self.func.def_op(self.values[x]).map(|op| self.func.op(op)) else { return false };
        op.kind == OpKind::Dimshuffle
            && op.attrs.get_ints("order") == [1, 0]
            && op.operands.first() == Some(&self.values[y])
    }
}

impl Relations for Operands<'_> {
    fn same(&self, x: usize, y: usize) -> bool {
        self.values[x] == self.values[y]
    }

    fn transposed(&self, x: usize, y: usize) -> bool {
        self.is_transpose(x, y) || self.is_transpose(y, x)
    }
}

/// Of operands that are no values of a program nothing is known together.
struct Unrelated;

impl Relations for Unrelated {
    fn same(&self, _: usize, _: usize) -> bool {
        false
    }

    fn transposed(&self, _: usize, _: usize) -> bool {
        false
    }
}

impl Known {
    /// What the type of a value says.
    fn unknown(func: &Func, value: Value) -> Known {
        let dtype = func.tensor(value).map_or(DType::Bool, |t| t.dtype);
        Known { facts: Facts::of_dtype(dtype), splat: None }
    }

    fn join(&self, other: &Known) -> Known {
        let splat = self.splat.clone().filter(|s| other.splat.as_ref() == Some(s));
        Known { facts: self.facts.join(other.facts), splat }
    }
}

impl Program<'_> {
    /// Walks a block whose arguments and captured values are known. Gives what is known of its results.
    fn explore(&mut self, block: BlockId, depth: usize) -> Vec<Known> {
        let results = &self.func.block(block).results;
        let mut walk = Walk { program: self, block, depth, of: HashMap::new() };
        walk.run();
        results.iter().map(|v| walk.value(*v)).collect()
    }

    /// What the surroundings of a block say of a value.
    fn given(&self, block: BlockId, value: Value) -> Known {
        let unknown = Known::unknown(self.func, value);
        let Some(known) = self.known.get(&(block, value)) else { return unknown };
        match (&known.splat, self.func.tensor(value)) {
            (_, None) => unknown,
            (Some(number), Some(ty)) => self.filled(number, ty),
            (None, Some(_)) => {
                Known { facts: Facts { steps: 0, ..unknown.facts.meet(known.facts) }, splat: None }
            }
        }
    }

    /// One number in every element.
    fn filled(&self, number: &Literal, ty: &TensorType) -> Known {
        let scalar = TensorType::scalar(ty.dtype);
        let literal = Attr::Literal(Literal::scalar(ty.dtype, number.get(0)));
        let attrs = Attrs::new().with("value", literal);
        let number = self.result(OpKind::Constant, &attrs, Some(&scalar), &[], &Unrelated);
        if ty.rank() == 0 {
            return number;
        }
        let operand = Operand { facts: number.facts, splat: number.splat.as_ref(), ty: Some(&scalar) };
        let attrs = Attrs::new().ints("axes", &[]);
        self.result(OpKind::Broadcast, &attrs, Some(ty), &[operand], &Unrelated)
    }

    fn result(
        &self,
        kind: OpKind,
        attrs: &Attrs,
        ty: Option<&TensorType>,
        operands: &[Operand<'_>],
        related: &dyn Relations,
    ) -> Known {
        let Some(ty) = ty else { return Known { facts: Facts::of_dtype(DType::Bool), splat: None } };
        let known = of_op(Op { kind, attrs, ty }, operands, related, &self.lengths);
        Known { facts: Facts { steps: 0, ..known.facts }, ..known }
    }

    /// What is known of the regions of an op and of its results, from what is known of its inputs.
    fn regions(&mut self, block: BlockId, op: OpId, inputs: &BTreeMap<Value, Known>, depth: usize) {
        let data = self.func.op(op);
        if !self.func.is_entered(op) {
            return;
        }
        let results = match data.kind {
            OpKind::Loop => self.looped(op, inputs, depth),
            OpKind::Cond => self.branched(op, inputs, depth),
            _ => return,
        };
        if let Some(first) = data.operands.first() {
            self.known.insert((block, *first), inputs[first].clone());
        }
        self.known.extend(data.results.iter().map(|r| (block, *r)).zip(results));
    }

    fn looped(&mut self, op: OpId, inputs: &BTreeMap<Value, Known>, depth: usize) -> Vec<Known> {
        let func = self.func;
        let data = func.op(op);
        let body = data.regions[0];
        self.known.extend(inputs.iter().map(|(v, k)| ((body, *v), k.clone())));
        let args = &func.block(body).args;
        let count = inputs[&data.operands[0]].facts;
        self.known.insert((body, args[0]), Known { facts: Facts::index_below(count), splat: None });
        let mut carried: Vec<Known> = data.operands[1..].iter().map(|v| inputs[v].clone()).collect();
        for round in 0.. {
            if depth >= DEPTH || round > 2 * PRECISE {
                carried = args[1..].iter().map(|v| Known::unknown(func, *v)).collect();
            }
            self.known.extend(args[1..].iter().map(|v| (body, *v)).zip(carried.iter().cloned()));
            let next = self.explore(body, depth + 1);
            let mut joined: Vec<Known> = carried.iter().zip(&next).map(|(a, b)| a.join(b)).collect();
            if joined == carried || depth >= DEPTH || round > 2 * PRECISE {
                break;
            }
            if round >= PRECISE {
                for ((new, old), arg) in joined.iter_mut().zip(&carried).zip(&args[1..]) {
                    new.facts = old.facts.widen(new.facts, Known::unknown(func, *arg).facts);
                }
            }
            carried = joined;
        }
        carried
    }

    fn branched(&mut self, op: OpId, inputs: &BTreeMap<Value, Known>, depth: usize) -> Vec<Known> {
        let data = self.func.op(op);
        let condition = data.operands[0];
        let mut results: Vec<Vec<Known>> = vec![];
        for (region, holds) in data.regions.iter().zip([true, false]) {
            let mut inside = inputs.clone();
            assume(self.func, condition, holds, &mut inside);
            self.known.extend(inside.into_iter().map(|(v, k)| ((*region, v), k)));
            results.push(self.explore(*region, depth));
        }
        // A region that cannot run says nothing about the results.
        match inputs[&condition].splat.as_ref().and_then(|l| l.splat_value()) {
            Some(holds) => results.swap_remove(usize::from(holds.to_i128() == 0)),
            None => results[0].iter().zip(&results[1]).map(|(a, b)| a.join(b)).collect(),
        }
    }
}

/// Adds what follows where every element of a tensor of bools is `holds`.
fn assume(func: &Func, condition: Value, holds: bool, known: &mut BTreeMap<Value, Known>) {
    let mut seen = HashSet::new();
    let mut stack = vec![(condition, holds)];
    while let Some((condition, holds)) = stack.pop() {
        if seen.insert((condition, holds)) {
            let parts = assume_one(func, condition, holds, known);
            stack.extend(parts.into_iter().rev());
        }
    }
}

/// As [`assume`], for one value; gives those that it is made of, with what they are then.
fn assume_one(
    func: &Func,
    condition: Value,
    holds: bool,
    known: &mut BTreeMap<Value, Known>,
) -> Vec<(Value, bool)> {
    let literal = Literal::scalar(DType::Bool, Scalar::Bool(holds));
    let facts = Facts::of_scalar(Scalar::Bool(holds));
    known.insert(condition, Known { facts, splat: Some(Arc::new(literal)) });
    let Some(op) = func.def_op(condition).map(|op| func.op(op)) else { return vec![] };
    let bools = |v: Value| func.tensor(v).is_some_and(|t| t.dtype == DType::Bool);
    match (op.kind, holds) {
        (OpKind::Not, _) => return vec![(op.operands[0], !holds)],
        (OpKind::Broadcast, _) | (OpKind::Min | OpKind::Prod, true) | (OpKind::Max | OpKind::Sum, false)
            if bools(op.operands[0]) =>
        {
            return vec![(op.operands[0], holds)];
        }
        (OpKind::And, true) | (OpKind::Or, false) if op.operands.iter().all(|v| bools(*v)) => {
            return op.operands.iter().map(|part| (*part, holds)).collect();
        }
        (OpKind::IsNan, false) => refine(func, op.operands[0], known, |f| Facts { nan: false, ..f }),
        (OpKind::IsFinite, true) => {
            refine(func, op.operands[0], known, |f| Facts { nan: false, inf: false, ..f });
        }
        (OpKind::Lt | OpKind::Le | OpKind::Gt | OpKind::Ge | OpKind::Eq | OpKind::Ne, _) => {
            let [a, b] = [op.operands[0], op.operands[1]];
            let [x, y] = [a, b].map(|v| facts_of(func, v, known));
            refine(func, a, known, |f| f.compared(op.kind, holds, y));
            refine(func, b, known, |f| f.compared(mirrored(op.kind), holds, x));
        }
        _ => {}
    }
    vec![]
}

/// `b < a` for `a > b`.
fn mirrored(kind: OpKind) -> OpKind {
    match kind {
        OpKind::Lt => OpKind::Gt,
        OpKind::Le => OpKind::Ge,
        OpKind::Gt => OpKind::Lt,
        OpKind::Ge => OpKind::Le,
        other => other,
    }
}

/// Facts about a value that a condition is made of; it need not be used inside.
fn facts_of(func: &Func, value: Value, known: &BTreeMap<Value, Known>) -> Facts {
    if let Some(known) = known.get(&value) {
        return known.facts;
    }
    let literal = func.def_op(value).and_then(|op| func.op(op).attrs.get_literal("value"));
    let number = literal.and_then(Literal::splat_value);
    number.map_or(Known::unknown(func, value).facts, Facts::of_scalar)
}

fn refine(func: &Func, value: Value, known: &mut BTreeMap<Value, Known>, by: impl Fn(Facts) -> Facts) {
    let mut next = Some(value);
    while let Some(value) = next {
        let old = known.get(&value).cloned().unwrap_or_else(|| Known::unknown(func, value));
        known.insert(value, Known { facts: by(old.facts), ..old });
        // A broadcast has the elements of what it repeats.
        let op = func.def_op(value).map(|op| func.op(op));
        next = op.filter(|op| op.kind == OpKind::Broadcast).map(|op| op.operands[0]);
    }
}
