// thn-opt: --thn-improve=points=0
// fails: points=0: it is 1 at least
func.func @f(%x: tensor<f64>) -> tensor<f64> {
  %0 = thn.exp %x : tensor<f64>
  return %0 : tensor<f64>
}
