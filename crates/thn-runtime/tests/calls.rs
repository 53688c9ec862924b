//! Calls of functions whose code is written by hand, before and beside any compiler.

use std::{
    ffi::c_void,
    slice::from_ref,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use thn_ir::{Arg, Builder, DType, Func, Loc, OpKind, Res, ShapeProgram};
use thn_runtime::{
    Array, CallError, Context, DLTensor, Destination, Entry, Executable, Pool, SharedVar, Signature, Site,
    View, status, symbols,
};

/// The address of a callback, as the linker of compiled code finds it.
fn callback(name: &str) -> *const () {
    symbols().into_iter().find(|(n, _)| *n == name).expect("is in the list").1
}

unsafe fn output(cx: *mut Context, result: i32, dims: &[i64]) -> *mut f64 {
    type Output = unsafe extern "C" fn(*mut Context, i32, i32, *const i64) -> *mut u8;
    // SAFETY: this is the type of the callback.
    unsafe {
        let f: Output = std::mem::transmute(callback("thn_rt_output"));
        f(cx, result, dims.len() as i32, dims.as_ptr()).cast()
    }
}

unsafe fn fail_index(cx: *mut Context, site: i32, value: i64, bound: i64) -> i32 {
    type Fail = unsafe extern "C" fn(*mut Context, i32, i64, i64) -> i32;
    // SAFETY: this is the type of the callback.
    unsafe {
        let f: Fail = std::mem::transmute(callback("thn_rt_fail_index"));
        f(cx, site, value, bound)
    }
}

unsafe fn alloc(cx: *mut Context, bytes: i64) -> *mut u8 {
    type Alloc = unsafe extern "C" fn(*mut Context, i64) -> *mut u8;
    // SAFETY: this is the type of the callback.
    unsafe {
        let f: Alloc = std::mem::transmute(callback("thn_rt_alloc"));
        f(cx, bytes)
    }
}

/// The elements of an argument, which the runtime promises to be compact.
unsafe fn elements<'a>(tensor: *const DLTensor) -> &'a [f64] {
    // SAFETY: the runtime passes compact tensors.
    unsafe {
        let t = &*tensor;
        assert!(t.strides.is_null() && t.byte_offset == 0 && t.device_type == 1);
        let length: i64 = (0..t.ndim as usize).map(|i| *t.shape.add(i)).product();
        std::slice::from_raw_parts(t.data.cast(), length as usize)
    }
}

unsafe fn dims<'a>(tensor: *const DLTensor) -> &'a [i64] {
    // SAFETY: the runtime passes tensors with their lengths.
    unsafe { std::slice::from_raw_parts((*tensor).shape, (*tensor).ndim as usize) }
}

/// x + y, with a pre-filled result.
unsafe extern "C" fn add(cx: *mut Context, args: *const DLTensor, results: *mut DLTensor) -> i32 {
    // SAFETY: called by the runtime with two arguments and one result.
    unsafe {
        let (x, y) = (elements(args), elements(args.add(1)));
        let to = output(cx, 0, dims(args));
        assert_eq!(to.cast::<c_void>(), (*results).data);
        assert_eq!(dims(results), dims(args));
        for i in 0..x.len() {
            to.add(i).write(x[i] + y[i]);
        }
    }
    status::OK
}

fn arg(func: &mut Func, name: &str, dims: &[Option<i64>], shared: bool) -> thn_ir::Value {
    func.add_tensor_arg(DType::F64, dims, Arg { name: Some(name.into()), shared, ..Arg::default() })
}

/// The program whose code `add` is.
fn add_program() -> Func {
    let mut f = Func::new("add");
    let (x, y) = (arg(&mut f, "x", &[None, None], false), arg(&mut f, "y", &[None, None], false));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.rs".into(), 7, 3));
    let sum = b.map(OpKind::Add, &[x, y]).expect("types fit");
    f.add_result(sum, Res::default());
    f
}

/// `w + x` as an update of the shared `w` and as a result.
fn step_program() -> Func {
    let mut f = Func::new("step");
    let (w, x) = (arg(&mut f, "w", &[None], true), arg(&mut f, "x", &[None], false));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.rs".into(), 9, 3));
    let sum = b.map(OpKind::Add, &[w, x]).expect("types fit");
    f.add_result(sum, Res { updates: Some(0), ..Res::default() });
    f.add_result(sum, Res::default());
    f
}

fn executable(func: &Func, entry: Entry, in_place: &[bool]) -> Executable {
    let sites = vec![Site {
        op: "gather",
        loc: Loc::File("model.rs".into(), 9, 3),
        index: "i".into(),
        target: "dim 0 of x".into(),
    }];
    let shapes = ShapeProgram::new(func).expect("is right");
    let signature = Signature::of(func, in_place).expect("is right");
    // SAFETY: the tests pair programs with code of the same signature.
    unsafe { Executable::new(entry, Arc::new(()), signature, shapes, sites, Pool::new()) }.expect("fits")
}

fn vector(values: &[f64]) -> Array {
    Array::from_slice(&[values.len()], values).expect("fits")
}

fn values(array: &Array) -> &[f64] {
    array.as_slice().expect("is f64")
}

#[test]
fn views_of_any_strides_give_the_same_result() {
    let f = executable(&add_program(), add, &[]);
    let x = ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let t = x.t().as_standard_layout().into_owned();
    let sum = f.call(&[View::from(x.t()), View::from(&t)], &[]).expect("runs");
    assert_eq!(sum[0].as_view::<f64>().expect("is f64"), (&t + &t).into_dyn());
    let flipped = x.slice(ndarray::s![..;-1, ..;-1]);
    let sum = f.call(&[View::from(flipped), View::from(&x)], &[]).expect("runs");
    assert_eq!(values(&sum[0]), [7.0; 6]);
}

#[test]
fn dropped_results_are_reused() {
    let f = executable(&add_program(), add, &[]);
    let x = ndarray::arr2(&[[1.0, 2.0]]);
    for _ in 0..5 {
        let sum = f.call(&[View::from(&x), View::from(&x)], &[]).expect("runs");
        assert_eq!(values(&sum[0]), [2.0, 4.0]);
    }
    let stats = f.pool().stats();
    assert_eq!((stats.requests, stats.allocations, stats.in_use), (5, 1, 0));
}

#[test]
fn wrong_calls_are_refused_with_names_shapes_and_lines() {
    let f = executable(&add_program(), add, &[]);
    let refused = |args: &[View<'_>]| f.call(args, &[]).expect_err("is wrong").to_string();
    let x = Array::zeros(DType::F64, &[2, 3]).expect("fits");
    let long = Array::zeros(DType::F64, &[2, 4]).expect("fits");
    let whole = Array::zeros(DType::I64, &[2, 3]).expect("fits");
    let flat = Array::zeros(DType::F64, &[6]).expect("fits");
    assert_eq!(refused(&[x.view()]), "2 arguments are needed, 1 are given");
    assert_eq!(refused(&[x.view(), whole.view()]), "argument y has element type int64; float64 is needed");
    assert_eq!(
        refused(&[x.view(), flat.view()]),
        "argument y has shape (6) with 1 dim, but a tensor with 2 dims is needed"
    );
    assert_eq!(
        refused(&[x.view(), long.view()]),
        "model.rs:7:3: 'thn.add' op elementwise operands must have one shape, but x has shape (2, 3) and y has shape \
         (2, 4): dim 1 is 3 and 4"
    );
    // The lengths that were accepted last must not stand in for others.
    f.call(&[x.view(), x.view()], &[]).expect("is right");
    assert!(refused(&[x.view(), long.view()]).contains("3 and 4"));
    assert!(refused(&[flat.view(), flat.view()]).contains("with 2 dims is needed"));
}

/// w + x into both results.
unsafe extern "C" fn step(cx: *mut Context, args: *const DLTensor, _: *mut DLTensor) -> i32 {
    // SAFETY: called by the runtime with two arguments and two results.
    unsafe {
        let (w, x) = (elements(args), elements(args.add(1)));
        let (new, out) = (output(cx, 0, dims(args)), output(cx, 1, dims(args)));
        for i in 0..w.len() {
            out.add(i).write(w[i] + x[i]);
            new.add(i).write(w[i] + x[i]);
        }
    }
    status::OK
}

/// As `step`, but fails after it has written everything, as code does that checks an index late.
unsafe extern "C" fn step_that_fails(cx: *mut Context, args: *const DLTensor, out: *mut DLTensor) -> i32 {
    // SAFETY: as for `step`.
    unsafe {
        assert!(!alloc(cx, 1000).is_null());
        step(cx, args, out);
        fail_index(cx, 0, -9, 4)
    }
}

#[test]
fn updates_take_effect_after_success_only() {
    let w = SharedVar::new(Some("w"), vector(&[1.0, 2.0]));
    let before = w.get_value().expect("fits");
    let x = vector(&[10.0, 20.0]);
    let failing = executable(&step_program(), step_that_fails, &[]);
    let error = failing.call(&[x.view()], from_ref(&w)).expect_err("fails");
    assert_eq!(
        error.to_string(),
        "model.rs:9:3: 'thn.gather' op index -9 in i is out of bounds for dim 0 of x with length 4"
    );
    assert!(w.get_value().expect("fits").same_bits(&before));
    assert_eq!(failing.pool().stats().in_use, 0, "a failed call releases everything");

    let right = executable(&step_program(), step, &[]);
    for round in 1..4 {
        let out = right.call(&[x.view()], from_ref(&w)).expect("runs");
        let expected = [1.0 + 10.0 * f64::from(round), 2.0 + 20.0 * f64::from(round)];
        assert_eq!(out.len(), 1);
        assert_eq!(values(&out[0]), expected);
        assert_eq!(values(&w.get_value().expect("fits")), expected);
    }
    // The value's two buffers take turns: one is read while the other is written.
    assert!(right.pool().stats().allocations <= 4, "{:?}", right.pool().stats());
}

/// The planted fault: writes the state itself and then fails. The tests above must be able to see it.
unsafe extern "C" fn step_that_writes_before_its_check(
    cx: *mut Context,
    args: *const DLTensor,
    _: *mut DLTensor,
) -> i32 {
    // SAFETY: as for `step`; the first result is the shared variable's own memory.
    unsafe {
        output(cx, 0, dims(args)).write(-1.0);
        fail_index(cx, 0, 9, 4)
    }
}

#[test]
fn a_write_before_a_failing_check_is_visible() {
    let w = SharedVar::new(Some("w"), vector(&[1.0, 2.0]));
    let before = w.get_value().expect("fits");
    let x = vector(&[0.0, 0.0]);
    let wrong = executable(&step_program(), step_that_writes_before_its_check, &[true, false]);
    assert!(wrong.call(&[x.view()], from_ref(&w)).is_err());
    assert!(!w.get_value().expect("fits").same_bits(&before));
    let buffered = executable(&step_program(), step_that_writes_before_its_check, &[]);
    let before = w.get_value().expect("fits");
    assert!(buffered.call(&[x.view()], from_ref(&w)).is_err());
    assert!(w.get_value().expect("fits").same_bits(&before));
}

#[test]
fn in_place_updates_use_the_variables_memory() {
    let w = SharedVar::new(Some("w"), vector(&[1.0, 2.0]));
    let f = executable(&step_program(), step, &[true, false]);
    let out = f.call(&[vector(&[1.0, 1.0]).view()], from_ref(&w)).expect("runs");
    assert_eq!(values(&out[0]), [2.0, 3.0]);
    assert_eq!(values(&w.get_value().expect("fits")), [2.0, 3.0]);
    assert_eq!(f.pool().stats().requests, 1);
}

#[test]
fn one_variable_for_two_arguments_is_refused() {
    let mut f = Func::new("twice");
    let (a, b) = (arg(&mut f, "a", &[None], true), arg(&mut f, "b", &[None], true));
    let sum = Builder::new(&mut f, Func::BODY, Loc::Unknown).map(OpKind::Add, &[a, b]).expect("fits");
    f.add_result(sum, Res::default());
    let f = executable(&f, add, &[]);
    let w = SharedVar::new(None, vector(&[1.0]));
    let error = f.call(&[], &[w.clone(), w.clone()]).expect_err("is the same");
    assert_eq!(error.to_string(), "arguments a and b are the same shared variable");
    let error = f.call(&[], &[w]).expect_err("needs two").to_string();
    assert_eq!(error, "2 shared variables are needed, 1 are given");
}

#[test]
fn threads_share_functions_and_variables() {
    const ROUNDS: usize = 200;
    let two = |first: &str, second: &str| {
        let mut f = Func::new("step");
        let (a, b) = (arg(&mut f, first, &[None], true), arg(&mut f, second, &[None], true));
        let sum = Builder::new(&mut f, Func::BODY, Loc::Unknown).map(OpKind::Add, &[a, b]).expect("fits");
        f.add_result(sum, Res { updates: Some(0), ..Res::default() });
        f.add_result(sum, Res::default());
        executable(&f, step, &[])
    };
    // a += 1 and b += 1 by two functions that take the variables in opposite orders, where 1 is a third variable.
    let (a, b) = (SharedVar::new(None, vector(&[0.0])), SharedVar::new(None, vector(&[0.0])));
    let one = SharedVar::new(None, vector(&[1.0]));
    let f = two("v", "one");
    let calls = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (f, calls, one) = (&f, &calls, &one);
            let variable = if thread % 2 == 0 { a.clone() } else { b.clone() };
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    f.call(&[], &[variable.clone(), one.clone()]).expect("runs");
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(calls.into_inner(), 4 * ROUNDS);
    assert_eq!(values(&a.get_value().expect("fits")), [2.0 * ROUNDS as f64]);
    assert_eq!(values(&b.get_value().expect("fits")), [2.0 * ROUNDS as f64]);

    // Opposite orders of the same two variables neither deadlock nor lose an update.
    let (x, y) = (SharedVar::new(None, vector(&[1.0])), SharedVar::new(None, vector(&[0.0])));
    std::thread::scope(|scope| {
        for order in [[&x, &y], [&y, &x]] {
            let f = &f;
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    f.call(&[], &order.map(Clone::clone)).expect("runs");
                }
            });
        }
    });
    let sum = values(&x.get_value().expect("fits"))[0] + values(&y.get_value().expect("fits"))[0];
    assert!(sum > 1.0, "{sum}");
}

