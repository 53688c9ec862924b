// thn-opt: --thn-eqsat
// ops-left: thn.exp 1
// ops-left: thn.log 1
// ops-left: thn.sqr 1
// Passes run on the functions of the module that they are given; a module in it is left as it is.
module @outer {
  module @inner {
    func.func @f(%x: tensor<?xf64> {thn.dims = ["N"]}) -> tensor<?xf64> {
      %0 = thn.exp %x : tensor<?xf64>
      %1 = thn.log %0 : tensor<?xf64>
      return %1 : tensor<?xf64>
    }
  }
  func.func @g(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = thn.sqr %x : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}
