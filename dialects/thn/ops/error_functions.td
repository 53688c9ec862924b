//===- error_functions.td - elementwise: the error function and products with logarithms --------===//

def Thn_ErfOp : Thn_Unary<"erf"> {
  let summary = "The error function, 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.";
  let numpy = "scipy.special.erf"; let theano = "erf";
  let properties = ["odd", "rising"];
  let formula = "(erf ?x)";
  let partials = ["(mul 1.128379167095512573896158903121545171688101258657998 (exp (neg (sqr ?x))))"];
  let prim = "(float thn_erf)"; let cost = 65; let max_ulp = 2; let foreign = ["math.erf", "linalg.erf"];
}
def Thn_ErfcOp : Thn_Unary<"erfc"> {
  let summary = "1 - erf(x), accurate until it underflows.";
  let numpy = "scipy.special.erfc"; let theano = "erfc";
  let formula = "(erfc ?x)";
  let partials = ["(mul -1.128379167095512573896158903121545171688101258657998 (exp (neg (sqr ?x))))"];
  let prim = "(float thn_erfc)"; let cost = 75; let max_ulp = 2; let foreign = ["math.erfc"];
}
def Thn_ErfcxOp : Thn_Unary<"erfcx"> {
  let summary = "exp(x * x) * erfc(x), which neither overflows nor underflows for positive x.";
  let numpy = "scipy.special.erfcx"; let theano = "erfcx";
  let formula = "(select (eq ?x inf) 0 (mul (exp (mul ?x ?x)) (erfc ?x)))";
  // 2 x erfcx(x) - 2 / sqrt(pi) cancels for large x. There the continued fraction sqrt(pi) erfcx(x) = 1 / (x + t) with
  // t = (1/2) / (x + 1 / (x + (3/2) / (x + ...))) makes it -2 / sqrt(pi) t / (x + t); from 8 on, 10 levels are right to 2e-14.
  let partials = ["(select (gt ?x 8) (let ?z (maximum ?x 8) (let ?t (div 0.5 (add ?z (div 1 (add ?z (div 1.5 (add ?z (div 2 (add ?z (div 2.5 (add ?z (div 3 (add ?z (div 3.5 (add ?z (div 4 (add ?z (div 4.5 (add ?z (div 5 ?z))))))))))))))))))) (mul -1.128379167095512573896158903121545171688101258657998 (div ?t (add ?z ?t))))) (sub (mul 2 (mul ?x ?result)) 1.128379167095512573896158903121545171688101258657998))"];
  let prim = "(float thn_erfcx)"; let cost = 75; let max_ulp = 3;
}
def Thn_LogNdtrOp : Thn_Unary<"log_ndtr"> {
  let summary = "The logarithm of the standard normal distribution function, also where that underflows.";
  let numpy = "scipy.special.log_ndtr";
  let properties = ["rising"];
  let formula = "(log (div (erfc (neg (div ?x (sqrt 2)))) 2))";
  let partials = ["(div 0.7978845608028653558798921198687637369517172623298693 (erfcx (mul ?x -0.7071067811865475244008443621048490392848359376884740)))"];
  // erfc z would magnify the rounding of z = x / sqrt(2) by 2 z * z. exp(-x * x / 2) erfcx(z) takes x * x in two parts and
  // hardly depends on the last bits of z.
  let expand = "(let ?e (mul 0.5 (erfcx (mul 0.7071067811865475244008443621048490392848359376884740 (abs ?x)))) (select (lt ?x 0) (sub (log ?e) (mul ?x (mul 0.5 ?x))) (let ?y (minimum (abs ?x) 50) (let ?h (mul ?y ?y) (log1p (mul (mul ?e (exp (mul -0.5 ?h))) (sub (mul 0.5 (fma ?y ?y (neg ?h))) 1)))))))";
  let cost = 200; let max_ulp = 6;
}
def Thn_XLogXOp : Thn_Unary<"xlogx"> {
  let summary = "x * log(x), and 0 at 0.";
  let formula = "(select (eq ?x 0) 0 (mul ?x (log ?x)))"; let partials = ["(add 1 (log ?x))"];
  let expand = "(select (eq ?x 0) 0 (mul ?x (log ?x)))"; let domain = "[0, inf)"; let cost = 23; let max_ulp = 3;
}
def Thn_XLogYOp : Thn_Binary<"xlogy"> {
  let summary = "x * log(y), and 0 where x is 0 and y is no NaN.";
  let numpy = "scipy.special.xlogy";
  let formula = "(select (eq ?x 0) (select (isnan ?y) nan 0) (mul ?x (log ?y)))";
  let partials = ["(log ?y)", "(select (eq ?x 0) 0 (div ?x ?y))"];
  let expand = "(select (eq ?x 0) (select (eq ?y ?y) 0 ?y) (mul ?x (log ?y)))"; let domain = "[0, inf)"; let cost = 25; let max_ulp = 3;
}