#[test]
fn results_go_to_memory_of_the_caller() {
    let f = executable(&add_program(), add, &[]);
    let x = ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0]]);
    let mut direct = Array::zeros(DType::F64, &[2, 2]).expect("fits");
    f.call_into(&[View::from(&x), View::from(&x)], &[], &mut [Destination::from(&mut direct)]).expect("runs");
    assert_eq!(values(&direct), [2.0, 4.0, 6.0, 8.0]);
    assert_eq!(f.pool().stats().requests, 0, "a compact output is written directly");

    let mut strided = ndarray::Array2::<f64>::zeros((2, 2));
    let output = Destination::from(strided.view_mut().reversed_axes());
    f.call_into(&[View::from(&x), View::from(&x)], &[], &mut [output]).expect("runs");
    assert_eq!(strided, ndarray::arr2(&[[2.0, 6.0], [4.0, 8.0]]));

    let mut small = Array::zeros(DType::F64, &[2, 1]).expect("fits");
    let wrong = f.call_into(&[View::from(&x), View::from(&x)], &[], &mut [Destination::from(&mut small)]);
    assert_eq!(wrong.expect_err("is too small").to_string(), "result 0 has shape [2, 2], its output [2, 1]");
    let mut whole = Array::zeros(DType::I32, &[2, 2]).expect("fits");
    let wrong = f.call_into(&[View::from(&x), View::from(&x)], &[], &mut [Destination::from(&mut whole)]);
    assert!(matches!(wrong, Err(CallError::DType { .. })));
}

