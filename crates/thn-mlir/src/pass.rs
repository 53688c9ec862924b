//! Passes whose bodies are Rust functions, as MLIR knows them: by name, with options, in pipelines, on
//! the command line and in `--help`.
//!
//! A pass is one file and one line of a [`passes!`](crate::passes) table. Panics become diagnostics; a
//! pass never unwinds into MLIR.

use crate::{
    attributes::strings,
    context::{emit, emit_remark, parse_raw},
    error::{Error, Severity},
    export::replace,
    import::{Others, import_with},
    locations,
    panic::panic_text,
    raw,
    text::owned,
};
use melior::{dialect::DialectHandle, ir::OperationRef};
use mlir_sys::{MlirDialectHandle, MlirOperation};
use std::{
    collections::BTreeSet,
    ffi::{CString, c_char, c_void},
    fmt::{self, Display, Formatter},
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::null,
    sync::{Mutex, OnceLock},
};
use thn_dialect::OptionKind;
use thn_ir::{Func, Loc};

/// How far a function has been lowered. Passes say which level they read and which they leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Ops of thn on tensors, before kernels are planned.
    Tensors,
    /// `thn.kernel` regions: what is computed together.
    Kernels,
    /// linalg on tensors.
    Linalg,
    /// Loops over memory.
    Loops,
    /// The LLVM dialect.
    Llvm,
}

impl Display for Level {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Tensors => "tensors",
            Self::Kernels => "kernels",
            Self::Linalg => "linalg",
            Self::Loops => "loops",
            Self::Llvm => "llvm",
        })
    }
}

/// The value of an option; as part of a [`Pass`], its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionValue {
    /// A signed integer.
    Int(i64),
    /// `true` or `false`.
    Bool(bool),
    /// Any text.
    Text(String),
}

impl From<i64> for OptionValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for OptionValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for OptionValue {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

/// An option of a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionSpec {
    /// As the table spells it, with underscores; the command line has hyphens instead.
    pub name: &'static str,
    /// The value when none is given; its kind is the option's kind.
    pub default: OptionValue,
    /// One line for `--help`.
    pub description: &'static str,
}

/// A pass, as a row of a [`passes!`](crate::passes) table gives it.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// As the table spells it, with underscores; pipelines have hyphens instead.
    pub name: &'static str,
    /// One line for `--help` and the reference.
    pub description: &'static str,
    /// The level that the pass reads.
    pub from: Level,
    /// The level that the pass leaves.
    pub to: Level,
    /// The op that the pass runs on; `None` is the module or any other.
    pub anchor: Option<&'static str>,
    /// Its options, in order.
    pub options: fn() -> Vec<OptionSpec>,
    /// The dialects that it may create ops of, besides those already in the module. A table's row names those
    /// besides thn, func and tensor, which `on_func` may need.
    pub dialects: fn() -> Vec<DialectHandle>,
    /// The body.
    pub run: fn(OperationRef, &Options) -> Result<(), Error>,
}

impl Pass {
    /// The name in pipelines and, after `--`, on the command line.
    pub fn argument(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// A pipeline with a name: a flag of the command line that stands for several passes.
#[derive(Clone, Copy, Debug)]
pub struct Pipeline {
    /// The name in pipelines and, after `--`, on the command line.
    pub name: &'static str,
    /// One line for `--help` and the reference.
    pub description: &'static str,
    /// The level that it reads.
    pub from: Level,
    /// The level that it leaves.
    pub to: Level,
    /// The whole pipeline, `builtin.module(…)`.
    pub text: &'static str,
}

/// Everything that a tool registers: the tables of several crates.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// Passes, table by table.
    pub passes: &'static [&'static [Pass]],
    /// Pipelines of passes.
    pub pipelines: &'static [Pipeline],
}

/// The options of a running pass.
#[derive(Clone, Debug, Default)]
pub struct Options(Vec<(&'static str, OptionValue)>);

impl Options {
    /// An integer option; `None` if the table has no such one.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            OptionValue::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// A bool option; `false` if the table has no such one.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(OptionValue::Bool(true)))
    }

    /// A text option; empty if the table has no such one.
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(OptionValue::Text(value)) => value,
            _ => "",
        }
    }

    fn get(&self, name: &str) -> Option<&OptionValue> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// Makes a table of passes: `pub static PASSES: &[Pass]`.
