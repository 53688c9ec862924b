//! Products of matrices for compiled code, by the `gemm` crate.
//!
//! They run on the calling thread: the order of additions then depends on sizes only.

/// A matrix, or one for each index of a batch, by its distances in elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strides {
    pub(crate) batch: isize,
    pub(crate) row: isize,
    pub(crate) column: isize,
}

/// Lengths of a product: `batch` times `m x k` by `k x n`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) batch: usize,
    pub(crate) m: usize,
    pub(crate) n: usize,
    pub(crate) k: usize,
}

/// A float type of the `gemm` crate.
pub(crate) trait Float: Copy + 'static {
    const ZERO: Self;
    const ONE: Self;
}

impl Float for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
}

/// c = a · b for each index of the batch; a contracted dim of length 0 gives zeros.
///
/// # Safety
///
/// The pointers must reach all elements that sizes and strides name, `c` for writing, and `c` must overlap neither
/// `a` nor `b`.
pub(crate) unsafe fn multiply<T: Float>(
    sizes: Sizes,
    (a, a_strides): (*const T, Strides),
    (b, b_strides): (*const T, Strides),
    (c, c_strides): (*mut T, Strides),
) {
    let Sizes { batch, m, n, k } = sizes;
    for index in 0..batch as isize {
        let (a, b) = (a.wrapping_offset(index * a_strides.batch), b.wrapping_offset(index * b_strides.batch));
        let c = c.wrapping_offset(index * c_strides.batch);
        if k == 0 {
            for i in 0..m as isize {
                for j in 0..n as isize {
                    // SAFETY: as required, this element of the result is there.
                    unsafe { c.offset(i * c_strides.row + j * c_strides.column).write(T::ZERO) };
                }
            }
            continue;
        }
        // SAFETY: as required; without `read_dst` the result is written and never read.
        unsafe {
            gemm::gemm(
                m,
                n,
                k,
                c,
                c_strides.column,
                c_strides.row,
                false,
                a,
                a_strides.column,
                a_strides.row,
                b,
                b_strides.column,
                b_strides.row,
                T::ZERO,
                T::ONE,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
    }
}
