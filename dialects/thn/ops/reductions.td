//===- reductions.td - reductions ---------------------------------------------------------------===//

def Thn_SumOp : Thn_Reduction<"sum"> {
  let summary = "The sum over `axes`; 0 over an empty dim. f32 accumulates in blocks whose partial sums are f64.";
  let numpy = "np.sum"; let theano = "sum";
  let iterate = "(reduce add 0)"; let transpose = "broadcast"; let dtypes = "number"; let foreign = ["number linalg.reduce"];
}
def Thn_ProdOp : Thn_Reduction<"prod"> {
  let summary = "The product over `axes`; 1 over an empty dim.";
  let numpy = "np.prod"; let theano = "prod";
  let iterate = "(reduce mul 1)"; let transpose = "prod"; let dtypes = "number"; let foreign = ["number linalg.reduce"];
}
def Thn_MaxOp : Thn_Reduction<"max"> {
  let summary = "The largest element over `axes`; NaN if any is NaN; an empty dim is an error.";
  let numpy = "np.max"; let theano = "max";
  let iterate = "(reduce maximum -inf some)"; let transpose = "max"; let dtypes = "any"; let foreign = ["number linalg.reduce"];
}
def Thn_MinOp : Thn_Reduction<"min"> {
  let summary = "The smallest element over `axes`; NaN if any is NaN; an empty dim is an error.";
  let numpy = "np.min"; let theano = "min";
  let iterate = "(reduce minimum inf some)"; let transpose = "max"; let dtypes = "any"; let foreign = ["number linalg.reduce"];
}
def Thn_NormOp : Thn_Reduction<"norm"> {
  let summary = "The root of the sum of squares over `axes`, where squares overflow or underflow too; 0 over an empty dim. The gradient where all elements are 0 is taken as 0.";
  let numpy = "np.linalg.norm"; let theano = "norm";
  // Squares of parts of the largest element. None of them is above 1.
  let expand = "(let ?m (supremum (abs ?x)) (let ?s (select (and (lt 0 ?m) (isfinite ?m)) ?m 1) (mul ?s (sqrt (sum (sqr (div ?x (rebroadcast ?s))))))))";
  let cost = 11; let transpose = "norm";
}
def Thn_SupremumOp : Thn_Reduction<"supremum"> {
  let summary = "The largest element over `axes`, -inf over an empty dim; NaN if any is NaN.";
  let numpy = "np.max(initial=-np.inf)";
  let iterate = "(reduce maximum -inf)"; let transpose = "max";
}
def Thn_MeanOp : Thn_Reduction<"mean"> {
  let summary = "The sum over `axes` divided by the number of elements; NaN over an empty dim.";
  let numpy = "np.mean"; let theano = "mean";
  let expand = "(div (sum ?x) (count))";
}
def Thn_ArgmaxOp : Thn_Inferred<"argmax"> {
  let summary = "The index of the first largest element along `axis`, or of the first NaN; an empty dim is an error.";
  let numpy = "np.argmax"; let theano = "argmax";
  let example = [{
func.func @argmax(%x: tensor<?x3xf32>) -> tensor<?xi64> {
  %0 = thn.argmax %x axis = 1 : tensor<?x3xf32>
  return %0 : tensor<?xi64>
}
  }];
  let arguments = (ins Thn_Tensor:$x, I64Attr:$axis);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `axis` `=` $axis attr-dict `:` type($x)";
  let iterate = "(argmax)"; let dtypes = "any"; let result_dtype = "i64"; let cost = 2;
}
// Both logarithms split off the terms that equal 1, one or more with a finite largest element, and add the rest to them
// in log1p, which keeps a rest that is small. Without such a term, log1p(-1) is the logarithm of an empty sum.
def Thn_LogSumExpOp : Thn_Reduction<"logsumexp"> {
  let summary = "log(sum(exp(x))) over `axes`, without overflow or loss of what is small beside the largest term; -inf over an empty dim.";
  let numpy = "scipy.special.logsumexp"; let theano = "logsumexp";
  let expand = "(let ?m (supremum ?x) (let ?s (select (isfinite ?m) ?m 0) (let ?d (sub ?x (rebroadcast ?s)) (add ?s (log1p (add (sum (select (eq ?d 0) 0 (exp ?d))) (sub (sum (select (eq ?d 0) 1 0)) 1)))))))";
  let cost = 28; let max_ulp = 4; let transpose = "logsumexp";
}
def Thn_SoftmaxOp : Thn_Inferred<"softmax"> {
  let summary = "exp(x) / sum(exp(x)) along `axes`, without overflow; empty along an empty dim.";
  let numpy = "scipy.special.softmax"; let theano = "nnet.softmax";
  let arguments = (ins Thn_Tensor:$x, DenseI64ArrayAttr:$axes);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `axes` `=` $axes attr-dict `:` type($x)";
  let expand = "(let ?e (exp (sub ?x (rebroadcast (supremum ?x)))) (div ?e (rebroadcast (sum ?e))))";
  let cost = 26; let max_ulp = 4; let transpose = "softmax";
}
def Thn_LogSoftmaxOp : Thn_Inferred<"log_softmax"> {
  let summary = "log(softmax(x)) along `axes`, without overflow or loss of probabilities near 0 or 1; empty along an empty dim.";
  let numpy = "scipy.special.log_softmax"; let theano = "nnet.logsoftmax";
  let arguments = (ins Thn_Tensor:$x, DenseI64ArrayAttr:$axes);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `axes` `=` $axes attr-dict `:` type($x)";
  let expand = "(let ?d (sub ?x (rebroadcast (supremum ?x))) (sub ?d (rebroadcast (log1p (add (sum (select (eq ?d 0) 0 (exp ?d))) (sub (sum (select (eq ?d 0) 1 0)) 1))))))";
  let cost = 48; let max_ulp = 4; let transpose = "log_softmax";
}
