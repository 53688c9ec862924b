// thn-opt: --thn-eqsat --allow-unregistered-dialect
// What is not known is opaque: other element types, attributes, regions of unknown ops, nested modules.
func.func @others(%x: f32, %h: f16, %i: index, %m: memref<4xf32>) -> (f32, f16, index, f32) {
  %0 = "my.op"(%x) ({
    %k = math.exp %x : f32
    %j = math.log %k : f32
    "my.yield"(%j) : (f32) -> ()
  }) {a = 1} : (f32) -> f32
  %1 = arith.addf %h, %h : f16
  %2 = arith.addi %i, %i : index
  %3 = arith.negf %x {my.tag} : f32
  %4 = arith.negf %3 {my.tag} : f32
  memref.store %0, %m[%i] : memref<4xf32>
  return %4, %1, %2, %0 : f32, f16, index, f32
}
module @nested {
  func.func @inner(%x: f32) -> f32 {
    %0 = math.exp %x : f32
    %1 = math.log %0 : f32
    return %1 : f32
  }
}
