//===- ThnOps.td - the op table -------------------------------------------------------------------===//
//
// One row per op. `formula` is the textbook definition and never the stable way of computing it; the
// stable way is `expand`, `prim`, `iterate` or `library`.
//
//===--------------------------------------------------------------------------------------------===//

#ifndef THN_OPS
#define THN_OPS

include "ThnBase.td"

//===- Leaves ---------------------------------------------------------------------------------------===//

def Thn_ConstantOp : Thn_Op<"constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "A literal tensor.";
  let example = [{
func.func @constant() -> tensor<2xf64> {
  %0 = thn.constant dense<[1.0, -0.5]> : tensor<2xf64>
  return %0 : tensor<2xf64>
}
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
  let extraClassDefinition = [{
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor) { return getValue(); }
  }];
  let iterate = "(constant)"; let dtypes = "any"; let cost = 0;
  let foreign = ["arith.constant"];
}

def Thn_DimOp : Thn_Op<"dim", [Pure]> {
  let summary = "A dimension expression over named dims, as a rank-0 i64 tensor.";
  let example = [{
func.func @dim(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<i64> {
  %0 = thn.dim "2*N + 1" : tensor<i64>
  return %0 : tensor<i64>
}
  }];
  let arguments = (ins Thn_DimAttr:$expr);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$expr attr-dict `:` type($result)";
  let iterate = "(dim)"; let dtypes = "int"; let cost = 0;
}

def Thn_IotaOp : Thn_Shaped<"iota"> {
  let summary = "The index along `axis` at every position.";
  let numpy = "np.arange"; let theano = "arange";
  let example = [{
func.func @iota(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<?x3xi64> {
  %0 = thn.iota axis = 0 dims = ["N"] : tensor<?x3xi64>
  return %0 : tensor<?x3xi64>
}
  }];
  let arguments = (ins I64Attr:$axis, OptionalAttr<Thn_DimsAttr>:$dims);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "`axis` `=` $axis (`dims` `=` $dims^)? attr-dict `:` type($result)";
  let iterate = "(iota)"; let dtypes = "number"; let cost = 0;
}

//===- Elementwise: arithmetic ------------------------------------------------------------------------===//

def Thn_AddOp : Thn_Binary<"add", [Commutative]> {
  let summary = "x + y.";
  let numpy = "np.add"; let theano = "add";
  let formula = "(add ?x ?y)"; let partials = ["1", "1"];
  let prim = "(float arith.addf) (int arith.addi)";
  let dtypes = "number"; let foreign = ["float arith.addf", "int arith.addi", "number linalg.add"];
}
def Thn_SubOp : Thn_Binary<"sub"> {
  let summary = "x - y.";
  let numpy = "np.subtract"; let theano = "sub";
  let formula = "(sub ?x ?y)"; let partials = ["1", "-1"];
  let prim = "(float arith.subf) (int arith.subi)";
  let dtypes = "number"; let foreign = ["float arith.subf", "int arith.subi", "number linalg.sub"];
}
def Thn_MulOp : Thn_Binary<"mul", [Commutative]> {
  let summary = "x * y.";
  let numpy = "np.multiply"; let theano = "mul";
  let formula = "(mul ?x ?y)"; let partials = ["?y", "?x"];
  let prim = "(float arith.mulf) (int arith.muli)";
  let dtypes = "number"; let foreign = ["float arith.mulf", "int arith.muli", "number linalg.mul"];
}
def Thn_DivOp : Thn_Binary<"div"> {
  let summary = "x / y, true division.";
  let numpy = "np.true_divide"; let theano = "true_div";
  let formula = "(div ?x ?y)"; let partials = ["(reciprocal ?y)", "(neg (div ?result ?y))"];
  let prim = "(float arith.divf)"; let cost = 4; let foreign = ["arith.divf", "linalg.div"];
}
def Thn_FloorDivOp : Thn_Binary<"floordiv"> {
  let summary = "floor(x / y), of the quotient before it is rounded; integers divided by zero give 0, as in NumPy. A finite x over an infinite y of the other sign is -1, an infinite x keeps its size.";
  let numpy = "np.floor_divide"; let theano = "int_div";
  let formula = "(select (and (and (isfinite ?x) (ne ?x 0)) (and (eq (abs ?y) inf) (xor (lt ?x 0) (lt ?y 0)))) -1 (floor (div ?x ?y)))";
  let partials = ["0", "0"];
  let prim = "(number thn_floordiv)"; let dtypes = "number"; let cost = 6;
}
def Thn_ModOp : Thn_Binary<"mod"> {
  let summary = "x - y * floor(x / y), with the sign of y; integers modulo zero give 0, as in NumPy.";
  let numpy = "np.mod"; let theano = "mod";
  let formula = "(mod ?x ?y)"; let partials = ["1", "(neg (floordiv ?x ?y))"];
  let prim = "(number thn_mod)"; let dtypes = "number"; let cost = 8;
}
def Thn_PowOp : Thn_Binary<"pow"> {
  let summary = "x to the power y; integers wrap around, a negative integer exponent gives 0 unless x is 1 or -1.";
  let numpy = "np.power"; let theano = "pow";
  let formula = "(pow ?x ?y)";
  // By x: for small exponents y x^y / x, as x^(y - 1) may overflow where its product with y does not; for large ones, too,
  // whose y - 1 is even where it should be odd, or no number; without influence where y is 0 or a large one makes 0.
  let partials = ["(select (and (ge (abs ?y) 0.15) (lt (abs ?y) 1e7)) (mul ?y (pow ?x (sub ?y 1))) (select (or (eq ?y 0) (and (eq ?result 0) (ge (abs ?y) 1e7))) 0 (select (or (and (ge (abs ?y) 1e7) (isfinite ?x)) (and (isfinite ?result) (ne ?result 0))) (div (mul ?y ?result) ?x) (mul ?y (pow ?x (sub ?y 1))))))",
                  "(select (eq ?x 0) (select (ge ?y 0) 0 nan) (select (and (eq ?x inf) (lt ?y 0)) 0 (mul ?result (log ?x))))"];
  let prim = "(number thn_pow)"; let dtypes = "number"; let cost = 40; let max_ulp = 2;
  let foreign = ["float math.powf", "float linalg.powf"];
}
def Thn_MaximumOp : Thn_Binary<"maximum", [Commutative]> {
  let summary = "The larger of x and y; NaN if either is NaN.";
  let numpy = "np.maximum"; let theano = "maximum";
  let formula = "(max ?x ?y)";
  let partials = ["(select (ge ?x ?y) 1 0)", "(select (ge ?x ?y) 0 1)"];
  let prim = "(float arith.maximumf) (sint arith.maxsi) (uint arith.maxui) (bool arith.ori)";
  let dtypes = "any"; let foreign = ["float arith.maximumf", "sint arith.maxsi", "number linalg.max"];
}
def Thn_MinimumOp : Thn_Binary<"minimum", [Commutative]> {
  let summary = "The smaller of x and y; NaN if either is NaN.";
  let numpy = "np.minimum"; let theano = "minimum";
  let formula = "(min ?x ?y)";
  let partials = ["(select (le ?x ?y) 1 0)", "(select (le ?x ?y) 0 1)"];
  let prim = "(float arith.minimumf) (sint arith.minsi) (uint arith.minui) (bool arith.andi)";
  let dtypes = "any"; let foreign = ["float arith.minimumf", "sint arith.minsi", "number linalg.min"];
}
def Thn_Atan2Op : Thn_Binary<"atan2"> {
  let summary = "The angle of the point (y, x): arc tangent of x / y with the quadrant of both; first operand is the ordinate.";
  let numpy = "np.arctan2"; let theano = "arctan2";
  let formula = "(atan2 ?x ?y)";
  // y / (x² + y²), divided by the larger of x and y first: the sum of squares overflows and underflows early.
  let partials = ["(select (ge (abs ?y) (abs ?x)) (div (reciprocal ?y) (add 1 (sqr (div ?x ?y)))) (div (div (div ?y ?x) ?x) (add 1 (sqr (div ?y ?x)))))",
                  "(neg (select (ge (abs ?x) (abs ?y)) (div (reciprocal ?x) (add 1 (sqr (div ?y ?x)))) (div (div (div ?x ?y) ?y) (add 1 (sqr (div ?x ?y))))))"];
  let prim = "(float thn_atan2)"; let cost = 40; let max_ulp = 2; let foreign = ["math.atan2"];
}
def Thn_HypotOp : Thn_Binary<"hypot", [Commutative]> {
  let summary = "The length of the vector (x, y): sqrt(x * x + y * y) without overflow; NaN if either is NaN. The derivative at (0, 0) is taken as 0.";
  let numpy = "np.hypot";
  let formula = "(sqrt (add (mul ?x ?x) (mul ?y ?y)))";
  let partials = ["(select (eq ?result 0) 0 (div ?x ?result))", "(select (eq ?result 0) 0 (div ?y ?result))"];
  let prim = "(float thn_hypot)"; let cost = 15;
}
def Thn_CopySignOp : Thn_Binary<"copysign"> {
  let summary = "|x| with the sign of y, that of a zero included; NaN if either is NaN, whose own sign says nothing.";
  let numpy = "np.copysign";
  let formula = "(copysign ?x ?y)"; let partials = ["(mul (sign ?x) (copysign 1 ?y))", "0"];
  let prim = "(float thn_copysign)"; let cost = 2;
}
def Thn_FmaOp : Thn_Ternary<"fma"> {
  let summary = "x * y + z, rounded once.";
  let formula = "(add (mul ?x ?y) ?z)"; let partials = ["?y", "?x", "1"];
  let prim = "(float math.fma)"; let foreign = ["math.fma"];
}

def Thn_ReluOp : Thn_Unary<"relu"> {
  let summary = "max(x, 0). The derivative at 0 is taken as 1/2, as in Theano.";
  let theano = "nnet.relu";
  let formula = "(max ?x 0)"; let partials = ["(select (gt ?x 0) 1 (select (eq ?x 0) 0.5 0))"];
  let expand = "(maximum ?x 0)"; let dtypes = "number";
}

def Thn_NegOp : Thn_Unary<"neg"> {
  let summary = "-x.";
  let numpy = "np.negative"; let theano = "neg";
  let formula = "(neg ?x)"; let partials = ["-1"];
  let prim = "(float arith.negf) (int thn_neg)"; let dtypes = "number"; let foreign = ["float arith.negf", "float linalg.negf"];
}
def Thn_AbsOp : Thn_Unary<"abs"> {
  let summary = "|x|.";
  let numpy = "np.abs"; let theano = "abs";
  let formula = "(abs ?x)"; let partials = ["(sign ?x)"];
  let prim = "(float math.absf) (sint thn_abs) (uint identity)"; let dtypes = "number"; let foreign = ["float math.absf", "sint math.absi", "float linalg.abs"];
}
def Thn_SignOp : Thn_Unary<"sign"> {
  let summary = "-1, 0 or 1; NaN for NaN.";
  let numpy = "np.sign"; let theano = "sgn";
  let formula = "(sign ?x)"; let partials = ["0"];
  let prim = "(number thn_sign)"; let dtypes = "number"; let cost = 3;
}
def Thn_SqrOp : Thn_Unary<"sqr"> {
  let summary = "x * x.";
  let numpy = "np.square"; let theano = "sqr";
  let formula = "(mul ?x ?x)"; let partials = ["(mul 2 ?x)"];
  let expand = "(mul ?x ?x)"; let dtypes = "number";
}
def Thn_SqrtOp : Thn_Unary<"sqrt"> {
  let summary = "The square root; NaN below 0.";
  let numpy = "np.sqrt"; let theano = "sqrt";
  let formula = "(sqrt ?x)"; let partials = ["(div 0.5 ?result)"];
  let prim = "(float math.sqrt)"; let domain = "[0, inf)"; let cost = 5; let foreign = ["math.sqrt", "linalg.sqrt"];
}
def Thn_CbrtOp : Thn_Unary<"cbrt"> {
  let summary = "The real cube root, with the sign of x.";
  let numpy = "np.cbrt";
  let formula = "(copysign (pow (abs ?x) (div 1 3)) ?x)"; let partials = ["(reciprocal (mul 3 (sqr ?result)))"];
  let prim = "(float thn_cbrt)"; let cost = 30; let foreign = ["math.cbrt"];
}
def Thn_ReciprocalOp : Thn_Unary<"reciprocal"> {
  let summary = "1 / x.";
  let numpy = "np.reciprocal"; let theano = "inv";
  let formula = "(div 1 ?x)"; let partials = ["(neg (sqr ?result))"];
  let expand = "(div 1 ?x)"; let cost = 4;
}

//===- Elementwise: exponentials and logarithms ---------------------------------------------------------===//

def Thn_ExpOp : Thn_Unary<"exp"> {
  let summary = "e to the power x.";
  let numpy = "np.exp"; let theano = "exp";
  let formula = "(exp ?x)"; let partials = ["?result"];
  let prim = "(float thn_exp)"; let cost = 20; let max_ulp = 2; let foreign = ["math.exp", "linalg.exp"];
}
def Thn_Exp2Op : Thn_Unary<"exp2"> {
  let summary = "2 to the power x.";
  let numpy = "np.exp2"; let theano = "exp2";
  let formula = "(pow 2 ?x)"; let partials = ["(mul ?result 0.6931471805599453094172321214581765680755001343602552)"];
  let prim = "(float thn_exp2)"; let cost = 20; let max_ulp = 2; let foreign = ["math.exp2"];
}
def Thn_Expm1Op : Thn_Unary<"expm1"> {
  let summary = "exp(x) - 1, accurate near 0.";
  let numpy = "np.expm1"; let theano = "expm1";
  let formula = "(sub (exp ?x) 1)"; let partials = ["(exp ?x)"];
  let prim = "(float thn_expm1)"; let cost = 22; let max_ulp = 2; let foreign = ["math.expm1"];
}
def Thn_LogOp : Thn_Unary<"log"> {
  let summary = "The natural logarithm; NaN below 0.";
  let numpy = "np.log"; let theano = "log";
  let formula = "(log ?x)"; let partials = ["(reciprocal ?x)"];
  let prim = "(float thn_log)"; let domain = "(0, inf)"; let cost = 20; let max_ulp = 2; let foreign = ["math.log", "linalg.log"];
}
def Thn_Log1pOp : Thn_Unary<"log1p"> {
  let summary = "log(1 + x), accurate near 0.";
  let numpy = "np.log1p"; let theano = "log1p";
  let formula = "(log (add 1 ?x))"; let partials = ["(reciprocal (add 1 ?x))"];
  let prim = "(float thn_log1p)"; let domain = "(-1, inf)"; let cost = 24; let max_ulp = 2;
  let foreign = ["math.log1p"];
}
def Thn_Log2Op : Thn_Unary<"log2"> {
  let summary = "The logarithm to base 2.";
  let numpy = "np.log2"; let theano = "log2";
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
  let formula = "(div 1 (add 1 (exp (neg ?x))))"; let partials = ["(mul ?result (sigmoid (neg ?x)))"];
  let prim = "(float thn_sigmoid)"; let cost = 25; let max_ulp = 3;
}
def Thn_SoftplusOp : Thn_Unary<"softplus"> {
  let summary = "log(1 + exp(x)).";
  let theano = "nnet.softplus";
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

//===- Elementwise: trigonometric and hyperbolic ----------------------------------------------------------===//

def Thn_SinOp : Thn_Unary<"sin"> {
  let summary = "The sine of x radians.";
  let numpy = "np.sin"; let theano = "sin";
  let formula = "(sin ?x)"; let partials = ["(cos ?x)"];
  let prim = "(float thn_sin)"; let cost = 25; let max_ulp = 2; let foreign = ["math.sin"];
}
def Thn_CosOp : Thn_Unary<"cos"> {
  let summary = "The cosine of x radians.";
  let numpy = "np.cos"; let theano = "cos";
  let formula = "(cos ?x)"; let partials = ["(neg (sin ?x))"];
  let prim = "(float thn_cos)"; let cost = 25; let max_ulp = 2; let foreign = ["math.cos"];
}
def Thn_TanOp : Thn_Unary<"tan"> {
  let summary = "The tangent of x radians.";
  let numpy = "np.tan"; let theano = "tan";
  let formula = "(tan ?x)"; let partials = ["(add 1 (sqr ?result))"];
  let prim = "(float thn_tan)"; let cost = 40; let max_ulp = 2; let foreign = ["math.tan"];
}
def Thn_ArcsinOp : Thn_Unary<"arcsin"> {
  let summary = "The angle in [-pi/2, pi/2] whose sine is x; NaN outside [-1, 1].";
  let numpy = "np.arcsin"; let theano = "arcsin";
  let formula = "(asin ?x)"; let partials = ["(reciprocal (sqrt (mul (sub 1 ?x) (add 1 ?x))))"];
  let prim = "(float thn_arcsin)"; let domain = "[-1, 1]"; let cost = 30; let max_ulp = 2; let foreign = ["math.asin"];
}
def Thn_ArccosOp : Thn_Unary<"arccos"> {
  let summary = "The angle in [0, pi] whose cosine is x; NaN outside [-1, 1].";
  let numpy = "np.arccos"; let theano = "arccos";
  let formula = "(acos ?x)"; let partials = ["(neg (reciprocal (sqrt (mul (sub 1 ?x) (add 1 ?x)))))"];
  let prim = "(float thn_arccos)"; let domain = "[-1, 1]"; let cost = 30; let max_ulp = 2; let foreign = ["math.acos"];
}
def Thn_ArctanOp : Thn_Unary<"arctan"> {
  let summary = "The angle in [-pi/2, pi/2] whose tangent is x.";
  let numpy = "np.arctan"; let theano = "arctan";
  let formula = "(atan ?x)"; let partials = ["(reciprocal (add 1 (sqr ?x)))"];
  let prim = "(float thn_arctan)"; let cost = 30; let max_ulp = 2; let foreign = ["math.atan"];
}
def Thn_SinhOp : Thn_Unary<"sinh"> {
  let summary = "(exp(x) - exp(-x)) / 2.";
  let numpy = "np.sinh"; let theano = "sinh";
  let formula = "(sinh ?x)"; let partials = ["(cosh ?x)"];
  let prim = "(float thn_sinh)"; let cost = 30; let max_ulp = 2; let foreign = ["math.sinh"];
}
def Thn_CoshOp : Thn_Unary<"cosh"> {
  let summary = "(exp(x) + exp(-x)) / 2.";
  let numpy = "np.cosh"; let theano = "cosh";
  let formula = "(cosh ?x)"; let partials = ["(sinh ?x)"];
  let prim = "(float thn_cosh)"; let cost = 30; let max_ulp = 2; let foreign = ["math.cosh"];
}
def Thn_TanhOp : Thn_Unary<"tanh"> {
  let summary = "sinh(x) / cosh(x).";
  let numpy = "np.tanh"; let theano = "tanh";
  // 1 - tanh(x)² is 0 long before the derivative is.
  let formula = "(tanh ?x)"; let partials = ["(sqr (reciprocal (cosh ?x)))"];
  let prim = "(float thn_tanh)"; let cost = 25; let max_ulp = 2; let foreign = ["math.tanh", "linalg.tanh"];
}
def Thn_ArcsinhOp : Thn_Unary<"arcsinh"> {
  let summary = "The number whose hyperbolic sine is x.";
  let numpy = "np.arcsinh"; let theano = "arcsinh";
  let formula = "(copysign (log (add (abs ?x) (sqrt (add 1 (mul ?x ?x))))) ?x)"; let partials = ["(reciprocal (hypot 1 ?x))"];
  let prim = "(float thn_arcsinh)"; let cost = 50; let max_ulp = 2; let foreign = ["math.asinh"];
}
def Thn_ArccoshOp : Thn_Unary<"arccosh"> {
  let summary = "The number of at least 0 whose hyperbolic cosine is x; NaN below 1.";
  let numpy = "np.arccosh"; let theano = "arccosh";
  let formula = "(log (add ?x (mul (sqrt (sub ?x 1)) (sqrt (add ?x 1)))))";
  let partials = ["(reciprocal (mul (sqrt (sub ?x 1)) (sqrt (add ?x 1))))"];
  let prim = "(float thn_arccosh)"; let domain = "[1, inf)"; let cost = 50; let max_ulp = 2; let foreign = ["math.acosh"];
}
def Thn_ArctanhOp : Thn_Unary<"arctanh"> {
  let summary = "The number whose hyperbolic tangent is x; NaN outside [-1, 1].";
  let numpy = "np.arctanh"; let theano = "arctanh";
  let formula = "(div (log (div (add 1 ?x) (sub 1 ?x))) 2)"; let partials = ["(reciprocal (mul (sub 1 ?x) (add 1 ?x)))"];
  let prim = "(float thn_arctanh)"; let domain = "[-1, 1]"; let cost = 35; let max_ulp = 2; let foreign = ["math.atanh"];
}
def Thn_Deg2RadOp : Thn_Unary<"deg2rad"> {
  let summary = "x degrees in radians.";
  let numpy = "np.deg2rad"; let theano = "deg2rad";
  let formula = "(mul ?x 0.01745329251994329576923690768488612713442871888541725)";
  let partials = ["0.01745329251994329576923690768488612713442871888541725"];
  let expand = "(mul ?x 0.01745329251994329576923690768488612713442871888541725)"; let max_ulp = 2;
}
def Thn_Rad2DegOp : Thn_Unary<"rad2deg"> {
  let summary = "x radians in degrees.";
  let numpy = "np.rad2deg"; let theano = "rad2deg";
  let formula = "(mul ?x 57.29577951308232087679815481410517033240547246656432)";
  let partials = ["57.29577951308232087679815481410517033240547246656432"];
  let expand = "(mul ?x 57.29577951308232087679815481410517033240547246656432)"; let max_ulp = 2;
}

//===- Elementwise: the error function and products with logarithms -------------------------------------===//

def Thn_ErfOp : Thn_Unary<"erf"> {
  let summary = "The error function, 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.";
  let numpy = "scipy.special.erf"; let theano = "erf";
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
  let formula = "(log (div (erfc (neg (div ?x (sqrt 2)))) 2))";
  let partials = ["(div 0.7978845608028653558798921198687637369517172623298693 (erfcx (mul ?x -0.7071067811865475244008443621048490392848359376884740)))"];
  let expand = "(let ?z (mul ?x -0.7071067811865475244008443621048490392848359376884740) (select (lt ?x -1) (sub (log (mul 0.5 (erfcx ?z))) (mul ?x (mul 0.5 ?x))) (log1p (mul -0.5 (erfc (neg ?z))))))";
  let cost = 200; let max_ulp = 4;
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

//===- Elementwise: rounding, tests, logic, choice -------------------------------------------------------===//

def Thn_FloorOp : Thn_Unary<"floor"> {
  let summary = "The largest integer not above x.";
  let numpy = "np.floor"; let theano = "floor";
  let formula = "(floor ?x)"; let partials = ["0"]; let prim = "(float math.floor)"; let foreign = ["math.floor", "linalg.floor"];
}
def Thn_CeilOp : Thn_Unary<"ceil"> {
  let summary = "The smallest integer not below x.";
  let numpy = "np.ceil"; let theano = "ceil";
  let formula = "(ceil ?x)"; let partials = ["0"]; let prim = "(float math.ceil)"; let foreign = ["math.ceil", "linalg.ceil"];
}
def Thn_RoundOp : Thn_Unary<"round"> {
  let summary = "The nearest integer, ties to even.";
  let numpy = "np.round"; let theano = "round_half_to_even";
  let formula = "(round ?x)"; let partials = ["0"]; let prim = "(float math.roundeven)"; let foreign = ["math.roundeven"];
}
def Thn_TruncOp : Thn_Unary<"trunc"> {
  let summary = "x without its fraction.";
  let numpy = "np.trunc"; let theano = "trunc";
  let formula = "(trunc ?x)"; let partials = ["0"]; let prim = "(float math.trunc)"; let foreign = ["math.trunc"];
}
def Thn_IsNanOp : Thn_Unary<"isnan"> {
  let summary = "Whether x is NaN.";
  let numpy = "np.isnan"; let theano = "isnan";
  let formula = "(isnan ?x)"; let partials = ["0"]; let prim = "(float math.isnan)"; let result_dtype = "bool"; let foreign = ["math.isnan"];
}
def Thn_IsInfOp : Thn_Unary<"isinf"> {
  let summary = "Whether x is infinite.";
  let numpy = "np.isinf"; let theano = "isinf";
  let formula = "(and (not (isnan ?x)) (not (isfinite ?x)))"; let partials = ["0"];
  let prim = "(float thn_isinf)"; let result_dtype = "bool"; let foreign = ["math.isinf"];
}
def Thn_IsFiniteOp : Thn_Unary<"isfinite"> {
  let summary = "Whether x is neither NaN nor infinite.";
  let numpy = "np.isfinite";
  let formula = "(isfinite ?x)"; let partials = ["0"]; let prim = "(float math.isfinite)"; let result_dtype = "bool"; let foreign = ["math.isfinite"];
}
def Thn_NotOp : Thn_Unary<"not"> {
  let summary = "Bitwise complement; logical on bool.";
  let numpy = "np.bitwise_not"; let theano = "invert";
  let partials = ["0"]; let prim = "(bits thn_not)"; let dtypes = "bits";
  let formula = "(not ?x)";
}
def Thn_AndOp : Thn_Binary<"and", [Commutative]> {
  let summary = "Bitwise and; logical on bool.";
  let numpy = "np.bitwise_and"; let theano = "and_";
  let partials = ["0", "0"]; let prim = "(bits arith.andi)"; let dtypes = "bits"; let foreign = ["arith.andi"]; let formula = "(and ?x ?y)";
}
def Thn_OrOp : Thn_Binary<"or", [Commutative]> {
  let summary = "Bitwise or; logical on bool.";
  let numpy = "np.bitwise_or"; let theano = "or_";
  let partials = ["0", "0"]; let prim = "(bits arith.ori)"; let dtypes = "bits"; let foreign = ["arith.ori"]; let formula = "(or ?x ?y)";
}
def Thn_XorOp : Thn_Binary<"xor", [Commutative]> {
  let summary = "Bitwise exclusive or; logical on bool.";
  let numpy = "np.bitwise_xor"; let theano = "xor";
  let partials = ["0", "0"]; let prim = "(bits arith.xori)"; let dtypes = "bits"; let foreign = ["arith.xori"]; let formula = "(xor ?x ?y)";
}
def Thn_LtOp : Thn_Compare<"lt"> {
  let summary = "x < y."; let formula = "(lt ?x ?y)";
  let numpy = "np.less"; let theano = "lt";
  let prim = "(float arith.cmpf olt) (sint arith.cmpi slt) (uint arith.cmpi ult) (bool arith.cmpi ult)";
  let foreign = ["float arith.cmpf olt", "sint arith.cmpi slt", "bool arith.cmpi ult"];
}
def Thn_LeOp : Thn_Compare<"le"> {
  let summary = "x <= y."; let formula = "(le ?x ?y)";
  let numpy = "np.less_equal"; let theano = "le";
  let prim = "(float arith.cmpf ole) (sint arith.cmpi sle) (uint arith.cmpi ule) (bool arith.cmpi ule)";
  let foreign = ["float arith.cmpf ole", "sint arith.cmpi sle", "bool arith.cmpi ule"];
}
def Thn_GtOp : Thn_Compare<"gt"> {
  let summary = "x > y."; let formula = "(gt ?x ?y)";
  let numpy = "np.greater"; let theano = "gt";
  let prim = "(float arith.cmpf ogt) (sint arith.cmpi sgt) (uint arith.cmpi ugt) (bool arith.cmpi ugt)";
  let foreign = ["float arith.cmpf ogt", "sint arith.cmpi sgt", "bool arith.cmpi ugt"];
}
def Thn_GeOp : Thn_Compare<"ge"> {
  let summary = "x >= y."; let formula = "(ge ?x ?y)";
  let numpy = "np.greater_equal"; let theano = "ge";
  let prim = "(float arith.cmpf oge) (sint arith.cmpi sge) (uint arith.cmpi uge) (bool arith.cmpi uge)";
  let foreign = ["float arith.cmpf oge", "sint arith.cmpi sge", "bool arith.cmpi uge"];
}
def Thn_EqOp : Thn_Compare<"eq"> {
  let summary = "x == y; false for NaN."; let formula = "(eq ?x ?y)";
  let numpy = "np.equal"; let theano = "eq";
  let prim = "(float arith.cmpf oeq) (int arith.cmpi eq) (bool arith.cmpi eq)";
  let foreign = ["float arith.cmpf oeq", "int arith.cmpi eq", "bool arith.cmpi eq"];
}
def Thn_NeOp : Thn_Compare<"ne"> {
  let summary = "x != y; true for NaN."; let formula = "(ne ?x ?y)";
  let numpy = "np.not_equal"; let theano = "neq";
  let prim = "(float arith.cmpf une) (int arith.cmpi ne) (bool arith.cmpi ne)";
  let foreign = ["float arith.cmpf une", "int arith.cmpi ne", "bool arith.cmpi ne"];
}
def Thn_SelectOp : Thn_Inferred<"select"> {
  let summary = "Elementwise x where c holds, else y. Theano's switch.";
  let numpy = "np.where"; let theano = "switch";
  let arguments = (ins Thn_Tensor:$c, Thn_Tensor:$x, Thn_Tensor:$y);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$c `,` $x `,` $y attr-dict `:` type($c) `,` type($x) `,` type($y)";
  let formula = "(select ?c ?x ?y)"; let partials = ["0", "(select ?c 1 0)", "(select ?c 0 1)"];
  let prim = "(any arith.select)"; let dtypes = "any"; let foreign = ["arith.select", "linalg.select"];
}
def Thn_CastOp : Thn_Inferred<"cast"> {
  let summary = "Conversion of the element type. Float to integer truncates and saturates, NaN gives 0; to bool is x != 0.";
  let numpy = "np.astype"; let theano = "cast";
  let example = [{
func.func @cast(%x: tensor<?xf32>) -> tensor<?xi64> {
  %0 = thn.cast %x to i64 : tensor<?xf32>
  return %0 : tensor<?xi64>
}
  }];
  let arguments = (ins Thn_Tensor:$x, TypeAttr:$dtype);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `to` $dtype attr-dict `:` type($x)";
  let formula = "(cast ?x)"; let partials = ["1"]; let prim = "(any cast)"; let dtypes = "any"; let result_dtype = "attr";
}

//===- Shape and movement -------------------------------------------------------------------------------===//

def Thn_BroadcastOp : Thn_Shaped<"broadcast"> {
  let summary = "Repeats x: operand dim i becomes result dim axes[i], every other result dim is new.";
  let numpy = "np.broadcast_to"; let theano = "fill";
  let example = [{
func.func @broadcast(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<4x?xf32> {
  %0 = thn.broadcast %x axes = [1] dims = ["N"] : tensor<?xf32> -> tensor<4x?xf32>
  return %0 : tensor<4x?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, DenseI64ArrayAttr:$axes, OptionalAttr<Thn_DimsAttr>:$dims);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `axes` `=` $axes (`dims` `=` $dims^)? attr-dict `:` type($x) `->` type($result)";
  let iterate = "(broadcast)"; let transpose = "sum"; let dtypes = "any"; let cost = 0;
  let foreign = ["linalg.fill 0", "linalg.broadcast"];
}
def Thn_DimshuffleOp : Thn_Inferred<"dimshuffle"> {
  let summary = "Permutes dims, drops length-1 dims and inserts new ones: result dim i is operand dim order[i], or 1 where it is -1.";
  let numpy = "np.transpose"; let theano = "dimshuffle";
  let example = [{
func.func @dimshuffle(%x: tensor<?x3xf32>) -> tensor<3x1x?xf32> {
  %0 = thn.dimshuffle %x order = [1, -1, 0] : tensor<?x3xf32>
  return %0 : tensor<3x1x?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, DenseI64ArrayAttr:$order);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `order` `=` $order attr-dict `:` type($x)";
  let iterate = "(dimshuffle)"; let transpose = "dimshuffle"; let dtypes = "any"; let cost = 0;
  let foreign = ["linalg.transpose"];
}
def Thn_ReshapeOp : Thn_Shaped<"reshape"> {
  let summary = "The same elements in row-major order under another shape.";
  let numpy = "np.reshape"; let theano = "reshape";
  let example = [{
func.func @reshape(%x: tensor<?x6xf32> {thn.dims = ["N"]}) -> tensor<?x3xf32> {
  %0 = thn.reshape %x dims = ["2*N"] : tensor<?x6xf32> -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, OptionalAttr<Thn_DimsAttr>:$dims);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x (`dims` `=` $dims^)? attr-dict `:` type($x) `->` type($result)";
  let iterate = "(reshape)"; let transpose = "reshape"; let dtypes = "any"; let cost = 0;
}
def Thn_AssumeOp : Thn_Inferred<"assume"> {
  let summary = "x, of which `facts` are promised: names such as `positive, finite`. The optimizer and compiled code trust them; the reference interpreter refuses a value that breaks one.";
  let example = [{
func.func @assume(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = thn.assume %x is "positive, finite" : tensor<?xf32>
  return %0 : tensor<?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, StrAttr:$facts);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `is` $facts attr-dict `:` type($x)";
  let iterate = "(assume)"; let transpose = "assume"; let dtypes = "number"; let cost = 0;
}
def Thn_SliceOp : Thn_Shaped<"slice"> {
  let summary = "Element i along dim d is operand element starts[d] + steps[d] * i. Starts are dim expressions.";
  let numpy = "x[a:b:c]"; let theano = "x[a:b:c]";
  let example = [{
func.func @slice(%x: tensor<?x6xf32> {thn.dims = ["N"]}) -> tensor<?x3xf32> {
  %0 = thn.slice %x starts = ["N - 1", "0"] steps = [-1, 2] dims = ["N"] : tensor<?x6xf32> -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_DimsAttr:$starts, DenseI64ArrayAttr:$steps, OptionalAttr<Thn_DimsAttr>:$dims);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `starts` `=` $starts `steps` `=` $steps (`dims` `=` $dims^)? attr-dict `:` type($x) `->` type($result)";
  let iterate = "(slice)"; let transpose = "inc_subtensor"; let dtypes = "any"; let cost = 0;
}
def Thn_GatherOp : Thn_Inferred<"gather"> {
  let summary = "Rows of x: result[i..., j...] = x[index[i...], j...]. A negative index counts from the end; one outside is an error.";
  let numpy = "np.take"; let theano = "take";
  let example = [{
func.func @gather(%x: tensor<?x3xf32>, %index: tensor<?xi64>) -> tensor<?x3xf32> {
  %0 = thn.gather %x, %index : tensor<?x3xf32>, tensor<?xi64>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$index);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $index attr-dict `:` type($x) `,` type($index)";
  let iterate = "(gather)"; let transpose = "scatter_add"; let dtypes = "any"; let cost = 1;
}
def Thn_PickOp : Thn_Inferred<"pick"> {
  let summary = "One element of each row: result[i...] = x[i..., index[i...]], Theano's x[arange(n), y]. A negative index counts from the end; one outside is an error.";
  let numpy = "np.take_along_axis"; let theano = "x[arange(n), y]";
  let example = [{
func.func @pick(%x: tensor<?x3xf32>, %index: tensor<?xi64>) -> tensor<?xf32> {
  %0 = thn.pick %x, %index : tensor<?x3xf32>, tensor<?xi64>
  return %0 : tensor<?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$index);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $index attr-dict `:` type($x) `,` type($index)";
  let iterate = "(pick)"; let transpose = "one_hot"; let dtypes = "any"; let cost = 1;
}
def Thn_DiagonalOp : Thn_Inferred<"diagonal"> {
  let summary = "The diagonal of the last two dims: result[i..., j] = x[i..., j, j], as long as the shorter of the two.";
  let numpy = "np.diagonal"; let theano = "diagonal";
  let example = [{
func.func @diagonal(%x: tensor<3x4xf32>) -> tensor<3xf32> {
  %0 = thn.diagonal %x : tensor<3x4xf32>
  return %0 : tensor<3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let iterate = "(diagonal)"; let transpose = "diagonal"; let dtypes = "any"; let cost = 0;
}
def Thn_JoinOp : Thn_Inferred<"join"> {
  let summary = "Concatenates along `axis`.";
  let numpy = "np.concatenate"; let theano = "join";
  let example = [{
func.func @join(%x: tensor<?x3xf32>, %y: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = thn.join %x, %y axis = 0 : tensor<?x3xf32>, tensor<2x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Variadic<Thn_Tensor>:$xs, I64Attr:$axis);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$xs `axis` `=` $axis attr-dict `:` type($xs)";
  let iterate = "(join)"; let transpose = "slice"; let dtypes = "any";
}
def Thn_PadOp : Thn_Inferred<"pad"> {
  let summary = "Adds `low` elements before and `high` after along each dim, all equal to the rank-0 value.";
  let numpy = "np.pad";
  let example = [{
func.func @pad(%x: tensor<?x3xf32>, %value: tensor<f32>) -> tensor<?x4xf32> {
  %0 = thn.pad %x, %value low = [1, 0] high = [2, 1] : tensor<?x3xf32>, tensor<f32>
  return %0 : tensor<?x4xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$value, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $value `low` `=` $low `high` `=` $high attr-dict `:` type($x) `,` type($value)";
  let iterate = "(pad)"; let transpose = "unpad"; let dtypes = "any";
}
def Thn_SetSubtensorOp : Thn_Inferred<"set_subtensor"> {
  let summary = "x with the slice starts + steps * i replaced by y.";
  let numpy = "x[a:b:c] = y"; let theano = "set_subtensor";
  let example = [{
func.func @set_subtensor(%x: tensor<?x3xf32>, %y: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = thn.set_subtensor %x, %y starts = ["1", "0"] steps = [1, 1] : tensor<?x3xf32>, tensor<2x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$y, Thn_DimsAttr:$starts, DenseI64ArrayAttr:$steps);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $y `starts` `=` $starts `steps` `=` $steps attr-dict `:` type($x) `,` type($y)";
  let iterate = "(set_subtensor)"; let transpose = "set_subtensor"; let dtypes = "any";
}
def Thn_IncSubtensorOp : Thn_Inferred<"inc_subtensor"> {
  let summary = "x with y added to the slice starts + steps * i.";
  let numpy = "x[a:b:c] += y"; let theano = "inc_subtensor";
  let example = [{
func.func @inc_subtensor(%x: tensor<?x3xf32>, %y: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = thn.inc_subtensor %x, %y starts = ["1", "0"] steps = [1, 1] : tensor<?x3xf32>, tensor<2x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$y, Thn_DimsAttr:$starts, DenseI64ArrayAttr:$steps);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $y `starts` `=` $starts `steps` `=` $steps attr-dict `:` type($x) `,` type($y)";
  let iterate = "(inc_subtensor)"; let transpose = "subtensor"; let dtypes = "number";
}
def Thn_ScatterAddOp : Thn_Inferred<"scatter_add"> {
  let summary = "x with y[i...] added to row index[i...], for all i in row-major order; repeated indices accumulate. An index outside is an error.";
  let numpy = "np.add.at"; let theano = "inc_subtensor";
  let example = [{
func.func @scatter_add(%x: tensor<?x3xf32>, %index: tensor<2xi64>, %y: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = thn.scatter_add %x, %index, %y : tensor<?x3xf32>, tensor<2xi64>, tensor<2x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$index, Thn_Tensor:$y);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $index `,` $y attr-dict `:` type($x) `,` type($index) `,` type($y)";
  let iterate = "(scatter_add)"; let transpose = "gather"; let dtypes = "number";
}

//===- Reductions ---------------------------------------------------------------------------------------===//

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
  let summary = "The root of the sum of squares over `axes`; 0 over an empty dim. The gradient where all elements are 0 is taken as 0.";
  let numpy = "np.linalg.norm"; let theano = "norm";
  let expand = "(sqrt (sum (sqr ?x)))"; let cost = 7; let transpose = "norm";
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

//===- Products -----------------------------------------------------------------------------------------===//

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

//===- Structure ----------------------------------------------------------------------------------------===//

def Thn_YieldOp : Thn_Op<"yield", [Pure, Terminator]> {
  let summary = "Ends a region and gives its values.";
  let example = [{
func.func @yield(%c: tensor<i1>, %x: tensor<f32>) -> tensor<f32> {
  %0 = thn.cond %c : (tensor<i1>) -> tensor<f32> {
    thn.yield %x : tensor<f32>
  } else {
    %1 = thn.neg %x : tensor<f32>
    thn.yield %1 : tensor<f32>
  }
  return %0 : tensor<f32>
}
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let iterate = "(terminator)"; let dtypes = "any"; let cost = 0;
}
def Thn_LoopOp : Thn_Op<"loop", [Pure, SingleBlock]> {
  let summary = "Runs its region `count` times over carried values; the first region argument is the step, i64 from 0. A count below 1 runs it never.";
  let theano = "scan";
  let example = [{
func.func @loop(%count: tensor<i64>, %x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = thn.loop %count, %x : (tensor<i64>, tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%step: tensor<i64>, %carried: tensor<3xf32>):
    %1 = thn.mul %carried, %x : tensor<3xf32>, tensor<3xf32>
    thn.yield %1 : tensor<3xf32>
  }
  return %0 : tensor<3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$count, Variadic<Thn_Tensor>:$inits);
  let results = (outs Variadic<Thn_Tensor>:$finals);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$count (`,` $inits^)? attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
  let extraClassDefinition = [{ ::llvm::LogicalResult $cppClass::verify() { return ::thn::verifyInRust(getOperation()); } }];
  let iterate = "(loop)"; let dtypes = "any"; let cost = 0;
}
def Thn_CondOp : Thn_Op<"cond", [Pure, SingleBlock]> {
  let summary = "The values of the first region if the rank-0 bool holds, else of the second. Only one region runs. Theano's ifelse.";
  let theano = "ifelse";
  let example = [{
func.func @cond(%condition: tensor<i1>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = thn.cond %condition : (tensor<i1>) -> tensor<?xf32> {
    %1 = thn.exp %x : tensor<?xf32>
    thn.yield %1 : tensor<?xf32>
  } else {
    thn.yield %x : tensor<?xf32>
  }
  return %0 : tensor<?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$condition);
  let results = (outs Variadic<Thn_Tensor>:$values);
  let regions = (region SizedRegion<1>:$then, SizedRegion<1>:$otherwise);
  let assemblyFormat = "$condition attr-dict `:` functional-type(operands, results) $then `else` $otherwise";
  let hasVerifier = 1;
  let extraClassDefinition = [{ ::llvm::LogicalResult $cppClass::verify() { return ::thn::verifyInRust(getOperation()); } }];
  let iterate = "(cond)"; let dtypes = "any"; let cost = 0;
}
def Thn_KernelOp : Thn_Op<"kernel", [Pure, SingleBlock, IsolatedFromAbove]> {
  let summary = "Ops that are computed together; made by --thn-plan-kernels. Region arguments are the operands.";
  let example = [{
func.func @kernel(%x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = thn.kernel "elementwise" %x {kept = array<i64>, outer = []} : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%in: tensor<3xf32>):
    %1 = thn.exp %in : tensor<3xf32>
    %2 = thn.neg %1 : tensor<3xf32>
    thn.yield %2 : tensor<3xf32>
  }
  return %0 : tensor<3xf32>
}
  }];
  let arguments = (ins Variadic<Thn_Tensor>:$inputs, StrAttr:$schedule);
  let results = (outs Variadic<Thn_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$schedule ($inputs^)? attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
  let extraClassDefinition = [{ ::llvm::LogicalResult $cppClass::verify() { return ::thn::verifyInRust(getOperation()); } }];
  let iterate = "(kernel)"; let dtypes = "any"; let cost = 0;
}

#endif // THN_OPS
