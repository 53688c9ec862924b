// Like terms are counted, factors are powers, and what cancels is gone.
func.func @terms(%x: tensor<?xf64> {thn.dims = ["N"]}, %y: tensor<?xf64> {thn.dims = ["N"]}) -> tensor<?xf64> {
  %0 = thn.add %x, %y : tensor<?xf64>, tensor<?xf64>
  %1 = thn.add %0, %x : tensor<?xf64>, tensor<?xf64>
  %2 = thn.sub %1, %y : tensor<?xf64>, tensor<?xf64>
  return %2 : tensor<?xf64>
}
func.func @double_negation(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = thn.neg %x : tensor<4xf32>
  %1 = thn.abs %0 : tensor<4xf32>
  %2 = thn.sqr %1 : tensor<4xf32>
  return %2 : tensor<4xf32>
}
func.func @comparisons(%x: tensor<4xi32>, %y: tensor<4xi32>) -> tensor<4xi1> {
  %0 = thn.lt %x, %y : tensor<4xi32>, tensor<4xi32>
  %1 = thn.not %0 : tensor<4xi1>
  return %1 : tensor<4xi1>
}
