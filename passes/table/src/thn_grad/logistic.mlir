// thn-opt: --thn-grad=wrt=w,1 --canonicalize
// The cost of logistic regression, by its weights and its bias, the latter given by position.
func.func @cost(%x: tensor<?x3xf64> {thn.dims = ["N"], thn.name = "x"}, %b: tensor<f64> {thn.name = "b"},
                %w: tensor<3xf64> {thn.name = "w"}) -> tensor<f64> {
  %0 = thn.dot %x, %w : tensor<?x3xf64>, tensor<3xf64>
  %1 = thn.add %0, %b : tensor<?xf64>, tensor<f64>
  %2 = thn.softplus %1 : tensor<?xf64>
  %3 = thn.mean %2 axes = [0] : tensor<?xf64>
  return %3 : tensor<f64>
}
