// thn-opt: --thn-eqsat
// Flags allow what every op on floats in the block allows. A new op promises nothing about NaN and infinity.
func.func @all_fast(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = arith.divf %x, %x fastmath<fast> : tensor<?xf32>
  %1 = arith.addf %0, %y fastmath<fast> : tensor<?xf32>
  return %1 : tensor<?xf32>
}
func.func @reassoc(%a: f32, %b: f32) -> f32 {
  %0 = arith.addf %a, %b fastmath<reassoc,nnan,ninf> : f32
  %1 = arith.subf %0, %a fastmath<reassoc,nnan,ninf> : f32
  return %1 : f32
}
func.func @one_without(%a: f32, %b: f32) -> (f32, f32) {
  %0 = arith.addf %a, %b fastmath<reassoc,nnan,ninf> : f32
  %1 = arith.subf %0, %a fastmath<reassoc,nnan,ninf> : f32
  %2 = arith.mulf %a, %b : f32
  return %1, %2 : f32, f32
}
