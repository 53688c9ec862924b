//! How wide loops are that call functions over vectors.
//!
//! One call of a long function over one vector waits for every instruction of it in turn, and in a loop that calls
//! many the next iteration is too far away for the CPU to begin it meanwhile. Such a loop takes as many lanes at once
//! as the functions have, and the rest of a row under a mask, where the CPU has masks: so there is one copy of its body
//! and not three.
//!
//! LLVM takes a width that it is told as leave to add in another order, too. So loops are left alone in which that
//! could show: those that carry a float which nobody allowed to be added up in parts, and those that write where they
//! have written, which LLVM may turn into such.

use super::LlvmModule;
use llvm_sys::{
    LLVMAttributeFunctionIndex, LLVMFastMathAllowReassoc, LLVMOpcode, LLVMTypeKind,
    core::{
        LLVMCanValueUseFastMathFlags, LLVMConstInt, LLVMCountIncoming, LLVMGetBasicBlockTerminator,
        LLVMGetCalledValue, LLVMGetFastMathFlags, LLVMGetFirstBasicBlock, LLVMGetFirstInstruction,
        LLVMGetIncomingBlock, LLVMGetIncomingValue, LLVMGetInstructionOpcode, LLVMGetMDKindIDInContext,
        LLVMGetNextBasicBlock, LLVMGetNextInstruction, LLVMGetNumOperands, LLVMGetNumSuccessors,
        LLVMGetOperand, LLVMGetStringAttributeAtIndex, LLVMGetStringAttributeValue, LLVMGetSuccessor,
        LLVMGetTypeKind, LLVMGetValueName2, LLVMInt1TypeInContext, LLVMInt32TypeInContext, LLVMIsAConstantFP,
        LLVMIsAFunction, LLVMIsAInstruction, LLVMMDNodeInContext2, LLVMMDStringInContext2,
        LLVMMetadataAsValue, LLVMSetMetadata, LLVMTypeOf, LLVMValueAsMetadata,
    },
    debuginfo::{LLVMMetadataReplaceAllUsesWith, LLVMTemporaryMDNode},
    prelude::{LLVMBasicBlockRef, LLVMContextRef, LLVMMetadataRef, LLVMValueRef},
};
use std::{
    collections::{HashMap, HashSet},
    ffi::CStr,
    slice,
};

/// LLVM's name for the vectors of a function.
const VARIANTS: &CStr = c"vector-function-abi-variant";

/// A loop whose blocks stand one after the other, as they do where structured loops were lowered.
struct Loop {
    first: usize,
    last: usize,
}

impl Loop {
    fn holds(&self, block: usize) -> bool {
        (self.first..=self.last).contains(&block)
    }
}

impl LlvmModule<'_> {
    /// Tells LLVM the width of innermost loops that call functions with vectors.
    pub(super) fn widen_loops(&self) {
        let mut lanes = HashMap::new();
        for function in self.functions() {
            if let Some(most) = most_lanes(function) {
                lanes.insert(function, most);
            }
        }
        if lanes.is_empty() {
            return;
        }
        let masks = self.target.vector_bits() >= 512;
        for function in self.functions() {
            let blocks = Blocks::of(function);
            let loops = blocks.loops();
            let innermost =
                loops.iter().filter(|l| !loops.iter().any(|m| m.first > l.first && m.last <= l.last));
            for l in innermost {
                let called = blocks.instructions(l).filter_map(|i| lanes.get(&callee(i)?).copied());
                if let Some(width) = called.min().filter(|_| blocks.may_widen(l)) {
                    blocks.annotate(self.context, l, width, masks);
                }
            }
        }
    }
}

/// The blocks of a function with their instructions.
struct Blocks(Vec<(LLVMBasicBlockRef, Vec<LLVMValueRef>)>);

