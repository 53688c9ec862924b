// passes: thn-plan-kernels thn-to-loops thn-to-llvm
func.func @f(%x: tensor<?xf32> {thn.dims = ["N"], thn.name = "x"}) -> tensor<?xf32> {
  %one = thn.constant dense<1.0> : tensor<f32>
  %0 = thn.add %x, %one : tensor<?xf32>, tensor<f32>
  return %0 : tensor<?xf32>
}
