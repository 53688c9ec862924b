// thn-opt: --thn-grad=cost=1
// fails: error: result 1 is no cost: the function has 1 results
func.func @cost(%x: tensor<f64>) -> tensor<f64> {
  return %x : tensor<f64>
}
