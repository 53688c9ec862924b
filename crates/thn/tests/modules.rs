//! The optimizer on a module that another program made.
#![cfg(feature = "mlir")]

use thn::mlir::{new_context, parse, verify};

#[test]
fn functions_of_a_module_are_rewritten_in_place() {
    let context = new_context();
    let text = "
      func.func @f(%x: tensor<8xf64>) -> tensor<8xf64> {
        %one = arith.constant dense<1.0> : tensor<8xf64>
        %sum = arith.addf %one, %x : tensor<8xf64>
        %log = math.log %sum : tensor<8xf64>
        return %log : tensor<8xf64>
      }
      func.func @g(%x: tensor<?xf64>) -> tensor<?xf64> {
        %0 = thn.neg %x : tensor<?xf64>
        %1 = thn.neg %0 : tensor<?xf64>
        return %1 : tensor<?xf64>
      }";
    let module = parse(&context, text, "theirs.mlir").unwrap();
    let reports = thn::optimize(&module, &thn::eqsat::Options::default()).unwrap();
    verify(&context, &module).unwrap();
    assert_eq!(reports.len(), 2);
    let text = module.as_operation().to_string();
    assert!(text.contains("thn.log1p"), "{text}");
    assert!(!text.contains("thn.neg"), "{text}");
}
