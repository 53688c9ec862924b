// thn-opt: --thn-grad=wrt=arg1
// fails: error: the cost (
func.func @cost(%x: tensor<f64>, %w: tensor<f64>) -> tensor<f64> {
  %0 = thn.sqr %x : tensor<f64>
  return %0 : tensor<f64>
}
