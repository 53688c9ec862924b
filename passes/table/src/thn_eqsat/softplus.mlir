// thn-opt: --thn-eqsat
// What a user writes becomes what does not overflow, on any shape.
func.func @f(%x: tensor<?x?xf32> {thn.dims = ["N", "M"], thn.name = "x"}) -> tensor<?x?xf32> {
  %one = thn.constant dense<1.0> : tensor<f32>
  %0 = thn.exp %x : tensor<?x?xf32>
  %1 = thn.add %one, %0 : tensor<f32>, tensor<?x?xf32>
  %2 = thn.log %1 : tensor<?x?xf32>
  return %2 : tensor<?x?xf32>
}
