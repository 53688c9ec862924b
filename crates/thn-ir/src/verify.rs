//! What every program satisfies.
//!
//! - Every value is defined before it is used, in the same block or one around it; kernels use only their own
//!   arguments.
//! - Regions nest at most [`Func::MAX_NESTING`] deep.
//! - Every op has the operands, attributes, regions and result types that its row asks for.
//! - Entry arguments have no negative lengths. They and the results have one description each; an update names a shared argument of the same type.

use crate::{BlockId, Error, Func, OpId, OpKind, Value};
use std::collections::HashSet;

/// Everything that is wrong with a program, in program order.
pub fn verify(func: &Func) -> Vec<Error> {
    let mut errors = vec![];
    if func.args.len() != func.body().args.len() || func.results.len() != func.body().results.len() {
        errors.push(Error::internal("arguments or results without description"));
        return errors;
    }
    for (value, arg) in func.body().args.iter().zip(&func.args) {
        let Some(ty) = func.tensor(*value) else { continue };
        if ty.shape.iter().any(|d| d.as_const().is_some_and(|length| length < 0)) {
            let message = format!("{} has type {ty}: a length is negative", func.describe(*value));
            errors.push(Error::input(message).located(&arg.loc));
        }
    }
    errors.extend(func.check_nesting().err());
    Definitions { func, visible: HashSet::new(), scopes: vec![], errors: &mut errors }.check();
    for (i, (value, res)) in func.body().results.iter().zip(&func.results).enumerate() {
        let Some(target) = res.updates else { continue };
        match func.args.get(target) {
            Some(arg) if arg.shared => {
                let (new, old) = (func.ty(*value), func.ty(func.body().args[target]));
                if let (Some(new), Some(old)) = (new.tensor(), old.tensor())
                    && (new.dtype != old.dtype || new.rank() != old.rank())
                {
                    let name = func.describe(func.body().args[target]);
                    errors.push(Error::input(format!("the update of {name} is {new}, but {name} is {old}")));
                }
            }
            Some(_) => {
                let name = func.describe(func.body().args[target]);
                errors.push(Error::input(format!("result {i} updates {name}, which is not shared")));
            }
            None => {
                errors.push(Error::input(format!("result {i} updates arg{target}, which does not exist")));
            }
        }
    }
    errors
}

/// A walk in the order of the program.
enum Step {
    Block(BlockId),
    Op(OpId),
    /// The regions of an op are done; whether its operands were defined.
    Made(OpId, bool),
    End(BlockId),
}

/// What a block adds to the values in sight.
struct Scope {
    own: Vec<Value>,
    /// What a kernel cannot see.
    hidden: Option<HashSet<Value>>,
}

struct Definitions<'a> {
    func: &'a Func,
    visible: HashSet<Value>,
    scopes: Vec<Scope>,
    errors: &'a mut Vec<Error>,
}

impl Definitions<'_> {
    fn check(mut self) {
        let mut steps = vec![Step::Block(Func::BODY)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Block(id) => {
                    let block = self.func.block(id);
                    let kernel = block.parent.is_some_and(|op| self.func.op(op).kind == OpKind::Kernel);
                    let hidden = kernel.then(|| std::mem::take(&mut self.visible));
                    self.scopes.push(Scope { own: vec![], hidden });
                    self.define(&block.args);
                    steps.push(Step::End(id));
                    steps.extend(block.ops.iter().rev().map(|op| Step::Op(*op)));
                }
                Step::Op(op) => {
                    let data = self.func.op(op);
                    let defined = data.operands.iter().all(|v| self.visible.contains(v));
                    if !defined {
                        let error = Error::internal("uses a value before its definition");
                        self.errors.push(error.at(data.kind.row().mnemonic, &data.loc));
                    }
                    steps.push(Step::Made(op, defined));
                    steps.extend(data.regions.iter().rev().map(|region| Step::Block(*region)));
                }
                Step::Made(op, defined) => {
                    if defined && let Err(e) = self.func.constraints(op) {
                        self.errors.push(e);
                    }
                    self.define(&self.func.op(op).results);
                }
                Step::End(id) => {
                    if self.func.block(id).results.iter().any(|v| !self.visible.contains(v)) {
                        let message = "a block ends with a value that is not defined in it";
                        self.errors.push(Error::internal(message));
                    }
                    let Some(scope) = self.scopes.pop() else { continue };
                    for value in scope.own {
                        self.visible.remove(&value);
                    }
                    if let Some(hidden) = scope.hidden {
                        self.visible = hidden;
                    }
                }
            }
        }
    }

    fn define(&mut self, values: &[Value]) {
        let new = values.iter().copied().filter(|v| self.visible.insert(*v));
        if let Some(scope) = self.scopes.last_mut() {
            scope.own.extend(new);
        }
    }
}
