//! Branches and loops.

use crate::{
    Operand, Tensor,
    arena::{Graph, build_in, build_many},
    lengths::{LOCAL, as_dim},
};
use std::collections::{HashMap, HashSet};
use thn_ir::{Arg, Attr, Attrs, BlockId, Builder, DType, Error, Func, Loc, OpId, OpKind, TensorType, Value};

/// `x` if the rank-0 bool `condition` holds, else `y`. Only the ops of the chosen one run, apart from those that are
/// needed elsewhere too. Theano's `ifelse`.
#[track_caller]
pub fn ifelse(condition: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
    branches(condition, &[x], &[y], Loc::caller()).remove(0)
}

/// [`ifelse`] for several values at once.
#[track_caller]
pub fn cond(condition: &Tensor, then: &[&Tensor], otherwise: &[&Tensor]) -> Vec<Tensor> {
    branches(condition, then, otherwise, Loc::caller())
}

fn branches(condition: &Tensor, then: &[&Tensor], otherwise: &[&Tensor], loc: Loc) -> Vec<Tensor> {
    let inputs: Vec<&Tensor> = [&[condition], then, otherwise].concat();
    build_many(&inputs, then.len(), loc, |b, v| {
        let condition = b.cast(v[0], DType::Bool)?;
        let (then, otherwise) = v[1..].split_at(then.len());
        if then.len() != otherwise.len() {
            let message = format!("the branches give {} and {} values", then.len(), otherwise.len());
            return Err(Error::input(message));
        }
        let mut values = [vec![], vec![]];
        for (x, y) in then.iter().zip(otherwise) {
            let dtype = b.tensor(*x)?.dtype.promote(b.tensor(*y)?.dtype);
            values[0].push(b.cast(*x, dtype)?);
            values[1].push(b.cast(*y, dtype)?);
        }
        // The regions name values computed outside; extraction moves what only one of them needs into it.
        let regions = values.map(|results| {
            let region = b.func.new_block();
            b.func.block_mut(region).results = results;
            region
        });
        let op = b.op(OpKind::Cond, &[condition], Attrs::new(), None, &regions)?;
        Ok(b.func.op(op).results.to_vec())
    })
}

/// Runs a step `count` times over carried values and gives the last ones. `step` gets the number of the step, int64
/// from 0, and the carried values, and gives the next ones, of the same element types and shapes. It is called once,
/// to build the body; tensors from outside may be used in it. `count` has an integer type and rank 0.
///
/// ```
/// use thn_graph::{f64, loop_, lscalar, vector};
/// let (a, k) = (vector("a", f64), lscalar("k"));
/// let power = &loop_(&k, &[&a.ones_like()], |_, carried| vec![&carried[0] * &a])[0];
/// assert_eq!(power.ndim(), 1);
/// ```
#[track_caller]
pub fn loop_(
    count: impl Operand,
    inits: &[&Tensor],
    step: impl FnOnce(&Tensor, &[Tensor]) -> Vec<Tensor>,
) -> Vec<Tensor> {
    let loc = Loc::caller();
    let count = count.term().tensor();
    let stand_ins = stand_ins(inits, &loc);
    let next = step(&stand_ins[0], &stand_ins[1..]);
    let mut inputs: Vec<&Tensor> = vec![&count];
    inputs.extend(inits);
    inputs.extend(&stand_ins);
    inputs.extend(&next);
    let given = next.len();
    build_in(&inputs, inits.len(), loc, |graph, loc, v| {
        if given != inits.len() {
            let message = format!("a loop over {} carried values, but its step gives {given}", inits.len());
            return Err(Error::input(message));
        }
        let count = graph.func.tensor(v[0]).filter(|t| !t.dtype.is_int() || t.rank() > 0).cloned();
        if let Some(ty) = count {
            let (name, dtype) = (graph.func.describe(v[0]), ty.dtype.numpy());
            return Err(Error::input(format!(
                "the count of a loop is one integer, but {name} is {dtype} with shape {}",
                ty.shape
            )));
        }
        let (inits, rest) = v[1..].split_at(given);
        let (stand_ins, next) = rest.split_at(given + 1);
        let body = body(graph, stand_ins, inits, next, &loc)?;
        // A count that is known before a call computes anything is a dim, which gradients need.
        let steps = as_dim(&mut graph.func, v[0]);
        let mut b = Builder::new(&mut graph.func, Func::BODY, loc);
        let count = match steps {
            Some(steps) => b.dim(steps)?,
            None => b.cast(v[0], DType::I64)?,
        };
        let operands: Vec<Value> = [&[count], inits].concat();
        let op = b.op(OpKind::Loop, &operands, Attrs::new(), None, &[body])?;
        Ok(graph.func.op(op).results.to_vec())
    })
}

