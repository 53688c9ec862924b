// Floor division and modulo, and the sign, with NumPy's meaning.
//
// Integers: x // 0 and x % 0 give 0, and MIN // -1 wraps to MIN. Types of at most 32 bits divide in a float
// type $D with room to spare, which vectorizes; that is exact: a quotient that is no integer is at least
// 1 / |y| away from one, and its rounding error is at most |x / y| 2^-p with |x| < 2^(p-1). 64-bit types use
// the integer division, on a divisor for which it is defined.

//$ D i8 f32 i16 f32 i32 f64 u8 f32 u16 f32 u32 f64
//$ LARGEST i8 127.0 i16 32767.0 i32 2147483647.0

func.func private @thn_floordiv_$S(%x: $I, %y: $I) -> $I {
  %a = arith.sitofp %x : $I to $D
  %b = arith.sitofp %y : $I to $D
  %izero = arith.constant 0 : $I
  %by_zero = arith.cmpi eq, %y, %izero : $I
  %one = arith.constant 1.0 : $D
  %divisor = arith.select %by_zero, %one, %b : $D
  %quotient_1 = arith.divf %a, %divisor : $D
  %quotient = math.floor %quotient_1 : $D
  %largest = arith.constant $LARGEST : $D
  %wrapped_1 = arith.cmpf ogt, %quotient, %largest : $D
  %lower = arith.constant $LOWER : $D
  %wrapped = arith.select %wrapped_1, %lower, %quotient : $D
  %zero = arith.constant 0.0 : $D
  %defined = arith.select %by_zero, %zero, %wrapped : $D
  %result_1 = arith.fptosi %defined : $D to $I
  return %result_1 : $I
}

func.func private @thn_floordiv_$U(%x: $I, %y: $I) -> $I {
  %a = arith.uitofp %x : $I to $D
  %b = arith.uitofp %y : $I to $D
  %izero = arith.constant 0 : $I
  %by_zero = arith.cmpi eq, %y, %izero : $I
  %one = arith.constant 1.0 : $D
  %divisor = arith.select %by_zero, %one, %b : $D
  %quotient_1 = arith.divf %a, %divisor : $D
  %quotient = math.floor %quotient_1 : $D
  %zero = arith.constant 0.0 : $D
  %defined = arith.select %by_zero, %zero, %quotient : $D
  %result_1 = arith.fptoui %defined : $D to $I
  return %result_1 : $I
}

func.func private @thn_floordiv_i64(%x: i64, %y: i64) -> i64 {
  %izero = arith.constant 0 : i64
  %by_zero = arith.cmpi eq, %y, %izero : i64
  %iminus_one = arith.constant -1 : i64
  %by_minus_one = arith.cmpi eq, %y, %iminus_one : i64
  %divisor_1 = arith.ori %by_zero, %by_minus_one : i1
  %ione = arith.constant 1 : i64
  %divisor = arith.select %divisor_1, %ione, %y : i64
  %quotient = arith.divsi %x, %divisor : i64
  %remainder_1 = arith.muli %quotient, %divisor : i64
  %remainder = arith.subi %x, %remainder_1 : i64
  %above_1 = arith.cmpi ne, %remainder, %izero : i64
  %above_2 = arith.xori %remainder, %divisor : i64
  %above_3 = arith.cmpi slt, %above_2, %izero : i64
  %above = arith.andi %above_1, %above_3 : i1
  %floored_1 = arith.subi %quotient, %ione : i64
  %floored = arith.select %above, %floored_1, %quotient : i64
  %defined = arith.select %by_zero, %izero, %floored : i64
  %result_1 = arith.subi %izero, %x : i64
  %result_2 = arith.select %by_minus_one, %result_1, %defined : i64
  return %result_2 : i64
}

func.func private @thn_floordiv_u64(%x: i64, %y: i64) -> i64 {
  %izero = arith.constant 0 : i64
  %by_zero = arith.cmpi eq, %y, %izero : i64
  %ione = arith.constant 1 : i64
  %divisor = arith.select %by_zero, %ione, %y : i64
  %quotient = arith.divui %x, %divisor : i64
  %result_1 = arith.select %by_zero, %izero, %quotient : i64
  return %result_1 : i64
}

