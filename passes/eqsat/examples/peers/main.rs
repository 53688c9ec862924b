//! Programs for the comparison with other optimizers: `cargo run -p thn-eqsat --example peers`.
//!
//! Prints one JSON object a line: a program as it was written, and as it is after the optimizer and `expand`. The
//! script in `tests/peers` builds the first with another library and compares what both make of it.

mod graphs;

use std::process::ExitCode;
use thn_eqsat::{Options, optimize};
use thn_graph::{Program, Request, Tensor};
use thn_ir::{Attr, Func, OpKind, Scalar, Value};

fn main() -> ExitCode {
    for (name, inputs, output) in graphs::all() {
        match program(&name, inputs, output) {
            Ok(line) => println!("{line}"),
            Err(message) => {
                eprintln!("{name}: {message}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn program(name: &str, inputs: Vec<Tensor>, output: Tensor) -> Result<String, String> {
    let request = Request {
        name: name.to_owned(),
        inputs,
        outputs: vec![(output, None)],
        updates: vec![],
        givens: vec![],
        allow_unused_inputs: true,
        loc: thn_ir::Loc::Unknown,
    };
    let told =
        |errors: Vec<thn_ir::Error>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let mut func = Program::extract(&request).map_err(told)?.func;
    let source = json(&func)?;
    optimize(&mut func, &Options::default()).map_err(|e| e.to_string())?;
    thn_ir::expand::expand_where(&mut func, &|_| true).map_err(|e| e.to_string())?;
    Ok(format!("{{\"name\": {name:?}, \"source\": {source}, \"optimized\": {}}}", json(&func)?))
}

/// A program as its ops in order; values are numbers.
fn json(func: &Func) -> Result<String, String> {
    let shape = |value: Value| -> Result<String, String> {
        let tensor = func.tensor(value).ok_or("a value is no tensor")?;
        Ok(format!("{:?}", tensor.shape.as_fixed().ok_or("a dim is not fixed")?))
    };
    let mut inputs = vec![];
    for value in &func.body().args {
        inputs.push(format!("[{}, {}]", value.0, shape(*value)?));
    }
    let mut ops = vec![];
    for op in &func.body().ops {
        let data = func.op(*op);
        let operands: Vec<u32> = data.operands.iter().map(|value| value.0).collect();
        let mut attrs = vec![format!("\"shape\": {}", shape(data.result())?)];
        for (name, attr) in data.attrs.iter() {
            attrs.push(format!("{name:?}: {}", attribute(attr)?));
        }
        let (kind, result) = (data.kind.row().mnemonic, data.result().0);
        let costs = data.kind.row().cost > 0 && data.kind != OpKind::Cast;
        attrs.push(format!("\"computes\": {costs}"));
        ops.push(format!("[{result}, {kind:?}, {operands:?}, {{{}}}]", attrs.join(", ")));
    }
    let results: Vec<u32> = func.body().results.iter().map(|value| value.0).collect();
    Ok(format!(
        "{{\"inputs\": [{}], \"ops\": [{}], \"results\": {results:?}}}",
        inputs.join(", "),
        ops.join(", ")
    ))
}

fn attribute(attr: &Attr) -> Result<String, String> {
    Ok(match attr {
        Attr::Int(value) => value.to_string(),
        Attr::Ints(values) => format!("{values:?}"),
        Attr::Dim(dim) => dim.as_const().ok_or("a dim is not fixed")?.to_string(),
        Attr::Dims(dims) => {
            let all: Option<Vec<i64>> = dims.iter().map(thn_ir::Dim::as_const).collect();
            format!("{:?}", all.ok_or("a dim is not fixed")?)
        }
        Attr::Literal(literal) => {
            let number = |scalar: Scalar| match scalar {
                Scalar::Bool(value) => value.to_string(),
                Scalar::Int(value) => value.to_string(),
                Scalar::Float(value) => format!("\"{value:?}\""),
            };
            format!("[{}]", literal.iter().map(number).collect::<Vec<_>>().join(", "))
        }
        other => format!("{:?}", other.to_string()),
    })
}