/// Entry arguments that the step is built on, before they become the arguments of the region. They have the dims of
/// the initial values, so that the step sees which lengths are equal.
fn stand_ins(inits: &[&Tensor], loc: &Loc) -> Vec<Tensor> {
    let count = inits.len() + 1;
    build_in(inits, count, loc.clone(), |graph, loc, v| {
        let mut made = vec![];
        for i in 0..count {
            let (name, ty) = match i {
                0 => ("step".to_string(), TensorType::scalar(DType::I64)),
                _ => {
                    let init = v[i - 1];
                    let name = match &graph.func.value(init).name {
                        Some(name) => name.to_string(),
                        None => format!("carried{}", i - 1),
                    };
                    (name, Builder::new(&mut graph.func, Func::BODY, loc.clone()).tensor(init)?)
                }
            };
            let attrs = Attrs::new().with(LOCAL, Attr::Int(1));
            let arg = Arg { name: Some(name.into()), attrs, loc: loc.clone(), ..Arg::default() };
            made.push(graph.func.add_arg(ty, arg));
        }
        Ok(made)
    })
}

/// The region of a loop: copies of the ops between the stand-ins and the next values.
fn body(
    graph: &mut Graph,
    stand_ins: &[Value],
    inits: &[Value],
    next: &[Value],
    loc: &Loc,
) -> Result<BlockId, Error> {
    let func = &mut graph.func;
    for (i, (init, next)) in inits.iter().zip(next).enumerate() {
        let (from, to) = (func.tensor(*init).cloned(), func.tensor(*next).cloned());
        let (Some(from), Some(to)) = (from, to) else { continue };
        let hint = if from.dtype != to.dtype || from.rank() != to.rank() {
            "give it an initial value of that type, or cast what the step gives"
        } else if from.shape.iter().zip(to.shape.iter()).any(|(a, b)| func.differs_unless_empty(a, b)) {
            "it must keep its shape"
        } else {
            continue;
        };
        let message = format!("carried value {i} begins as {from} and becomes {to} in a step; {hint}");
        return Err(Error::input(message).located(loc));
    }
    let inside = between(func, stand_ins, next);
    let region = func.new_block();
    let mut map = HashMap::new();
    for value in stand_ins {
        let copy = func.add_block_arg(region, func.ty(*value).clone());
        func.value_mut(copy).name = func.value(*value).name.clone();
        map.insert(*value, copy);
    }
    func.copy_within(region, &inside, &mut map);
    func.block_mut(region).results = next.iter().map(|v| map.get(v).copied().unwrap_or(*v)).collect();
    Ok(region)
}

/// Ops of the body, in order, that depend on `from` and that `to` depends on.
fn between(func: &Func, from: &[Value], to: &[Value]) -> Vec<OpId> {
    let mut dependent: HashSet<Value> = from.iter().copied().collect();
    func.ancestors(to)
        .into_iter()
        .filter(|op| {
            let depends = func.inputs(*op).iter().any(|v| dependent.contains(v));
            if depends {
                dependent.extend(func.op(*op).results.iter().copied());
            }
            depends
        })
        .collect()
}
