//! What the stock `mlir-opt` expects of a shared library: two functions that describe it.
//!
//! The library is tied to the very build of libMLIR that it was linked with, as every MLIR plugin is.

use crate::{callbacks, tools::PLUGIN_NAME};
use std::ffi::{c_char, c_void};

/// The version of MLIR's plugin interface, for passes and dialects alike.
const INTERFACE: u32 = 1;

/// `mlir::PassPluginLibraryInfo`.
#[repr(C)]
pub struct PassPlugin {
    interface: u32,
    name: *const c_char,
    version: *const c_char,
    register: extern "C" fn(),
}

/// `mlir::DialectPluginLibraryInfo`.
#[repr(C)]
pub struct DialectPlugin {
    interface: u32,
    name: *const c_char,
    version: *const c_char,
    register: extern "C" fn(*mut c_void),
}

impl PassPlugin {
    /// Describes a library whose passes `register` makes known.
    pub fn new(register: extern "C" fn()) -> Self {
        Self { interface: INTERFACE, name: PLUGIN_NAME.as_ptr(), version: version(), register }
    }
}

impl DialectPlugin {
    /// Describes a library that brings the thn dialect.
    pub fn new() -> Self {
        Self {
            interface: INTERFACE,
            name: PLUGIN_NAME.as_ptr(),
            version: version(),
            register: register_dialect,
        }
    }
}

impl Default for DialectPlugin {
    fn default() -> Self {
        Self::new()
    }
}

fn version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// MLIR calls this with its `mlir::DialectRegistry`.
extern "C" fn register_dialect(registry: *mut c_void) {
    callbacks::install();
    // SAFETY: MLIR's plugin interface gives a valid registry.
    unsafe { thn_dialect::thnRegisterDialect(registry) }
}

/// Exports the two functions by which `mlir-opt` recognises a plugin, with the given tables of passes.
#[macro_export]
macro_rules! export_plugin {
    ($tables:expr) => {
        extern "C" fn register_passes() {
            $crate::tools::register($tables);
        }

        /// What MLIR calls for `--load-pass-plugin`.
        #[unsafe(no_mangle)]
        pub extern "C" fn mlirGetPassPluginInfo() -> $crate::plugin::PassPlugin {
            $crate::plugin::PassPlugin::new(register_passes)
        }

        /// What MLIR calls for `--load-dialect-plugin`.
        #[unsafe(no_mangle)]
        pub extern "C" fn mlirGetDialectPluginInfo() -> $crate::plugin::DialectPlugin {
            $crate::plugin::DialectPlugin::new()
        }
    };
}
