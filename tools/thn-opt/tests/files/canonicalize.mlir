// thn-opt: --canonicalize --cse
// ops-left: thn.constant 1
// ops-left: thn.exp 1
// Literals and equal ops are merged, and ops that nobody uses go, as every op of thn is pure.
func.func @f(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %a = thn.constant dense<2.0> : tensor<4xf32>
  %b = thn.constant dense<2.0> : tensor<4xf32>
  %unused = thn.log %x : tensor<4xf32>
  %0 = thn.exp %x : tensor<4xf32>
  %1 = thn.exp %x : tensor<4xf32>
  %2 = thn.add %a, %b : tensor<4xf32>, tensor<4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
