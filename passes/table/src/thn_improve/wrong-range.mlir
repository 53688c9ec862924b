// thn-opt: --thn-improve
// fails: argument 0: thn.range = [2.000000e+00, 1.000000e+00] is not [low, high] with low <= high
func.func @f(%x: tensor<f64> {thn.range = [2.0, 1.0]}) -> tensor<f64> {
  %0 = thn.exp %x : tensor<f64>
  return %0 : tensor<f64>
}
