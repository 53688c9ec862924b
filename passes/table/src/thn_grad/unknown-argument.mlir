// thn-opt: --thn-grad=wrt=v
// fails: error: no argument is called v; there are x, w
func.func @cost(%x: tensor<f64> {thn.name = "x"}, %w: tensor<f64> {thn.name = "w"}) -> tensor<f64> {
  %0 = thn.mul %x, %w : tensor<f64>, tensor<f64>
  return %0 : tensor<f64>
}
