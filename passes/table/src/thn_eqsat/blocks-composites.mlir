// thn-opt: --thn-eqsat
// Composite ops without a name in other dialects are written as their parts.
func.func @l1(%x: f32) -> f32 {
  %one = arith.constant 1.0 : f32
  %1 = math.exp %x : f32
  %2 = arith.subf %one, %1 : f32
  %4 = math.log %2 : f32
  return %4 : f32
}
func.func @lae(%x: f64, %y: f64) -> f64 {
  %0 = math.exp %x : f64
  %1 = math.exp %y : f64
  %2 = arith.addf %0, %1 : f64
  %4 = math.log %2 : f64
  return %4 : f64
}
func.func @lae32(%x: f32, %y: f32) -> f32 {
  %0 = math.exp %x : f32
  %1 = math.exp %y : f32
  %2 = arith.addf %0, %1 : f32
  %4 = math.log %2 : f32
  return %4 : f32
}
func.func @sqr(%x: f32) -> f32 {
  %c = arith.constant 2.0 : f32
  %0 = math.powf %x, %c : f32
  return %0 : f32
}
