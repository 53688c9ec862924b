//! The compiler from top to bottom.

use crate::{CompileReport, Error, Instructions, Level, Options, Stage, report::Clock};
use std::{any::Any, fmt, sync::Arc, time::Instant};
use thn_ir::{Func, ShapeProgram, verify};
use thn_lower::{Lowered, VectorBits};
use thn_mlir::{
    codegen::{JitModule, LlvmModule, OPTIMIZE, Target},
    export_module, new_context, parse, run_pipeline,
    text::print,
};
use thn_runtime::{Entry, Executable, Pool, Signature, Site, symbols};

/// The name of the entry in lowered modules.
const ENTRY: &str = "thn_entry";

/// A compiled function and how it came to be.
pub struct Compiled {
    /// What runs.
    pub executable: Executable,
    /// What was done and what it took.
    pub report: CompileReport,
    /// The text of every level, if it was asked for.
    pub stages: Vec<Stage>,
    /// The program as kernels: what the code computes.
    pub planned: Func,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("report", &self.report).finish_non_exhaustive()
    }
}

/// Hears of each step of a compilation as it begins: "check", "rewrite", "plan", "lower", "parse", "mlir passes",
/// "llvm passes", "code", "link".
pub type Observer<'a> = &'a dyn Fn(&'static str);

/// What is collected on the way.
struct Journal<'a> {
    observer: Observer<'a>,
    clock: Clock,
    report: CompileReport,
    /// Empty and unused unless the texts were asked for.
    stages: Option<Vec<Stage>>,
}

