// thn-opt: --thn-plan-kernels
// Elementwise ops share one kernel.
func.func @f(%x: tensor<?xf32> {thn.dims = ["N"]}, %y: tensor<f32>) -> tensor<?xf32> {
  %0 = thn.exp %x : tensor<?xf32>
  %1 = thn.mul %0, %y : tensor<?xf32>, tensor<f32>
  %2 = thn.tanh %1 : tensor<?xf32>
  return %2 : tensor<?xf32>
}
