#left = affine_map<(m, n, k) -> (m, k)>
#all = [#left, affine_map<(m, n, k) -> (k)>, affine_map<(m, n, k) -> (m, n)>]
#kind = #linalg.elementwise_kind<max_signed>
!element = f32
!matrix = tensor<2x2x!element>
func.func @products(%a: !matrix, %b: tensor<2x2xf32>, %k: tensor<2xf32>, %x: tensor<3x2x2xf32>) -> tensor<2x2xf32> {
  %0 = linalg.matmul indexing_maps = [#left, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] ins(%a, %b : !matrix, tensor<2x2xf32>) outs(%b : tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = "linalg.matmul"(%0, %k, %b) <{indexing_maps = #all, operandSegmentSizes = array<i32: 2, 1>}> ({
  ^bb0(%l: f32, %r: f32, %s: f32):
    %p = arith.mulf %l, %r : f32
    %q = arith.addf %s, %p : f32
    linalg.yield %q : f32
  }) : (tensor<2x2xf32>, tensor<2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = linalg.batch_matmul ins(%x, %x : tensor<3x2x2xf32>, tensor<3x2x2xf32>) outs(%x : tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
  %3 = linalg.batch_reduce_matmul ins(%2, %x : tensor<3x2x2xf32>, tensor<3x2x2xf32>) outs(%1 : !matrix) -> !matrix
  %4 = linalg.contract indexing_maps = [#left, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] ins(%3, %a : !matrix, !matrix) outs(%b : !matrix) -> !matrix
  %5 = linalg.elementwise kind = #kind ins(%4, %3 : !matrix, !matrix) outs(%b : !matrix) -> !matrix
  return %5 : !matrix
}
