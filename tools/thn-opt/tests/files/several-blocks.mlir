// thn-opt: --thn-roundtrip
// Functions with control flow are left as they are, with a warning.
func.func @f(%x: tensor<4xf32>, %flag: i1) -> tensor<4xf32> {
  cf.cond_br %flag, ^bb1, ^bb2
^bb1:
  return %x : tensor<4xf32>
^bb2:
  %0 = thn.exp %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @declared(tensor<4xf32>) -> tensor<4xf32>
