// thn-opt: --thn-improve=points=48
// The difference of two roots loses all digits for large x; what is equal and does not is measured, not assumed.
// says: remark: result 0:
// says: bits of error become
func.func @f(%x: tensor<?xf64> {thn.dims = ["N"], thn.range = [1.0, 1.0e300]}) -> tensor<?xf64> {
  %one = thn.constant dense<1.0> : tensor<f64>
  %0 = thn.add %x, %one : tensor<?xf64>, tensor<f64>
  %1 = thn.sqrt %0 : tensor<?xf64>
  %2 = thn.sqrt %x : tensor<?xf64>
  %3 = thn.sub %1, %2 : tensor<?xf64>, tensor<?xf64>
  return %3 : tensor<?xf64>
}
