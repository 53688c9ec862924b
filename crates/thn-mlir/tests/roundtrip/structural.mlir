// Every op that moves, reduces or multiplies.

func.func @reductions(%x: tensor<?x3xf64> {thn.name = "x"}) -> (tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<3xi64>, tensor<?x3xf64>, tensor<?x3xf64>) {
  %sum = thn.sum %x axes = [1] : tensor<?x3xf64>
  %prod = thn.prod %x axes = [1] : tensor<?x3xf64>
  %max = thn.max %x axes = [1] : tensor<?x3xf64>
  %min = thn.min %x axes = [1] : tensor<?x3xf64>
  %mean = thn.mean %x axes = [1] : tensor<?x3xf64>
  %logsumexp = thn.logsumexp %x axes = [1] : tensor<?x3xf64>
  %norm = thn.norm %x axes = [1] : tensor<?x3xf64>
  %supremum = thn.supremum %x axes = [1] : tensor<?x3xf64>
  %argmax = thn.argmax %x axis = 0 : tensor<?x3xf64>
  %softmax = thn.softmax %x axes = [1] : tensor<?x3xf64>
  %log_softmax = thn.log_softmax %x axes = [0, 1] : tensor<?x3xf64>
  return %sum, %prod, %max, %min, %mean, %logsumexp, %norm, %supremum, %argmax, %softmax, %log_softmax : tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<?xf64>, tensor<3xi64>, tensor<?x3xf64>, tensor<?x3xf64>
}

func.func @products(%a: tensor<?x?xf32> {thn.dims = ["N", "K"]}, %b: tensor<?x4xf32> {thn.dims = ["K"]}, %c: tensor<2x?x?xf32> {thn.dims = ["N", "K"]}, %d: tensor<2x?x5xf32> {thn.dims = ["K"]}) -> (tensor<?x4xf32>, tensor<2x?x5xf32>) {
  %0 = thn.dot %a, %b : tensor<?x?xf32>, tensor<?x4xf32>
  %1 = thn.batched_dot %c, %d : tensor<2x?x?xf32>, tensor<2x?x5xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<2x?x5xf32>
}

func.func @diagonals(%x: tensor<2x4x3xf32>, %y: tensor<?x?xi32> {thn.dims = ["N", "N"]}) -> (tensor<2x3xf32>, tensor<?xi32>) {
  %0 = thn.diagonal %x : tensor<2x4x3xf32>
  %1 = thn.diagonal %y : tensor<?x?xi32>
  return %0, %1 : tensor<2x3xf32>, tensor<?xi32>
}

func.func @leaves(%n: tensor<i64> {thn.name = "n"}, %x: tensor<?xf32> {thn.dims = ["N"]}) -> (tensor<?xi32>, tensor<i64>, tensor<2x2xf32>) {
  %0 = thn.iota axis = 0 dims = ["n"] : tensor<?xi32>
  %1 = thn.dim "2*N + n" : tensor<i64>
  %2 = thn.constant dense<[[1.000000e+00, 2.000000e+00], [3.000000e+00, 0x7FC00000]]> : tensor<2x2xf32>
  return %0, %1, %2 : tensor<?xi32>, tensor<i64>, tensor<2x2xf32>
}

func.func @literals() -> () {
  %0 = thn.constant dense<true> : tensor<i1>
  %1 = thn.constant dense<[true, false, true]> : tensor<3xi1>
  %2 = thn.constant dense<255> : tensor<2x2xui8>
  %3 = thn.constant dense<[-1, 2]> : tensor<2xi16>
  %4 = thn.constant dense<> : tensor<0xf64>
  %5 = thn.constant dense<1.000000e-01> : tensor<f64>
  %6 = thn.constant dense<18446744073709551615> : tensor<ui64>
  %7 = thn.constant dense_resource<big> : tensor<2xf32>
  %8 = thn.constant dense<false> : tensor<4xi1>
  return
}

func.func @movement(%x: tensor<?x3xf32> {thn.dims = ["N"]}, %i: tensor<?xi64> {thn.dims = ["M"]}, %z: tensor<f32>) -> tensor<?x3xf32> {
  %broadcast = thn.broadcast %x axes = [0, 2] dims = ["N", "M"] : tensor<?x3xf32> -> tensor<?x?x3xf32>
  %dimshuffle = thn.dimshuffle %broadcast order = [2, -1, 0, 1] : tensor<?x?x3xf32>
  %reshape = thn.reshape %dimshuffle dims = ["3*N*M"] : tensor<3x1x?x?xf32> -> tensor<?xf32>
  %slice = thn.slice %reshape starts = ["N - 1"] steps = [-1] dims = ["N"] : tensor<?xf32> -> tensor<?xf32>
  %gather = thn.gather %x, %i : tensor<?x3xf32>, tensor<?xi64>
  %pick = thn.pick %gather, %i : tensor<?x3xf32>, tensor<?xi64>
  %join = thn.join %pick, %slice, %slice axis = 0 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
  %pad = thn.pad %join, %z low = [1] high = [2] : tensor<?xf32>, tensor<f32>
  %set = thn.set_subtensor %pad, %slice starts = ["1"] steps = [1] : tensor<?xf32>, tensor<?xf32>
  %inc = thn.inc_subtensor %set, %slice starts = ["0"] steps = [2] : tensor<?xf32>, tensor<?xf32>
  %scatter = thn.scatter_add %x, %i, %gather : tensor<?x3xf32>, tensor<?xi64>, tensor<?x3xf32>
  %assume = thn.assume %scatter is "positive, finite" : tensor<?x3xf32>
  return %assume : tensor<?x3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      big: "0x040000000000803F00000040"
    }
  }
#-}