func.func private @thn_mod_$N(%x: $I, %y: $I) -> $I {
  %quotient = func.call @thn_floordiv_$N(%x, %y) : ($I, $I) -> $I
  %remainder_1 = arith.muli %quotient, %y : $I
  %remainder = arith.subi %x, %remainder_1 : $I
  %izero = arith.constant 0 : $I
  %result_1 = arith.cmpi eq, %y, %izero : $I
  %result_2 = arith.select %result_1, %izero, %remainder : $I
  return %result_2 : $I
}

// The remainder of the division that truncates, exact for all finite arguments.
func.func private @thn_fmod_$T(%x: $T, %y: $T) -> $T {
  %result_1 = arith.remf %x, %y : $T
  return %result_1 : $T
}

// Floats, after npy_divmod in NumPy's npy_math: the truncated remainder, which is exact, moved to the sign of
// the divisor; a zero remainder takes that sign too.
func.func private @thn_mod_$T(%x: $T, %y: $T) -> $T {
  %truncated = func.call @thn_fmod_$T(%x, %y) : ($T, $T) -> $T
  %zero_1 = arith.constant 0.0 : $T
  %opposite_1 = arith.cmpf olt, %y, %zero_1 : $T
  %opposite_2 = arith.cmpf olt, %truncated, %zero_1 : $T
  %opposite = arith.xori %opposite_1, %opposite_2 : i1
  %nonzero = arith.cmpf une, %truncated, %zero_1 : $T
  %moved = arith.addf %truncated, %y : $T
  %remainder_1 = arith.andi %nonzero, %opposite : i1
  %remainder = arith.select %remainder_1, %moved, %truncated : $T
  %zero = math.copysign %zero_1, %y : $T
  %result_1 = arith.select %nonzero, %remainder, %zero : $T
  return %result_1 : $T
}

// (x - remainder) / y is within rounding of an integer, to which it is rounded; a zero keeps the sign of x / y, and a
// zero divisor gives x / y.
func.func private @thn_floordiv_$T(%x: $T, %y: $T) -> $T {
  %truncated = func.call @thn_fmod_$T(%x, %y) : ($T, $T) -> $T
  %zero_1 = arith.constant 0.0 : $T
  %opposite_1 = arith.cmpf olt, %y, %zero_1 : $T
  %opposite_2 = arith.cmpf olt, %truncated, %zero_1 : $T
  %opposite = arith.xori %opposite_1, %opposite_2 : i1
  %nonzero = arith.cmpf une, %truncated, %zero_1 : $T
  %quotient_1 = arith.subf %x, %truncated : $T
  %quotient = arith.divf %quotient_1, %y : $T
  %one = arith.constant 1.0 : $T
  %below = arith.subf %quotient, %one : $T
  %near_1 = arith.andi %nonzero, %opposite : i1
  %near = arith.select %near_1, %below, %quotient : $T
  %lower = math.floor %near : $T
  %upper = arith.addf %lower, %one : $T
  %floored_1 = arith.subf %near, %lower : $T
  %half = arith.constant 0.5 : $T
  %floored_2 = arith.cmpf ogt, %floored_1, %half : $T
  %floored = arith.select %floored_2, %upper, %lower : $T
  %ratio = arith.divf %x, %y : $T
  %zero = math.copysign %zero_1, %ratio : $T
  %signed_1 = arith.cmpf une, %near, %zero_1 : $T
  %signed = arith.select %signed_1, %floored, %zero : $T
  %result_1 = arith.cmpf oeq, %y, %zero_1 : $T
  %result_2 = arith.select %result_1, %ratio, %signed : $T
  return %result_2 : $T
}

func.func private @thn_sign_$T(%x: $T) -> $T {
  %zero = arith.constant 0.0 : $T
  %zero_or_nan_1 = arith.cmpf oeq, %x, %zero : $T
  %zero_or_nan = arith.select %zero_or_nan_1, %zero, %x : $T
  %at_most_1 = arith.cmpf olt, %x, %zero : $T
  %minus_one = arith.constant -1.0 : $T
  %at_most = arith.select %at_most_1, %minus_one, %zero_or_nan : $T
  %result_1 = arith.cmpf ogt, %x, %zero : $T
  %one = arith.constant 1.0 : $T
  %result_2 = arith.select %result_1, %one, %at_most : $T
  return %result_2 : $T
}
