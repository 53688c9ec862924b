//! Reading a `kernel` op: what its attributes and its region ask for, checked.
//!
//! The emitter and the verifier both go through [`form`], so a kernel that one accepts the other can emit.

use crate::trace::{Accesses, Trace, is_gemm};
use crate::{Schedule, roots};
use std::collections::{HashMap, HashSet};
use thn_ir::access::Target;
use thn_ir::{BlockId, Error, Func, OpId, OpKind, Value, verify as verify_func};

/// How a kernel is computed.
#[derive(Clone, Debug)]
pub enum Form {
    /// The result is the operand's memory under another shape.
    View,
    /// A matrix product with this op; everything else in the kernel only selects strides.
    Gemm(OpId),
    /// A copy, then the additions of this op.
    Scatter(OpId),
    /// Loops.
    Loops(Schedule),
}

/// The most ops that a kernel computes in place inside one another: emission and traces follow them by recursion. The
/// planner makes none as deep (`size.rs`).
pub const DEEPEST: usize = 400;

/// The form of a kernel op.
///
/// # Errors
///
/// If the region is not what the attributes say, or computes more than [`DEEPEST`] ops inside one another.
pub fn form(func: &Func, accesses: &Accesses, kernel: OpId) -> Result<Form, Error> {
    let data = func.op(kernel);
    let fault = |what: &str| Error::internal(format!("a kernel {what}")).at("kernel", &data.loc);
    let region = *data.regions.first().ok_or_else(|| fault("without region"))?;
    let block = func.block(region);
    let results: Vec<OpId> = block.results.iter().filter_map(|v| func.def_op(*v)).collect();
    if results.len() != block.results.len() || results.is_empty() {
        return Err(fault("gives one of its inputs, or nothing"));
    }
    let single = || match results.as_slice() {
        [op] => Ok(*op),
        _ => Err(fault("of this schedule gives one value")),
    };
    let schedule = data.attrs.get_str("schedule").unwrap_or_default();
    let kept: HashSet<OpId> = data
        .attrs
        .get_ints("kept")
        .iter()
        .filter_map(|at| usize::try_from(*at).ok().and_then(|at| block.ops.get(at)).copied())
        .collect();
    let anchored = |op: &OpId| {
        let folds = accesses.get(*op).is_some_and(|a| a.fold.is_some());
        folds || results.contains(op) || kept.contains(op)
    };
    let deepest = deepest(func, region, &anchored);
    if deepest > DEEPEST {
        let sentence = format!(
            "a kernel computes {deepest} ops in place inside one another, at most {DEEPEST} are taken"
        );
        return Err(Error::unsupported(sentence).at("kernel", &data.loc));
    }
    match schedule {
        "view" => match single()? {
            op if roots::is_view(func, accesses, op) && block.args.contains(&func.op(op).operands[0]) => {
                Ok(Form::View)
            }
            _ => Err(fault("called a view is none")),
        },
        "gemm" => match single()? {
            op if is_gemm(func, op) => Ok(Form::Gemm(op)),
            _ => Err(fault("called gemm is no product of float matrices")),
        },
        "scatter" => match single()? {
            op if accesses.get(op).is_some_and(|a| a.target != Target::Identity) => Ok(Form::Scatter(op)),
            _ => Err(fault("called scatter is none")),
        },
        "elementwise" | "reduce" | "rows" => {
            let anchors: Vec<OpId> = block.ops.iter().copied().filter(anchored).collect();
            let made: HashSet<Value> = anchors.iter().map(|op| func.op(*op).result()).collect();
            let stored = |v: Value| made.contains(&v) || block.args.contains(&v);
            let trace = Trace { func, accesses, stored: &stored };
            let schedule = Schedule::new(&trace, &anchors, data.attrs.get_dims("outer"));
            Ok(Form::Loops(schedule.ok_or_else(|| fault("reads a value before its row makes it"))?))
        }
        other => Err(fault(&format!("has the unknown schedule `{other}`"))),
    }
}

/// How many ops are computed in place inside one another where those of `anchored` are not.
fn deepest(func: &Func, region: BlockId, anchored: &dyn Fn(&OpId) -> bool) -> usize {
    let mut depths: HashMap<Value, usize> = HashMap::new();
    let mut deepest = 0;
    for op in &func.block(region).ops {
        let data = func.op(*op);
        let depth = 1 + data.operands.iter().filter_map(|v| depths.get(v).copied()).max().unwrap_or(0);
        deepest = deepest.max(depth);
        let read = if anchored(op) { 0 } else { depth };
        depths.extend(data.results.iter().map(|v| (*v, read)));
    }
    deepest
}

/// Everything that is wrong with a planned program: what [`thn_ir::verify::verify`] finds; computing ops outside of
/// kernels; kernels in kernels; ops in a kernel that no result of it needs; ops in two places; kernels that cannot be
/// emitted.
pub fn verify(func: &Func) -> Vec<Error> {
    let mut errors = verify_func::verify(func);
    if !errors.is_empty() {
        return errors;
    }
    let accesses = match Accesses::new(func, Func::BODY) {
        Ok(accesses) => accesses,
        Err(e) => return vec![e],
    };
    let mut seen = HashSet::new();
    for op in func.walk(Func::BODY) {
        if !seen.insert(op) {
            let data = func.op(op);
            errors.push(Error::internal("is in two places").at(data.kind.row().mnemonic, &data.loc));
        }
    }
    block(func, &accesses, Func::BODY, &mut errors);
    errors
}

fn block(func: &Func, accesses: &Accesses, id: BlockId, errors: &mut Vec<Error>) {
    for op in &func.block(id).ops {
        let data = func.op(*op);
        match data.kind {
            OpKind::Kernel => kernel(func, accesses, *op, errors),
            OpKind::Loop | OpKind::Cond => {
                data.regions.iter().for_each(|r| block(func, accesses, *r, errors));
            }
            // Whoever lowers a program may have forgotten to plan it.
            _ => errors.push(
                Error::input("is in no kernel; `thn-plan-kernels` comes first")
                    .at(data.kind.row().mnemonic, &data.loc),
            ),
        }
    }
}

fn kernel(func: &Func, accesses: &Accesses, op: OpId, errors: &mut Vec<Error>) {
    if let Err(e) = form(func, accesses, op) {
        errors.push(e);
        return;
    }
    let block = func.block(func.op(op).regions[0]);
    let mut needed: HashSet<Value> = block.results.iter().copied().collect();
    for inner in block.ops.iter().rev() {
        let data = func.op(*inner);
        let mnemonic = data.kind.row().mnemonic;
        if !data.regions.is_empty() {
            errors.push(Error::internal("has a region and is in a kernel").at(mnemonic, &data.loc));
        }
        if !data.results.iter().any(|r| needed.contains(r)) {
            errors.push(Error::internal("is in a kernel that does not need it").at(mnemonic, &data.loc));
        }
        needed.extend(data.operands.iter().copied());
    }
}
