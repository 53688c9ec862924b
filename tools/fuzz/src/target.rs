//! What inputs are made of, and what is done with them.

use crate::mutate::{Corpus, Random};
use std::{fs, io, path::Path};
use thn_mlir::{Error, melior::Context, new_context, parse, run_pipeline};

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
}

/// The inputs of a target.
pub(crate) struct Inputs {
    target: Target,
    seed: u64,
    corpus: Corpus,
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
        }
    }

    /// Reads the corpus.
    pub(crate) fn inputs(self, seed: u64) -> io::Result<Inputs> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (folders, ending): (&[&str], _) = match self {
            Target::Ir => (&["passes/table/src", "tools/thn-opt/tests/files", "tests/fuzz/ir"], "mlir"),
            Target::Rules => (&["passes/eqsat/rules", "passes/eqsat/tests", "tests/fuzz/rules"], "rules"),
        };
        let mut all = vec![];
        for folder in folders {
            files(&root.join(folder), ending, &mut all)?;
        }
        if self == Target::Rules {
            all = all.iter().flat_map(|text| sections(text)).collect();
        }
        Ok(Inputs { target: self, seed, corpus: Corpus::new(all, []) })
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
        let mut random = Random::new(self.seed, number);
        let files = &self.corpus.files;
        let mut text = files.get(random.below(files.len())).cloned().unwrap_or_default();
        for _ in 0..random.below(5) {
            text = self.corpus.mutate(&text, &mut random);
        }
        if self.target == Target::Rules {
            text = match random.below(CHECKED) {
                0 => text.replacen('\n', "\nfuzzed-", 1),
                // Checking takes a thousand times as long as reading: a last line that cannot be read prevents it.
                _ => format!("{text}\nend\n"),
            };
        }
        text
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
        if target == Target::Ir {
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
                let _ = thn_eqsat::RuleSet::load("fuzzed.rules", text);
                Ok(())
            }
            Target::Ir => {
                if self.runs.is_multiple_of(PROGRAMS_PER_CONTEXT) {
                    self.context = new_context();
                }
                passes(&self.context, text)
            }
        }
    }
}

/// Every pass on a program, each alone, then those of the compiler one after the other.
fn passes(context: &Context, text: &str) -> Result<(), String> {
    if parse(context, text, "fuzzed.mlir").is_err() {
        return Ok(());
    }
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
        let Ok(mut module) = parse(context, text, "fuzzed.mlir") else { continue };
        match run_pipeline(context, &mut module, &pipeline) {
            Err(error) if is_fault(&error) => return Err(format!("{pipeline}: {error}")),
            _ => {}
        }
    }
    Ok(())
}

/// Whether an error is our own fault: no input may cause one.
fn is_fault(error: &Error) -> bool {
    let mut said = error.failure().diagnostics.iter().map(|d| d.message.as_str());
    said.any(|message| message.contains("panicked") || message.starts_with("internal error"))
}
