// thn-opt: --thn-grad=wrt=w
// fails: error: no argument is called w; there are arg0, arg1
func.func @cost(%x: tensor<f64>, %y: tensor<f64>) -> tensor<f64> {
  %0 = thn.mul %x, %y : tensor<f64>, tensor<f64>
  return %0 : tensor<f64>
}
