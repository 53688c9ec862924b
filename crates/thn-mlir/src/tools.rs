//! The command-line drivers, with this project's dialect and passes.

mod help;

use crate::{
    callbacks,
    context::on_stack,
    guard,
    pass::{self, Tables},
};
use mlir_sys::MlirStringRef;
use std::{
    ffi::{CStr, CString, OsString, c_char, c_int},
    os::unix::ffi::OsStringExt,
    ptr::null_mut,
};

/// The name by which the plugin introduces itself to MLIR.
pub(crate) const PLUGIN_NAME: &CStr = c"thn";

/// `mlir-opt` with the thn dialect and the given passes. Returns the exit status.
///
/// `--help` and `--version` begin with what is this project's own; `--help-all` is MLIR's help, which lists everything.
/// The plugin of this very project is refused: two copies of one dialect in one process make LLVM abort.
pub fn opt_main(tables: &'static Tables, mut arguments: Vec<OsString>) -> i32 {
    end_with_the_reader();
    match help::asked(&mut arguments) {
        Some(help::Page::Help) => return help::show(&help::page(tables)),
        Some(help::Page::Version) => return help::show(&help::version()),
        None => {}
    }
    if let Some(path) = own_plugin(&arguments) {
        eprintln!(
            "thn-opt: error: {path} is the plugin of thn itself, which thn-opt already contains; \
             load it into mlir-opt, or leave it out"
        );
        return 1;
    }
    register(tables);
    // SAFETY: see `call`.
    call(arguments, |count, values| unsafe { thn_dialect::thnOptMain(count, values, is_readable) })
}

/// `mlir-lsp-server` with the thn dialect. Returns the exit status.
pub fn lsp_server_main(tables: &'static Tables, arguments: Vec<OsString>) -> i32 {
    register(tables);
    // SAFETY: see `call`.
    call(arguments, |count, values| unsafe { thn_dialect::thnLspServerMain(count, values) })
}

/// Connects the dialect and makes the passes known.
pub fn register(tables: &'static Tables) {
    callbacks::install();
    pass::register(tables);
}

/// Lets the process end quietly when the reader of its output is gone, as in `thn-opt … | head`. Rust's runtime ignores
/// the signal, and LLVM takes the failed write for a fault of its own.
fn end_with_the_reader() {
    // SAFETY: the default action of a signal is set before any thread is started.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// What the drivers' stack holds: twice what the deepest text needs that is read, and more.
const STACK: usize = 512 << 20;

/// Whether MLIR's parser can read a file, or each part of it that a marker ends; says why not.
///
/// # Safety
///
/// The views must be readable.
unsafe extern "C" fn is_readable(name: MlirStringRef, text: MlirStringRef, marker: MlirStringRef) -> bool {
    let [name, text, marker] = [name, text, marker].map(|view| match view.length {
        0 => &[][..],
        // SAFETY: the caller promises that they are readable.
        length => unsafe { std::slice::from_raw_parts(view.data.cast::<u8>(), length) },
    });
    let mut lines = 0;
    for part in parts(text, marker) {
        if let Err(refusal) = guard::check(part) {
            let name = String::from_utf8_lossy(name);
            eprintln!("{name}:{}:{}: error: {}", lines + refusal.line, refusal.column, refusal.why);
            return false;
        }
        lines += part.iter().filter(|byte| **byte == b'\n').count();
    }
    true
}

/// A text cut before each line that begins with a marker.
fn parts<'t>(text: &'t [u8], marker: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let ends = |at: usize| text[at] == b'\n' && text[at + 1..].starts_with(marker);
        match (0..text.len()).find(|at| !marker.is_empty() && ends(*at)) {
            Some(newline) => {
                rest = Some(&text[newline + 1..]);
                Some(&text[..=newline])
            }
            None => Some(text),
        }
    })
}

/// Calls a C `main` on a large stack. It reads its arguments from an array that ends in a null pointer.
fn call(arguments: Vec<OsString>, main: impl FnOnce(c_int, *mut *mut c_char) -> c_int) -> i32 {
    // An argument of a process holds no zero byte.
    let arguments: Vec<CString> =
        arguments.into_iter().map(|argument| CString::new(argument.into_vec()).unwrap_or_default()).collect();
    let mut values: Vec<*mut c_char> =
        arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect();
    values.push(null_mut());
    let done = on_stack(STACK, || main(arguments.len() as c_int, values.as_mut_ptr()));
    done.unwrap_or_else(|error| {
        eprintln!("error: there is no stack to work on: {error}");
        1
    })
}

/// The first `--load-…-plugin` argument that names a plugin of this project.
fn own_plugin(arguments: &[OsString]) -> Option<String> {
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        let argument = argument.to_str()?;
        let flag = argument.trim_start_matches('-');
        let path = match flag.split_once('=') {
            Some(("load-dialect-plugin" | "load-pass-plugin", path)) => path.to_owned(),
            None if matches!(flag, "load-dialect-plugin" | "load-pass-plugin") => {
                arguments.next()?.to_str()?.to_owned()
            }
            _ => continue,
        };
        let Ok(file) = CString::new(path.as_str()) else { continue };
        // SAFETY: both strings end in a zero byte.
        if unsafe { thn_dialect::thnPluginIsNamed(file.as_ptr(), PLUGIN_NAME.as_ptr()) } {
            return Some(path);
        }
    }
    None
}
