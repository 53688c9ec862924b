//! The language reference is true: each of its programs is read, checked, written and read again, and each op is in one.

use thn_ir::{OpKind, ShapeProgram, verify};
use thn_mlir::{
    melior::ir::{BlockLike, Module, OperationRef, operation::OperationLike},
    new_context, parse,
    pass::on_func,
    text::print,
};

const PAGE: &str = include_str!("../../../docs/reference/language.md");

/// The programs of the page, in order.
fn programs() -> Vec<&'static str> {
    PAGE.split("```mlir\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

fn functions<'c, 'a>(module: &'a Module<'c>) -> Vec<OperationRef<'c, 'a>> {
    let mut all = vec![];
    let mut next = module.body().first_operation();
    while let Some(function) = next {
        all.push(function);
        next = function.next_in_block();
    }
    all
}

#[test]
fn every_program_is_read_and_written() {
    let programs = programs();
    assert!(programs.len() > OpKind::ALL.len(), "{} programs", programs.len());
    for text in programs {
        let context = new_context();
        let module = parse(&context, text, "language.md").unwrap_or_else(|e| panic!("{e}\n{text}"));
        for function in functions(&module) {
            let checked = on_func(function, |func| {
                assert_eq!(verify::verify(func), vec![], "{text}");
                ShapeProgram::new(func).map(drop)
            });
            checked.unwrap_or_else(|e| panic!("{e}\n{text}"));
        }
        let written = print(module.as_operation());
        let again = parse(&context, &written, "written.mlir").unwrap_or_else(|e| panic!("{e}\n{written}"));
        assert_eq!(print(again.as_operation()), written);
    }
}

#[test]
fn every_op_is_shown_under_its_name() {
    for kind in OpKind::ALL {
        let mnemonic = kind.row().mnemonic;
        let section = PAGE.split(&format!("\n### `thn.{mnemonic}`\n")).nth(1);
        let section = section.unwrap_or_else(|| panic!("no section on thn.{mnemonic}"));
        let section = section.split("\n### ").next().unwrap_or_default();
        let program = section.split("```mlir\n").nth(1).unwrap_or_default();
        let used =
            program.contains(&format!("thn.{mnemonic} ")) || program.contains(&format!("thn.{mnemonic}\n"));
        assert!(used, "thn.{mnemonic} is not in its own example:\n{section}");
    }
}

#[test]
fn every_attribute_of_functions_is_explained() {
    for name in ["thn.name", "thn.names", "thn.dims", "thn.value", "thn.shared", "thn.updates"] {
        assert!(PAGE.contains(&format!("| `{name}")), "{name}");
    }
}
