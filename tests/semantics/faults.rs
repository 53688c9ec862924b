//! Wrong promises, which the checks must not let pass where they pass those of the page.

use crate::{
    TEXT, examples,
    page::{Error, Page, Promise, Same},
    promises,
};
use libtest_mimic::Trial;
use thn_ir::{DType, OpKind};

pub(crate) fn trials() -> Vec<Trial> {
    let (f32, f64) = (DType::F32, DType::F64);
    vec![
        Trial::test("fault/bits that the reference does not have", move || {
            Ok(broken(OpKind::Exp, f64, &|p| p.same = Same::Everywhere, "Reference gives")?)
        }),
        Trial::test("fault/bits that hang on an order", move || {
            Ok(broken(OpKind::Sum, f32, &|p| p.same = Same::Everywhere, "Reference gives")?)
        }),
        Trial::test("fault/an error that is too small", move || {
            Ok(broken(OpKind::Tanh, f32, &|p| p.error = Error::Ulps(0), "numbers away")?)
        }),
        Trial::test("fault/an error that no order keeps", move || {
            Ok(broken(OpKind::Mean, f32, &|p| p.error = Error::Ulps(0), "numbers away")?)
        }),
        Trial::test("fault/an op table that promises less", move || {
            Ok(listed(&|p| p.error = Error::Ulps(1), "may err by 2 ulp in the op table")?)
        }),
        Trial::test("fault/an op without a row", move || {
            Ok(listed(&|p| p.ops.retain(|k| *k != OpKind::Exp2), "thn.exp2 of f32 has 0 rows")?)
        }),
        Trial::test("fault/an op with two rows", move || {
            Ok(listed(&|p| p.ops.push(OpKind::Sqrt), "thn.sqrt of f32 has 2 rows")?)
        }),
        Trial::test("fault/an element type without a row", move || {
            Ok(listed(&|p| p.types = vec![DType::F64], "of f32 has 0 rows")?)
        }),
        Trial::test("fault/a wrong example", || Ok(wrong_examples()?)),
        Trial::test("fault/words that say nothing", || Ok(unknown_words()?)),
    ]
}

/// That a check refuses, for the reason that was planted.
fn refused(outcome: Result<(), String>, reason: &str) -> Result<(), String> {
    match outcome {
        Ok(()) => Err("what is wrong was not found".into()),
        Err(e) if e.contains(reason) => Ok(()),
        Err(e) => Err(format!("found something else: {e}")),
    }
}

/// The page with another promise about an op.
fn changed(kind: OpKind, dtype: DType, change: &dyn Fn(&mut Promise)) -> Result<Page, String> {
    let mut page = Page::read(TEXT)?;
    let row = page.promises.iter_mut().find(|p| p.is_about(kind, dtype)).ok_or("no such row")?;
    change(row);
    Ok(page)
}

/// A promise that is broken where the page keeps its own.
fn broken(kind: OpKind, dtype: DType, change: &dyn Fn(&mut Promise), reason: &str) -> Result<(), String> {
    let ran = promises::Ran::new(dtype, &|k| k == kind)?;
    ran.check(&Page::read(TEXT)?)?;
    refused(ran.check(&changed(kind, dtype, change)?), reason)
}

/// A row of exp2 that is wrong as a list.
fn listed(change: &dyn Fn(&mut Promise), reason: &str) -> Result<(), String> {
    refused(promises::every_op_has_one_row(&changed(OpKind::Exp2, DType::F32, change)?), reason)
}

/// Another number, a number where there is an error, an error where there is a number.
fn wrong_examples() -> Result<(), String> {
    for (op, result) in [("cast f64 i8", "44"), ("max f64", "-inf"), ("floordiv i32", "error")] {
        let mut page = Page::read(TEXT)?;
        let mut wrong = page.examples.iter().find(|e| e.op == op).ok_or("no such example")?.clone();
        wrong.result = result.into();
        page.examples = vec![wrong];
        refused(examples::check(&page), "gives")?;
    }
    Ok(())
}

/// What no row may say.
fn unknown_words() -> Result<(), String> {
    let head = "| ops | element types | same bits | error |\n| --- | --- | --- | --- |\n";
    let rows = [
        ("| `ad` | float | everywhere | 0 |", "no op \"ad\""),
        ("| `add` | f16 | everywhere | 0 |", "no element type \"f16\""),
        ("| `add` | float | mostly | 0 |", "same bits \"mostly\""),
        ("| `add` | float | code | few |", "error \"few\""),
    ];
    rows.into_iter()
        .try_for_each(|(row, reason)| refused(Page::read(&format!("{head}{row}\n")).map(|_| ()), reason))
}
