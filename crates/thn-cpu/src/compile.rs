//! The compiler from top to bottom.

use crate::{CompileReport, Error, Level, Options, Stage, report::Clock};
use std::{any::Any, sync::Arc};
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
#[derive(Debug)]
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

/// What is collected on the way.
struct Journal {
    clock: Clock,
    report: CompileReport,
    /// Empty and unused unless the texts were asked for.
    stages: Option<Vec<Stage>>,
}

impl Journal {
    fn new(func: &Func, options: &Options) -> Journal {
        let report = CompileReport { name: func.name.to_string(), ..CompileReport::default() };
        Journal { clock: Clock::start(), report, stages: options.stages.then(Vec::new) }
    }

    /// Keeps the text of a level if it was asked for.
    fn keep(&mut self, level: Level, text: impl FnOnce() -> Result<String, Error>) -> Result<(), Error> {
        if let Some(stages) = &mut self.stages {
            stages.push(Stage { level, text: text()? });
            self.clock.skip();
        }
        Ok(())
    }
}

/// Compiles a program as a user wrote it.
pub fn compile_function(func: &Func, options: &Options) -> Result<Compiled, Error> {
    let mut journal = Journal::new(func, options);
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
    journal.clock.step("check");
    if options.rewrite {
        journal.report.rewrites = Some(thn_eqsat::optimize(&mut func, &options.rules())?);
        journal.clock.step("rewrite");
    }
    journal.report.ops_after = func.walk(Func::BODY).len();
    journal.keep(Level::Optimized, || dialect_text(&func))?;
    let planned = thn_kernels::plan(&func, &options.plan())?;
    journal.clock.step("plan");
    make(planned, shapes, journal)
}

/// Compiles a program that is planned as kernels already; `shapes` holds the checks of the program it comes from.
pub fn compile(planned: &Func, shapes: ShapeProgram, options: &Options) -> Result<Compiled, Error> {
    let mut journal = Journal::new(planned, options);
    journal.report.ops_before = planned.walk(Func::BODY).len();
    journal.report.ops_after = journal.report.ops_before;
    make(planned.clone(), shapes, journal)
}

/// Compiles what lowering made of a planned program.
pub fn compile_lowered(
    lowered: &Lowered,
    planned: &Func,
    shapes: ShapeProgram,
    options: &Options,
) -> Result<Compiled, Error> {
    let target = host()?;
    link(lowered, planned.clone(), shapes, &target, Journal::new(planned, options))
}

fn host() -> Result<Target, Error> {
    Target::host().map_err(Error::at("describing this CPU"))
}

fn make(planned: Func, shapes: ShapeProgram, mut journal: Journal) -> Result<Compiled, Error> {
    journal.keep(Level::Kernels, || dialect_text(&planned))?;
    let target = host()?;
    let lowered = thn_lower::lower_for(&planned, VectorBits(target.vector_bits() as usize))?;
    journal.clock.step("lower");
    link(&lowered, planned, shapes, &target, journal)
}

fn link(
    lowered: &Lowered,
    planned: Func,
    shapes: ShapeProgram,
    target: &Target,
    mut journal: Journal,
) -> Result<Compiled, Error> {
    journal.keep(Level::Loops, || Ok(lowered.text.clone()))?;
    let object = object_code(&lowered.text, target, &mut journal)?;

    // SAFETY: the addresses are functions of the runtime, which outlive every module; lowering declares them with the
    // types they have.
    let module = unsafe { JitModule::link(&object, &symbols()) }.map_err(Error::at("linking"))?;
    let address = module.lookup(ENTRY).map_err(Error::at("linking"))?;
    // SAFETY: lowering gives its entry this type, and the module keeps the code in memory.
    let entry: Entry = unsafe { std::mem::transmute(address) };
    journal.clock.step("link");

    let signature = Signature::of(&planned, &lowered.in_place)?;
    let sites =
        lowered.sites.iter().map(|s| Site { op: s.op, loc: s.loc.clone(), operand: s.operand.clone() });
    let report = &mut journal.report;
    report.checks = shapes.check_count();
    report.kernels = lowered.kernels;
    report.temporaries = lowered.temporaries;
    report.in_place = lowered.in_place.iter().filter(|b| **b).count();
    report.object_bytes = object.len();
    report.milliseconds = journal.clock.steps();
    let code: Arc<dyn Any + Send + Sync> = Arc::new(module);
    // SAFETY: the entry was lowered from this program with these sites, and `code` keeps it in memory.
    let executable =
        unsafe { Executable::new(entry, code, signature, shapes, sites.collect(), Pool::new()) }?;
    Ok(Compiled { executable, report: journal.report, stages: journal.stages.unwrap_or_default(), planned })
}

/// A lowered module as an object file.
fn object_code(text: &str, target: &Target, journal: &mut Journal) -> Result<Vec<u8>, Error> {
    let context = new_context();
    let mut module =
        parse(&context, text, "lowered.mlir").map_err(Error::at("reading the lowered module"))?;
    journal.clock.step("parse");
    run_pipeline(&context, &mut module, thn_lower::PIPELINE)
        .map_err(Error::at("lowering to the LLVM dialect"))?;
    journal.clock.step("mlir passes");
    journal.keep(Level::Llvm, || Ok(print(module.as_operation())))?;
    journal.report.target = target.describe();
    let mut llvm =
        LlvmModule::translate(&context, &module, target).map_err(Error::at("translating to LLVM IR"))?;
    let optimising = Error::at("optimising LLVM IR");
    llvm.optimize(OPTIMIZE).and_then(|()| llvm.keep_only(ENTRY)).map_err(optimising)?;
    journal.clock.step("llvm passes");
    journal.keep(Level::LlvmIr, || Ok(llvm.ir()))?;
    journal.keep(Level::Assembly, || llvm.assembly().map_err(Error::at("making code")))?;
    let object = llvm.object().map_err(Error::at("making code"))?;
    journal.clock.step("code");
    Ok(object)
}

/// A program in the thn dialect.
fn dialect_text(func: &Func) -> Result<String, Error> {
    let context = new_context();
    let module = export_module(&context, &[func]).map_err(Error::at("writing the program"))?;
    Ok(print(module.as_operation()))
}
