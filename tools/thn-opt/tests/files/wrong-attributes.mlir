// thn-opt: --canonicalize --split-input-file --verify-diagnostics
// ops-left: thn.exp 0

// expected-error @+1 {{arg0: thn.nmae is unknown; arguments have thn.name, thn.dims, thn.value, thn.shared and thn.range}}
func.func @misspelled(%x: tensor<?xf64> {thn.nmae = "x"}) -> tensor<?xf64> {
  return %x : tensor<?xf64>
}

// -----
// expected-error @+1 {{n: thn.value is a name for the value of a rank-0 integer tensor}}
func.func @value(%n: tensor<f64> {thn.name = "n", thn.value = "n"}) -> tensor<f64> {
  return %n : tensor<f64>
}

// -----
// expected-error @+1 {{arg0: thn.shared has no value}}
func.func @shared(%w: tensor<f64> {thn.shared = true}) -> tensor<f64> {
  return %w : tensor<f64>
}

// -----
// expected-error @+1 {{result 0: thn.updates is 0, but w is not shared}}
func.func @update(%w: tensor<f64> {thn.name = "w"}) -> (tensor<f64> {thn.updates = 0 : i64}) {
  return %w : tensor<f64>
}
