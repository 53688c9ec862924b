// thn-opt: --thn-roundtrip
// fails: error: result 0: thn.updates is 0, but arg0 is not shared
// Programs are checked as a whole before anything is done to them.
func.func @f(%x: tensor<?xf32>) -> (tensor<?xf32> {thn.updates = 0 : i64}) {
  return %x : tensor<?xf32>
}