impl Blocks {
    fn of(function: LLVMValueRef) -> Blocks {
        let mut blocks = vec![];
        // SAFETY: the function belongs to a valid module, which is not changed here.
        unsafe {
            let mut block = LLVMGetFirstBasicBlock(function);
            while !block.is_null() {
                let mut instructions = vec![];
                let mut next = LLVMGetFirstInstruction(block);
                while !next.is_null() {
                    instructions.push(next);
                    next = LLVMGetNextInstruction(next);
                }
                blocks.push((block, instructions));
                block = LLVMGetNextBasicBlock(block);
            }
        }
        Blocks(blocks)
    }

    /// A loop for each jump back.
    fn loops(&self) -> Vec<Loop> {
        let at: HashMap<_, _> = self.0.iter().enumerate().map(|(i, (block, _))| (*block, i)).collect();
        let mut loops = vec![];
        for (last, (block, _)) in self.0.iter().enumerate() {
            // SAFETY: every block of a translated module ends in a terminator.
            let successors = unsafe {
                let end = LLVMGetBasicBlockTerminator(*block);
                (0..LLVMGetNumSuccessors(end)).map(|i| LLVMGetSuccessor(end, i)).collect::<Vec<_>>()
            };
            let back = successors.iter().filter_map(|s| at.get(s)).filter(|first| **first <= last);
            loops.extend(back.map(|first| Loop { first: *first, last }));
        }
        loops
    }

    fn instructions(&self, l: &Loop) -> impl Iterator<Item = LLVMValueRef> {
        self.0[l.first..=l.last].iter().flat_map(|(_, instructions)| instructions.iter().copied())
    }

    /// Whether another order of additions cannot show; see the module's documentation.
    fn may_widen(&self, l: &Loop) -> bool {
        let mut varying: HashSet<LLVMValueRef> = HashSet::new();
        for instruction in self.instructions(l) {
            // SAFETY: all values are of the module; operands are read as their instruction has them.
            let (opcode, operands) = unsafe {
                let count = LLVMGetNumOperands(instruction).cast_unsigned();
                let operands = (0..count).map(|i| LLVMGetOperand(instruction, i));
                (LLVMGetInstructionOpcode(instruction), operands.collect::<Vec<_>>())
            };
            match opcode {
                LLVMOpcode::LLVMPHI => {
                    // Where a branch ends there are others, but those at the head are carried.
                    if self.0[l.first].1.contains(&instruction) && self.carries_exactly(l, instruction) {
                        return false;
                    }
                    varying.insert(instruction);
                }
                LLVMOpcode::LLVMStore if !varying.contains(&operands[1]) => return false,
                _ if operands.iter().any(|o| varying.contains(o)) => {
                    varying.insert(instruction);
                }
                _ => {}
            }
        }
        true
    }

    /// Whether a value is a float that goes from one iteration to the next by anything but additions or products that
    /// may be reordered, or a choice of the larger or smaller.
    fn carries_exactly(&self, l: &Loop, phi: LLVMValueRef) -> bool {
        // SAFETY: as above; only instructions are asked for opcodes, and only calls for callees.
        unsafe {
            let kind = LLVMGetTypeKind(LLVMTypeOf(phi));
            if !matches!(kind, LLVMTypeKind::LLVMFloatTypeKind | LLVMTypeKind::LLVMDoubleTypeKind) {
                return false;
            }
            (0..LLVMCountIncoming(phi)).any(|i| {
                let from = LLVMGetIncomingBlock(phi, i);
                let next = LLVMGetIncomingValue(phi, i);
                let inside = self.0.iter().position(|(block, _)| *block == from).is_some_and(|b| l.holds(b));
                if !inside || !LLVMIsAConstantFP(next).is_null() {
                    return false;
                }
                if LLVMIsAInstruction(next).is_null() {
                    return true;
                }
                let reorders = LLVMCanValueUseFastMathFlags(next) != 0
                    && LLVMGetFastMathFlags(next) & LLVMFastMathAllowReassoc != 0;
                !match LLVMGetInstructionOpcode(next) {
                    LLVMOpcode::LLVMFAdd | LLVMOpcode::LLVMFMul => reorders,
                    LLVMOpcode::LLVMCall => callee(next).is_some_and(|f| {
                        let name = name(f);
                        name.starts_with("llvm.maximum.") || name.starts_with("llvm.minimum.")
                    }),
                    _ => false,
                }
            })
        }
    }

