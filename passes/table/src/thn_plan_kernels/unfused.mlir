// thn-opt: --thn-plan-kernels=fusion=false
// ops-left: thn.kernel 2
// Without fusion each op is a kernel.
func.func @f(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<?xf32> {
  %0 = thn.exp %x : tensor<?xf32>
  %1 = thn.tanh %0 : tensor<?xf32>
  return %1 : tensor<?xf32>
}
