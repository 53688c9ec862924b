// thn-opt: --thn-eqsat
// fails: unregistered-op.mlir:4:8: error: unregistered operation 'thn.nothing'
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = "thn.nothing"(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
