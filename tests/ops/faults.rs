//! Mistakes planted in programs, plans and lowered code, which the checks of this suite must find; and the right
//! versions of the same programs, on which they must be silent.

use crate::{
    call::{call, value},
    elementwise,
    judge::{Judge, judge},
    samples::tensor,
};
use libtest_mimic::Trial;
use thn_cpu::{Compiled, Options, compile, compile_lowered};
use thn_ir::{Arg, Attr, Attrs, Builder, DType, Dim, Func, Loc, OpKind, Res, Shape, ShapeProgram, Value};
use thn_random::Random;
use thn_reference::Value as Tensor;
use thn_runtime::{Array, CallError, SharedVar};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("fault/a wrong math function is found", || Ok(wrong_function()?)),
        Trial::test("fault/an inaccurate math function is found", || Ok(inaccurate_function()?)),
        Trial::test("fault/a wrong index map is found", || Ok(wrong_index_map()?)),
        Trial::test("fault/a wrong lowering is found", || Ok(wrong_lowering()?)),
        Trial::test("fault/a failing check leaves state alone", || Ok(failing_check()?)),
        Trial::test("fault/a write before a failing check is found", || Ok(write_before_check()?)),
    ]
}

/// That a check failed, for the reason that was planted.
fn found(outcome: Result<(), String>, reason: &str) -> Result<(), String> {
    match outcome {
        Ok(()) => Err("the planted mistake was not found".into()),
        Err(e) if e.contains(reason) => Ok(()),
        Err(e) => Err(format!("found something else: {e}")),
    }
}

/// exp2 where exp is meant.
fn wrong_function() -> Result<(), String> {
    found(elementwise::check_as(OpKind::Exp2, OpKind::Exp, DType::F64), "representable numbers away")
}

/// ceil where round is meant: they agree on most of the special numbers and on whole ones.
fn inaccurate_function() -> Result<(), String> {
    found(elementwise::check_as(OpKind::Ceil, OpKind::Round, DType::F32), "representable numbers away")
}

fn planned(func: &Func) -> Result<(Func, ShapeProgram), String> {
    let shapes = ShapeProgram::new(func).map_err(|e| e.to_string())?;
    let mut unified = func.clone();
    unified.unify_dims().map_err(|e| e.to_string())?;
    let planned = thn_kernels::plan(&unified, &thn_kernels::Options::default()).map_err(|e| e.to_string())?;
    Ok((planned, shapes))
}

/// x[1:] + x[:-1] of a vector.
fn neighbours() -> Result<Func, thn_ir::Error> {
    let mut f = Func::new("neighbours");
    let x = f.add_tensor_arg(DType::F64, &[None], Arg { name: Some("x".into()), ..Arg::default() });
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let shape = Shape(vec![b.shape(x)?[0].clone() - Dim::from(1)]);
    let after = b.slice(x, &[Dim::from(1)], &[1], &shape)?;
    let before = b.slice(x, &[Dim::from(0)], &[1], &shape)?;
    let sum = b.map(OpKind::Add, &[after, before])?;
    f.add_result(sum, Res::default());
    Ok(f)
}

fn judged(func: &Func, code: &Compiled) -> Result<(), String> {
    let inputs: Vec<Tensor> = vec![tensor(&mut Random::new(5), DType::F64, &[9])];
    let labels = ["neighbours".to_string()];
    judge(func, &labels, &inputs, &call(code, &inputs)?, Judge::Bits)
}

/// A slice that starts one element late in the plan.
fn wrong_index_map() -> Result<(), String> {
    let func = neighbours().map_err(|e| e.to_string())?;
    let (mut plan, shapes) = planned(&func)?;
    let code = compile(&plan, shapes.clone(), &Options::default()).map_err(|e| e.to_string())?;
    judged(&func, &code)?;
    let slices = plan.walk(Func::BODY).into_iter().filter(|op| plan.op(*op).kind == OpKind::Slice);
    let late: Vec<_> = slices.filter(|op| plan.op(*op).attrs.get_dims("starts")[0].is(1)).collect();
    let [slice] = late.as_slice() else { return Err(format!("{} slices to change in\n{plan}", late.len())) };
    plan.op_mut(*slice).attrs.set("starts", Attr::Dims([Dim::from(0)].as_slice().into()));
    let code = compile(&plan, shapes, &Options::default()).map_err(|e| e.to_string())?;
    found(judged(&func, &code), "neighbours at")
}

/// A subtraction where the lowered text has an addition.
fn wrong_lowering() -> Result<(), String> {
    let func = neighbours().map_err(|e| e.to_string())?;
    let (plan, shapes) = planned(&func)?;
    let mut lowered = thn_lower::lower(&plan).map_err(|e| e.to_string())?;
    if !lowered.text.contains("arith.addf") {
        return Err(format!("no addition in\n{}", lowered.text));
    }
    lowered.text = lowered.text.replace("arith.addf", "arith.subf");
    let code = compile_lowered(&lowered, &plan, shapes, &Options::default()).map_err(|e| e.to_string())?;
    found(judged(&func, &code), "neighbours at")
}

