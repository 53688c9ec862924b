//! Snapshot tests of what thn does to this program's own functions, as a compiler that embeds thn would have them.

use thn_testing::{insta::assert_snapshot, rewrite};

#[test]
fn the_logistic_loss_is_stable() -> Result<(), thn_testing::Error> {
    let page = rewrite(
        "func.func @loss(%x: tensor<8xf64>) -> tensor<8xf64> {
          %one = thn.constant dense<1.0> : tensor<f64>
          %0 = thn.exp %x : tensor<8xf64>
          %1 = thn.add %one, %0 : tensor<f64>, tensor<8xf64>
          %2 = thn.log %1 : tensor<8xf64>
          return %2 : tensor<8xf64>
        }",
        &["thn-eqsat"],
    )?;
    assert_snapshot!(page.to_string(), @r"
    // before
    module {
      func.func @loss(%arg0: tensor<8xf64>) -> tensor<8xf64> {
        %0 = thn.constant dense<1.000000e+00> : tensor<f64>
        %1 = thn.exp %arg0 : tensor<8xf64>
        %2 = thn.add %0, %1 : tensor<f64>, tensor<8xf64>
        %3 = thn.log %2 : tensor<8xf64>
        return %3 : tensor<8xf64>
      }
    }

    // after thn-eqsat
    // rule log-add-exp-rest, 1 time
    // rule log-one-plus, 1 time
    // rule log1p-exp, 1 time
    module {
      func.func @loss(%arg0: tensor<8xf64>) -> tensor<8xf64> {
        %0 = thn.softplus %arg0 : tensor<8xf64>
        return %0 : tensor<8xf64>
      }
    }
    ");
    Ok(())
}

#[test]
fn a_program_that_is_wrong_is_refused_at_its_line() {
    let text = "func.func @f(%x: tensor<3xf64>, %y: tensor<4xf64>) -> tensor<3xf64> {
      %0 = thn.add %x, %y : tensor<3xf64>, tensor<4xf64>
      return %0 : tensor<3xf64>
    }";
    let error = rewrite(text, &["thn-eqsat"]).expect_err("the shapes differ").to_string();
    assert!(error.contains("before.mlir:2:"), "{error}");
}
