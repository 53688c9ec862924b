// What a user might write; each level of effort makes more of it.
func.func @loss(%x: tensor<?x10xf64> {thn.dims = ["N"]}, %y: tensor<?x10xf64> {thn.dims = ["N"]}) -> tensor<f64> {
  %one = thn.constant dense<1.0> : tensor<f64>
  %unused = thn.sin %x : tensor<?x10xf64>
  %0 = thn.neg %x : tensor<?x10xf64>
  %1 = thn.exp %0 : tensor<?x10xf64>
  %2 = thn.add %one, %1 : tensor<f64>, tensor<?x10xf64>
  %3 = thn.log %2 : tensor<?x10xf64>
  %4 = thn.mul %3, %y : tensor<?x10xf64>, tensor<?x10xf64>
  %5 = thn.mul %x, %y : tensor<?x10xf64>, tensor<?x10xf64>
  %6 = thn.add %4, %5 : tensor<?x10xf64>, tensor<?x10xf64>
  %7 = thn.sum %6 axes = [0, 1] : tensor<?x10xf64>
  return %7 : tensor<f64>
}