/// w ← w + x, and rows of a table by `index`, or by the new w where `dependent`; either may miss the table.
fn step(dependent: bool) -> Result<Func, thn_ir::Error> {
    let mut f = Func::new("step");
    let arg = |f: &mut Func, name: &str, dtype, rank: usize, shared| {
        f.add_tensor_arg(dtype, &vec![None; rank], Arg { name: Some(name.into()), shared, ..Arg::default() })
    };
    let w = arg(&mut f, "w", DType::F64, 1, true);
    let x = arg(&mut f, "x", DType::F64, 1, false);
    let table = arg(&mut f, "table", DType::F64, 2, false);
    let index = arg(&mut f, "index", DType::I64, 1, false);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::File("model.rs".into(), 4, 9));
    let sum: Value = b.map(OpKind::Add, &[w, x])?;
    let index = if dependent { b.cast(sum, DType::I64)? } else { index };
    let rows = b.apply(OpKind::Gather, &[table, index], Attrs::new())?;
    f.add_result(sum, Res { updates: Some(0), ..Res::default() });
    f.add_result(rows, Res::default());
    Ok(f)
}

/// Calls a step so that its second index is this one; gives the error and whether the state is as it was.
fn call_with_a_bad_index(code: &Compiled, index: i64) -> Result<(CallError, bool), String> {
    let w = Array::from_slice(&[3], &[0.0, 1.0, 2.0]).map_err(|e| e.to_string())?;
    let before = w.try_clone().map_err(|e| e.to_string())?;
    let w = SharedVar::new(Some("w"), w);
    let x = Array::from_slice(&[3], &[0.0, index as f64 - 1.0, 1.0]).map_err(|e| e.to_string())?;
    let table = Array::zeros(DType::F64, &[4, 2]).map_err(|e| e.to_string())?;
    let index = Array::from_slice(&[3], &[0, index, 1]).map_err(|e| e.to_string())?;
    let inputs = [x.view(), table.view(), index.view()];
    let outcome = code.executable.call(&inputs, std::slice::from_ref(&w));
    let after = w.get_value().map_err(|e| e.to_string())?;
    let error = outcome.err().ok_or("the call succeeded")?;
    Ok((error, after.same_bits(&before)))
}

fn failing_check() -> Result<(), String> {
    for dependent in [false, true] {
        let func = step(dependent).map_err(|e| e.to_string())?;
        let code = thn_cpu::compile_function(&func, &Options::default()).map_err(|e| e.to_string())?;
        for (index, shown) in [(4, "index 4 "), (-5, "index -5 "), (i64::MIN, "index -9223372036854775808 ")]
        {
            let (error, untouched) = call_with_a_bad_index(&code, index)?;
            let text = error.to_string();
            if !untouched {
                return Err(format!("state changed although the call failed: {text}"));
            }
            if !(text.contains("model.rs:4:9") && text.contains("'thn.gather'") && text.contains(shown)) {
                return Err(format!("not the message of a bad index: {text}"));
            }
        }
    }
    let func = step(false).map_err(|e| e.to_string())?;
    let code = thn_cpu::compile_function(&func, &Options::default()).map_err(|e| e.to_string())?;
    call_with_a_bad_index(&code, 4)?;
    // After a failure the function works, and its update takes effect once.
    let w = Array::from_slice(&[1], &[1.0]).map_err(|e| e.to_string())?;
    let w = SharedVar::new(Some("w"), w);
    let x = Array::from_slice(&[1], &[0.5]).map_err(|e| e.to_string())?;
    let table = Array::from_slice(&[2, 1], &[7.0, 8.0]).map_err(|e| e.to_string())?;
    let index = Array::from_slice(&[2], &[-1i64, 0]).map_err(|e| e.to_string())?;
    let inputs = [x.view(), table.view(), index.view()];
    let rows = code.executable.call(&inputs, std::slice::from_ref(&w)).map_err(|e| e.to_string())?;
    let rows = value(&rows[0])?.to_f64();
    let state = value(&w.get_value().map_err(|e| e.to_string())?)?.to_f64();
    if rows.as_slice() != Some(&[8.0, 7.0]) || state.as_slice() != Some(&[1.5]) {
        return Err(format!("rows {rows:?}, state {state:?}"));
    }
    Ok(())
}

/// A step whose check comes after its update, which lowering therefore does not write in place, written in place.
fn write_before_check() -> Result<(), String> {
    let func = step(true).map_err(|e| e.to_string())?;
    let (plan, shapes) = planned(&func)?;
    let mut lowered = thn_lower::lower(&plan).map_err(|e| e.to_string())?;
    if lowered.in_place.iter().any(|b| *b) {
        return Err("an update before a check that can fail is in place".into());
    }
    lowered.in_place[0] = true;
    let code = compile_lowered(&lowered, &plan, shapes, &Options::default()).map_err(|e| e.to_string())?;
    match call_with_a_bad_index(&code, 4)? {
        (_, false) => Ok(()),
        (error, true) => Err(format!("the planted write is not visible after: {error}")),
    }
}
