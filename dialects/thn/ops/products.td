//===- products.td - products -------------------------------------------------------------------===//

def Thn_DotOp : Thn_Inferred<"dot"> {
  let summary = "NumPy's dot for ranks 1 and 2: contracts the last dim of x with the first of y.";
  let numpy = "np.dot"; let theano = "dot";
  let example = [{
func.func @dot(%x: tensor<?x3xf32>, %y: tensor<3x2xf32>) -> tensor<?x2xf32> {
  %0 = thn.dot %x, %y : tensor<?x3xf32>, tensor<3x2xf32>
  return %0 : tensor<?x2xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$y);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $y attr-dict `:` type($x) `,` type($y)";
  let library = "gemm"; let transpose = "dot"; let dtypes = "number"; let cost = 1;
  let foreign = ["linalg.matmul 2x2", "linalg.matvec 2x1", "linalg.vecmat 1x2", "linalg.dot 1x1"];
}
def Thn_BatchedDotOp : Thn_Inferred<"batched_dot"> {
  let summary = "A product of matrices for each index of the first dim: result[b, i, j] = sum_k x[b, i, k] * y[b, k, j].";
  let numpy = "np.matmul"; let theano = "batched_dot";
  let example = [{
func.func @batched_dot(%x: tensor<?x4x3xf32>, %y: tensor<?x3x2xf32>) -> tensor<?x4x2xf32> {
  %0 = thn.batched_dot %x, %y : tensor<?x4x3xf32>, tensor<?x3x2xf32>
  return %0 : tensor<?x4x2xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$y);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $y attr-dict `:` type($x) `,` type($y)";
  let library = "gemm"; let transpose = "batched_dot"; let dtypes = "number"; let cost = 1;
  let foreign = ["linalg.batch_matmul"];
}
