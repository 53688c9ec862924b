// thn-opt: --canonicalize
// fails: wrong-static-dims.mlir:4:14: error: x: thn.dims spells 2 lengths, the type has 1 `?`
// What a function says of its arguments is checked where the text is read, whatever is done to it then.
func.func @f(%x: tensor<?x4xf64> {thn.name = "x", thn.dims = ["N", "4"]}) -> tensor<?x4xf64> {
  return %x : tensor<?x4xf64>
}
