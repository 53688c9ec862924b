// thn-opt: --thn-improve=points=48
// Functions of other dialects get ops of those dialects only.
func.func @f(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %0 = arith.addf %x, %one : f64
  %1 = math.sqrt %0 : f64
  %2 = math.sqrt %x : f64
  %3 = arith.subf %1, %2 : f64
  return %3 : f64
}
