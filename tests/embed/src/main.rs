//! Uses thn as a library in two ways: as an optimizer of MLIR that this program made with melior, and as a compiler
//! of models. It fails if either does not do what it should, or if the page that tells how is not about this crate.

use melior::{
    Context,
    dialect::DialectRegistry,
    ir::{Module, operation::OperationLike},
    utility::register_all_dialects,
};
use std::error::Error;
use std::process::ExitCode;
use thn::prelude::*;

/// The textbook logistic loss, in upstream dialects only; it overflows where `%x` is large.
const MODULE: &str = r#"
func.func @loss(%x: tensor<8xf64>) -> tensor<8xf64> {
  %one = arith.constant dense<1.0> : tensor<8xf64>
  %exp = math.exp %x : tensor<8xf64>
  %sum = arith.addf %one, %exp : tensor<8xf64>
  %log = math.log %sum : tensor<8xf64>
  return %log : tensor<8xf64>
}
"#;

fn main() -> ExitCode {
    match optimize().and_then(|()| train()).and_then(|()| page()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("embed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Optimizes a module of this program's own, in this program's own context.
fn optimize() -> Result<(), Box<dyn Error>> {
    let context = Context::new();
    let registry = DialectRegistry::new();
    register_all_dialects(&registry);
    thn::mlir::dialect().insert_dialect(&registry);
    context.append_dialect_registry(&registry);
    context.load_all_available_dialects();

    let module = Module::parse(&context, MODULE).ok_or("the module does not parse")?;
    let reports = thn::optimize(&module, &thn::eqsat::Options::default())?;
    let text = module.as_operation().to_string();
    if !module.as_operation().verify() {
        return Err(format!("the optimized module is wrong:\n{text}").into());
    }
    if !text.contains("thn.softplus") || text.contains("thn.exp") {
        return Err(format!("log(1 + exp(x)) did not become softplus:\n{text}").into());
    }
    let rules: Vec<&String> = reports.iter().flat_map(|report| report.fired.keys()).collect();
    println!("log(1 + exp(x)) became softplus by {rules:?}:\n{text}");
    Ok(())
}

/// Trains logistic regression to tell points above a line from those below.
fn train() -> Result<(), Box<dyn Error>> {
    let points =
        [[0.0, 1.0], [1.0, 2.5], [2.0, 2.0], [1.0, 0.0], [2.0, 0.5], [0.5, -0.5], [-1.0, 0.5], [-1.0, -2.5]];
    let above = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let (x, t) = (dmatrix("x"), dvector("t"));
    let (w, b) = (shared([0.0, 0.0], "w"), shared(0.0, "b"));
    let score = x.dot(&w) + &b;
    let loss = ((1 + score.exp()).log() - &t * &score).mean();
    let step = function([&x, &t], &loss)
        .updates([(&w, &w - 0.5 * loss.grad(&w)), (&b, &b - 0.5 * loss.grad(&b))])
        .compile()?;
    let guess = function([&x], score.gt(0).cast(f64)).compile()?;

    let first = step.call((points, above))?.item::<f64>(0)?;
    let mut last = first;
    for _ in 0..200 {
        last = step.call((points, above))?.item::<f64>(0)?;
    }
    println!("the loss went from {first:.4} to {last:.4}");
    let guesses = guess.call([points])?.array::<f64>(0)?;
    if last >= 0.5 * first || guesses.iter().ne(&above) {
        return Err(format!("the model did not learn: loss {first} to {last}, guesses {guesses}").into());
    }
    Ok(())
}

/// Compares the blocks of the page with the files of this crate.
fn page() -> Result<(), Box<dyn Error>> {
    let page = include_str!("../../../docs/embedding.md");
    let files = [include_str!("../Cargo.toml"), include_str!("../.cargo/config.toml"), include_str!("main.rs")];
    let blocks = page.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    let mut found = 0;
    for (_, block) in blocks {
        // The one block that is not of this crate, which has native code.
        if block.contains("default-features = false") {
            continue;
        }
        if !files.iter().any(|file| file.contains(block)) {
            return Err(format!("docs/embedding.md shows what is in no file here:\n{block}").into());
        }
        found += 1;
    }
    if found < 4 {
        return Err(format!("docs/embedding.md shows {found} parts of this crate").into());
    }
    println!("docs/embedding.md shows {found} parts of this crate as they are");
    Ok(())
}
