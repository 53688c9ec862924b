// thn-opt: --thn-eqsat
// ops-left: thn.sub 1
// Without the request, x + y - x stays: it is NaN where x is infinite.
func.func @f(%x: tensor<?xf64> {thn.dims = ["N"]}, %y: tensor<?xf64> {thn.dims = ["N"]}) -> tensor<?xf64> {
  %0 = thn.add %x, %y : tensor<?xf64>, tensor<?xf64>
  %1 = thn.sub %0, %x : tensor<?xf64>, tensor<?xf64>
  return %1 : tensor<?xf64>
}
