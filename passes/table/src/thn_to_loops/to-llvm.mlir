// thn-opt: --thn-eqsat --thn-plan-kernels --thn-to-loops --thn-to-llvm
// ops-left: func.func 0
// ops-left: scf.for 0
// ops-left: memref.load 0
// All levels in one command: what is left can be translated to LLVM IR.
func.func @f(%x: tensor<?x3xf32> {thn.dims = ["N"]}, %w: tensor<3xf32>) -> tensor<?xf32> {
  %0 = thn.dot %x, %w : tensor<?x3xf32>, tensor<3xf32>
  %1 = thn.tanh %0 : tensor<?xf32>
  return %1 : tensor<?xf32>
}