/// A tensor of another library over memory that a test owns.
fn foreign(data: *mut f64, shape: &mut [i64]) -> DLTensor {
    DLTensor {
        data: data.cast(),
        device_type: DLTensor::CPU,
        device_id: 0,
        ndim: shape.len() as i32,
        code: 2,
        bits: 64,
        lanes: 1,
        shape: shape.as_mut_ptr(),
        strides: std::ptr::null_mut(),
        byte_offset: 0,
    }
}

#[test]
fn an_output_that_overlaps_an_input_sees_the_old_values() {
    // out = x shifted by one element: writing directly would read its own results.
    let f = executable(&add_program(), add, &[]);
    let mut memory = [1.0, 2.0, 3.0, 4.0];
    let start = memory.as_mut_ptr();
    let (mut shape, mut same) = ([1, 3], [1, 3]);
    let (x, out) = (foreign(start, &mut shape), foreign(start.wrapping_add(1), &mut same));
    // SAFETY: all elements lie in the memory, which nothing else uses during the call.
    unsafe {
        let x = View::from_dlpack(&x).expect("is right");
        let out = Destination::from_dlpack(&out).expect("is right");
        f.call_into(&[x.clone(), x], &[], &mut [out]).expect("runs");
    }
    assert_eq!(memory, [1.0, 2.0, 4.0, 6.0]);
}

