// thn-opt: --thn-grad=wrt=0,7
// fails: error: no argument 7: there are 2, counted from 0
func.func @cost(%x: tensor<f64>, %w: tensor<f64>) -> tensor<f64> {
  %0 = thn.mul %x, %w : tensor<f64>, tensor<f64>
  return %0 : tensor<f64>
}
