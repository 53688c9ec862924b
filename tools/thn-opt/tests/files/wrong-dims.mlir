// thn-opt: --thn-roundtrip
// fails: wrong-dims.mlir:4:35: error: arg1: thn.dims spells 2 lengths, the type has 1 `?`
// Dims of arguments are told apart from those of others by the place of the argument.
func.func @f(%x: tensor<?x3xf32>, %y: tensor<?x3xf32> {thn.dims = ["N", "M"]}) -> tensor<?x3xf32> {
  return %x : tensor<?x3xf32>
}
