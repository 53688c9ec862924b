func.func @f(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %0 = thn.exp %x : tensor<4xf32>
  cf.cond_br %c, ^a, ^b
^a:
  %1 = thn.log %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
^b:
  return %0 : tensor<4xf32>
}
