// thn-opt: --thn-eqsat
// Flags in the body of an op on tensors are flags of that op: one that stays for the users of two keeps what both had.
func.func @overflow(%a: tensor<4xi32>, %b: tensor<4xi32>) -> (tensor<4xi32>, tensor<4xi32>) {
  %e = tensor.empty() : tensor<4xi32>
  %0 = linalg.map { arith.addi {overflowFlags = #arith.overflow<nsw>} } ins(%a, %b : tensor<4xi32>, tensor<4xi32>) outs(%e : tensor<4xi32>)
  %1 = linalg.add ins(%b, %a : tensor<4xi32>, tensor<4xi32>) outs(%e : tensor<4xi32>) -> tensor<4xi32>
  return %0, %1 : tensor<4xi32>, tensor<4xi32>
}

func.func @nan(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.map { math.exp {fastmath = #arith.fastmath<nnan>} } ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>)
  %1 = linalg.exp ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

func.func @folds(%a: tensor<4xi32>) -> (tensor<i32>, tensor<i32>) {
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<i32>
  %f = linalg.fill ins(%zero : i32) outs(%e : tensor<i32>) -> tensor<i32>
  %0 = linalg.reduce { arith.addi {overflowFlags = #arith.overflow<nsw, nuw>} } ins(%a : tensor<4xi32>) outs(%f : tensor<i32>) dimensions = [0]
  %1 = linalg.reduce { arith.addi } ins(%a : tensor<4xi32>) outs(%f : tensor<i32>) dimensions = [0]
  return %0, %1 : tensor<i32>, tensor<i32>
}

// What it is computed from promises no more than it does.
func.func @behind(%a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.map { arith.addf {fastmath = #arith.fastmath<ninf>} } ins(%a, %b : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>)
  %1 = linalg.add ins(%a, %b : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.exp ins(%0 : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %3 = linalg.exp ins(%1 : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %2, %3 : tensor<4xf32>, tensor<4xf32>
}

// Nothing is taken from an op that keeps its users.
func.func @kept(%a: tensor<4xi32>, %b: tensor<4xi32>) -> tensor<4xi32> {
  %e = tensor.empty() : tensor<4xi32>
  %0 = linalg.map { arith.addi {overflowFlags = #arith.overflow<nsw>} } ins(%a, %b : tensor<4xi32>, tensor<4xi32>) outs(%e : tensor<4xi32>)
  return %0 : tensor<4xi32>
}
