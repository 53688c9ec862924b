//! Object code linked into this process.

use super::{c_string, check, target::initialize};
use crate::error::Error;
use llvm_sys::{
    core::LLVMCreateMemoryBufferWithMemoryRangeCopy,
    error::LLVMErrorRef,
    orc2::{
        LLVMJITEvaluatedSymbol, LLVMJITSymbolFlags, LLVMJITSymbolGenericFlags, LLVMOrcAbsoluteSymbols,
        LLVMOrcCSymbolMapPair, LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess,
        LLVMOrcDefinitionGeneratorRef, LLVMOrcDisposeMaterializationUnit,
        LLVMOrcExecutionSessionSetErrorReporter, LLVMOrcJITDylibAddGenerator, LLVMOrcJITDylibDefine,
        lljit::{
            LLVMOrcCreateLLJIT, LLVMOrcDisposeLLJIT, LLVMOrcLLJITAddObjectFile,
            LLVMOrcLLJITGetExecutionSession, LLVMOrcLLJITGetGlobalPrefix, LLVMOrcLLJITGetMainJITDylib,
            LLVMOrcLLJITLookup, LLVMOrcLLJITMangleAndIntern, LLVMOrcLLJITRef,
        },
    },
};
use std::{
    ffi::c_void,
    ptr::{null_mut, without_provenance},
    sync::{Mutex, PoisonError},
};

/// Code that runs in this process until it is dropped.
pub struct JitModule {
    jit: LLVMOrcLLJITRef,
    /// What ORC reports besides its results; boxed, because ORC holds its address.
    reports: Box<Mutex<Vec<String>>>,
}

// SAFETY: ORC's sessions lock themselves, so that lookups may come from any thread. The reports are
// behind a mutex.
unsafe impl Send for JitModule {}
// SAFETY: as above.
unsafe impl Sync for JitModule {}

impl Drop for JitModule {
    fn drop(&mut self) {
        // SAFETY: created by `link`, disposed of only here. Nothing can be done about an error, and
        // ORC does not return one for sessions without remote executors.
        unsafe {
            let _ = check(LLVMOrcDisposeLLJIT(self.jit));
        }
    }
}

impl JitModule {
    /// Links an object file. Its undefined symbols are looked for among `symbols`, then in this
    /// process and the libraries it has loaded, such as libm; they are resolved by the first
    /// [`lookup`](Self::lookup).
    ///
    /// # Safety
    ///
    /// The addresses of `symbols` must stay valid as long as the module, and be of what the object file
    /// expects under these names.
    pub unsafe fn link(object: &[u8], symbols: &[(&str, *const ())]) -> Result<Self, Error> {
        initialize();
        let mut jit: LLVMOrcLLJITRef = null_mut();
        // SAFETY: a null builder means the defaults, for this process.
        fault("start", unsafe { LLVMOrcCreateLLJIT(&raw mut jit, null_mut()) })?;
        let module = Self { jit, reports: Box::default() };
        // SAFETY: the session is the JIT's, and the reports outlive it: `Drop` disposes of it first.
        unsafe {
            LLVMOrcExecutionSessionSetErrorReporter(
                LLVMOrcLLJITGetExecutionSession(jit),
                report,
                (&raw const *module.reports).cast_mut().cast(),
            );
        }
        module.define(symbols)?;
        module.search_process()?;
        module.add(object)?;
        Ok(module)
    }

    /// The address of a function or variable of the object file.
    pub fn lookup(&self, name: &str) -> Result<*const (), Error> {
        let symbol = c_string(name)?;
        let mut address = 0;
        // SAFETY: the JIT is valid and the name ends in a zero byte.
        let outcome = check(unsafe { LLVMOrcLLJITLookup(self.jit, &raw mut address, symbol.as_ptr()) });
        let reports = std::mem::take(&mut *self.reports.lock().unwrap_or_else(PoisonError::into_inner));
        let address = match outcome {
            Ok(()) => usize::try_from(address).unwrap_or(0),
            Err(why) => {
                let reports: String = reports.iter().map(|text| format!("; {text}")).collect();
                return Err(Error::internal(format!("compiled code: {name}: {why}{reports}")));
            }
        };
        if address == 0 {
            return Err(Error::internal(format!("compiled code: {name} has no address")));
        }
        Ok(without_provenance(address))
    }

    /// Defines symbols of the runtime by address.
    fn define(&self, symbols: &[(&str, *const ())]) -> Result<(), Error> {
        if symbols.is_empty() {
            return Ok(());
        }
        let names = symbols.iter().map(|(name, _)| c_string(name)).collect::<Result<Vec<_>, Error>>()?;
        let mut pairs: Vec<_> = names
            .iter()
            .zip(symbols)
            .map(|(name, (_, address))| LLVMOrcCSymbolMapPair {
                // SAFETY: the JIT is valid; the reference to the interned name goes to the unit below.
                Name: unsafe { LLVMOrcLLJITMangleAndIntern(self.jit, name.as_ptr()) },
                Sym: LLVMJITEvaluatedSymbol {
                    Address: address.addr() as u64,
                    Flags: LLVMJITSymbolFlags {
                        GenericFlags: LLVMJITSymbolGenericFlags::LLVMJITSymbolGenericFlagsExported as u8,
                        TargetFlags: 0,
                    },
                },
            })
            .collect();
        // SAFETY: the pairs are read during the call; the unit belongs to the library once it is
        // defined, and to this function if it is refused.
        unsafe {
            let unit = LLVMOrcAbsoluteSymbols(pairs.as_mut_ptr(), pairs.len());
            let library = LLVMOrcLLJITGetMainJITDylib(self.jit);
            let outcome = LLVMOrcJITDylibDefine(library, unit);
            if !outcome.is_null() {
                LLVMOrcDisposeMaterializationUnit(unit);
            }
            fault("define symbols", outcome)
        }
    }

    fn search_process(&self) -> Result<(), Error> {
        let mut generator: LLVMOrcDefinitionGeneratorRef = null_mut();
        // SAFETY: the JIT is valid; the generator belongs to the library once it is added.
        unsafe {
            fault(
                "search this process",
                LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(
                    &raw mut generator,
                    LLVMOrcLLJITGetGlobalPrefix(self.jit),
                    None,
                    null_mut(),
                ),
            )?;
            LLVMOrcJITDylibAddGenerator(LLVMOrcLLJITGetMainJITDylib(self.jit), generator);
        }
        Ok(())
    }

    fn add(&self, object: &[u8]) -> Result<(), Error> {
        // SAFETY: the buffer copies the bytes and belongs to the JIT, also when it is refused.
        unsafe {
            let buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(
                object.as_ptr().cast(),
                object.len(),
                c"kernels".as_ptr(),
            );
            let library = LLVMOrcLLJITGetMainJITDylib(self.jit);
            fault("load the object file", LLVMOrcLLJITAddObjectFile(self.jit, library, buffer))
        }
    }
}

/// Collects what would otherwise be printed to the standard error.
///
/// # Safety
///
/// `reports` must point to the reports of a module whose session is alive.
extern "C" fn report(reports: *mut c_void, error: LLVMErrorRef) {
    if let Err(text) = check(error) {
        // SAFETY: `link` passes the address of the boxed reports, which outlive the session.
        let reports = unsafe { &*reports.cast::<Mutex<Vec<String>>>() };
        reports.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}

fn fault(what: &str, error: LLVMErrorRef) -> Result<(), Error> {
    check(error).map_err(|why| Error::internal(format!("cannot {what}: {why}")))
}
