// thn-opt: --thn-explain
// says: explain.mlir:14:8: remark: thn.softplus: (log (add 1.0 (exp %x))) became (softplus %x)
// says: = (log1p (exp %x))  by log-one-plus
// says: = (softplus %x)  by log1p-exp
// says: explain.mlir:15:8: remark: no op: (log (exp %arg1)) became %arg1
// says: = %arg1  by log-exp
// ops-left: thn.softplus 1
func.func @f(%x: tensor<?x?xf32> {thn.dims = ["N", "M"], thn.name = "x"}, %y: tensor<?xf32> {thn.dims = ["N"]})
    -> (tensor<?x?xf32>, tensor<?xf32>) {
  %one = thn.constant dense<1.0> : tensor<f32>
  %0 = thn.exp %x : tensor<?x?xf32>
  %1 = thn.add %one, %0 : tensor<f32>, tensor<?x?xf32>
  %3 = thn.exp %y : tensor<?xf32>
  %2 = thn.log %1 : tensor<?x?xf32>
  %4 = thn.log %3 : tensor<?xf32>
  return %2, %4 : tensor<?x?xf32>, tensor<?xf32>
}
