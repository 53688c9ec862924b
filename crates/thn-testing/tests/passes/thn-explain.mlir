// passes: thn-explain
func.func @f(%x: tensor<?xf64> {thn.dims = ["N"]}) -> tensor<?xf64> {
  %one = thn.constant dense<1.0> : tensor<f64>
  %0 = thn.exp %x : tensor<?xf64>
  %1 = thn.add %one, %0 : tensor<f64>, tensor<?xf64>
  %2 = thn.log %1 : tensor<?xf64>
  return %2 : tensor<?xf64>
}
