// Types and attributes inside each other, to be nested deeper.
#map = affine_map<(d0, d1) -> ((d0 + (d1)) floordiv 2, -(-(d0)))>
module attributes {a.list = [[[1], 2], {b = [3 : i32]}]} {
  func.func private @f(tuple<tuple<f32, (i32) -> (index)>, tensor<4xf32>>, memref<?x?xf32, #map>) -> (vector<4x[8]xf32>) loc(fused[fused<"a">["b"], callsite("c" at "d")])
}
