// Products of matrices.
func.func @transposes(%a: tensor<3x4xf64>, %b: tensor<4x5xf64>) -> tensor<5x3xf64> {
  %0 = thn.dot %a, %b : tensor<3x4xf64>, tensor<4x5xf64>
  %1 = thn.dimshuffle %0 order = [1, 0] : tensor<3x5xf64>
  return %1 : tensor<5x3xf64>
}
func.func @scaled(%a: tensor<9x4xf64>, %b: tensor<4x2xf64>) -> tensor<9x2xf64> {
  %c = thn.constant dense<2.5> : tensor<f64>
  %0 = thn.mul %a, %c : tensor<9x4xf64>, tensor<f64>
  %1 = thn.dot %0, %b : tensor<9x4xf64>, tensor<4x2xf64>
  return %1 : tensor<9x2xf64>
}
