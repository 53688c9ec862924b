//! Products of matrices for compiled code, by the kernels of the `gemm` crate for f32 and f64.
//!
//! That crate itself would bring those for complex numbers and for f16, which take a minute to compile.
//!
//! They run on the calling thread: on one kind of CPU, the order of additions then depends on sizes only.

use gemm_common::Parallelism;

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

/// A kernel of the `gemm` crates: lengths `m`, `n`, `k`, and `c`, `a`, `b` each with its distances by column and by row;
/// whether `c` is read; factors of `c` and of the product; what is conjugated; threads.
type Kernel<T> = unsafe fn(
    usize,
    usize,
    usize,
    *mut T,
    isize,
    isize,
    bool,
    *const T,
    isize,
    isize,
    *const T,
    isize,
    isize,
    T,
    T,
    bool,
    bool,
    bool,
    Parallelism,
);

/// A float type that has kernels.
pub(crate) trait Float: Copy + 'static {
    const ZERO: Self;
    const ONE: Self;

    /// The best kernel for this processor.
    fn kernel() -> Kernel<Self>;
}

impl Float for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn kernel() -> Kernel<f32> {
        gemm_f32::gemm::f32::get_gemm_fn()
    }
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn kernel() -> Kernel<f64> {
        gemm_f64::gemm::f64::get_gemm_fn()
    }
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
    let kernel = T::kernel();
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
        // SAFETY: as required.
        unsafe { one(kernel, [m, n, k], (a, a_strides), (b, b_strides), (c, c_strides)) };
    }
}

/// c = a · b for matrices with elements.
///
/// # Safety
///
/// As of [`multiply`].
unsafe fn one<T: Float>(
    kernel: Kernel<T>,
    [mut m, mut n, k]: [usize; 3],
    (mut a, mut a_strides): (*const T, Strides),
    (mut b, mut b_strides): (*const T, Strides),
    (mut c, mut c_strides): (*mut T, Strides),
) {
    let transposed = |s: Strides| Strides { row: s.column, column: s.row, ..s };
    // Kernels write along columns: of a result by rows, its transpose is bᵀ · aᵀ.
    if c_strides.column.abs() < c_strides.row.abs() {
        (m, n) = (n, m);
        (a, b) = (b, a);
        (a_strides, b_strides) = (transposed(b_strides), transposed(a_strides));
        c_strides = transposed(c_strides);
    }
    // They count upwards: what runs down begins at its other end, and so does what belongs to it.
    let last = |length: usize| length.saturating_sub(1) as isize;
    if c_strides.row < 0 {
        c = c.wrapping_offset(last(m) * c_strides.row);
        a = a.wrapping_offset(last(m) * a_strides.row);
        (c_strides.row, a_strides.row) = (-c_strides.row, -a_strides.row);
    }
    if c_strides.column < 0 {
        c = c.wrapping_offset(last(n) * c_strides.column);
        b = b.wrapping_offset(last(n) * b_strides.column);
        (c_strides.column, b_strides.column) = (-c_strides.column, -b_strides.column);
    }
    if a_strides.column < 0 {
        a = a.wrapping_offset(last(k) * a_strides.column);
        b = b.wrapping_offset(last(k) * b_strides.row);
        (a_strides.column, b_strides.row) = (-a_strides.column, -b_strides.row);
    }
    // SAFETY: the same elements in another order; the result is written and never read.
    unsafe {
        kernel(
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
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An `m x n` matrix in a buffer, by rows or columns, either of which may run down: its first element and distances.
    fn layouts(m: usize, n: usize) -> Vec<(isize, Strides)> {
        let (m, n) = (m as isize, n as isize);
        let mut all = vec![];
        for (row, column) in [(n, 1), (1, m)] {
            for (up, right) in [(1, 1), (-1, 1), (1, -1), (-1, -1)] {
                let start =
                    if up < 0 { (m - 1) * row } else { 0 } + if right < 0 { (n - 1) * column } else { 0 };
                all.push((start, Strides { batch: 0, row: up * row, column: right * column }));
            }
        }
        all
    }

    fn at(start: isize, strides: Strides, i: usize, j: usize) -> usize {
        (start + i as isize * strides.row + j as isize * strides.column) as usize
    }

    fn products_of<T: Float>(number: fn(usize) -> T, of: fn(T) -> u32) {
        for [m, n, k] in [[1, 1, 1], [1, 5, 3], [4, 1, 2], [3, 4, 5], [17, 9, 33]] {
            for (a_start, a_strides) in layouts(m, k) {
                for (b_start, b_strides) in layouts(k, n) {
                    for (c_start, c_strides) in layouts(m, n) {
                        let a: Vec<T> = (0..m * k).map(|i| number(i * 7 % 5)).collect();
                        let b: Vec<T> = (0..k * n).map(|i| number(i * 5 % 7)).collect();
                        let mut c = vec![number(250); m * n];
                        // SAFETY: start and distances stay within the buffers.
                        unsafe {
                            multiply(
                                Sizes { batch: 1, m, n, k },
                                (a.as_ptr().wrapping_offset(a_start), a_strides),
                                (b.as_ptr().wrapping_offset(b_start), b_strides),
                                (c.as_mut_ptr().wrapping_offset(c_start), c_strides),
                            );
                        }
                        for i in 0..m {
                            for j in 0..n {
                                let terms = (0..k).map(|l| {
                                    of(a[at(a_start, a_strides, i, l)]) * of(b[at(b_start, b_strides, l, j)])
                                });
                                let found = of(c[at(c_start, c_strides, i, j)]);
                                assert_eq!(found, terms.sum::<u32>(), "{m} {n} {k} at {i} {j}");
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn matrices_may_lie_in_any_direction() {
        products_of::<f64>(|i| i as f64, |x| x as u32);
        products_of::<f32>(|i| i as f32, |x| x as u32);
    }
}
