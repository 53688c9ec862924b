//===- trigonometry.td - elementwise: trigonometric and hyperbolic ------------------------------===//

def Thn_SinOp : Thn_Unary<"sin"> {
  let summary = "The sine of x radians.";
  let numpy = "np.sin"; let theano = "sin";
  let properties = ["odd"];
  let formula = "(sin ?x)"; let partials = ["(cos ?x)"];
  let prim = "(float thn_sin)"; let cost = 25; let max_ulp = 2; let foreign = ["math.sin"];
}
def Thn_CosOp : Thn_Unary<"cos"> {
  let summary = "The cosine of x radians.";
  let numpy = "np.cos"; let theano = "cos";
  let properties = ["even"];
  let formula = "(cos ?x)"; let partials = ["(neg (sin ?x))"];
  let prim = "(float thn_cos)"; let cost = 25; let max_ulp = 2; let foreign = ["math.cos"];
}
def Thn_TanOp : Thn_Unary<"tan"> {
  let summary = "The tangent of x radians.";
  let numpy = "np.tan"; let theano = "tan";
  let properties = ["odd"]; let undoes = "arctan";
  let formula = "(tan ?x)"; let partials = ["(add 1 (sqr ?result))"];
  let prim = "(float thn_tan)"; let cost = 40; let max_ulp = 2; let foreign = ["math.tan"];
}
def Thn_ArcsinOp : Thn_Unary<"arcsin"> {
  let summary = "The angle in [-pi/2, pi/2] whose sine is x; NaN outside [-1, 1].";
  let numpy = "np.arcsin"; let theano = "arcsin";
  let properties = ["odd"];
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
  let properties = ["odd", "rising"];
  let formula = "(atan ?x)"; let partials = ["(reciprocal (add 1 (sqr ?x)))"];
  let prim = "(float thn_arctan)"; let cost = 30; let max_ulp = 2; let foreign = ["math.atan"];
}
def Thn_SinhOp : Thn_Unary<"sinh"> {
  let summary = "(exp(x) - exp(-x)) / 2.";
  let numpy = "np.sinh"; let theano = "sinh";
  let properties = ["odd", "rising"]; let undoes = "arcsinh";
  let formula = "(sinh ?x)"; let partials = ["(cosh ?x)"];
  let prim = "(float thn_sinh)"; let cost = 30; let max_ulp = 2; let foreign = ["math.sinh"];
}
def Thn_CoshOp : Thn_Unary<"cosh"> {
  let summary = "(exp(x) + exp(-x)) / 2.";
  let numpy = "np.cosh"; let theano = "cosh";
  let properties = ["even"];
  let formula = "(cosh ?x)"; let partials = ["(sinh ?x)"];
  let prim = "(float thn_cosh)"; let cost = 30; let max_ulp = 2; let foreign = ["math.cosh"];
}
def Thn_TanhOp : Thn_Unary<"tanh"> {
  let summary = "sinh(x) / cosh(x).";
  let numpy = "np.tanh"; let theano = "tanh";
  // 1 - tanh(x)² is 0 long before the derivative is.
  let properties = ["odd", "rising"];
  let formula = "(tanh ?x)"; let partials = ["(sqr (reciprocal (cosh ?x)))"];
  let prim = "(float thn_tanh)"; let cost = 25; let max_ulp = 2; let foreign = ["math.tanh", "linalg.tanh"];
}
def Thn_ArcsinhOp : Thn_Unary<"arcsinh"> {
  let summary = "The number whose hyperbolic sine is x.";
  let numpy = "np.arcsinh"; let theano = "arcsinh";
  let properties = ["odd", "rising"]; let undoes = "sinh";
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
  let properties = ["odd"]; let undoes = "tanh";
  let formula = "(div (log (div (add 1 ?x) (sub 1 ?x))) 2)"; let partials = ["(reciprocal (mul (sub 1 ?x) (add 1 ?x)))"];
  let prim = "(float thn_arctanh)"; let domain = "[-1, 1]"; let cost = 35; let max_ulp = 2; let foreign = ["math.atanh"];
}
def Thn_Deg2RadOp : Thn_Unary<"deg2rad"> {
  let summary = "x degrees in radians.";
  let numpy = "np.deg2rad"; let theano = "deg2rad";
  let properties = ["odd", "rising"];
  let formula = "(mul ?x 0.01745329251994329576923690768488612713442871888541725)";
  let partials = ["0.01745329251994329576923690768488612713442871888541725"];
  let expand = "(mul ?x 0.01745329251994329576923690768488612713442871888541725)"; let max_ulp = 2;
}
def Thn_Rad2DegOp : Thn_Unary<"rad2deg"> {
  let summary = "x radians in degrees.";
  let numpy = "np.rad2deg"; let theano = "rad2deg";
  let properties = ["odd", "rising"];
  let formula = "(mul ?x 57.29577951308232087679815481410517033240547246656432)";
  let partials = ["57.29577951308232087679815481410517033240547246656432"];
  let expand = "(mul ?x 57.29577951308232087679815481410517033240547246656432)"; let max_ulp = 2;
}