///
/// Each row names a module that holds `pub fn run(OperationRef, &Options) -> Result<(), Error>`, then
/// gives one line of help, the levels it reads and leaves, and optionally the op it runs on, the
/// dialects it may create ops of, and its options with their defaults:
///
/// ```text
/// thn_mlir::passes! {
///     thn_eqsat: "Rewrites by equality saturation", Tensors => Tensors, on "func.func" {
///         iterations: 30, "How many rounds of rewriting at most";
///     }
///     thn_to_linalg: "Emit planned kernels as linalg on tensors", Kernels => Linalg, makes [linalg, arith];
/// }
/// ```
#[macro_export]
macro_rules! passes {
    ($($rows:tt)*) => {
        /// The passes of this crate, in order.
        pub static PASSES: &[$crate::pass::Pass] = $crate::passes_rows!([] $($rows)*);
    };
}

/// The rows of [`passes!`], one at a time.
#[doc(hidden)]
#[macro_export]
macro_rules! passes_rows {
    ([$($done:expr),*]) => { &[$($done),*] };
    ([$($done:expr),*] $name:ident: $description:literal, $from:ident => $to:ident
        $(, on $anchor:literal)? $(, makes [$($dialect:ident),*])?; $($rest:tt)*) => {
        $crate::passes_rows!([$($done,)* $crate::passes_row!(
            $name $description $from $to [$($anchor)?] [$($($dialect)*)?] {}
        )] $($rest)*)
    };
    ([$($done:expr),*] $name:ident: $description:literal, $from:ident => $to:ident
        $(, on $anchor:literal)? $(, makes [$($dialect:ident),*])? { $($options:tt)* } $($rest:tt)*) => {
        $crate::passes_rows!([$($done,)* $crate::passes_row!(
            $name $description $from $to [$($anchor)?] [$($($dialect)*)?] { $($options)* }
        )] $($rest)*)
    };
}

/// One row of [`passes!`].
#[doc(hidden)]
#[macro_export]
macro_rules! passes_row {
    ($name:ident $description:literal $from:ident $to:ident [$($anchor:literal)?] [$($dialect:ident)*]
        { $($option:ident: $default:literal, $help:literal;)* }) => {
        $crate::pass::Pass {
            name: stringify!($name),
            description: $description,
            from: $crate::pass::Level::$from,
            to: $crate::pass::Level::$to,
            anchor: $crate::pass::anchor(&[$($anchor)?]),
            options: || vec![$($crate::pass::OptionSpec {
                name: stringify!($option),
                default: $default.into(),
                description: $help,
            }),*],
            dialects: || vec![
                $crate::context::dialect(),
                $crate::dialects::func(),
                $crate::dialects::tensor(),
                $($crate::dialects::$dialect()),*
            ],
            run: $name::run,
        }
    };
}

