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
