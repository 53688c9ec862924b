// thn-opt: --thn-plan-kernels --thn-to-loops
// ops-left: thn.kernel 0
// ops-left: thn.mul 0
// One kernel becomes one function, which the entry calls.
func.func @f(%x: tensor<?xf32> {thn.dims = ["N"]}, %y: tensor<f32>) -> tensor<?xf32> {
  %0 = thn.mul %x, %y : tensor<?xf32>, tensor<f32>
  %1 = thn.add %0, %x : tensor<?xf32>, tensor<?xf32>
  return %1 : tensor<?xf32>
}
