//! Contexts that know the thn dialect and every upstream one, and reading modules into them.

use crate::{
    callbacks,
    error::{Diagnostic, Error, Severity},
    guard, locations, raw,
    text::{location_text, printed, string_ref},
};
use melior::{
    Context,
    dialect::{DialectHandle, DialectRegistry},
    ir::{Module, operation::OperationLike},
    utility::{register_all_dialects, register_all_llvm_translations},
};
use mlir_sys::{
    MlirContext, MlirDiagnostic, MlirLocation, MlirLogicalResult, MlirModule, MlirOperation, MlirStringRef,
    mlirContextAttachDiagnosticHandler, mlirContextDetachDiagnosticHandler, mlirDiagnosticGetLocation,
    mlirDiagnosticGetNote, mlirDiagnosticGetNumNotes, mlirDiagnosticGetSeverity, mlirDiagnosticPrint,
};
use std::{
    ffi::{CString, c_void},
    sync::Mutex,
};
use thn_ir::Loc;

/// The thn dialect, for a registry of one's own.
pub fn dialect() -> DialectHandle {
    callbacks::install();
    // SAFETY: the shim returns a handle that is valid for the life of the process.
    unsafe { DialectHandle::from_raw(thn_dialect::mlirGetDialectHandle__thn__()) }
}

/// A context with thn and all upstream dialects, and the translations to LLVM IR.
///
/// It runs passes on the calling thread: for modules of the usual size this is faster than a pool.
pub fn new_context() -> Context {
    let registry = DialectRegistry::new();
    register_all_dialects(&registry);
    dialect().insert_dialect(&registry);
    let context = Context::new_with_registry(&registry, false);
    register_all_llvm_translations(&context);
    context
}

/// Reads a module. `name` is the file's name in locations and messages.
pub fn parse<'c>(context: &'c Context, source: &str, name: &str) -> Result<Module<'c>, Error> {
    match parse_raw(context.to_raw(), source, name) {
        // SAFETY: the module was just made in this context and belongs to nobody else.
        (Some(module), _) => Ok(unsafe { Module::from_raw(module) }),
        (None, diagnostics) => {
            Err(Error::input(format!("{name} is not a valid module")).with_diagnostics(diagnostics))
        }
    }
}

/// As [`parse`], for code that holds no reference to its context.
pub(crate) fn parse_raw(
    context: MlirContext,
    source: &str,
    name: &str,
) -> (Option<MlirModule>, Vec<Diagnostic>) {
    let refused = |location: String, message: String| {
        (None, vec![Diagnostic { severity: Severity::Error, location, message, notes: vec![] }])
    };
    // A zero byte would end the text for MLIR's lexer, which needs one after the end.
    let Ok(text) = CString::new(source) else {
        return refused(name.to_owned(), "a zero byte in the text".to_owned());
    };
    if let Err(refusal) = guard::check(source.as_bytes()) {
        return refused(format!("{name}:{}:{}", refusal.line, refusal.column), refusal.why);
    }
    let source = MlirStringRef { data: text.as_ptr(), length: source.len() };
    let read = || {
        capture_raw(context, || {
            // SAFETY: the text ends in a zero byte and outlives the call; null stands for failure.
            let module = unsafe { thn_dialect::thnParseModule(context, source, string_ref(name)) };
            (!module.ptr.is_null()).then_some(module)
        })
    };
    match stack_for(source.length) {
        None => read(),
        Some(size) => on_stack(size, read).unwrap_or_else(|error| {
            refused(name.to_owned(), format!("there is no stack to read it: {error}"))
        }),
    }
}

/// MLIR's parser also descends where no brackets are, such as from one term of a sum in an affine map to the next: a
/// longer text needs a larger stack than threads have. This is what it needs, or `None` if it is short.
fn stack_for(length: usize) -> Option<usize> {
    const SHORT: usize = 4 << 10;
    const LEAST: usize = 8 << 20;
    const MOST: usize = 1 << 30;
    (length > SHORT).then(|| LEAST.saturating_add(length.saturating_mul(256)).min(MOST))
}

