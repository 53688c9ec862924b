//! The one call ABI: tensors as DLPack 1.0 lays them out, and the type of a compiled function's entry.

use crate::Context;
use std::ffi::c_void;
use thn_ir::DType;

/// A tensor as compiled code sees it: the `DLTensor` of DLPack 1.0, passed in arrays by value.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct DLTensor {
    /// The start of the memory, before `byte_offset` is added.
    pub data: *mut c_void,
    /// Kind of device; 1 is the CPU.
    pub device_type: i32,
    /// Number of the device among its kind.
    pub device_id: i32,
    /// The number of dims.
    pub ndim: i32,
    /// Class of the element type: 0 signed, 1 unsigned, 2 float, 6 bool.
    pub code: u8,
    /// Bits of an element.
    pub bits: u8,
    /// Elements per vector; always 1.
    pub lanes: u16,
    /// The lengths, `ndim` of them.
    pub shape: *mut i64,
    /// The distances between neighbours along each dim, in elements; null means compact row-major.
    pub strides: *mut i64,
    /// Added to `data`.
    pub byte_offset: u64,
}

impl DLTensor {
    /// The device type of the CPU.
    pub const CPU: i32 = 1;

    /// A compact tensor on the CPU.
    pub(crate) fn compact(dtype: DType, data: *mut u8, shape: *mut i64, rank: usize) -> DLTensor {
        let (code, bits) = dtype_code(dtype);
        DLTensor {
            data: data.cast(),
            device_type: DLTensor::CPU,
            device_id: 0,
            // A rank comes from a `TensorType` and is far below 2^31.
            ndim: rank as i32,
            code,
            bits,
            lanes: 1,
            shape,
            strides: std::ptr::null_mut(),
            byte_offset: 0,
        }
    }

    /// The element type, if `thn` has it.
    pub fn dtype(&self) -> Option<DType> {
        let wanted = (self.code, self.bits);
        DType::ALL.into_iter().find(|d| self.lanes == 1 && dtype_code(*d) == wanted)
    }
}

/// DLPack's code and number of bits of an element type.
pub fn dtype_code(dtype: DType) -> (u8, u8) {
    let bits = dtype.size() as u8 * 8;
    match dtype {
        DType::Bool => (6, bits),
        d if d.is_float() => (2, bits),
        d if d.is_signed() => (0, bits),
        _ => (1, bits),
    }
}

/// A compiled function.
///
/// It reads `in`, one tensor per entry argument, which are compact, aligned to their element, and satisfy the shape
/// program. It writes every element of every result into the memory that `thn_rt_output` gives, or, for a result
/// marked as in place, into its shared argument's memory. It calls back with the context it was given, from the
/// thread it was called on, and never unwinds.
pub type Entry = unsafe extern "C" fn(*mut Context, *const DLTensor, *mut DLTensor) -> i32;

/// What an entry returns.
pub mod status {
    /// Every result is written.
    pub const OK: i32 = 0;
    /// An index was out of bounds; the context says which.
    pub const INDEX: i32 = 1;
    /// Memory was refused; the context says how much was asked for.
    pub const MEMORY: i32 = 2;
    /// A callback was given arguments that no right code gives.
    pub const INTERNAL: i32 = 3;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::{align_of, offset_of, size_of};

    #[test]
    fn the_layout_is_dlpacks() {
        assert_eq!(size_of::<DLTensor>(), 48);
        assert_eq!(align_of::<DLTensor>(), 8);
        let offsets = [
            (offset_of!(DLTensor, data), 0),
            (offset_of!(DLTensor, device_type), 8),
            (offset_of!(DLTensor, device_id), 12),
            (offset_of!(DLTensor, ndim), 16),
            (offset_of!(DLTensor, code), 20),
            (offset_of!(DLTensor, bits), 21),
            (offset_of!(DLTensor, lanes), 22),
            (offset_of!(DLTensor, shape), 24),
            (offset_of!(DLTensor, strides), 32),
            (offset_of!(DLTensor, byte_offset), 40),
        ];
        for (found, expected) in offsets {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn every_element_type_has_its_own_code() {
        for dtype in DType::ALL {
            let tensor = DLTensor::compact(dtype, std::ptr::null_mut(), std::ptr::null_mut(), 0);
            assert_eq!(tensor.dtype(), Some(dtype));
            let vector = DLTensor { lanes: 4, ..tensor };
            assert_eq!(vector.dtype(), None);
        }
    }
}
