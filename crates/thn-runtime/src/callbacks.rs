//! The functions that compiled code calls by name. None of them unwinds.

use crate::{
    CallError, Context,
    context::Failure,
    product::{Float, Sizes, Strides, multiply},
    status,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Every function that compiled code may call, with its address.
pub fn symbols() -> [(&'static str, *const ()); 5] {
    [
        ("thn_rt_alloc", thn_rt_alloc as *const ()),
        ("thn_rt_free", thn_rt_free as *const ()),
        ("thn_rt_output", thn_rt_output as *const ()),
        ("thn_rt_fail_index", thn_rt_fail_index as *const ()),
        ("thn_rt_gemm", thn_rt_gemm as *const ()),
    ]
}

/// Memory for a temporary, aligned to 64 bytes; null if there is none, in which case the entry returns
/// [`status::MEMORY`].
///
/// # Safety
///
/// `context` is the one that the entry was called with; so it is in all functions of this file.
unsafe extern "C" fn thn_rt_alloc(context: *mut Context, bytes: i64) -> *mut u8 {
    // SAFETY: as required.
    unsafe { (*context).allocate(bytes) }
}

/// Returns the memory of a temporary. Memory that is not returned is returned when the call ends.
///
/// # Safety
///
/// See [`thn_rt_alloc`].
unsafe extern "C" fn thn_rt_free(context: *mut Context, start: *mut u8) {
    // SAFETY: as required.
    unsafe { (*context).free(start) }
}

/// The memory of a result with these lengths; null if there is none.
///
/// # Safety
///
/// See [`thn_rt_alloc`]; `dims` points to `rank` lengths.
unsafe extern "C" fn thn_rt_output(
    context: *mut Context,
    result: i32,
    rank: i32,
    dims: *const i64,
) -> *mut u8 {
    let rank = usize::try_from(rank).unwrap_or(0);
    // SAFETY: as required.
    unsafe {
        let dims = if rank == 0 { &[] } else { std::slice::from_raw_parts(dims, rank) };
        (*context).output(result, dims)
    }
}

/// Records an index out of bounds and gives the status to return.
///
/// # Safety
///
/// See [`thn_rt_alloc`].
unsafe extern "C" fn thn_rt_fail_index(context: *mut Context, site: i32, value: i64, bound: i64) -> i32 {
    // SAFETY: as required.
    unsafe { (*context).fail(Failure::Index { site, value, bound }) };
    status::INDEX
}

/// c = a · b for each index of the batch; element type 0 is f32, 1 is f64; distances are in elements.
///
/// # Safety
///
/// See [`thn_rt_alloc`]; the pointers reach all elements that sizes and distances name, and `c` overlaps neither `a`
/// nor `b`.
unsafe extern "C" fn thn_rt_gemm(
    context: *mut Context,
    dtype: i32,
    batch: i64,
    m: i64,
    n: i64,
    k: i64,
    a: *const u8,
    a_batch: i64,
    a_row: i64,
    a_column: i64,
    b: *const u8,
    b_batch: i64,
    b_row: i64,
    b_column: i64,
    c: *mut u8,
    c_batch: i64,
    c_row: i64,
    c_column: i64,
) -> i32 {
    let strides = |batch: i64, row: i64, column: i64| Strides {
        batch: batch as isize,
        row: row as isize,
        column: column as isize,
    };
    let a = (a, strides(a_batch, a_row, a_column));
    let b = (b, strides(b_batch, b_row, b_column));
    let c = (c, strides(c_batch, c_row, c_column));
    let sizes = [batch, m, n, k].map(usize::try_from);
    let outcome = match (sizes, dtype) {
        ([Ok(batch), Ok(m), Ok(n), Ok(k)], 0 | 1) => {
            let sizes = Sizes { batch, m, n, k };
            catch_unwind(AssertUnwindSafe(|| {
                // SAFETY: as required.
                unsafe {
                    match dtype {
                        0 => product::<f32>(sizes, a, b, c),
                        _ => product::<f64>(sizes, a, b, c),
                    }
                }
            }))
            .map_err(|_| "failed")
        }
        _ => Err("has negative sizes or an unknown element type"),
    };
    match outcome {
        Ok(()) => status::OK,
        Err(what) => {
            let message = format!("product of {m} x {k} by {k} x {n}, element type {dtype}, {what}");
            // SAFETY: as required.
            unsafe { (*context).fail(Failure::Other(CallError::Internal(message))) };
            status::INTERNAL
        }
    }
}

/// [`multiply`] with the pointers of the ABI.
///
/// # Safety
///
/// As for [`multiply`].
unsafe fn product<T: Float>(
    sizes: Sizes,
    a: (*const u8, Strides),
    b: (*const u8, Strides),
    c: (*mut u8, Strides),
) {
    // SAFETY: as required.
    unsafe { multiply::<T>(sizes, (a.0.cast(), a.1), (b.0.cast(), b.1), (c.0.cast(), c.1)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pool, context::Slot};
    use smallvec::smallvec;
    use thn_ir::DType;

    fn context() -> Context {
        Context::new(Pool::new(), smallvec![Slot::Pending { dtype: DType::F64, rank: 1 }])
    }

    fn multiply_f64(sizes: [i64; 4], a: (&[f64], [i64; 3]), b: (&[f64], [i64; 3]), c: &mut [f64]) -> i32 {
        let [batch, m, n, k] = sizes;
        let mut cx = context();
        // SAFETY: the tests below stay within their slices.
        unsafe {
            thn_rt_gemm(
                &raw mut cx,
                1,
                batch,
                m,
                n,
                k,
                a.0.as_ptr().cast(),
                a.1[0],
                a.1[1],
                a.1[2],
                b.0.as_ptr().cast(),
                b.1[0],
                b.1[1],
                b.1[2],
                c.as_mut_ptr().cast(),
                m * n,
                n,
                1,
            )
        }
    }

    #[test]
    fn products_follow_batches_and_strides() {
        let a: Vec<f64> = (0..12).map(f64::from).collect();
        let b: Vec<f64> = (0..12).map(|i| f64::from(i) - 5.0).collect();
        // Two products of 2 x 3 by 3 x 2, the right sides stored by columns.
        let mut c = vec![f64::NAN; 8];
        assert_eq!(multiply_f64([2, 2, 2, 3], (&a, [6, 3, 1]), (&b, [6, 1, 3]), &mut c), status::OK);
        for (at, found) in c.iter().enumerate() {
            let (batch, i, j) = (at / 4, at / 2 % 2, at % 2);
            let expected: f64 = (0..3).map(|k| a[batch * 6 + 3 * i + k] * b[batch * 6 + 3 * j + k]).sum();
            assert_eq!(*found, expected, "{at}");
        }
    }

    #[test]
    fn an_empty_contraction_gives_zeros() {
        let mut c = vec![f64::NAN; 4];
        assert_eq!(multiply_f64([1, 2, 2, 0], (&[], [0, 0, 1]), (&[], [0, 2, 1]), &mut c), status::OK);
        assert_eq!(c, [0.0; 4]);
    }

    #[test]
    fn large_products_are_right_for_every_shape_of_operand() {
        for (m, n, k) in [(1, 300, 70), (300, 1, 70), (65, 33, 129), (1, 1, 1000)] {
            let a: Vec<f64> = (0..m * k).map(|i| f64::from(i % 17) - 8.0).collect();
            let b: Vec<f64> = (0..k * n).map(|i| f64::from(i % 13) - 6.0).collect();
            let mut c = vec![f64::NAN; (m * n) as usize];
            let sizes = [1, m, n, k].map(i64::from);
            let (row, inner) = (i64::from(k), i64::from(n));
            assert_eq!(multiply_f64(sizes, (&a, [0, row, 1]), (&b, [0, inner, 1]), &mut c), status::OK);
            for i in 0..m {
                for j in 0..n {
                    let expected: f64 =
                        (0..k).map(|x| a[(i * k + x) as usize] * b[(x * n + j) as usize]).sum();
                    assert_eq!(c[(i * n + j) as usize], expected, "{m} {n} {k} at {i} {j}");
                }
            }
        }
    }

    #[test]
    fn impossible_requests_are_recorded_and_refused() {
        let mut cx = context();
        let at = &raw mut cx;
        // SAFETY: nothing is reached through the null pointers, because the requests are refused before.
        unsafe {
            assert!(thn_rt_alloc(at, -1).is_null());
            assert!(matches!(cx.failure(), Some(Failure::Other(CallError::OutOfMemory { .. }))));
            assert!(thn_rt_output(&raw mut cx, 1, 0, std::ptr::null()).is_null());
            assert!(thn_rt_output(&raw mut cx, 0, 0, std::ptr::null()).is_null());
            assert!(thn_rt_output(&raw mut cx, 0, 1, [-3i64].as_ptr()).is_null());
            assert!(matches!(cx.failure(), Some(Failure::Other(CallError::Internal(_)))));
            let first = thn_rt_output(&raw mut cx, 0, 1, [3i64].as_ptr());
            assert!(!first.is_null());
            assert_eq!(thn_rt_output(&raw mut cx, 0, 1, [3i64].as_ptr()), first);
            assert!(thn_rt_output(&raw mut cx, 0, 1, [4i64].as_ptr()).is_null());
            assert!(cx.failure().is_some());
        }
        assert_eq!(multiply_f64([1, -1, 1, 1], (&[], [0; 3]), (&[], [0; 3]), &mut []), status::INTERNAL);
    }

    #[test]
    fn temporaries_return_to_the_pool_when_freed_or_when_the_call_ends() {
        let pool = Pool::new();
        let mut cx = Context::new(pool.clone(), smallvec![]);
        // SAFETY: the context is alive.
        unsafe {
            let first = thn_rt_alloc(&raw mut cx, 100);
            let second = thn_rt_alloc(&raw mut cx, 100);
            assert_ne!(first, second);
            thn_rt_free(&raw mut cx, first);
            assert_eq!(thn_rt_alloc(&raw mut cx, 100), first);
            thn_rt_free(&raw mut cx, std::ptr::null_mut());
        }
        drop(cx);
        assert_eq!((pool.stats().in_use, pool.stats().allocations), (0, 2));
    }
}