    /// Notes the width at the jump back.
    fn annotate(&self, context: LLVMContextRef, l: &Loop, width: u64, masks: bool) {
        // SAFETY: everything is made in the module's context; the temporary node is replaced by the one that stays,
        // which thereby refers to itself, as LLVM tells loops apart.
        unsafe {
            let (int, bool) = (LLVMInt32TypeInContext(context), LLVMInt1TypeInContext(context));
            let hint = |name: &CStr, value: LLVMValueRef| {
                let text = LLVMMDStringInContext2(context, name.as_ptr(), name.to_bytes().len());
                let mut parts = [text, LLVMValueAsMetadata(value)];
                LLVMMDNodeInContext2(context, parts.as_mut_ptr(), parts.len())
            };
            let itself = LLVMTemporaryMDNode(context, std::ptr::null_mut(), 0);
            let mut parts: Vec<LLVMMetadataRef> = vec![
                itself,
                hint(c"llvm.loop.vectorize.width", LLVMConstInt(int, width, 0)),
                hint(c"llvm.loop.interleave.count", LLVMConstInt(int, 1, 0)),
            ];
            if masks {
                parts.push(hint(c"llvm.loop.vectorize.predicate.enable", LLVMConstInt(bool, 1, 0)));
            }
            let node = LLVMMDNodeInContext2(context, parts.as_mut_ptr(), parts.len());
            LLVMMetadataReplaceAllUsesWith(itself, node);
            let kind = c"llvm.loop";
            let kind = LLVMGetMDKindIDInContext(context, kind.as_ptr(), kind.to_bytes().len() as u32);
            let back = LLVMGetBasicBlockTerminator(self.0[l.last].0);
            LLVMSetMetadata(back, kind, LLVMMetadataAsValue(context, node));
        }
    }
}

/// The function that an instruction calls.
fn callee(instruction: LLVMValueRef) -> Option<LLVMValueRef> {
    // SAFETY: only a call is asked what it calls.
    unsafe {
        if LLVMGetInstructionOpcode(instruction) != LLVMOpcode::LLVMCall {
            return None;
        }
        let function = LLVMIsAFunction(LLVMGetCalledValue(instruction));
        (!function.is_null()).then_some(function)
    }
}

fn name(value: LLVMValueRef) -> String {
    let mut length = 0;
    // SAFETY: LLVM's name is as long as it says.
    let bytes = unsafe { slice::from_raw_parts(LLVMGetValueName2(value, &raw mut length).cast(), length) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// The most lanes among the vectors of a function; `None` if it has none.
fn most_lanes(function: LLVMValueRef) -> Option<u64> {
    let mut length = 0;
    // SAFETY: the text of the attribute is as long as LLVM says.
    let text = unsafe {
        let (key, size) = (VARIANTS.as_ptr(), VARIANTS.to_bytes().len() as u32);
        let attribute = LLVMGetStringAttributeAtIndex(function, LLVMAttributeFunctionIndex, key, size);
        if attribute.is_null() {
            return None;
        }
        let text = LLVMGetStringAttributeValue(attribute, &raw mut length);
        slice::from_raw_parts(text.cast(), length as usize)
    };
    // `_ZGV_LLVM_N16v_name(vector)`: the number after N.
    let lanes = |variant: &str| {
        let number = variant.strip_prefix("_ZGV_LLVM_N")?;
        number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    std::str::from_utf8(text).ok()?.split(',').filter_map(lanes).max()
}
