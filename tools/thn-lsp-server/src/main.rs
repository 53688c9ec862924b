//! A language server for `.mlir` files: diagnostics, hover and navigation with the thn dialect.
//!
//! MLIR's own server does the work, in a child process that is this program again, called with `--unguarded`.
//! Messages pass through [`session`], which keeps from it what its parser does not survive.

mod documents;
mod frames;
mod session;

use std::{env, ffi::OsString, process::exit};

/// The argument that makes this program MLIR's server and nothing else.
const UNGUARDED: &str = "--unguarded";

fn main() {
    let mut arguments: Vec<OsString> = env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == UNGUARDED) {
        arguments.remove(1);
        exit(thn_mlir::tools::lsp_server_main(thn_passes::TABLES, arguments))
    }
    match session::run(&arguments[1..]) {
        Ok(status) => exit(status),
        Err(error) => {
            eprintln!("thn-lsp-server: error: {error}");
            exit(1)
        }
    }
}
