//! What inputs are made of, and what is done with them.

use crate::mutate::Corpus;
use std::{fs, io, path::Path};
use thn_mlir::{
    Error,
    melior::{
        Context,
        ir::{Module, Operation},
    },
    new_context, parse, run_pipeline,
};
use thn_random::Random;

/// After so many programs a new context is made: contexts keep what they have seen.
const PROGRAMS_PER_CONTEXT: u64 = 2_000;

/// One rule file in so many is not only read but also checked.
const CHECKED: usize = 20_000;

/// What to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Target {
    /// Programs through every pass.
    Ir,
    /// Rule files through the parser and the checker.
    Rules,
    /// Programs through passes with options.
    Options,
}

/// Pipelines to start from: options with values of every kind.
const PIPELINES: [&str; 8] = [
    "builtin.module(func.func(thn-eqsat{finite=true strict=true fast=false reassoc=true}))",
    "builtin.module(func.func(thn-eqsat{level=3 exact=20 cost=gpu report=true}))",
    "builtin.module(func.func(thn-eqsat{including=stabilize,log-exp excluding=exp-log,shape profile=true}))",
    "builtin.module(func.func(thn-eqsat{rules=tests/fuzz/rules/odd.rules json=true explain=true}))",
    "builtin.module(func.func(thn-raise,thn-grad{cost=0 wrt=x,0},thn-eqsat{level=1},thn-expand))",
    "builtin.module(func.func(thn-plan-kernels{fusion=false}),thn-to-loops)",
    "builtin.module(func.func(thn-eqsat{cost=primitives level=0},cse,canonicalize))",
    "builtin.module(func.func(thn-test-fail{after=3 message=a}))",
];

/// The inputs of a target.
pub(crate) struct Inputs {
    target: Target,
    seed: u64,
    corpus: Corpus,
    pipelines: Corpus,
}

/// Every file with an ending in a folder of the repository and the folders in it, in order.
fn files(folder: &Path, ending: &str, out: &mut Vec<String>) -> io::Result<()> {
    let mut paths: Vec<_> = fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, ending, out)?;
        } else if path.extension().is_some_and(|e| e == ending) {
            out.push(fs::read_to_string(path)?);
        }
    }
    Ok(())
}

impl Target {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Target::Ir => "ir",
            Target::Rules => "rules",
            Target::Options => "options",
        }
    }

    /// Reads the corpus.
    pub(crate) fn inputs(self, seed: u64) -> io::Result<Inputs> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (folders, ending): (&[&str], _) = match self {
            Target::Ir | Target::Options => {
                (&["passes/table/src", "tools/thn-opt/tests/files", "tests/fuzz/ir"], "mlir")
            }
            Target::Rules => (&["passes/eqsat/rules", "passes/rulecheck/tests", "tests/fuzz/rules"], "rules"),
        };
        let mut all = vec![];
        for folder in folders {
            files(&root.join(folder), ending, &mut all)?;
        }
        if self == Target::Rules {
            all = all.iter().flat_map(|text| sections(text)).collect();
        }
        let pipelines = Corpus::new(PIPELINES.map(str::to_owned).to_vec(), []);
        Ok(Inputs { target: self, seed, corpus: Corpus::new(all, []), pipelines })
    }
}

/// Each rule of a file below the header of its section: a file of one rule.
fn sections(text: &str) -> Vec<String> {
    let mut header = "";
    let mut out = vec![];
    for line in text.lines() {
        if line.starts_with('[') {
            header = line;
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            out.push(format!("{header}\n{line}\n"));
        }
    }
    out
}

impl Inputs {
    /// The input of a number.
    pub(crate) fn make(&self, number: u64) -> String {
        let mut random = Random::stream(self.seed, number);
        let mut mutated = |corpus: &Corpus, times: usize| {
            let files = &corpus.files;
            let mut text = files.get(random.below(files.len())).cloned().unwrap_or_default();
            for _ in 0..random.below(times) {
                text = corpus.mutate(&text, &mut random);
            }
            text
        };
        match self.target {
            Target::Ir => mutated(&self.corpus, 5),
            // A program behind its pipeline, which is one line.
            Target::Options => {
                let pipeline = mutated(&self.pipelines, 4).replace(['\n', '\r'], " ");
                format!("{pipeline}\n{}", mutated(&self.corpus, 2))
            }
            Target::Rules => {
                let text = mutated(&self.corpus, 5);
                match random.below(CHECKED) {
                    0 => text.replacen('\n', "\nfuzzed-", 1),
                    // Checking takes a thousand times as long as reading: a last line that cannot be read prevents it.
                    _ => format!("{text}\nend\n"),
                }
            }
        }
    }
}

/// What runs inputs of a target.
pub(crate) struct Runner {
    target: Target,
    context: Context,
    runs: u64,
}

impl Runner {
    pub(crate) fn new(target: Target) -> Runner {
        if target != Target::Rules {
            thn_mlir::pass::register(thn_passes::TABLES);
        }
        Runner { target, context: new_context(), runs: 0 }
    }

    /// Runs one input. Gives what must not happen, if it did.
    pub(crate) fn run(&mut self, text: &str) -> Result<(), String> {
        self.runs += 1;
        match self.target {
            Target::Rules => {
                // A refusal is as good as a set: both say what they found.
                let _ = thn_rulecheck::load("fuzzed.rules", text);
                Ok(())
            }
            Target::Ir | Target::Options => {
                if self.runs.is_multiple_of(PROGRAMS_PER_CONTEXT) {
                    self.context = new_context();
                }
                match text.split_once('\n').filter(|_| self.target == Target::Options) {
                    None => passes(&self.context, text),
                    Some((pipeline, program)) => match parse(&self.context, program, "fuzzed.mlir") {
                        Err(_) => Ok(()),
                        Ok(mut module) => piped(&self.context, &mut module, pipeline),
                    },
                }
            }
        }
    }
}

/// Every pass on a program, each alone, then those of the compiler one after the other.
fn passes(context: &Context, text: &str) -> Result<(), String> {
    let Ok(program) = parse(context, text, "fuzzed.mlir") else { return Ok(()) };
    let mut pipelines = vec![];
    for pass in thn_passes::TABLES.passes.iter().copied().flatten().filter(|p| p.name != "thn_test_fail") {
        pipelines.push(match pass.anchor {
            Some(anchor) if anchor != "builtin.module" => {
                format!("builtin.module({anchor}({}))", pass.argument())
            }
            _ => format!("builtin.module({})", pass.argument()),
        });
    }
    pipelines
        .push("builtin.module(func.func(thn-eqsat{explain=true},thn-plan-kernels),thn-to-loops)".to_owned());
    for pipeline in pipelines {
        let copy = Operation::clone(&program.as_operation());
        let Some(mut module) = Module::from_operation(copy) else { continue };
        piped(context, &mut module, &pipeline)?;
    }
    Ok(())
}

/// A pipeline on a program.
fn piped(context: &Context, module: &mut Module, pipeline: &str) -> Result<(), String> {
    match run_pipeline(context, module, pipeline) {
        Err(error) if is_fault(&error) => Err(format!("{pipeline}: {error}")),
        _ => Ok(()),
    }
}

/// Whether an error is our own fault: no input may cause one.
fn is_fault(error: &Error) -> bool {
    let mut said = error.failure().diagnostics.iter().map(|d| d.message.as_str());
    said.any(|message| message.contains("panicked") || message.starts_with("internal error"))
}
