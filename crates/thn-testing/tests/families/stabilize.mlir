// What overflows, cancels or saturates as a textbook writes it.
func.func @softplus(%x: tensor<?xf64> {thn.dims = ["N"]}) -> tensor<?xf64> {
  %one = thn.constant dense<1.0> : tensor<f64>
  %0 = thn.exp %x : tensor<?xf64>
  %1 = thn.add %one, %0 : tensor<f64>, tensor<?xf64>
  %2 = thn.log %1 : tensor<?xf64>
  return %2 : tensor<?xf64>
}
func.func @log_of_softmax(%x: tensor<?x10xf32> {thn.dims = ["N"]}) -> tensor<?x10xf32> {
  %0 = thn.softmax %x axes = [1] : tensor<?x10xf32>
  %1 = thn.log %0 : tensor<?x10xf32>
  return %1 : tensor<?x10xf32>
}
func.func @complement(%x: tensor<4xf64>) -> tensor<4xf64> {
  %one = thn.constant dense<1.0> : tensor<f64>
  %0 = thn.erf %x : tensor<4xf64>
  %1 = thn.sub %one, %0 : tensor<f64>, tensor<4xf64>
  return %1 : tensor<4xf64>
}