/// Returns success without asking for its result's memory, whose lengths nobody else knows.
unsafe extern "C" fn silent(_: *mut Context, _: *const DLTensor, _: *mut DLTensor) -> i32 {
    status::OK
}

#[test]
fn code_that_breaks_its_contract_is_an_internal_error() {
    let mut f = Func::new("silent");
    let x = arg(&mut f, "x", &[None], false);
    let symbol = f.new_symbol("n", thn_ir::SymbolOrigin::Opaque);
    let ty = f.tensor(x).expect("is a tensor").with_shape(thn_ir::Shape(vec![symbol.into()]));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let y = b
        .shaped(OpKind::Reshape, &[x], thn_ir::Attrs::new(), &ty)
        .expect("is an equation for the call to check");
    f.add_result(y, Res::default());
    let error = executable(&f, silent, &[]).call(&[vector(&[1.0]).view()], &[]).expect_err("is wrong");
    assert_eq!(error.to_string(), "internal error: result 0 was not written");

    unsafe extern "C" fn unknown_status(_: *mut Context, _: *const DLTensor, _: *mut DLTensor) -> i32 {
        77
    }
    let x = ndarray::arr2(&[[1.0]]);
    let f = executable(&add_program(), unknown_status, &[]);
    let error = f.call(&[View::from(&x), View::from(&x)], &[]).expect_err("is wrong");
    assert_eq!(error.to_string(), "internal error: add returned status 77");
}

