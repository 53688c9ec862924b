// thn-opt: '--thn-grad=disconnected=error'
// fails: error: the cost (
func.func @cost(%x: tensor<f64> {thn.name = "x"}, %w: tensor<f64> {thn.name = "w"}) -> tensor<f64> {
  %0 = thn.sqr %x : tensor<f64>
  return %0 : tensor<f64>
}
