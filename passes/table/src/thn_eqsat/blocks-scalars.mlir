// thn-opt: --thn-eqsat
// Scalars, vectors and tensors of other compilers; sums of floats keep their order.
func.func @softplus(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %0 = math.exp %x : f64
  %1 = arith.addf %0, %one : f64
  %2 = math.log %1 : f64
  return %2 : f64
}
func.func @vector(%x: vector<4xf32>) -> vector<4xf32> {
  %one = arith.constant dense<1.0> : vector<4xf32>
  %0 = math.exp %x : vector<4xf32>
  %1 = arith.subf %0, %one : vector<4xf32>
  return %1 : vector<4xf32>
}
func.func @tensor(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = math.exp %x : tensor<?x4xf32>
  %1 = math.log %0 : tensor<?x4xf32>
  %2 = arith.addf %1, %y : tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}
func.func @order(%a: f32, %b: f32, %n: i32, %k: i32) -> (f32, i32, i1) {
  %0 = arith.addf %a, %b : f32
  %1 = arith.subf %0, %a : f32
  %zero = arith.constant 0 : i32
  %2 = arith.addi %n, %zero overflow<nsw> : i32
  %3 = arith.muli %2, %k overflow<nsw> : i32
  %4 = arith.cmpi slt, %n, %2 : i32
  return %1, %3, %4 : f32, i32, i1
}
// A sigmoid has no name in arith or math; its logarithm is found all the same.
func.func @log_sigmoid(%x: f32) -> f32 {
  %one = arith.constant 1.0 : f32
  %0 = arith.negf %x : f32
  %1 = math.exp %0 : f32
  %2 = arith.addf %one, %1 : f32
  %3 = arith.divf %one, %2 : f32
  %4 = math.log %3 : f32
  return %4 : f32
}
