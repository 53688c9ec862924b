//! `docs/semantics.md`, held to its word.
//!
//! The tables of the page are read from the page. Every op of the table has one row for each of its element types, and
//! each row's promise is asked of the reference, of code as the program is written, of optimized code, and of code for
//! every CPU of this architecture; so is every example. `faults` writes wrong promises into the page and asks that
//! these very checks refuse it.

#[path = "ops/call.rs"]
mod call;
#[path = "semantics/calls.rs"]
mod calls;
#[path = "semantics/code.rs"]
mod code;
#[path = "semantics/examples.rs"]
mod examples;
#[path = "semantics/faults.rs"]
mod faults;
#[path = "semantics/page.rs"]
mod page;
#[path = "semantics/programs.rs"]
mod programs;
#[path = "semantics/promises.rs"]
mod promises;
#[path = "ops/samples.rs"]
mod samples;

use libtest_mimic::{Arguments, Trial};
use page::Page;
use thn_ir::DType;

/// The page.
const TEXT: &str = include_str!("../docs/semantics.md");

fn main() {
    let mut trials = vec![Trial::test("every op has one row for each element type", || {
        Ok(promises::every_op_has_one_row(&Page::read(TEXT)?)?)
    })];
    for dtype in DType::ALL {
        trials.push(Trial::test(format!("promises/{dtype}"), move || {
            Ok(promises::Ran::new(dtype, &|_| true)?.check(&Page::read(TEXT)?)?)
        }));
    }
    trials.push(Trial::test("examples", || Ok(examples::check(&Page::read(TEXT)?)?)));
    trials.push(Trial::test("addresses/f32", || Ok(calls::addresses(DType::F32, |x| x as f32)?)));
    trials.push(Trial::test("addresses/f64", || Ok(calls::addresses(DType::F64, |x| x)?)));
    trials.push(Trial::test("nothing is contracted", || Ok(calls::nothing_is_contracted()?)));
    trials.extend(faults::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
