// Names, state, dims and locations.

func.func @train(
    %x: tensor<?x?xf32> {thn.dims = ["rows", "columns"], thn.name = "x"} loc("model.rs":1:2),
    %w: tensor<?xf32> {thn.dims = ["columns"], thn.name = "w", thn.shared} loc("w"("model.rs":2:2)),
    %rate: tensor<f32> {other.note = 3 : i8, thn.name = "learning rate"},
    %n: tensor<i32> {thn.name = "n"},
    %twice: tensor<?xf32> {thn.dims = ["2*columns"]}
) -> (tensor<?xf32> {thn.name = "loss"}, tensor<?xf32> {thn.updates = 1 : i64}, tensor<?xi32> {other.note}) {
  %0 = thn.dot %x, %w {thn.name = "score"} : tensor<?x?xf32>, tensor<?xf32> loc("model.rs":5:9)
  %1 = thn.mul %w, %rate : tensor<?xf32>, tensor<f32> loc(fused["model.rs":6:1, "model.rs":7:1])
  %2 = thn.iota axis = 0 dims = ["n"] : tensor<?xi32> loc(callsite("inner" at "model.rs":9:1))
  %3 = thn.loop %n, %1 : (tensor<i32>, tensor<?xf32>) -> tensor<?xf32> {
  ^bb0(%step: tensor<i64> loc("step"), %carried: tensor<?xf32> loc("model.rs":10:4)):
    thn.yield %carried : tensor<?xf32> loc("model.rs":11:4)
  } loc("model.rs":10:1)
  return %0, %3, %2 : tensor<?xf32>, tensor<?xf32>, tensor<?xi32> loc("model.rs":12:1)
} loc("model.rs":1:1)

// No names: dims are called after argument and axis, and stay unspelled.
func.func @plain(%x: tensor<?x?xf32>, %y: tensor<?xf32>, %z: tensor<?xf32> {thn.name = "arg0"}) -> tensor<?x?xf32> {
  %0 = thn.broadcast %y axes = [1] dims = ["arg0.0", "arg1.0"] : tensor<?xf32> -> tensor<?x?xf32>
  %1 = thn.iota axis = 0 dims = ["arg0.0_1"] : tensor<?xf32>
  %2 = thn.add %x, %0 : tensor<?x?xf32>, tensor<?x?xf32>
  return %2 : tensor<?x?xf32>
}

// A dim has the name of a rank-0 integer argument, whose value goes by another name then.
func.func @clash(%n: tensor<i64> {thn.name = "n", thn.value = "count"}, %x: tensor<?xf32> {thn.dims = ["n"]}) -> tensor<?xf32> {
  %0 = thn.iota axis = 0 dims = ["count"] : tensor<?xf32>
  %1 = thn.iota axis = 0 dims = ["n"] : tensor<?xf32>
  return %1 : tensor<?xf32>
}

// The length of %0 has no name, and is not that of another dim.
func.func @lengths_without_names(%x: tensor<?x?xf64> {thn.dims = ["M", "N"]}, %v: tensor<?xf64> {thn.dims = ["N"]}, %s: tensor<f64>) -> tensor<?x?xf64> {
  %0 = thn.pad %v, %s low = [0] high = [2] : tensor<?xf64>, tensor<f64>
  %1 = thn.inc_subtensor %0, %v starts = ["1"] steps = [1] : tensor<?xf64>, tensor<?xf64>
  %2 = thn.broadcast %1 axes = [0] dims = ["N + 2", "N"] : tensor<?xf64> -> tensor<?x?xf64>
  return %2 : tensor<?x?xf64>
}