/// The anchor of a row that may have none.
#[doc(hidden)]
pub const fn anchor(given: &[&'static str]) -> Option<&'static str> {
    match given {
        [first, ..] => Some(first),
        [] => None,
    }
}

/// Makes passes and pipelines known to textual pipelines, command lines and `--help`. A name that is known is
/// left alone.
pub fn register(tables: &'static Tables) {
    static KNOWN: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut is_new = |name| {
        let new = !known.contains(&name);
        known.extend(new.then_some(name));
        new
    };
    for pass in tables.passes.iter().copied().flatten() {
        if is_new(pass.name) {
            register_one(pass);
        }
    }
    for pipeline in tables.pipelines {
        if is_new(pipeline.name) {
            let inner = pipeline.text.strip_prefix("builtin.module(").and_then(|rest| rest.strip_suffix(')'));
            let (name, description) = (leaked(pipeline.name), leaked(pipeline.description));
            // SAFETY: all three strings were leaked.
            unsafe {
                thn_dialect::thnRegisterPipeline(name, description, leaked(inner.unwrap_or(pipeline.text)));
            }
        }
    }
}

/// What the trampoline needs to know, for the life of the process.
struct Registered {
    pass: &'static Pass,
    options: Vec<OptionSpec>,
}

fn register_one(pass: &'static Pass) {
    let options = (pass.options)();
    let raw_options: Vec<_> = options.iter().map(raw_option).collect();
    let dialects: Vec<MlirDialectHandle> = (pass.dialects)().iter().map(|dialect| dialect.to_raw()).collect();
    let registered: &'static Registered = Box::leak(Box::new(Registered { pass, options }));
    let raw = thn_dialect::Pass {
        argument: leaked(&pass.argument()),
        description: leaked(pass.description),
        anchor: pass.anchor.map_or(null(), leaked),
        option_count: raw_options.len() as isize,
        options: raw_options.leak().as_ptr(),
        dialect_count: dialects.len() as isize,
        dialects: dialects.leak().as_ptr(),
        run: trampoline,
        user: (&raw const *registered).cast(),
    };
    // SAFETY: everything the pass points to was leaked above; MLIR copies the struct itself.
    unsafe { thn_dialect::thnRegisterPass(&raw) }
}

fn raw_option(option: &OptionSpec) -> thn_dialect::PassOption {
    let (kind, number, text) = match &option.default {
        OptionValue::Int(value) => (OptionKind::Int, *value, ""),
        OptionValue::Bool(value) => (OptionKind::Bool, i64::from(*value), ""),
        OptionValue::Text(value) => (OptionKind::Text, 0, value.as_str()),
    };
    thn_dialect::PassOption {
        name: leaked(&option.name.replace('_', "-")),
        description: leaked(option.description),
        kind,
        number,
        text: leaked(text),
    }
}

/// A C string for the life of the process: MLIR's pass registry keeps pointers. Tables hold no zero
/// bytes; should one appear, the string is empty.
fn leaked(text: &str) -> *const c_char {
    CString::new(text).unwrap_or_default().into_raw()
}

/// Who hears of passes as they begin and end.
static OBSERVER: OnceLock<fn(Option<&str>)> = OnceLock::new();

/// From now on, `observer` hears the name of each pass of thn that begins, and `None` when one has ended; the first
/// observer stays. Passes may run on several threads at once.
pub fn observe(observer: fn(Option<&str>)) {
    // The first one stays.
    let _ = OBSERVER.set(observer);
}

/// Runs a pass on an op and turns errors and panics into diagnostics at that op.
///
/// # Safety
///
/// The shim calls this with a valid op, the running pass and the pointer that `register_one` gave it.
unsafe extern "C" fn trampoline(
    operation: MlirOperation,
    running: *const c_void,
    user: *const c_void,
) -> bool {
    let observer = OBSERVER.get();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: `user` points to what `register_one` leaked; the op outlives the call.
        let (registered, target) =
            unsafe { (&*user.cast::<Registered>(), OperationRef::from_raw(operation)) };
        let values = registered.options.iter().enumerate().map(|(index, option)| {
            // SAFETY: the pass is running and has exactly these options in this order.
            (option.name, unsafe { option_value(running, index as isize, &option.default) })
        });
        if let Some(observer) = observer {
            observer(Some(&registered.pass.argument()));
        }
        (registered.pass.run)(target, &Options(values.collect()))
    }));
    if let Some(observer) = observer {
        observer(None);
    }
    let error = match outcome {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => error,
        Err(panic) => Error::internal(format!("the pass panicked: {}", panic_text(&*panic))),
    };
    // The place goes where MLIR shows places, not into the text.
    let loc = error.failure().loc.clone();
    emit(operation, Severity::Error, &loc, &error.without_loc().to_string());
    false
}

/// # Safety
///
/// `running` must be a running pass whose option `index` has the kind of `default`.
unsafe fn option_value(running: *const c_void, index: isize, default: &OptionValue) -> OptionValue {
    // SAFETY: as required.
    unsafe {
        match default {
            OptionValue::Int(_) => OptionValue::Int(thn_dialect::thnPassOptionNumber(running, index)),
            OptionValue::Bool(_) => OptionValue::Bool(thn_dialect::thnPassOptionNumber(running, index) != 0),
            OptionValue::Text(_) => OptionValue::Text(owned(thn_dialect::thnPassOptionText(running, index))),
        }
    }
}

/// Runs a transformation of `thn-ir` on a `func.func`, in place: the body of most passes.
///
/// A declaration is left alone, and so, with a warning, is a function that thn cannot read, such as one
/// with several blocks: pipelines run over whole modules of which thn may understand a part.
pub fn on_func(
    function: OperationRef,
    transform: impl FnOnce(&mut Func) -> Result<(), thn_ir::Error>,
) -> Result<(), Error> {
    on_func_with(function, Others::Keep, transform)
}

