// Lists that are none after groups in parentheses, and operands without elements: MLIR's parser does not survive these.
func.func @f(%x: tensor<4x3xf32>, %t: tensor<3x4xf32>, %s: tensor<4xf32>, %y: f32) -> tensor<3x4xf32> {
  %0 = linalg.transpose ins(%x : tensor<4x3xf32>) outs(%t : tensor<3x4xf32>) permutation = [1, 0]
  %1 = linalg.broadcast ins(%s : tensor<4xf32>) outs(%t : tensor<3x4xf32>) dimensions = [0]
  %2 = linalg.reduce { arith.addf } ins(%x : tensor<4x3xf32>) outs(%s : tensor<4xf32>) dimensions = [1]
  %3 = linalg.map { math.exp } ins(%s : tensor<4xf32>) outs(%2 : tensor<4xf32>)
  return %0 : tensor<3x4xf32>
}
