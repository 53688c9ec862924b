//===- choice.td - elementwise: rounding, tests, logic, choice ----------------------------------===//

def Thn_FloorOp : Thn_Unary<"floor"> {
  let summary = "The largest integer not above x.";
  let numpy = "np.floor"; let theano = "floor";
  let properties = ["rising", "idempotent", "integral", "rounding"];
  let formula = "(floor ?x)"; let partials = ["0"]; let prim = "(float math.floor)"; let foreign = ["math.floor", "linalg.floor"];
}
def Thn_CeilOp : Thn_Unary<"ceil"> {
  let summary = "The smallest integer not below x.";
  let numpy = "np.ceil"; let theano = "ceil";
  let properties = ["rising", "idempotent", "integral", "rounding"];
  let formula = "(ceil ?x)"; let partials = ["0"]; let prim = "(float math.ceil)"; let foreign = ["math.ceil", "linalg.ceil"];
}
def Thn_RoundOp : Thn_Unary<"round"> {
  let summary = "The nearest integer, ties to even.";
  let numpy = "np.round"; let theano = "round_half_to_even";
  let properties = ["odd", "rising", "idempotent", "integral", "rounding"];
  let formula = "(round ?x)"; let partials = ["0"]; let prim = "(float math.roundeven)"; let foreign = ["math.roundeven"];
}
def Thn_TruncOp : Thn_Unary<"trunc"> {
  let summary = "x without its fraction.";
  let numpy = "np.trunc"; let theano = "trunc";
  let properties = ["odd", "rising", "idempotent", "integral", "rounding"];
  let formula = "(trunc ?x)"; let partials = ["0"]; let prim = "(float math.trunc)"; let foreign = ["math.trunc"];
}
def Thn_IsNanOp : Thn_Unary<"isnan"> {
  let summary = "Whether x is NaN.";
  let numpy = "np.isnan"; let theano = "isnan";
  let properties = ["even"];
  let formula = "(isnan ?x)"; let partials = ["0"]; let prim = "(float math.isnan)"; let result_dtype = "bool"; let foreign = ["math.isnan"];
}
def Thn_IsInfOp : Thn_Unary<"isinf"> {
  let summary = "Whether x is infinite.";
  let numpy = "np.isinf"; let theano = "isinf";
  let properties = ["even"];
  let formula = "(and (not (isnan ?x)) (not (isfinite ?x)))"; let partials = ["0"];
  let prim = "(float thn_isinf)"; let result_dtype = "bool"; let foreign = ["math.isinf"];
}
def Thn_IsFiniteOp : Thn_Unary<"isfinite"> {
  let summary = "Whether x is neither NaN nor infinite.";
  let numpy = "np.isfinite";
  let properties = ["even"];
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
