//===- exponentials.td - elementwise: exponentials and logarithms -------------------------------===//

def Thn_ExpOp : Thn_Unary<"exp"> {
  let summary = "e to the power x.";
  let numpy = "np.exp"; let theano = "exp";
  let properties = ["rising"];
  let formula = "(exp ?x)"; let partials = ["?result"];
  let prim = "(float thn_exp)"; let cost = 20; let max_ulp = 2; let foreign = ["math.exp", "linalg.exp"];
}
def Thn_Exp2Op : Thn_Unary<"exp2"> {
  let summary = "2 to the power x.";
  let numpy = "np.exp2"; let theano = "exp2";
  let properties = ["rising"];
  let formula = "(pow 2 ?x)"; let partials = ["(mul ?result 0.6931471805599453094172321214581765680755001343602552)"];
  let prim = "(float thn_exp2)"; let cost = 20; let max_ulp = 2; let foreign = ["math.exp2"];
}
def Thn_Expm1Op : Thn_Unary<"expm1"> {
  let summary = "exp(x) - 1, accurate near 0.";
  let numpy = "np.expm1"; let theano = "expm1";
  let properties = ["rising"];
  let formula = "(sub (exp ?x) 1)"; let partials = ["(exp ?x)"];
  let prim = "(float thn_expm1)"; let cost = 22; let max_ulp = 2; let foreign = ["math.expm1"];
}
def Thn_LogOp : Thn_Unary<"log"> {
  let summary = "The natural logarithm; NaN below 0.";
  let numpy = "np.log"; let theano = "log";
  let undoes = "exp";
  let formula = "(log ?x)"; let partials = ["(reciprocal ?x)"];
  let prim = "(float thn_log)"; let domain = "(0, inf)"; let cost = 20; let max_ulp = 2; let foreign = ["math.log", "linalg.log"];
}
def Thn_Log1pOp : Thn_Unary<"log1p"> {
  let summary = "log(1 + x), accurate near 0.";
  let numpy = "np.log1p"; let theano = "log1p";
  let undoes = "expm1";
  let formula = "(log (add 1 ?x))"; let partials = ["(reciprocal (add 1 ?x))"];
  let prim = "(float thn_log1p)"; let domain = "(-1, inf)"; let cost = 24; let max_ulp = 2;
  let foreign = ["math.log1p"];
}
def Thn_Log2Op : Thn_Unary<"log2"> {
  let summary = "The logarithm to base 2.";
  let numpy = "np.log2"; let theano = "log2";
  let undoes = "exp2";
  let formula = "(div (log ?x) (log 2))";
  let partials = ["(div 1.442695040888963407359924681001892137426645954152986 ?x)"];
  let prim = "(float thn_log2)"; let domain = "(0, inf)"; let cost = 21; let max_ulp = 2; let foreign = ["math.log2"];
}
def Thn_Log10Op : Thn_Unary<"log10"> {
  let summary = "The logarithm to base 10.";
  let numpy = "np.log10"; let theano = "log10";
  let formula = "(div (log ?x) (log 10))";
  let partials = ["(div 0.4342944819032518276511289189166050822943970058036666 ?x)"];
  let prim = "(float thn_log10)"; let domain = "(0, inf)"; let cost = 21; let max_ulp = 2; let foreign = ["math.log10"];
}
def Thn_SigmoidOp : Thn_Unary<"sigmoid"> {
  let summary = "1 / (1 + exp(-x)).";
  let numpy = "scipy.special.expit"; let theano = "nnet.sigmoid";
  let properties = ["rising"];
  let formula = "(div 1 (add 1 (exp (neg ?x))))"; let partials = ["(mul ?result (sigmoid (neg ?x)))"];
  let prim = "(float thn_sigmoid)"; let cost = 25; let max_ulp = 3;
}
def Thn_SoftplusOp : Thn_Unary<"softplus"> {
  let summary = "log(1 + exp(x)).";
  let theano = "nnet.softplus";
  let properties = ["rising"];
  let formula = "(log (add 1 (exp ?x)))"; let partials = ["(sigmoid ?x)"];
  let expand = "(add (maximum ?x 0) (log1p (exp (neg (abs ?x)))))"; let cost = 46; let max_ulp = 3;
}
def Thn_Log1mExpOp : Thn_Unary<"log1mexp"> {
  let summary = "log(1 - exp(x)); NaN above 0.";
  let formula = "(log (sub 1 (exp ?x)))"; let partials = ["(neg (reciprocal (expm1 (neg ?x))))"];
  let expand = "(select (lt ?x -0.693) (log1p (neg (exp ?x))) (log (neg (expm1 ?x))))"; let domain = "(-inf, 0)"; let cost = 90; let max_ulp = 4;
}
def Thn_LogAddExpOp : Thn_Binary<"logaddexp", [Commutative]> {
  let summary = "log(exp(x) + exp(y)).";
  let numpy = "np.logaddexp";
  let formula = "(log (add (exp ?x) (exp ?y)))";
  let partials = ["(sigmoid (sub ?x ?y))", "(sigmoid (sub ?y ?x))"];
  let expand = "(select (eq ?x ?y) (add ?x 0.6931471805599453094172321214581765680755001343602552) (add (maximum ?x ?y) (log1p (exp (neg (abs (sub ?x ?y)))))))";
  let cost = 50; let max_ulp = 4;
}
def Thn_ExpAddOp : Thn_Binary<"expadd", [Commutative]> {
  let summary = "exp(x + y), as accurate as exp(x): what rounding loses of x + y is put back.";
  let formula = "(exp (add ?x ?y))"; let partials = ["?result", "?result"];
  let prim = "(float thn_expadd)"; let cost = 27; let max_ulp = 2;
}
