//! The search for accuracy: float results as expressions that are equal over the reals and lose fewer digits where
//! the arguments lie.
//!
//! ```text
//! %0 = thn.add %x, %one : tensor<f64>, tensor<f64>      before: 29.7 bits of error
//! %1 = thn.sqrt %0 : tensor<f64>
//! %2 = thn.sqrt %x : tensor<f64>
//! %3 = thn.sub %1, %2 : tensor<f64>, tensor<f64>
//!
//! %0 = thn.add %x, %one : tensor<f64>, tensor<f64>      after: 0.2
//! %1 = thn.sqrt %0 : tensor<f64>
//! %2 = thn.sqrt %x : tensor<f64>
//! %3 = thn.add %1, %2 : tensor<f64>, tensor<f64>
//! %4 = thn.reciprocal %3 : tensor<f64>
//! ```
//!
//! It samples, so it is opt-in: a result is better on average over the points, not at each of them. The elements of an
//! argument lie where its attribute `thn.range = [low, high]` says, and anywhere without one; every float of the range
//! is as likely as every other. A remark tells the mean bits of error before and after, at points that the search has not
//! seen.
//!
//! Blocks of other dialects are searched with arguments anywhere, and get only ops that their dialects have.

use thn_accuracy::{Accuracy, Improved, Range, improve};
use thn_foreign::on_blocks;
use thn_ir::{Attr, Error as IrError, Func};
use thn_mlir::{
    Error,
    melior::ir::OperationRef,
    pass::{Options, holds_own_ops, on_func, remark},
};

/// The attribute of an argument that says where its elements lie.
const RANGE: &str = "thn.range";

pub(crate) fn run(function: OperationRef, options: &Options) -> Result<(), Error> {
    let settings = settings(options)?;
    let tell = |found: &[Improved]| {
        for improved in found {
            if options.flag("json") {
                let json = serde_json::to_string(improved);
                remark(function, &json.map_err(|error| IrError::internal(error.to_string()))?);
            } else {
                remark(function, &describe(improved));
            }
        }
        Ok::<(), IrError>(())
    };
    if holds_own_ops(function) {
        on_func(function, |func| {
            let ranges = ranges(func)?;
            tell(&improve(func, &Accuracy { ranges, ..settings.clone() })?)
        })?;
    }
    on_blocks(function, |func, style| {
        let mut made = func.clone();
        let found = improve(&mut made, &settings)?;
        let key = |func: &Func, op| {
            let data = func.op(op);
            let last = data.operands.last().copied().or(data.results.first().copied());
            last.and_then(|value| func.tensor(value)).map(|tensor| (data.kind, tensor.dtype))
        };
        let had: Vec<_> = func.body().ops.iter().map(|op| key(func, *op)).collect();
        let known = |op: &thn_ir::OpId| {
            let key = key(&made, *op);
            had.contains(&key) || key.is_some_and(|key| style.ops.contains(&key))
        };
        if made.body().ops.iter().all(known) {
            tell(&found)?;
            *func = made;
        }
        Ok(())
    });
    Ok(())
}

/// The search that the options describe, with arguments anywhere.
fn settings(options: &Options) -> Result<Accuracy, Error> {
    let count = |name: &str, least: usize| {
        let given = options.int(name).unwrap_or_default();
        usize::try_from(given)
            .ok()
            .filter(|count| *count >= least)
            .ok_or_else(|| Error::input(format!("{name}={given}: it is {least} at least")))
    };
    Ok(Accuracy {
        ranges: vec![],
        points: count("points", 1)?,
        held_out: count("held_out", 1)?,
        rounds: count("rounds", 0)?,
        nodes: count("nodes", 1)?,
        seed: options.int("seed").unwrap_or_default().cast_unsigned(),
        branches: options.flag("branches"),
    })
}

/// Where the elements of each argument lie.
fn ranges(func: &Func) -> Result<Vec<Range>, IrError> {
    let of = |(position, argument): (usize, &thn_ir::Arg)| match argument.attrs.get(RANGE) {
        None => Ok(Range::ALL),
        Some(Attr::Mlir(text)) => range(text).ok_or_else(|| {
            let message =
                format!("argument {position}: {RANGE} = {text} is not [low, high] with low <= high");
            IrError::input(message).located(&argument.loc)
        }),
        Some(other) => Err(IrError::internal(format!("{RANGE} was read as {other:?}"))),
    };
    func.args.iter().enumerate().map(of).collect()
}

/// A range from the spelling of `[low, high]`.
fn range(text: &str) -> Option<Range> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut bounds = inside.split(',').map(number);
    let (low, high) = (bounds.next()??, bounds.next()??);
    (bounds.next().is_none() && low <= high).then_some(Range { low, high })
}

/// A number as MLIR spells it: `1.0e+00`, `2 : i64`, and by its bits where it is no finite number.
fn number(text: &str) -> Option<f64> {
    let digits = text.split(':').next()?.trim();
    match digits.strip_prefix("0x") {
        None => digits.parse().ok(),
        Some(bits) if bits.len() == 8 => u32::from_str_radix(bits, 16).ok().map(|b| f32::from_bits(b).into()),
        Some(bits) if bits.len() == 16 => u64::from_str_radix(bits, 16).ok().map(f64::from_bits),
        Some(_) => None,
    }
}

/// What was found, in one line.
fn describe(improved: &Improved) -> String {
    let Improved { result, before, after, points, expression } = improved;
    if before == after {
        return format!(
            "result {result}: {before:.2} bits of error at {points} points; nothing better is found"
        );
    }
    format!("result {result}: {before:.2} bits of error become {after:.2} at {points} points: {expression}")
}
