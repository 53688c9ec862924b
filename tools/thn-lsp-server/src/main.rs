//! A language server for `.mlir` files: diagnostics, hover and navigation with the thn dialect.

use std::{env, process::exit};

fn main() {
    exit(thn_mlir::tools::lsp_server_main(thn_passes::TABLES, env::args_os().collect()))
}
