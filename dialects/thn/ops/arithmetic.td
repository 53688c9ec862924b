//===- arithmetic.td - elementwise: arithmetic --------------------------------------------------===//

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
  let properties = ["rising", "idempotent"];
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
  let properties = ["idempotent"];
  let formula = "(abs ?x)"; let partials = ["(sign ?x)"];
  let prim = "(float math.absf) (sint thn_abs) (uint identity)"; let dtypes = "number"; let foreign = ["float math.absf", "sint math.absi", "float linalg.abs"];
}
def Thn_SignOp : Thn_Unary<"sign"> {
  let summary = "-1, 0 or 1; NaN for NaN.";
  let numpy = "np.sign"; let theano = "sgn";
  let properties = ["rising", "idempotent", "integral"];
  let formula = "(sign ?x)"; let partials = ["0"];
  let prim = "(number thn_sign)"; let dtypes = "number"; let cost = 3;
}
def Thn_SqrOp : Thn_Unary<"sqr"> {
  let summary = "x * x.";
  let numpy = "np.square"; let theano = "sqr";
  let properties = ["even"];
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
  let properties = ["odd", "rising"];
  let formula = "(copysign (pow (abs ?x) (div 1 3)) ?x)"; let partials = ["(reciprocal (mul 3 (sqr ?result)))"];
  let prim = "(float thn_cbrt)"; let cost = 30; let foreign = ["math.cbrt"];
}
def Thn_ReciprocalOp : Thn_Unary<"reciprocal"> {
  let summary = "1 / x.";
  let numpy = "np.reciprocal"; let theano = "inv";
  let properties = ["odd"];
  let formula = "(div 1 ?x)"; let partials = ["(neg (sqr ?result))"];
  let expand = "(div 1 ?x)"; let cost = 4;
}
