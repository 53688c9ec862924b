// thn-opt: --thn-roundtrip
// fails: unknown-dim.mlir:5:8: error: 'thn.iota' op unknown dim `M` in `M`
// Names of dims are known to the function as a whole, so that they are looked up when it is read.
func.func @f(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<?xf32> {
  %0 = thn.iota axis = 0 dims = ["M"] : tensor<?xf32>
  return %0 : tensor<?xf32>
}