#[test]
fn empty_and_huge_lengths_are_handled() {
    let f = executable(&add_program(), add, &[]);
    let empty = Array::zeros(DType::F64, &[0, 3]).expect("fits");
    let sum = f.call(&[empty.view(), empty.view()], &[]).expect("runs");
    assert_eq!(sum[0].shape(), [0, 3]);

    let mut program = Func::new("fill");
    let x = arg(&mut program, "x", &[], false);
    let n = program.add_tensor_arg(DType::U64, &[], Arg { name: Some("n".into()), ..Arg::default() });
    let length = program.value_as_dim(n).expect("is an integer argument");
    let mut b = Builder::new(&mut program, Func::BODY, Loc::Unknown);
    let filled = b.fill(x, &thn_ir::Shape(vec![length])).expect("fits");
    program.add_result(filled, Res::default());
    let f = executable(&program, silent, &[]);
    let call = |n: u64| {
        let (x, n) = (Array::scalar(1.0).expect("fits"), Array::scalar(n).expect("fits"));
        f.call(&[x.view(), n.view()], &[]).map(|r| r[0].shape().to_vec())
    };
    assert_eq!(call(0), Ok(vec![0]));
    let error = call(1 << 61).expect_err("is too long").to_string();
    assert_eq!(error, "'thn.broadcast' op its result with shape (n) fits into no memory");
    assert_eq!(call(1 << 57), Err(CallError::OutOfMemory { bytes: Some(1 << 60) }));
    let error = call(u64::MAX).expect_err("is no length").to_string();
    assert_eq!(error, "argument n is not a number that lengths can have");
}
