// Loops, branches and kernels, which use values from outside where they may.

func.func @power(%a: tensor<?xf64> {thn.name = "A"}, %k: tensor<i32> {thn.name = "k"}) -> tensor<?xf64> {
  %one = thn.constant dense<1.000000e+00> : tensor<f64>
  %ones = thn.broadcast %one axes = [] dims = ["A.0"] : tensor<f64> -> tensor<?xf64>
  %result = thn.loop %k, %ones {thn.name = "powers"} : (tensor<i32>, tensor<?xf64>) -> tensor<?xf64> {
  ^bb0(%step: tensor<i64>, %carried: tensor<?xf64>):
    %next = thn.mul %carried, %a : tensor<?xf64>, tensor<?xf64>
    thn.yield %next : tensor<?xf64>
  }
  return %result : tensor<?xf64>
}

func.func @either(%c: tensor<i1>, %x: tensor<?x2xf32> {thn.dims = ["N"]}, %y: tensor<?x2xf32> {thn.dims = ["N"]}) -> (tensor<?x2xf32>, tensor<f32>) {
  %0:2 = thn.cond %c {thn.names = ["chosen", ""]} : (tensor<i1>) -> (tensor<?x2xf32>, tensor<f32>) {
    %one = thn.constant dense<1.000000e+00> : tensor<f32>
    thn.yield %x, %one : tensor<?x2xf32>, tensor<f32>
  } else {
    %zero = thn.constant dense<0.000000e+00> : tensor<f32>
    %sum = thn.add %x, %y : tensor<?x2xf32>, tensor<?x2xf32>
    %inner = thn.cond %c : (tensor<i1>) -> tensor<?x2xf32> {
      thn.yield %sum : tensor<?x2xf32>
    } else {
      thn.yield %y : tensor<?x2xf32>
    }
    thn.yield %inner, %zero : tensor<?x2xf32>, tensor<f32>
  }
  return %0#0, %0#1 : tensor<?x2xf32>, tensor<f32>
}

func.func @planned(%x: tensor<?xf32>, %b: tensor<f32>) -> tensor<?xf32> {
  %0 = thn.kernel "map" %x, %b {mixed = ["?", 3], outer = ["arg0.0", "2"], rows = 4 : i64, tiles = array<i64: 1, 2>} : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32> {
  ^bb0(%inner: tensor<?xf32>, %bias: tensor<f32>):
    %1 = thn.add %inner, %bias : tensor<?xf32>, tensor<f32>
    %2 = thn.tanh %1 : tensor<?xf32>
    thn.yield %2 : tensor<?xf32>
  }
  return %0 : tensor<?xf32>
}
