//! From a program that fails to a small one that still does.

use crate::programs::without_idle_arguments;
use thn_ir::{Arg, Func, Value, verify};
use thn_reference::{Value as Input, interpret};

/// The part of a program that some of its results need.
pub(crate) fn part(func: &Func, results: &[usize]) -> Func {
    let mut part = func.clone();
    let values = results.iter().map(|i| part.body().results[*i]).collect();
    part.block_mut(Func::BODY).results = values;
    part.results = results.iter().map(|i| func.results[*i].clone()).collect();
    part.compact()
}

/// The value of a program on its inputs.
fn value_of(func: &Func, inputs: &[Input], value: Value) -> Option<Input> {
    let mut alone = func.clone();
    alone.block_mut(Func::BODY).results = vec![value];
    alone.results.truncate(1);
    interpret(&alone.compact(), inputs).ok()?.pop()
}

/// Makes a program that fails on some inputs smaller, as long as it fails: results go, ops become arguments that have
/// their values, ops become one of their operands.
pub(crate) fn smallest(
    func: &Func,
    inputs: &[Input],
    fails: &dyn Fn(&Func, &[Input]) -> bool,
) -> (Func, Vec<Input>) {
    let mut best = (func.clone(), inputs.to_vec());
    'again: loop {
        for (candidate, inputs) in candidates(&best.0, &best.1) {
            if verify::verify(&candidate).is_empty() && fails(&candidate, &inputs) {
                best = (candidate, inputs);
                continue 'again;
            }
        }
        return best;
    }
}

/// Programs with less in them, each with its inputs.
fn candidates(func: &Func, inputs: &[Input]) -> Vec<(Func, Vec<Input>)> {
    let mut all = vec![];
    if func.results.len() > 1 {
        all.extend((0..func.results.len()).map(|i| (part(func, &[i]), inputs.to_vec())));
    }
    let counts = func.use_counts();
    for op in &func.body().ops {
        let data = func.op(*op);
        for result in &data.results {
            if counts[result.0 as usize] == 0 {
                continue;
            }
            let computed = !data.operands.is_empty() || !data.regions.is_empty();
            if let Some(value) = value_of(func, inputs, *result).filter(|_| computed) {
                let mut copy = func.clone();
                let name = format!("v{}", result.0);
                let arg = Arg { name: Some(name.as_str().into()), ..Arg::default() };
                let argument = copy.add_arg(func.ty(*result).clone(), arg);
                copy.replace_uses(*result, argument);
                let mut inputs = inputs.to_vec();
                inputs.push(value);
                all.push((copy.compact(), inputs));
            }
            for operand in &data.operands {
                if func.ty(*operand) == func.ty(*result) {
                    let mut copy = func.clone();
                    copy.replace_uses(*result, *operand);
                    all.push((copy.compact(), inputs.to_vec()));
                }
            }
        }
    }
    all.into_iter().map(|(func, inputs)| with_used_inputs(&func, inputs)).collect()
}

/// A program without idle arguments, and the inputs of those that stay.
fn with_used_inputs(func: &Func, inputs: Vec<Input>) -> (Func, Vec<Input>) {
    let less = without_idle_arguments(func);
    let stays = |arg: &Arg| less.args.iter().any(|kept| kept.name == arg.name);
    let inputs = func.args.iter().zip(inputs).filter(|(arg, _)| stays(arg)).map(|(_, input)| input).collect();
    (less, inputs)
}
