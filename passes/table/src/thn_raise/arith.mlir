// thn-opt: --thn-raise
// Ops on scalars, with flags, or without an equivalent stay.
func.func @f(%x: tensor<?xf32> {thn.dims = ["N"]}, %y: tensor<?xf32> {thn.dims = ["N"]}, %s: f32) -> (tensor<?xf32>, f32) {
  %0 = arith.addf %x, %y : tensor<?xf32>
  %1 = math.log1p %0 : tensor<?xf32>
  %2 = arith.mulf %1, %y fastmath<reassoc> : tensor<?xf32>
  %3 = arith.remf %2, %x : tensor<?xf32>
  %4 = arith.negf %s : f32
  %5 = arith.subf %3, %x : tensor<?xf32>
  return %5, %4 : tensor<?xf32>, f32
}

func.func @literals(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %scalar = arith.constant 1.0 : f32
  %0 = math.exp %x : tensor<4xf32>
  %1 = arith.addf %0, %one : tensor<4xf32>
  return %1 : tensor<4xf32>
}
