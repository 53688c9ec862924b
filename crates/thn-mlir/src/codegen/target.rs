//! What code is made for: a triple, a CPU and its features.

use super::{c_string, take_message};
use crate::error::Error;
use llvm_sys::{
    target::{LLVMDisposeTargetData, LLVMTargetDataRef},
    target_machine::{
        LLVMCodeGenOptLevel, LLVMCodeModel, LLVMCreateTargetDataLayout, LLVMCreateTargetMachine,
        LLVMDisposeTargetMachine, LLVMGetDefaultTargetTriple, LLVMGetHostCPUFeatures, LLVMGetHostCPUName,
        LLVMGetTargetFromTriple, LLVMRelocMode, LLVMTargetMachineRef, LLVMTargetRef,
    },
};
use std::{
    ffi::{CStr, CString, c_char},
    ptr::null_mut,
    sync::Once,
};

/// What code is made for.
///
/// A target serves one compilation at a time; make one for each thread that compiles.
pub struct Target {
    machine: LLVMTargetMachineRef,
    layout: LLVMTargetDataRef,
    triple: CString,
    cpu: CString,
    features: CString,
    vector_bits: Option<u32>,
}

impl Drop for Target {
    fn drop(&mut self) {
        // SAFETY: both were created by `new` and are disposed of only here.
        unsafe {
            LLVMDisposeTargetData(self.layout);
            LLVMDisposeTargetMachine(self.machine);
        }
    }
}

impl Target {
    /// The CPU that this process runs on, with everything it can do.
    ///
    /// Where it has 512-bit vectors they are used: kernels are loops over contiguous memory, for which
    /// LLVM's caution about clock rates costs up to 16 % on the CPUs that were measured.
    pub fn host() -> Result<Self, Error> {
        initialize();
        // SAFETY: LLVM returns strings that end in a zero byte and belong to the caller.
        let (triple, cpu, features) = unsafe {
            (
                take_message(LLVMGetDefaultTargetTriple()),
                take_message(LLVMGetHostCPUName()),
                take_message(LLVMGetHostCPUFeatures()),
            )
        };
        let wide = features.split(',').any(|feature| feature == "+avx512f");
        let target = Self::new(&triple, &cpu, &features)?;
        Ok(if wide { target.with_vector_bits(512) } else { target })
    }

    /// Any CPU of this architecture: code for it uses no instruction that some of them lack.
    pub fn baseline() -> Result<Self, Error> {
        initialize();
        // SAFETY: LLVM returns a string that ends in a zero byte and belongs to the caller.
        let triple = unsafe { take_message(LLVMGetDefaultTargetTriple()) };
        Self::new(&triple, if cfg!(target_arch = "x86_64") { "x86-64" } else { "generic" }, "")
    }

    /// A CPU by name, with LLVM's spelling of features (`+avx2,-fma`).
    pub fn new(triple: &str, cpu: &str, features: &str) -> Result<Self, Error> {
        initialize();
        let (triple, cpu, features) = (c_string(triple)?, c_string(cpu)?, c_string(features)?);
        let mut target: LLVMTargetRef = null_mut();
        let mut why: *mut c_char = null_mut();
        // SAFETY: the strings end in zero bytes; a message on failure is disposed of.
        let machine = unsafe {
            if LLVMGetTargetFromTriple(triple.as_ptr(), &raw mut target, &raw mut why) != 0 {
                return Err(Error::unsupported(format!(
                    "target {}: {}",
                    triple.to_string_lossy(),
                    take_message(why)
                )));
            }
            LLVMCreateTargetMachine(
                target,
                triple.as_ptr(),
                cpu.as_ptr(),
                features.as_ptr(),
                LLVMCodeGenOptLevel::LLVMCodeGenLevelDefault,
                LLVMRelocMode::LLVMRelocPIC,
                LLVMCodeModel::LLVMCodeModelDefault,
            )
        };
        if machine.is_null() {
            return Err(Error::unsupported(format!("no code for {}", triple.to_string_lossy())));
        }
        // SAFETY: the machine is valid.
        let layout = unsafe { LLVMCreateTargetDataLayout(machine) };
        Ok(Self { machine, layout, triple, cpu, features, vector_bits: None })
    }

    /// The same with vectors of at most this many bits where the CPU has them.
    #[must_use]
    pub fn with_vector_bits(mut self, bits: u32) -> Self {
        self.vector_bits = Some(bits);
        self
    }

    /// A line that tells targets apart: code made for one runs on machines that give the same line.
    pub fn describe(&self) -> String {
        let vectors = self.vector_bits.map_or(String::new(), |bits| format!(" vectors={bits}"));
        format!(
            "{} {} {}{vectors}",
            self.triple.to_string_lossy(),
            self.cpu.to_string_lossy(),
            self.features.to_string_lossy()
        )
    }

    pub(super) fn machine(&self) -> LLVMTargetMachineRef {
        self.machine
    }

    pub(super) fn layout(&self) -> LLVMTargetDataRef {
        self.layout
    }

    pub(super) fn triple(&self) -> &CStr {
        &self.triple
    }

    /// The vector width that code is told to prefer, where it is told.
    pub(super) fn preferred_bits(&self) -> Option<u32> {
        self.vector_bits
    }

    /// The width of the vectors that loops use, in bits.
    pub fn vector_bits(&self) -> u32 {
        let has = |feature: &str| self.features.to_string_lossy().split(',').any(|f| f == feature);
        let native = if has("+avx512f") {
            512
        } else if has("+avx2") {
            256
        } else {
            128
        };
        self.vector_bits.map_or(native, |preferred| preferred.min(native))
    }
}

/// Makes the code generator of this architecture known to LLVM, once.
pub(super) fn initialize() {
    static ONCE: Once = Once::new();
    // SAFETY: LLVM asks only that these are not called twice at the same time.
    ONCE.call_once(|| unsafe {
        #[cfg(target_arch = "x86_64")]
        {
            use llvm_sys::target::{
                LLVMInitializeX86AsmPrinter, LLVMInitializeX86Target, LLVMInitializeX86TargetInfo,
                LLVMInitializeX86TargetMC,
            };
            LLVMInitializeX86TargetInfo();
            LLVMInitializeX86Target();
            LLVMInitializeX86TargetMC();
            LLVMInitializeX86AsmPrinter();
        }
        #[cfg(target_arch = "aarch64")]
        {
            use llvm_sys::target::{
                LLVMInitializeAArch64AsmPrinter, LLVMInitializeAArch64Target,
                LLVMInitializeAArch64TargetInfo, LLVMInitializeAArch64TargetMC,
            };
            LLVMInitializeAArch64TargetInfo();
            LLVMInitializeAArch64Target();
            LLVMInitializeAArch64TargetMC();
            LLVMInitializeAArch64AsmPrinter();
        }
    });
}
