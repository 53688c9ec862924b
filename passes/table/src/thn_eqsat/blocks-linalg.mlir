// thn-opt: --thn-eqsat
// Named ops of linalg on tensors, with destinations.
func.func @softplus(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %d = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%d) : tensor<?x4xf32>
  %0 = linalg.exp ins(%x : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = linalg.fill ins(%one : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = linalg.add ins(%1, %0 : tensor<?x4xf32>, tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = linalg.log ins(%2 : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}
func.func @expm1(%x: tensor<8xf64>) -> tensor<8xf64> {
  %one = arith.constant dense<1.0> : tensor<8xf64>
  %e = tensor.empty() : tensor<8xf64>
  %0 = linalg.elementwise kind=#linalg.elementwise_kind<exp> ins(%x : tensor<8xf64>) outs(%e : tensor<8xf64>) -> tensor<8xf64>
  %1 = linalg.sub ins(%0, %one : tensor<8xf64>, tensor<8xf64>) outs(%e : tensor<8xf64>) -> tensor<8xf64>
  return %1 : tensor<8xf64>
}
// There and back again.
func.func @transposes(%x: tensor<?x3xf32>, %y: tensor<?x3xf32>) -> (tensor<?x3xf32>, tensor<3x?xf32>) {
  %c0 = arith.constant 0 : index
  %d = tensor.dim %x, %c0 : tensor<?x3xf32>
  %t = tensor.empty(%d) : tensor<3x?xf32>
  %e = tensor.empty(%d) : tensor<?x3xf32>
  %0 = linalg.transpose ins(%x : tensor<?x3xf32>) outs(%t : tensor<3x?xf32>) permutation = [1, 0]
  %1 = linalg.transpose ins(%0 : tensor<3x?xf32>) outs(%e : tensor<?x3xf32>) permutation = [1, 0]
  %2 = linalg.exp ins(%1 : tensor<?x3xf32>) outs(%e : tensor<?x3xf32>) -> tensor<?x3xf32>
  %3 = linalg.log ins(%0 : tensor<3x?xf32>) outs(%t : tensor<3x?xf32>) -> tensor<3x?xf32>
  %4 = linalg.exp ins(%3 : tensor<3x?xf32>) outs(%t : tensor<3x?xf32>) -> tensor<3x?xf32>
  %5 = linalg.log ins(%2 : tensor<?x3xf32>) outs(%e : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %5, %4 : tensor<?x3xf32>, tensor<3x?xf32>
}
// A logarithm of a sum of exponentials.
func.func @logsumexp(%x: tensor<?x16xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %d = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%d) : tensor<?x16xf32>
  %r = tensor.empty(%d) : tensor<?xf32>
  %0 = linalg.exp ins(%x : tensor<?x16xf32>) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%r : tensor<?xf32>) -> tensor<?xf32>
  %2 = linalg.reduce { arith.addf } ins(%0 : tensor<?x16xf32>) outs(%1 : tensor<?xf32>) dimensions = [1]
  %3 = linalg.log ins(%2 : tensor<?xf32>) outs(%r : tensor<?xf32>) -> tensor<?xf32>
  return %3 : tensor<?xf32>
}
// Nothing is computed only for its shape.
func.func @length(%x: tensor<?x?xf32>) -> (tensor<?x?xf32>, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %0 = linalg.exp ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = linalg.tanh ins(%0 : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = tensor.dim %1, %c1 : tensor<?x?xf32>
  %3 = linalg.log ins(%0 : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %3, %2 : tensor<?x?xf32>, index
}
// Two tensors of unrelated lengths.
func.func @lengths(%x: tensor<?xf32>, %y: tensor<?xf32>, %m: index, %n: index) -> (tensor<?xf32>, tensor<?xf32>) {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty(%m) : tensor<?xf32>
  %f = tensor.empty(%n) : tensor<?xf32>
  %0 = linalg.map { math.exp } ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>)
  %1 = linalg.map { math.exp } ins(%y : tensor<?xf32>) outs(%f : tensor<?xf32>)
  %a = linalg.fill ins(%one : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %b = linalg.fill ins(%one : f32) outs(%f : tensor<?xf32>) -> tensor<?xf32>
  %2 = linalg.add ins(%a, %0 : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %3 = linalg.add ins(%b, %1 : tensor<?xf32>, tensor<?xf32>) outs(%f : tensor<?xf32>) -> tensor<?xf32>
  %4 = linalg.log ins(%2 : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %5 = linalg.log ins(%3 : tensor<?xf32>) outs(%f : tensor<?xf32>) -> tensor<?xf32>
  return %4, %5 : tensor<?xf32>, tensor<?xf32>
}