/// Runs `work` on a thread with a stack of its own, while this one waits.
pub(crate) fn on_stack<T>(size: usize, work: impl FnOnce() -> T) -> std::io::Result<T> {
    /// What goes to the thread and comes back from it.
    struct Alone<T>(T);
    // SAFETY: the thread that owns the content does nothing until the other one has ended.
    unsafe impl<T> Send for Alone<T> {}
    impl<T> Alone<T> {
        /// Taken by a method, the whole is captured by a closure and not the content alone.
        fn open(self) -> T {
            self.0
        }
    }

    let work = Alone(work);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(size);
        let thread = thread.spawn_scoped(scope, move || Alone(work.open()()))?;
        match thread.join() {
            Ok(result) => Ok(result.open()),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Checks a module and returns what the verifier found.
pub fn verify(context: &Context, module: &Module) -> Result<(), Error> {
    let (valid, diagnostics) = capture(context, || module.as_operation().verify());
    if valid { Ok(()) } else { Err(Error::input("the module does not verify").with_diagnostics(diagnostics)) }
}

/// Runs `work` and returns what MLIR said meanwhile, instead of having it printed.
///
/// A context's diagnostics go to one place, so only one thread at a time may use a context; its own
/// worker threads are no exception, as they report through the thread that waits for them.
pub fn capture<T>(context: &Context, work: impl FnOnce() -> T) -> (T, Vec<Diagnostic>) {
    capture_raw(context.to_raw(), work)
}

pub(crate) fn capture_raw<T>(context: MlirContext, work: impl FnOnce() -> T) -> (T, Vec<Diagnostic>) {
    /// Detaches the handler even when `work` panics, because the sink dies with this frame.
    struct Attached {
        context: MlirContext,
        handler: u64,
    }
    impl Drop for Attached {
        fn drop(&mut self) {
            // SAFETY: the handler was attached to this context and not detached since.
            unsafe { mlirContextDetachDiagnosticHandler(self.context, self.handler) }
        }
    }

    let sink = Mutex::new(Vec::new());
    // SAFETY: the sink outlives the handler, which `Attached` detaches before this function returns.
    let handler = unsafe {
        mlirContextAttachDiagnosticHandler(context, Some(collect), (&raw const sink).cast_mut().cast(), None)
    };
    let attached = Attached { context, handler };
    let result = work();
    drop(attached);
    let diagnostics = sink.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    (result, diagnostics)
}

/// # Safety
///
/// `sink` must point to the mutex of a running `capture_raw`.
unsafe extern "C" fn collect(diagnostic: MlirDiagnostic, sink: *mut c_void) -> MlirLogicalResult {
    // SAFETY: the diagnostic is valid during the call, and the sink is as required.
    unsafe {
        let sink = &*sink.cast::<Mutex<Vec<Diagnostic>>>();
        let diagnostic = read(diagnostic);
        sink.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(diagnostic);
    }
    MlirLogicalResult { value: 1 }
}

/// # Safety
///
/// The diagnostic must be valid.
unsafe fn read(diagnostic: MlirDiagnostic) -> Diagnostic {
    // SAFETY: as required; notes are valid as long as their diagnostic.
    unsafe {
        let severity = match mlirDiagnosticGetSeverity(diagnostic) {
            mlir_sys::MlirDiagnosticSeverity_MlirDiagnosticError => Severity::Error,
            mlir_sys::MlirDiagnosticSeverity_MlirDiagnosticWarning => Severity::Warning,
            mlir_sys::MlirDiagnosticSeverity_MlirDiagnosticNote => Severity::Note,
            _ => Severity::Remark,
        };
        let message = printed(|callback, sink| mlirDiagnosticPrint(diagnostic, Some(callback), sink));
        let notes = (0..mlirDiagnosticGetNumNotes(diagnostic))
            .map(|index| read(mlirDiagnosticGetNote(diagnostic, index)))
            .collect();
        let location = location_text(mlirDiagnosticGetLocation(diagnostic));
        Diagnostic { severity, location, message, notes }
    }
}

/// Reports at a place in the program, or at an op where that is unknown.
#[doc(hidden)]
pub fn emit(operation: MlirOperation, severity: Severity, loc: &Loc, message: &str) {
    let location = place(operation, loc);
    let severity = match severity {
        Severity::Error => mlir_sys::MlirDiagnosticSeverity_MlirDiagnosticError,
        Severity::Warning => mlir_sys::MlirDiagnosticSeverity_MlirDiagnosticWarning,
        Severity::Note | Severity::Remark => mlir_sys::MlirDiagnosticSeverity_MlirDiagnosticRemark,
    };
    // SAFETY: the location belongs to the op's context, and MLIR copies the text.
    unsafe { thn_dialect::thnEmit(location, severity, string_ref(message)) }
}

/// Says why something was done at a place in the program, or at an op where that is unknown.
pub(crate) fn emit_remark(operation: MlirOperation, category: &str, loc: &Loc, message: &str) {
    // SAFETY: the location belongs to the op's context, and MLIR copies the texts.
    unsafe {
        thn_dialect::thnRemark(place(operation, loc), string_ref(category), string_ref(message));
    }
}

fn place(operation: MlirOperation, loc: &Loc) -> MlirLocation {
    match loc {
        Loc::Unknown => raw::location(operation),
        loc => locations::write(raw::context(operation), loc),
    }
}
