//! What the verifier says about wrong ops: the op, both shapes, and the dim that is at fault.

use thn_mlir::{new_context, parse};

fn messages(body: &str) -> String {
    let context = new_context();
    let source = format!(
        "func.func @f(%a: tensor<3x2xf32>, %b: tensor<4x2xf32>, %n: tensor<?xf32>, %i: tensor<i64>, %c: tensor<i1>,
                      %v: tensor<2xf32>, %s: tensor<f64>) {{\n{body}\nreturn\n}}"
    );
    match parse(&context, &source, "a.mlir") {
        Ok(_) => "accepted".into(),
        Err(error) => {
            let lines: Vec<_> =
                error.failure().diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
            lines.join("\n")
        }
    }
}

#[test]
fn wrong_ops_are_explained() {
    let cases = [
        "%0 = thn.add %a, %b : tensor<3x2xf32>, tensor<4x2xf32>",
        "%0 = thn.add %a, %v : tensor<3x2xf32>, tensor<2xf32>",
        "%0 = thn.add %v, %s : tensor<2xf32>, tensor<f64>",
        "%0 = thn.and %v, %v : tensor<2xf32>, tensor<2xf32>",
        "%0 = thn.dot %a, %b : tensor<3x2xf32>, tensor<4x2xf32>",
        "%0 = thn.sum %a axes = [2] : tensor<3x2xf32>",
        "%0 = thn.sum %a axes = [1, 0] : tensor<3x2xf32>",
        "%0 = thn.dimshuffle %a order = [0] : tensor<3x2xf32>",
        "%0 = thn.reshape %a : tensor<3x2xf32> -> tensor<7xf32>",
        "%0 = thn.reshape %a : tensor<3x2xf32> -> tensor<?xf32>",
        "%0 = thn.reshape %a dims = [\"N\", \"M\"] : tensor<3x2xf32> -> tensor<?xf32>",
        "%0 = thn.reshape %a dims = [\"6\"] : tensor<3x2xf32> -> tensor<?xf32>",
        "%0 = thn.broadcast %v axes = [0] dims = [\"N +\"] : tensor<2xf32> -> tensor<2x?xf32>",
        "%0 = thn.broadcast %v axes = [0] : tensor<2xf32> -> tensor<3x2xf32>",
        "%0 = thn.slice %v starts = [\"1\"] steps = [1] : tensor<2xf32> -> tensor<2xf32>",
        "%0 = thn.join %a, %v axis = 0 : tensor<3x2xf32>, tensor<2xf32>",
        "%0 = \"thn.exp\"(%a) : (tensor<3x2xf32>) -> tensor<3x3xf32>",
        "%0 = \"thn.sum\"(%a) : (tensor<3x2xf32>) -> tensor<3xf32>",
        "%0 = thn.loop %i, %v : (tensor<i64>, tensor<2xf32>) -> tensor<2xf32> {
         ^bb0(%k: tensor<i64>, %x: tensor<2xf32>):
           thn.yield %a : tensor<3x2xf32>
         }",
        "%0 = thn.loop %i, %v : (tensor<i64>, tensor<2xf32>) -> tensor<2xf32> {
         ^bb0(%x: tensor<2xf32>):
           thn.yield %x : tensor<2xf32>
         }",
        "%0 = thn.cond %c : (tensor<i1>) -> tensor<2xf32> {
           thn.yield %v : tensor<2xf32>
         } else {
           thn.yield %a : tensor<3x2xf32>
         }",
        "%0 = thn.cond %i : (tensor<i64>) -> tensor<2xf32> {
           thn.yield %v : tensor<2xf32>
         } else {
           thn.yield %v : tensor<2xf32>
         }",
        "%0 = thn.add %n, %v : tensor<?xf32>, tensor<2xf32>",
        "%0 = thn.sqrt %i : tensor<i64>",
    ];
    let report: Vec<_> = cases.iter().map(|case| format!("{case}\n=> {}", messages(case))).collect();
    insta::assert_snapshot!(report.join("\n\n"));
}
