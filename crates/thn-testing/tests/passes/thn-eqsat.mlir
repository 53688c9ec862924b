// passes: thn-eqsat
func.func @cross_entropy(%x: tensor<?x10xf32> {thn.dims = ["N"], thn.name = "x"}, %t: tensor<?xi64> {thn.dims = ["N"], thn.name = "t"}) -> tensor<f32> {
  %0 = thn.softmax %x axes = [1] : tensor<?x10xf32>
  %1 = thn.log %0 : tensor<?x10xf32>
  %2 = thn.pick %1, %t : tensor<?x10xf32>, tensor<?xi64>
  %3 = thn.sum %2 axes = [0] : tensor<?xf32>
  %4 = thn.neg %3 : tensor<f32>
  return %4 : tensor<f32>
}
