// thn-opt: --thn-eqsat
// ops-left: call 2
// ops-left: memref.load 2
// ops-left: memref.store 1
// ops-left: thn.exp 1
// ops-left: thn.log 0
// Ops with effects stay, in their order; what is between them is optimised.
func.func private @print(tensor<4xf32>)
func.func @f(%x: tensor<4xf32>, %m: memref<4xf32>, %i: index) -> tensor<4xf32> {
  %0 = thn.exp %x : tensor<4xf32>
  func.call @print(%0) : (tensor<4xf32>) -> ()
  %1 = memref.load %m[%i] : memref<4xf32>
  memref.store %1, %m[%i] : memref<4xf32>
  %2 = memref.load %m[%i] : memref<4xf32>
  %3 = tensor.from_elements %2, %2, %1, %1 : tensor<4xf32>
  %4 = thn.log %0 : tensor<4xf32>
  func.call @print(%4) : (tensor<4xf32>) -> ()
  %5 = thn.add %3, %4 : tensor<4xf32>, tensor<4xf32>
  return %5 : tensor<4xf32>
}
