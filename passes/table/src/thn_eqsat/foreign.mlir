// thn-opt: --thn-raise --thn-eqsat
// The same rules for the ops of other compilers, around an op that thn does not know and in a function that
// others call by its type.
func.func @f(%x: tensor<?xf32>, %flag: i1) -> tensor<?xf32> {
  %0 = math.exp %x : tensor<?xf32>
  %1 = math.log %0 : tensor<?xf32>
  %2 = scf.if %flag -> (tensor<?xf32>) {
    %3 = arith.negf %1 : tensor<?xf32>
    scf.yield %3 : tensor<?xf32>
  } else {
    scf.yield %1 : tensor<?xf32>
  }
  %4 = arith.negf %2 : tensor<?xf32>
  %5 = arith.negf %4 : tensor<?xf32>
  return %5 : tensor<?xf32>
}
func.func @caller(%x: tensor<?xf32>, %flag: i1) -> tensor<?xf32> {
  %0 = call @f(%x, %flag) : (tensor<?xf32>, i1) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