impl<'a> Journal<'a> {
    fn new(func: &Func, options: &Options, observer: Observer<'a>) -> Journal<'a> {
        let report = CompileReport { name: func.name.to_string(), ..CompileReport::default() };
        Journal { observer, clock: Clock::start(), report, stages: options.stages.then(Vec::new) }
    }

    /// A step begins, and the one before it ends.
    fn begin(&mut self, step: &'static str) {
        self.clock.begin(step);
        (self.observer)(step);
    }

    /// Keeps the text of a level if it was asked for.
    fn keep(&mut self, level: Level, text: impl FnOnce() -> Result<String, Error>) -> Result<(), Error> {
        if let Some(stages) = &mut self.stages {
            let since = Instant::now();
            stages.push(Stage { level, text: text()? });
            self.clock.exclude(since.elapsed());
        }
        Ok(())
    }
}

/// Compiles a program as a user wrote it.
///
/// # Errors
///
/// What is wrong with the program, or what it asks for that does not exist yet; what MLIR or LLVM refuse.
pub fn compile_function(func: &Func, options: &Options) -> Result<Compiled, Error> {
    compile_observed(func, options, &|_| {})
}

/// As [`compile_function`], with an observer of the steps.
///
/// # Errors
///
/// As [`compile_function`].
pub fn compile_observed(func: &Func, options: &Options, observer: Observer<'_>) -> Result<Compiled, Error> {
    let mut journal = Journal::new(func, options, observer);
    journal.begin("check");
    let errors = verify::verify(func);
    if !errors.is_empty() {
        return Err(Error::Program(errors));
    }
    journal.keep(Level::Program, || dialect_text(func))?;
    // The checks come from the program as written, so that no rewrite can lose an error.
    let shapes = ShapeProgram::new(func)?;
    let mut func = func.compact();
    func.unify_dims()?;
    journal.report.ops_before = func.walk(Func::BODY).len();
    if options.rewrite {
        journal.begin("rewrite");
        journal.report.rewrites = Some(thn_eqsat::optimize(&mut func, &options.rules)?);
    }
    if let Some(accuracy) = &options.improve {
        journal.begin("improve");
        journal.report.improved = thn_accuracy::improve(&mut func, accuracy)?;
    }
    journal.report.ops_after = func.walk(Func::BODY).len();
    journal.keep(Level::Optimized, || dialect_text(&func))?;
    journal.begin("plan");
    let planned = thn_kernels::plan(&func, &options.plan())?;
    make(planned, shapes, options, journal)
}

/// Compiles a program that is planned as kernels already; `shapes` holds the checks of the program it comes from.
///
/// # Errors
///
/// As [`compile_function`].
pub fn compile(planned: &Func, shapes: ShapeProgram, options: &Options) -> Result<Compiled, Error> {
    let mut journal = Journal::new(planned, options, &|_| {});
    journal.report.ops_before = planned.walk(Func::BODY).len();
    journal.report.ops_after = journal.report.ops_before;
    make(planned.clone(), shapes, options, journal)
}

/// Compiles what lowering made of a planned program.
///
/// # Errors
///
/// As [`compile_function`].
pub fn compile_lowered(
    lowered: &Lowered,
    planned: &Func,
    shapes: ShapeProgram,
    options: &Options,
) -> Result<Compiled, Error> {
    let target = target(options)?;
    link(lowered, planned.clone(), shapes, &target, Journal::new(planned, options, &|_| {}))
}

fn target(options: &Options) -> Result<Target, Error> {
    let target = match options.instructions {
        Instructions::Host => Target::host(),
        Instructions::Baseline => Target::baseline(),
    };
    target.map_err(Error::at("describing the CPU"))
}

fn make(
    planned: Func,
    shapes: ShapeProgram,
    options: &Options,
    mut journal: Journal<'_>,
) -> Result<Compiled, Error> {
    journal.keep(Level::Kernels, || dialect_text(&planned))?;
    journal.begin("lower");
    let target = target(options)?;
    let lowered = thn_lower::lower_for(&planned, VectorBits(target.vector_bits() as usize))?;
    link(&lowered, planned, shapes, &target, journal)
}

fn link(
    lowered: &Lowered,
    planned: Func,
    shapes: ShapeProgram,
    target: &Target,
    mut journal: Journal<'_>,
) -> Result<Compiled, Error> {
    journal.keep(Level::Loops, || Ok(lowered.text.clone()))?;
    let object = object_code(&lowered.text, target, &mut journal)?;

    journal.begin("link");
    // SAFETY: the addresses are functions of the runtime, which outlive every module; lowering declares them with the
    // types they have.
    let module = unsafe { JitModule::link(&object, &symbols()) }.map_err(Error::at("linking"))?;
    let address = module.lookup(ENTRY).map_err(Error::at("linking"))?;
    // SAFETY: lowering gives its entry this type, and the module keeps the code in memory.
    let entry: Entry = unsafe { std::mem::transmute(address) };

    let signature = Signature::of(&planned, &lowered.in_place)?;
    let sites = lowered.sites.iter().map(|s| Site {
        op: s.op,
        loc: s.loc.clone(),
        index: s.index.clone(),
        target: s.target.clone(),
    });
    let report = &mut journal.report;
    report.checks = shapes.check_count();
    report.kernels = lowered.kernels;
    report.temporaries = lowered.temporaries;
    report.in_place = lowered.in_place.iter().filter(|b| **b).count();
    report.object_bytes = object.len();
    report.milliseconds = journal.clock.finish();
    let code: Arc<dyn Any + Send + Sync> = Arc::new(module);
    // SAFETY: the entry was lowered from this program with these sites, and `code` keeps it in memory.
    let executable =
        unsafe { Executable::new(entry, code, signature, shapes, sites.collect(), Pool::new()) }?;
    Ok(Compiled { executable, report: journal.report, stages: journal.stages.unwrap_or_default(), planned })
}

/// A lowered module as an object file.
fn object_code(text: &str, target: &Target, journal: &mut Journal<'_>) -> Result<Vec<u8>, Error> {
    journal.begin("parse");
    let context = new_context();
    let mut module =
        parse(&context, text, "lowered.mlir").map_err(Error::at("reading the lowered module"))?;
    journal.begin("mlir passes");
    run_pipeline(&context, &mut module, thn_lower::PIPELINE)
        .map_err(Error::at("lowering to the LLVM dialect"))?;
    journal.keep(Level::Llvm, || Ok(print(module.as_operation())))?;
    journal.begin("llvm passes");
    journal.report.target = target.describe();
    let mut llvm =
        LlvmModule::translate(&context, &module, target).map_err(Error::at("translating to LLVM IR"))?;
    let optimising = Error::at("optimising LLVM IR");
    llvm.optimize(OPTIMIZE).and_then(|()| llvm.keep_only(ENTRY)).map_err(optimising)?;
    journal.keep(Level::LlvmIr, || Ok(llvm.ir()))?;
    journal.keep(Level::Assembly, || llvm.assembly().map_err(Error::at("making code")))?;
    journal.begin("code");
    llvm.object().map_err(Error::at("making code"))
}

/// A program as text of the thn dialect.
///
/// # Errors
///
/// If the program is none: it does not verify.
pub fn dialect_text(func: &Func) -> Result<String, Error> {
    let context = new_context();
    let module = export_module(&context, &[func]).map_err(Error::at("writing the program"))?;
    Ok(print(module.as_operation()))
}
