// passes: thn-expand
func.func @f(%x: tensor<?xf64> {thn.dims = ["N"], thn.name = "x"}, %w: tensor<?xf64> {thn.dims = ["N"], thn.name = "w"}) -> tensor<f64> {
  %0 = thn.mul %x, %w : tensor<?xf64>, tensor<?xf64>
  %1 = thn.softplus %0 : tensor<?xf64>
  %2 = thn.sum %1 axes = [0] : tensor<?xf64>
  return %2 : tensor<f64>
}
