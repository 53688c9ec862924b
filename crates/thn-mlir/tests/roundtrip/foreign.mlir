// Ops of other dialects, their types, regions and attributes, between ops of thn.

func.func private @outside(tensor<?xf32>) -> (tensor<?x?xf32>, index)

func.func @mixed(%x: tensor<?xf32> {thn.dims = ["N"]}, %flag: i1, %n: index) -> (tensor<?xf32>, index, vector<4xf32>) {
  %exp = thn.exp %x : tensor<?xf32>
  %called:2 = call @outside(%exp) : (tensor<?xf32>) -> (tensor<?x?xf32>, index)
  %sum = thn.sum %called#0 axes = [0] : tensor<?x?xf32>
  %chosen = scf.if %flag -> (tensor<?xf32>) {
    %inside = thn.neg %exp : tensor<?xf32>
    scf.yield %inside : tensor<?xf32>
  } else {
    scf.yield %x : tensor<?xf32>
  }
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %looped = scf.for %i = %zero to %n step %one iter_args(%acc = %chosen) -> (tensor<?xf32>) {
    %nested = scf.if %flag -> (tensor<?xf32>) {
      %product = thn.mul %acc, %sum : tensor<?xf32>, tensor<?xf32>
      scf.yield %product : tensor<?xf32>
    } else {
      scf.yield %acc : tensor<?xf32>
    }
    scf.yield %nested : tensor<?xf32>
  }
  %vector = arith.constant dense<1.000000e+00> : vector<4xf32>
  %named = tensor.cast %looped {thn.dims = ["N"]} : tensor<?xf32> to tensor<?xf32>
  %last = thn.add %named, %x {note.of = "someone"} : tensor<?xf32>, tensor<?xf32>
  return %last, %called#1, %vector : tensor<?xf32>, index, vector<4xf32>
}

func.func @unknown_lengths(%m: tensor<?x?xf32>, %i: index, %half: tensor<2xf16>) -> tensor<f32> attributes {some.flag, llvm.emit_c_interface} {
  %a = tensor.empty(%i, %i) : tensor<?x?xf32>
  %b = tensor.empty(%i) : tensor<?x3xf32>
  %c = thn.dot %a, %b : tensor<?x?xf32>, tensor<?x3xf32>
  %d = thn.iota axis = 0 dims = ["d0 + d2"] : tensor<?xi64>
  %e = tensor.empty(%i) {thn.dims = ["rows"]} : tensor<?xf32>
  %f = thn.iota axis = 0 dims = ["rows"] : tensor<?xi64>
  %g = thn.sum %c axes = [0, 1] : tensor<?x3xf32>
  return %g : tensor<f32>
}

func.func private @declared(tensor<4xf32>) -> tensor<4xf32>

func.func @branches(%x: tensor<4xf32>, %flag: i1) -> tensor<4xf32> {
  cf.cond_br %flag, ^bb1, ^bb2
^bb1:
  return %x : tensor<4xf32>
^bb2:
  %0 = thn.exp %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Ops of arith and math and casts keep dims, so that nothing need be spelled.
func.func @kept(%x: tensor<?xf32> {thn.dims = ["N"]}, %y: tensor<4xf32>, %i: index) -> tensor<?xf32> {
  %a = math.sqrt %x : tensor<?xf32>
  %b = arith.addf %a, %x : tensor<?xf32>
  %c = thn.mul %b, %x : tensor<?xf32>, tensor<?xf32>
  %d = tensor.cast %y : tensor<4xf32> to tensor<?xf32>
  %e = tensor.cast %c {thn.dims = ["M"]} : tensor<?xf32> to tensor<?xf32>
  %f = tensor.empty(%i) {thn.dims = ["3"]} : tensor<?xf32>
  %g = thn.reshape %e dims = ["M"] : tensor<?xf32> -> tensor<?xf32>
  return %g : tensor<?xf32>
}
