//! Print, import, export, print: the two texts are equal, with all locations, for every op and for ops of
//! other dialects. Elementwise ops without attributes come from the op table, the others from the corpus.

use melior::{
    Context,
    ir::{BlockLike, Module, OperationRef, operation::OperationLike},
};
use std::{collections::BTreeSet, fs, path::Path};
use thn_ir::{Arg, Attr, Builder, DType, Func, Loc, OpKind, Res, Shape, SymbolOrigin, TensorType};
use thn_mlir::{
    Error, Imported, export_module, import, new_context, parse,
    pass::on_func,
    text::{print, print_with_locations},
    verify,
};

/// The functions of a module, in order.
fn functions<'c, 'a>(module: &'a Module<'c>) -> Vec<OperationRef<'c, 'a>> {
    let mut all = vec![];
    let mut next = module.body().first_operation();
    while let Some(function) = next {
        all.push(function);
        next = function.next_in_block();
    }
    all
}

fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roundtrip");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("is readable").path())
        .map(|path| {
            let name = path.file_name().expect("is a file").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("is text"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_file_survives() {
    for (name, text) in corpus() {
        let context = new_context();
        let module = parse(&context, &text, &name).unwrap_or_else(|error| panic!("{error}"));
        let before = print_with_locations(module.as_operation());
        rewrite(&context, &module, &name);
        let after = print_with_locations(module.as_operation());
        unchanged(&name, &before, &after);
    }
}

/// Imports and exports every function of a module, in place.
fn rewrite(context: &Context, module: &Module, name: &str) {
    for function in functions(module) {
        on_func(function, |_| Ok(())).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    verify(context, module).unwrap_or_else(|error| panic!("{name}: {error}"));
}

fn unchanged(name: &str, before: &str, after: &str) {
    if before != after {
        let (old, new) = before
            .lines()
            .zip(after.lines())
            .find(|(old, new)| old != new)
            .unwrap_or(("fewer lines", "more lines, or the other way round"));
        panic!("{name} changed from\n{old}\nto\n{new}\nin\n{after}");
    }
}

/// Whether programs with this op can be made from its row alone.
fn is_made_from_its_row(kind: OpKind) -> bool {
    kind.row().is_elementwise() && kind.row().attrs.is_empty()
}

/// A function that applies an elementwise op to a tensor of rank 2 and others of the same shape, then to
/// tensors of rank 0. `None` if the op does not take these element types: `first` for its first operand and
/// `rest` for the others.
fn elementwise(kind: OpKind, first: DType, rest: DType) -> Option<Func> {
    let mut func = Func::new(kind.row().mnemonic);
    let n = func.new_symbol("N", SymbolOrigin::ArgDim { arg: 0, axis: 0 });
    for shape in [Shape(vec![n.into(), 3.into()]), Shape::default()] {
        let operands: Vec<_> = (0..kind.row().operands.len())
            .map(|position| TensorType::new(if position == 0 { first } else { rest }, shape.clone()))
            .map(|tensor| func.add_arg(tensor, Arg::default()))
            .collect();
        let result = Builder::new(&mut func, Func::BODY, Loc::Unknown).map(kind, &operands).ok()?;
        func.add_result(result, Res::default());
    }
    Some(func)
}

#[test]
fn every_elementwise_op_survives_with_every_element_type() {
    for kind in OpKind::ALL.into_iter().filter(|kind| is_made_from_its_row(*kind)) {
        let mnemonic = kind.row().mnemonic;
        let pairs = DType::ALL.into_iter().flat_map(|first| DType::ALL.map(|rest| (first, rest)));
        // The second type says nothing about an op with one operand.
        let pairs = pairs.filter(|(first, rest)| kind.row().operands.len() > 1 || first == rest);
        let funcs: Vec<_> = pairs.filter_map(|(first, rest)| elementwise(kind, first, rest)).collect();
        assert!(!funcs.is_empty(), "{mnemonic} takes no element types");
        let context = new_context();
        for func in &funcs {
            let made = export_module(&context, &[func]).unwrap_or_else(|error| panic!("{error}"));
            let text = print_with_locations(made.as_operation());
            assert_eq!(text.matches(&format!("thn.{mnemonic} ")).count(), 2, "{text}");
            let parsed = parse(&context, &text, mnemonic).unwrap_or_else(|error| panic!("{error}\n{text}"));
            unchanged(mnemonic, &text, &print_with_locations(parsed.as_operation()));
            rewrite(&context, &parsed, mnemonic);
            unchanged(mnemonic, &text, &print_with_locations(parsed.as_operation()));
            let Imported { func: read, .. } =
                import(functions(&parsed)[0]).unwrap_or_else(|error| panic!("{error}"));
            let types = |func: &Func| -> Vec<_> {
                let ops =
                    func.walk(Func::BODY).into_iter().map(|op| (func.op(op).kind, func.op(op).result()));
                ops.map(|(kind, value)| (kind, func.ty(value).to_string())).collect()
            };
            assert_eq!(types(&read), types(func));
        }
    }
}

#[test]
fn the_corpus_has_every_other_op() {
    let mut missing: BTreeSet<&str> = OpKind::ALL
        .iter()
        .filter(|kind| !is_made_from_its_row(**kind))
        .map(|kind| kind.row().mnemonic)
        .filter(|mnemonic| !matches!(*mnemonic, "yield" | "foreign"))
        .collect();
    for (name, text) in corpus() {
        let context = new_context();
        let module = parse(&context, &text, &name).unwrap_or_else(|error| panic!("{error}"));
        for function in functions(&module) {
            // Functions that cannot be read are tested to be left alone.
            let Ok(Imported { func, .. }) = import(function) else { continue };
            for op in func.walk(Func::BODY) {
                missing.remove(func.op(op).kind.row().mnemonic);
            }
        }
    }
    assert!(missing.is_empty(), "not in the corpus: {missing:?}");
}

/// Imports the only function of a text.
fn imported<T>(text: &str, look: impl FnOnce(Result<Imported, Error>) -> T) -> T {
    let context = new_context();
    let module = parse(&context, text, "test.mlir").unwrap_or_else(|error| panic!("{error}"));
    look(import(*functions(&module).last().expect("there is a function")))
}

#[test]
fn imports_are_valid_programs() {
    for (name, text) in corpus() {
        let context = new_context();
        let module = parse(&context, &text, &name).unwrap_or_else(|error| panic!("{error}"));
        for function in functions(&module) {
            let Ok(Imported { func, .. }) = import(function) else { continue };
            let errors = thn_ir::verify::verify(&func);
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}

#[test]
fn names_dims_and_state_arrive() {
    let text = "
      func.func @f(%x: tensor<?x3xf32> {thn.dims = [\"N\"], thn.name = \"x\"},
                   %s: tensor<?xf32> {thn.dims = [\"N\"], thn.shared}, %k: tensor<i64> {thn.name = \"k\"})
          -> (tensor<?xf32> {thn.updates = 1 : i64}, tensor<?xi64>) {
        %0 = thn.sum %x axes = [1] {thn.name = \"row sums\"} : tensor<?x3xf32>
        %1 = thn.iota axis = 0 dims = [\"k + N\"] : tensor<?xi64>
        return %0, %1 : tensor<?xf32>, tensor<?xi64>
      }";
    imported(text, |imported| {
        let func = imported.unwrap_or_else(|error| panic!("{error}")).func;
        let origins: Vec<_> =
            func.symbols().iter().map(|(s, origin)| (s.name.to_string(), *origin)).collect();
        let expected = [
            ("N".to_owned(), SymbolOrigin::ArgDim { arg: 0, axis: 0 }),
            ("k".to_owned(), SymbolOrigin::ArgValue { arg: 2 }),
        ];
        assert_eq!(origins, expected);
        assert_eq!(func.args[0].name.as_deref(), Some("x"));
        assert!(func.args[1].shared && !func.args[0].shared);
        assert_eq!(func.results[0].updates, Some(1));
        let results = &func.body().results;
        assert_eq!(func.value(results[0]).name.as_deref(), Some("row sums"));
        assert_eq!(func.ty(results[0]), func.ty(func.body().args[1]), "the same dim N");
        assert_eq!(func.ty(results[1]).to_string(), "tensor<(N + k)xi64>");
    });
}

#[test]
fn ops_that_keep_shapes_keep_dims() {
    let text = "
      func.func @f(%x: tensor<?xf32> {thn.dims = [\"N\"]}, %i: index) -> (tensor<?xf32>, tensor<?xf32>) {
        %0 = math.sqrt %x : tensor<?xf32>
        %1 = arith.addf %0, %x : tensor<?xf32>
        %2 = tensor.empty(%i) : tensor<?xf32>
        return %1, %2 : tensor<?xf32>, tensor<?xf32>
      }";
    imported(text, |imported| {
        let func = imported.unwrap_or_else(|error| panic!("{error}")).func;
        let results = &func.body().results;
        assert_eq!(func.ty(results[0]), func.ty(func.body().args[0]));
        assert_eq!(func.ty(results[1]).to_string(), "tensor<d0xf32>");
    });
}

#[test]
fn what_the_planner_notes_is_read_back() {
    let text = "
      func.func @f(%x: tensor<?xf32> {thn.dims = [\"N\"]}) -> tensor<?xf32> {
        %0 = thn.kernel \"map\" %x {kept = array<i64: 0>, outer = [\"N\"]} : (tensor<?xf32>) -> tensor<?xf32> {
        ^bb0(%a: tensor<?xf32>):
          thn.yield %a : tensor<?xf32>
        }
        return %0 : tensor<?xf32>
      }";
    imported(text, |imported| {
        let func = imported.unwrap_or_else(|error| panic!("{error}")).func;
        let attrs = &func.op(func.body().ops[0]).attrs;
        let n = func.symbol_named("N").expect("is declared");
        assert_eq!(attrs.get("outer"), Some(&Attr::Dims([n.into()].into())));
        assert_eq!(attrs.get_ints("kept"), [0]);
        assert_eq!(attrs.get_str("schedule"), Some("map"));
    });
}

#[test]
fn literals_keep_their_bits() {
    let text = "
      func.func @f() -> tensor<4xf64> {
        %0 = thn.constant dense<[0x7FF8000000000001, -0.0, 0xFFF0000000000000, 1.0e-320]> : tensor<4xf64>
        return %0 : tensor<4xf64>
      }";
    imported(text, |imported| {
        let func = imported.unwrap_or_else(|error| panic!("{error}")).func;
        let literal = func.literal(func.body().results[0]).expect("is a constant");
        assert_eq!(literal.dtype(), DType::F64);
        let expected =
            [0x7FF8_0000_0000_0001, (-0.0_f64).to_bits(), 0xFFF0_0000_0000_0000, 1.0e-320_f64.to_bits()];
        let bytes: Vec<u8> = expected.iter().flat_map(|bits: &u64| bits.to_le_bytes()).collect();
        assert_eq!(literal.to_bytes(), bytes);
    });
}

#[test]
fn a_changed_program_is_written_back() {
    let text = "
      func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
        %0 = thn.exp %x : tensor<?xf32>
        %1 = thn.log %0 : tensor<?xf32>
        return %1 : tensor<?xf32>
      }";
    let context = new_context();
    let module = parse(&context, text, "test.mlir").unwrap_or_else(|error| panic!("{error}"));
    for function in functions(&module) {
        on_func(function, |func| {
            let x = func.body().args[0];
            func.block_mut(Func::BODY).results = vec![x];
            func.remove_dead();
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    }
    let text = print(module.as_operation());
    assert!(!text.contains("thn."), "{text}");
    assert!(text.contains("return %arg0"), "{text}");
}

#[test]
fn a_result_that_became_known_keeps_its_declared_type() {
    // Other functions call this one by its type, so that a better type must not show.
    let text = "
      func.func @f(%x: tensor<?xf32>, %y: tensor<4xf32>) -> tensor<?xf32> {
        %0 = thn.exp %x : tensor<?xf32>
        return %0 : tensor<?xf32>
      }";
    let context = new_context();
    let module = parse(&context, text, "test.mlir").unwrap_or_else(|error| panic!("{error}"));
    for function in functions(&module) {
        on_func(function, |func| {
            let y = func.body().args[1];
            func.block_mut(Func::BODY).results = vec![y];
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    }
    verify(&context, &module).unwrap_or_else(|error| panic!("{error}"));
    let text = print(module.as_operation());
    assert!(text.contains("tensor.cast") && text.contains("-> tensor<?xf32>"), "{text}");
}

#[test]
fn a_program_becomes_a_module() {
    let text = "
      func.func @f(%x: tensor<?xf32> {thn.dims = [\"N\"]}) -> tensor<?xf32> {
        %0 = thn.exp %x : tensor<?xf32>
        return %0 : tensor<?xf32>
      }";
    let func = imported(text, |imported| imported.unwrap_or_else(|error| panic!("{error}")).func);
    let context = new_context();
    let module = export_module(&context, &[&func]).unwrap_or_else(|error| panic!("{error}"));
    let parsed = parse(&context, text, "test.mlir").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(print(module.as_operation()), print(parsed.as_operation()));
}

#[test]
fn lengths_keep_their_names_when_ops_change_places() {
    let text = "
      func.func @f(%i: index, %j: index) -> (tensor<?xf32>, tensor<?xf32>) {
        %0 = tensor.empty(%i) : tensor<?xf32>
        %1 = tensor.empty(%j) : tensor<?xf32>
        %2 = thn.exp %0 : tensor<?xf32>
        %3 = thn.exp %1 : tensor<?xf32>
        return %2, %3 : tensor<?xf32>, tensor<?xf32>
      }";
    let context = new_context();
    let module = parse(&context, text, "test.mlir").unwrap_or_else(|error| panic!("{error}"));
    let function = functions(&module)[0];
    let lengths = || {
        let func = import(function).unwrap_or_else(|error| panic!("{error}")).func;
        func.body().results.iter().map(|value| func.ty(*value).to_string()).collect::<Vec<_>>()
    };
    let before = lengths();
    on_func(function, |func| {
        func.block_mut(Func::BODY).ops.swap(0, 1);
        Ok(())
    })
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(lengths(), before);
    let text = print(module.as_operation());
    assert!(text.contains("thn.dims = [\"d1\"]"), "{text}");
}

#[test]
fn branches_may_know_different_lengths() {
    let text = "
      func.func @f(%c: tensor<i1>, %x: tensor<4xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
        %0 = thn.cond %c : (tensor<i1>) -> tensor<?xf32> {
          thn.yield %x : tensor<4xf32>
        } else {
          thn.yield %y : tensor<?xf32>
        }
        %1 = thn.exp %0 : tensor<?xf32>
        return %1 : tensor<?xf32>
      }";
    let context = new_context();
    let module = parse(&context, text, "test.mlir").unwrap_or_else(|error| panic!("{error}"));
    let function = functions(&module)[0];
    on_func(function, |_| Ok(())).unwrap_or_else(|error| panic!("{error}"));
    verify(&context, &module).unwrap_or_else(|error| panic!("{error}"));
    let once = print(module.as_operation());
    on_func(function, |_| Ok(())).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(print(module.as_operation()), once, "what was written is read as it is");
}

#[test]
fn a_leaf_without_its_original_is_an_error() {
    let text = "
      func.func @f(%i: index) -> tensor<?xf32> {
        %0 = tensor.empty(%i) : tensor<?xf32>
        return %0 : tensor<?xf32>
      }";
    let mut func = imported(text, |imported| imported.unwrap_or_else(|error| panic!("{error}")).func);
    let context = new_context();
    let error = export_module(&context, &[&func]).expect_err("the table is empty");
    assert!(error.to_string().contains("lost its original"), "{error}");
    let leaf = func.body().ops[0];
    func.op_mut(leaf).attrs.set("foreign", Attr::Int(-1));
    assert!(export_module(&context, &[&func]).is_err());
}
