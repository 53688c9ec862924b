// thn-opt: --thn-eqsat --allow-unregistered-dialect
// ops-left: thn.exp 2
// ops-left: thn.log 1
// ops-left: my.op 2
// ops-left: my.yield 2
// Ops that nobody knows stay, with all that is in their regions; what is around them is optimised.
func.func @f(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = thn.exp %x : tensor<4xf32>
  %1 = "my.op"(%0) ({
    %3 = thn.exp %0 : tensor<4xf32>
    %4 = thn.log %3 : tensor<4xf32>
    "my.yield"(%4) : (tensor<4xf32>) -> ()
  }) {my.tag = [1, "a"]} : (tensor<4xf32>) -> tensor<4xf32>
  "my.op"(%1) ({
  ^bb0(%a: i32):
    "my.yield"(%a)[^bb1] : (i32) -> ()
  ^bb1:
    "my.end"() : () -> ()
  }) : (tensor<4xf32>) -> ()
  %2 = thn.log %0 : tensor<4xf32>
  return %1, %2 : tensor<4xf32>, tensor<4xf32>
}
