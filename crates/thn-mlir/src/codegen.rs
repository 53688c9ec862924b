//! Native code from modules in the LLVM dialect.
//!
//! A module is translated and optimised once, into an object file. The object is what runs: linked into
//! this process by [`JitModule`], or written to a file for another linker. Code is made for the CPU it
//! is made on unless [`Target`] says otherwise. No failure of LLVM ends the process.

mod jit;
mod loops;
mod target;

pub use self::{jit::JitModule, target::Target};
use crate::{context::capture, error::Error};
use llvm_sys::{
    LLVMLinkage,
    core::{
        LLVMAddTargetDependentFunctionAttr, LLVMContextCreate, LLVMContextDispose, LLVMCountBasicBlocks,
        LLVMDisposeMemoryBuffer, LLVMDisposeMessage, LLVMDisposeModule, LLVMGetBufferSize,
        LLVMGetBufferStart, LLVMGetFirstFunction, LLVMGetNextFunction, LLVMGetValueName2,
        LLVMPrintModuleToString, LLVMSetLinkage, LLVMSetTarget,
    },
    error::{LLVMDisposeErrorMessage, LLVMErrorRef, LLVMGetErrorMessage},
    prelude::{LLVMContextRef, LLVMMemoryBufferRef, LLVMModuleRef, LLVMValueRef},
    target::LLVMSetModuleDataLayout,
    target_machine::{LLVMCodeGenFileType, LLVMTargetMachineEmitToMemoryBuffer},
    transforms::pass_builder::{
        LLVMCreatePassBuilderOptions, LLVMDisposePassBuilderOptions,
        LLVMPassBuilderOptionsSetSLPVectorization, LLVMRunPasses,
    },
};
use melior::{Context, ir::Module};
use std::{
    ffi::{CStr, CString, c_char},
    ptr::null_mut,
};

/// LLVM's pass pipeline for kernels: inlining, scalar clean-up, and the loop and straight-line
/// vectorizers.
pub const OPTIMIZE: &str = "default<O2>";

/// A module in LLVM IR, made for one target.
///
/// It owns its LLVM context, so that modules can be made and compiled on several threads at once.
pub struct LlvmModule<'t> {
    module: LLVMModuleRef,
    context: LLVMContextRef,
    target: &'t Target,
}

impl Drop for LlvmModule<'_> {
    fn drop(&mut self) {
        // SAFETY: both were created by `translate`, and the module belongs to the context.
        unsafe {
            LLVMDisposeModule(self.module);
            LLVMContextDispose(self.context);
        }
    }
}

impl<'t> LlvmModule<'t> {
    /// Translates a module in the LLVM dialect. Any op of another dialect is an error.
    pub fn translate(context: &Context, module: &Module, target: &'t Target) -> Result<Self, Error> {
        // SAFETY: the new LLVM context is owned by the result, or disposed of where there is none.
        let llvm_context = unsafe { LLVMContextCreate() };
        let (translated, diagnostics) = capture(context, || {
            // SAFETY: the module is valid and the context is new.
            unsafe {
                mlir_sys::mlirTranslateModuleToLLVMIR(module.as_operation().to_raw(), llvm_context.cast())
            }
        });
        let translated: LLVMModuleRef = translated.cast();
        if translated.is_null() {
            // SAFETY: nothing was made in the context.
            unsafe { LLVMContextDispose(llvm_context) };
            return Err(
                Error::internal("the module cannot be translated to LLVM IR").with_diagnostics(diagnostics)
            );
        }
        let module = Self { module: translated, context: llvm_context, target };
        // SAFETY: the module and the target's strings and layout are valid.
        unsafe {
            LLVMSetTarget(module.module, target.triple().as_ptr());
            LLVMSetModuleDataLayout(module.module, target.layout());
        }
        if let Some(bits) = target.preferred_bits() {
            module.set_function_attribute(c"prefer-vector-width", &bits.to_string());
        }
        module.widen_loops();
        Ok(module)
    }

    /// Runs LLVM passes; see [`OPTIMIZE`].
    pub fn optimize(&mut self, passes: &str) -> Result<(), Error> {
        let passes_c = c_string(passes)?;
        // SAFETY: all handles are valid, and the options are disposed of after their only use.
        let outcome = unsafe {
            let options = LLVMCreatePassBuilderOptions();
            LLVMPassBuilderOptionsSetSLPVectorization(options, 1);
            let outcome = LLVMRunPasses(self.module, passes_c.as_ptr(), self.target.machine(), options);
            LLVMDisposePassBuilderOptions(options);
            outcome
        };
        check(outcome).map_err(|why| Error::internal(format!("LLVM passes {passes}: {why}")))
    }

