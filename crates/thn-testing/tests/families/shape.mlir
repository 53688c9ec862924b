// Movement meets movement, reads meet writes, and folds meet what is repeated.
func.func @there_and_back(%x: tensor<?x3xf32> {thn.dims = ["N"]}) -> tensor<?x3xf32> {
  %0 = thn.dimshuffle %x order = [1, 0] : tensor<?x3xf32>
  %1 = thn.dimshuffle %0 order = [1, 0] : tensor<3x?xf32>
  return %1 : tensor<?x3xf32>
}
func.func @slice_of_slice(%x: tensor<10xf64>) -> tensor<2xf64> {
  %0 = thn.slice %x starts = ["2"] steps = [1] : tensor<10xf64> -> tensor<6xf64>
  %1 = thn.slice %0 starts = ["1"] steps = [2] : tensor<6xf64> -> tensor<2xf64>
  return %1 : tensor<2xf64>
}
func.func @sum_of_scaled(%x: tensor<3x4xf64>, %c: tensor<f64>) -> tensor<3xf64> {
  %0 = thn.mul %x, %c : tensor<3x4xf64>, tensor<f64>
  %1 = thn.sum %0 axes = [1] : tensor<3x4xf64>
  return %1 : tensor<3xf64>
}
