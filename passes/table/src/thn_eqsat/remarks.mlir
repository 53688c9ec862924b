// thn-opt: --thn-eqsat=explain=true --remark-format=emitRemark --remarks-filter=thn-explain
// The remark engine of the tool filters and stores what is said.
// says: remark: [Passed] thn-explain | Category:thn-explain
// ops-left: thn.sqr 1
func.func @f(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<?xf32> {
  %0 = thn.neg %x : tensor<?xf32>
  %1 = thn.sqr %0 : tensor<?xf32>
  return %1 : tensor<?xf32>
}
