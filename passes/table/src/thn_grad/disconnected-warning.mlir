// thn-opt: '--thn-grad=wrt=x,w disconnected=warning'
// says: warning: the cost (
// ops-left: thn.sqr 1
func.func @cost(%x: tensor<f64> {thn.name = "x"}, %w: tensor<f64> {thn.name = "w"}) -> tensor<f64> {
  %0 = thn.sqr %x : tensor<f64>
  return %0 : tensor<f64>
}
