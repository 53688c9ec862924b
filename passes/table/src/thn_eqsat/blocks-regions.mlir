// thn-opt: --thn-eqsat
// Code in the regions of other ops and in functions of several blocks, between ops with effects.
func.func @several(%x: f32, %c: i1) -> f32 {
  %0 = math.exp %x : f32
  %1 = math.log %0 : f32
  cf.cond_br %c, ^bb1(%1 : f32), ^bb2
^bb1(%a: f32):
  %2 = arith.negf %0 : f32
  %3 = arith.negf %2 : f32
  %4 = arith.addf %3, %a : f32
  return %4 : f32
^bb2:
  return %x : f32
}
func.func @recursion(%x: f64, %n: i32) -> f64 {
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %stop = arith.cmpi eq, %n, %zero : i32
  %r = scf.if %stop -> (f64) {
    scf.yield %x : f64
  } else {
    %m = arith.subi %n, %one : i32
    %e = math.exp %x : f64
    %l = math.log %e : f64
    %s = func.call @recursion(%l, %m) : (f64, i32) -> f64
    scf.yield %s : f64
  }
  return %r : f64
}
func.func @memory(%x: memref<?xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %x[%i] : memref<?xf64>
    %e = math.exp %v : f64
    %s = arith.subf %e, %one : f64
    memref.store %s, %x[%i] : memref<?xf64>
    %w = memref.load %x[%i] : memref<?xf64>
    %t = arith.addf %s, %w : f64
    memref.store %t, %x[%i] : memref<?xf64>
  }
  return
}
#id = affine_map<(d0) -> (d0)>
func.func @generic(%x: tensor<?xf32>, %init: tensor<?xf32>) -> tensor<?xf32> {
  %c = arith.constant 1.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%init : tensor<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %a, %c : f32
    %1 = math.log %0 : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  return %r : tensor<?xf32>
}