    /// Drops every function but `entry` and those that it needs.
    ///
    /// Vectors of functions have to survive until loops are vectorized, though nothing calls them before.
    pub fn keep_only(&mut self, entry: &str) -> Result<(), Error> {
        let entry = c_string(entry)?;
        for function in self.functions() {
            let mut length = 0;
            // SAFETY: the functions are those of the module, and their names end in zero bytes.
            unsafe {
                let name = CStr::from_ptr(LLVMGetValueName2(function, &raw mut length));
                if LLVMCountBasicBlocks(function) > 0 && name != entry.as_c_str() {
                    LLVMSetLinkage(function, LLVMLinkage::LLVMInternalLinkage);
                }
            }
        }
        self.optimize("globaldce")
    }

    /// The module as text.
    pub fn ir(&self) -> String {
        // SAFETY: LLVM returns a string that ends in a zero byte and is disposed of by `take_message`.
        unsafe { take_message(LLVMPrintModuleToString(self.module)) }
    }

    /// The code as text for an assembler.
    pub fn assembly(&self) -> Result<String, Error> {
        let bytes = self.emit(LLVMCodeGenFileType::LLVMAssemblyFile)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The code as a relocatable object file.
    pub fn object(&self) -> Result<Vec<u8>, Error> {
        self.emit(LLVMCodeGenFileType::LLVMObjectFile)
    }

    fn emit(&self, kind: LLVMCodeGenFileType) -> Result<Vec<u8>, Error> {
        let mut why: *mut c_char = null_mut();
        let mut buffer: LLVMMemoryBufferRef = null_mut();
        // SAFETY: the handles are valid; on success the buffer is ours and its bytes are copied before
        // it is disposed of, on failure the message is.
        unsafe {
            let failed = LLVMTargetMachineEmitToMemoryBuffer(
                self.target.machine(),
                self.module,
                kind,
                &raw mut why,
                &raw mut buffer,
            );
            if failed != 0 {
                return Err(Error::internal(format!("cannot emit code: {}", take_message(why))));
            }
            let start = LLVMGetBufferStart(buffer).cast::<u8>();
            let bytes = std::slice::from_raw_parts(start, LLVMGetBufferSize(buffer)).to_vec();
            LLVMDisposeMemoryBuffer(buffer);
            Ok(bytes)
        }
    }

    /// Sets an attribute on every function that has a body.
    fn set_function_attribute(&self, name: &CStr, value: &str) {
        let Ok(value) = CString::new(value) else { return };
        for function in self.functions() {
            // SAFETY: the functions are those of the module.
            unsafe {
                if LLVMCountBasicBlocks(function) > 0 {
                    LLVMAddTargetDependentFunctionAttr(function, name.as_ptr(), value.as_ptr());
                }
            }
        }
    }

    fn functions(&self) -> Vec<LLVMValueRef> {
        // SAFETY: the module is valid and not changed while its functions are walked.
        let mut next = unsafe { LLVMGetFirstFunction(self.module) };
        let mut functions = vec![];
        while !next.is_null() {
            functions.push(next);
            // SAFETY: as above.
            next = unsafe { LLVMGetNextFunction(next) };
        }
        functions
    }
}

/// Translates, optimises and emits a module in the LLVM dialect as an object file.
pub fn compile(context: &Context, module: &Module, target: &Target) -> Result<Vec<u8>, Error> {
    let mut llvm = LlvmModule::translate(context, module, target)?;
    llvm.optimize(OPTIMIZE)?;
    llvm.object()
}

pub(crate) fn c_string(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::input(format!("{text:?} holds a zero byte")))
}

/// The text of an LLVM error, which this consumes.
pub(crate) fn check(error: LLVMErrorRef) -> Result<(), String> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: reading the message consumes the error; the message is disposed of after it is copied.
    unsafe {
        let message = LLVMGetErrorMessage(error);
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        LLVMDisposeErrorMessage(message);
        Err(text)
    }
}

/// Copies and disposes of a message of LLVM.
///
/// # Safety
///
/// The message must end in a zero byte and belong to the caller.
pub(crate) unsafe fn take_message(message: *mut c_char) -> String {
    if message.is_null() {
        return String::new();
    }
    // SAFETY: as required.
    unsafe {
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        LLVMDisposeMessage(message);
        text
    }
}
