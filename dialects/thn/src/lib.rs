//! The thn dialect of MLIR as raw C functions: what the shim in `cpp/` exports.
//!
//! This crate owns the op table (`ops`), its C++ shim and their build. It refuses to know what
//! any op means: `thn-mlir` sets the callbacks that do, and wraps everything here safely.

use mlir_sys::{
    MlirAttribute, MlirContext, MlirDiagnosticSeverity, MlirDialectHandle, MlirLocation, MlirModule,
    MlirOperation, MlirStringRef, MlirType, MlirValue,
};
use std::ffi::{c_char, c_int, c_void};

// Linking the C API is this crate's business as much as the shim's.
pub use mlir_sys;

/// Receives a piece of text; the second argument is the sink that came with the function.
pub type TextSink = unsafe extern "C" fn(MlirStringRef, *mut c_void);
/// Receives one inferred type.
pub type TypeSink = unsafe extern "C" fn(MlirType, *mut c_void);

/// What Rust answers about an op; `ThnCallbacks` of the shim.
///
/// The functions return whether the op is accepted; when it is not, they give the reason to the text
/// sink, without the op's name, which the shim puts before it. None may unwind.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Callbacks {
    /// Checks an op whose operands, results and attributes already satisfy the table's constraints.
    pub verify: unsafe extern "C" fn(MlirOperation, TextSink, *mut c_void) -> bool,
    /// Gives the result types of an op from its name, operands and attributes (a dictionary).
    pub infer: unsafe extern "C" fn(
        MlirContext,
        MlirStringRef,
        isize,
        *const MlirValue,
        MlirAttribute,
        TypeSink,
        TextSink,
        *mut c_void,
    ) -> bool,
    /// Checks an attribute `thn.…` of an argument, or of a result, of a function-like op: which it is, its position, the
    /// attribute's name and its value.
    pub attribute: unsafe extern "C" fn(
        MlirOperation,
        bool,
        isize,
        MlirStringRef,
        MlirAttribute,
        TextSink,
        *mut c_void,
    ) -> bool,
}

/// The kind of a pass option; `ThnOptionKind` of the shim.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// A signed integer.
    Int = 0,
    /// `true` or `false`.
    Bool = 1,
    /// Any text.
    Text = 2,
}

/// An option of a pass with its default; `ThnOption` of the shim.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PassOption {
    /// As spelled on the command line.
    pub name: *const c_char,
    /// One line for `--help`.
    pub description: *const c_char,
    /// Which of the two defaults counts.
    pub kind: OptionKind,
    /// The default of an integer or bool.
    pub number: i64,
    /// The default of a text; never null.
    pub text: *const c_char,
}

/// A pass; `ThnPass` of the shim. All pointers must stay valid for the life of the process.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Pass {
    /// The name in pipelines and, after `--`, on the command line.
    pub argument: *const c_char,
    /// One line for `--help`.
    pub description: *const c_char,
    /// The op the pass runs on, such as `func.func`, or null for any op.
    pub anchor: *const c_char,
    /// The options, `option_count` of them.
    pub options: *const PassOption,
    /// How many options there are.
    pub option_count: isize,
    /// The dialects that the pass may create ops of, `dialect_count` of them.
    pub dialects: *const MlirDialectHandle,
    /// How many dialects there are.
    pub dialect_count: isize,
    /// Runs on an op; `false` is failure. Called from several threads at once; may not unwind.
    pub run: unsafe extern "C" fn(MlirOperation, *const c_void, *const c_void) -> bool,
    /// Handed to `run` as its last argument.
    pub user: *const c_void,
}

// SAFETY: the signatures are those of the shim's `extern "C"` functions in `cpp/`.
unsafe extern "C" {
    /// The handle that inserts the dialect into a registry or loads it into a context.
    pub fn mlirGetDialectHandle__thn__() -> MlirDialectHandle;
    /// Sets the callbacks; the first call wins.
    pub fn thnSetCallbacks(callbacks: Callbacks);
    /// Adds the dialect to a C++ `mlir::DialectRegistry`.
    pub fn thnRegisterDialect(registry: *mut c_void);
    /// Reads a module under a file's name; null on failure. The source must end in a zero byte.
    pub fn thnParseModule(context: MlirContext, source: MlirStringRef, name: MlirStringRef) -> MlirModule;
    /// Makes a pass known to pipelines and command lines.
    pub fn thnRegisterPass(pass: *const Pass);
    /// The value of an integer or bool option of a running pass.
    pub fn thnPassOptionNumber(pass: *const c_void, index: isize) -> i64;
    /// Makes a name for a pipeline on modules. All three strings must live as long as the process.
    pub fn thnRegisterPipeline(name: *const c_char, description: *const c_char, text: *const c_char);
    /// Reports at a place through the diagnostics of its context.
    pub fn thnEmit(location: MlirLocation, severity: MlirDiagnosticSeverity, message: MlirStringRef);
    /// Says why something was done, to the remark engine of its context if that takes the category, else as a diagnostic.
    pub fn thnRemark(location: MlirLocation, category: MlirStringRef, message: MlirStringRef);
    /// The value of a text option of a running pass.
    pub fn thnPassOptionText(pass: *const c_void, index: isize) -> MlirStringRef;
    /// Whether a shared library is an MLIR plugin of the given name.
    pub fn thnPluginIsNamed(path: *const c_char, name: *const c_char) -> bool;
    /// `mlir-opt`'s driver with this dialect and all upstream ones. What it is to read goes to `readable` first, with the
    /// file's name and the marker that parts of it end at, which is empty if it is one; `false` ends the run.
    pub fn thnOptMain(
        argc: c_int,
        argv: *mut *mut c_char,
        readable: unsafe extern "C" fn(MlirStringRef, MlirStringRef, MlirStringRef) -> bool,
    ) -> c_int;
    /// `mlir-lsp-server`'s driver with this dialect and all upstream ones.
    pub fn thnLspServerMain(argc: c_int, argv: *mut *mut c_char) -> c_int;
}