/// As [`on_func`], with a choice about ops of other dialects.
pub fn on_func_with(
    function: OperationRef,
    others: Others,
    transform: impl FnOnce(&mut Func) -> Result<(), thn_ir::Error>,
) -> Result<(), Error> {
    let operation = function.to_raw();
    let has_body = raw::regions(operation).into_iter().any(|region| !raw::blocks(region).is_empty());
    if !has_body {
        return Ok(());
    }
    let mut imported = match import_with(function, others) {
        Ok(imported) => imported,
        Err(error @ Error::Unsupported(_)) => {
            let loc = error.failure().loc.clone();
            let message = format!("left as it is: {}", error.without_loc());
            emit(operation, Severity::Warning, &loc, &message);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    if let Some(error) = thn_ir::verify::verify(&imported.func).into_iter().next() {
        return Err(error.into());
    }
    transform(&mut imported.func)?;
    replace(function, &imported.func, &imported.foreign)
}

/// Replaces a module by another level of its only function: the body of passes that leave thn.
///
/// `lower` gives the new module as text. Declarations do not count as functions. Any other op at the top of the
/// module is refused: it would be lost, and functions are all that can be taken away without looking at who
/// uses their results.
pub fn on_program(
    module: OperationRef,
    lower: impl FnOnce(&Func) -> Result<String, thn_ir::Error>,
) -> Result<(), Error> {
    let operation = module.to_raw();
    let body = raw::regions(operation).first().and_then(|region| raw::blocks(*region).first().copied());
    let Some(body) = body else { return Err(Error::input("the module has no body")) };
    let all = raw::operations(body);
    if let Some(other) = all.iter().find(|op| raw::name(**op) != "func.func") {
        let name = raw::name(*other);
        let why = format!("a program is one function; the module also has {name} at its top");
        return Err(Error::unsupported(why).at(locations::read(raw::location(*other))));
    }
    let has_body =
        |op: &&MlirOperation| raw::regions(**op).into_iter().any(|region| !raw::blocks(region).is_empty());
    let functions: Vec<_> = all.iter().filter(has_body).copied().collect();
    let [function] = functions.as_slice() else {
        let count = functions.len();
        return Err(Error::unsupported(format!("a program is one function; the module has {count}")));
    };
    // SAFETY: the function lives as long as the module, which is borrowed.
    let function = unsafe { OperationRef::from_raw(*function) };
    let text = lower(&import_with(function, Others::Keep)?.func)?;
    let (lowered, diagnostics) = parse_raw(raw::context(operation), &text, "lowered.mlir");
    let Some(lowered) = lowered else {
        return Err(Error::internal("the lowered program is no valid module").with_diagnostics(diagnostics));
    };
    raw::replace_body(body, lowered);
    Ok(())
}

/// Warns the user about an op.
pub fn warn(operation: OperationRef, message: &str) {
    emit(operation.to_raw(), Severity::Warning, &Loc::Unknown, message);
}

/// Tells the user something about an op.
pub fn remark(operation: OperationRef, message: &str) {
    emit(operation.to_raw(), Severity::Remark, &Loc::Unknown, message);
}

/// Whether an op of thn is in the regions of an op.
pub fn holds_own_ops(operation: OperationRef) -> bool {
    raw::nested(operation.to_raw()).into_iter().any(|inner| raw::name(inner).starts_with("thn."))
}

/// Adds names to an attribute of an op that lists such.
pub fn note(operation: OperationRef, attribute: &str, names: &BTreeSet<String>) {
    if names.is_empty() {
        return;
    }
    let operation = operation.to_raw();
    let mut all = names.clone();
    all.extend(raw::attribute(operation, attribute).and_then(strings).unwrap_or_default());
    let context = raw::context(operation);
    let list: Vec<_> = all.iter().map(|name| raw::make_string(context, name)).collect();
    raw::set_attribute(operation, attribute, Some(raw::make_array(context, &list)));
}

/// Tells the user why something at a place in the program was changed: through MLIR's remark engine if that takes
/// the category, and as a diagnostic otherwise.
pub fn remark_at(operation: OperationRef, category: &str, loc: &Loc, message: &str) {
    emit_remark(operation.to_raw(), category, loc, message);
}
