// thn-opt: --thn-eqsat="reassoc=true"
// Ops of linalg have no fast-math flags. The option lets a chain of products take its best order.
func.func @chain(%a: tensor<64x64xf32>, %b: tensor<64x64xf32>, %v: tensor<64xf32>) -> tensor<64xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<64x64xf32>, tensor<64x64xf32>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
  %r = tensor.empty() : tensor<64xf32>
  %g = linalg.fill ins(%zero : f32) outs(%r : tensor<64xf32>) -> tensor<64xf32>
  %1 = linalg.matvec ins(%0, %v : tensor<64x64xf32>, tensor<64xf32>) outs(%g : tensor<64xf32>) -> tensor<64xf32>
  return %1 : tensor<64xf32>
}
func.func @narrow(%a: tensor<64x2xf32>, %b: tensor<2x64xf32>, %c: tensor<64x3xf32>) -> tensor<64x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<64x2xf32>, tensor<2x64xf32>) outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
  %r = tensor.empty() : tensor<64x3xf32>
  %g = linalg.fill ins(%zero : f32) outs(%r : tensor<64x3xf32>) -> tensor<64x3xf32>
  %1 = linalg.matmul ins(%0, %c : tensor<64x64xf32>, tensor<64x3xf32>) outs(%g : tensor<64x3xf32>) -> tensor<64x3xf32>
  return %1 : tensor<64x3xf32>
}
// A transposed product of transposes.
func.func @product(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %k = tensor.dim %x, %c1 : tensor<?x?xf32>
  %n = tensor.dim %y, %c1 : tensor<?x?xf32>
  %xt = tensor.empty(%k, %m) : tensor<?x?xf32>
  %yt = tensor.empty(%n, %k) : tensor<?x?xf32>
  %0 = linalg.transpose ins(%x : tensor<?x?xf32>) outs(%xt : tensor<?x?xf32>) permutation = [1, 0]
  %1 = linalg.transpose ins(%y : tensor<?x?xf32>) outs(%yt : tensor<?x?xf32>) permutation = [1, 0]
  %e = tensor.empty(%n, %m) : tensor<?x?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = linalg.matmul ins(%1, %0 : tensor<?x?xf32>, tensor<?x?xf32>) outs(%f : tensor<?x?xf32>) -> tensor<?x?xf32>
  %o = tensor.empty(%m, %n) : tensor<?x?xf32>
  %3 = linalg.transpose ins(%2 : tensor<?x?xf32>) outs(%o : tensor<?x?xf32>) permutation = [1, 0]
  return %3 : tensor<?x?xf32>
}
// A vector as a matrix, and back; a sum of a product.
func.func @sums(%a: tensor<5x7xf32>, %b: tensor<7x9xf32>) -> tensor<5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5x9xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<5x9xf32>) -> tensor<5x9xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<5x7xf32>, tensor<7x9xf32>) outs(%f : tensor<5x9xf32>) -> tensor<5x9xf32>
  %r = tensor.empty() : tensor<5xf32>
  %g = linalg.fill ins(%zero : f32) outs(%r : tensor<5xf32>) -> tensor<5xf32>
  %1 = linalg.reduce { arith.addf } ins(%0 : tensor<5x9xf32>) outs(%g : tensor<5xf32>) dimensions = [1]
  return %1 : tensor<5xf32>
}
