//! Running textual pass pipelines over modules.

use crate::{
    context::capture,
    error::{Diagnostic, Error, Reproducer},
    text::{print_with_locations, printed, string_ref},
};
use melior::{
    Context,
    ir::{Module, Operation, OperationRef, operation::OperationLike},
    utility::register_all_passes,
};
use mlir_sys::{
    MlirPassManager, mlirParsePassPipeline, mlirPassManagerCreate, mlirPassManagerDestroy,
    mlirPassManagerEnableVerifier, mlirPassManagerGetAsOpPassManager, mlirPassManagerRunOnOp,
};

/// Destroys its pass manager.
struct Manager(MlirPassManager);

impl Drop for Manager {
    fn drop(&mut self) {
        // SAFETY: the manager was created by `run_pipeline` and is destroyed only here.
        unsafe { mlirPassManagerDestroy(self.0) }
    }
}

/// Runs a pipeline such as `builtin.module(canonicalize,func.func(cse))` on a module, and returns the remarks
/// and warnings that it heard meanwhile. The module is verified: after every pass in builds that check their
/// own assertions, at the end in others.
///
/// All upstream passes are known, and those that were given to [`register`](crate::pass::register).
/// After an error the module is whatever the failing pass left; the error says how to see it again.
pub fn run_pipeline(
    context: &Context,
    module: &mut Module,
    pipeline: &str,
) -> Result<Vec<Diagnostic>, Error> {
    register_all_passes();
    // SAFETY: the context outlives the manager.
    let manager = Manager(unsafe { mlirPassManagerCreate(context.to_raw()) });
    let mut parsed = false;
    // SAFETY: the manager is valid; the callback's sink is its own.
    let why = printed(|callback, sink| unsafe {
        mlirPassManagerEnableVerifier(manager.0, cfg!(debug_assertions));
        let result = mlirParsePassPipeline(
            mlirPassManagerGetAsOpPassManager(manager.0),
            string_ref(pipeline),
            Some(callback),
            sink,
        );
        parsed = result.value != 0;
    });
    if !parsed {
        return Err(Error::internal(format!("invalid pipeline {pipeline}: {}", why.trim())));
    }
    // Attributes are shared between the copy and the original, so that the copy is cheap, while text
    // that nobody reads would not be.
    let original = Operation::clone(&module.as_operation());
    let (succeeded, diagnostics) = capture(context, || {
        // SAFETY: the module is borrowed mutably, so nothing else holds on to its ops.
        let ran = unsafe { mlirPassManagerRunOnOp(manager.0, module.as_operation().to_raw()) }.value != 0;
        ran && (cfg!(debug_assertions) || module.as_operation().verify())
    });
    if succeeded {
        return Ok(diagnostics);
    }
    // SAFETY: the reference does not outlive the copy.
    let original = unsafe { OperationRef::from_raw(original.to_raw()) };
    // Passes of thn say themselves that they are at fault; everything else is taken to be about the module.
    let own_fault = Error::internal("").to_string();
    let internal = diagnostics.iter().any(|diagnostic| diagnostic.message.contains(own_fault.as_str()));
    let error = if internal { Error::internal("a pass failed") } else { Error::input("a pass failed") };
    Err(error.with_diagnostics(diagnostics).with_reproducer(Reproducer {
        command: format!("thn-opt --pass-pipeline='{pipeline}' -"),
        module: print_with_locations(original),
    }))
}
