// thn-opt: '--thn-grad=disconnected=nothing'
// fails: error: disconnected is error, warning or zero, not nothing
func.func @cost(%x: tensor<f64>) -> tensor<f64> {
  return %x : tensor<f64>
}
