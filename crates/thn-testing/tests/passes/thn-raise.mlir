// passes: thn-raise
func.func @f(%x: tensor<8xf64>) -> tensor<8xf64> {
  %one = arith.constant dense<1.0> : tensor<8xf64>
  %0 = math.exp %x : tensor<8xf64>
  %1 = arith.addf %one, %0 : tensor<8xf64>
  return %1 : tensor<8xf64>
}
