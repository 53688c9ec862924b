// thn-opt: --split-input-file --verify-diagnostics
// Every error is expected where it stands, so that the run as a whole succeeds.
func.func @ranks(%x: tensor<3x2xf32>, %y: tensor<2xf32>) {
  // expected-error @+1 {{'thn.add' op operand 0 has shape (3, 2) and operand 1 has shape (2)}}
  %0 = "thn.add"(%x, %y) : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return
}

// -----

func.func @dims(%x: tensor<?xf32>) {
  // expected-error @+1 {{'thn.iota' op states a type with 1 `?` and has no dims that spell them}}
  %0 = thn.iota axis = 0 : tensor<?xf32>
  return
}
