// Integer functions. All wrap around in two's complement; nothing is undefined, and no operation carries an
// overflow flag. Placeholders: $N is any integer dtype, $S a signed one, $U an unsigned one.

func.func private @thn_neg_$N(%x: $I) -> $I {
  %izero = arith.constant 0 : $I
  %result_1 = arith.subi %izero, %x : $I
  return %result_1 : $I
}

// The most negative number is its own absolute value, as in NumPy.
func.func private @thn_abs_$S(%x: $I) -> $I {
  %izero = arith.constant 0 : $I
  %opposite = arith.subi %izero, %x : $I
  %result_1 = arith.cmpi slt, %x, %izero : $I
  %result_2 = arith.select %result_1, %opposite, %x : $I
  return %result_2 : $I
}

func.func private @thn_sign_$S(%x: $I) -> $I {
  %izero = arith.constant 0 : $I
  %nonzero_1 = arith.cmpi eq, %x, %izero : $I
  %ione = arith.constant 1 : $I
  %nonzero = arith.select %nonzero_1, %izero, %ione : $I
  %result_1 = arith.cmpi slt, %x, %izero : $I
  %iminus_one = arith.constant -1 : $I
  %result_2 = arith.select %result_1, %iminus_one, %nonzero : $I
  return %result_2 : $I
}

func.func private @thn_sign_$U(%x: $I) -> $I {
  %izero = arith.constant 0 : $I
  %result_1 = arith.cmpi eq, %x, %izero : $I
  %ione = arith.constant 1 : $I
  %result_2 = arith.select %result_1, %izero, %ione : $I
  return %result_2 : $I
}

func.func private @thn_not_$N(%x: $I) -> $I {
  %iminus_one = arith.constant -1 : $I
  %result_1 = arith.xori %x, %iminus_one : $I
  return %result_1 : $I
}

func.func private @thn_not_i1(%x: i1) -> i1 {
  %true = arith.constant true
  %result_1 = arith.xori %x, %true : i1
  return %result_1 : i1
}

// Powers by squaring, from the lowest bit of the exponent: an invariant is result = power * square^exponent.
func.func private @thn_pow_step_$I(%power: $I, %square: $I, %exponent: $I) -> ($I, $I, $I) {
  %ione = arith.constant 1 : $I
  %bit = arith.andi %exponent, %ione : $I
  %factor_1 = arith.cmpi eq, %bit, %ione : $I
  %factor = arith.select %factor_1, %square, %ione : $I
  %next_power = arith.muli %power, %factor : $I
  %next_square = arith.muli %square, %square : $I
  %next_exponent = arith.shrui %exponent, %ione : $I
  return %next_power, %next_square, %next_exponent : $I, $I, $I
}

func.func private @thn_pow_byte_$I(%power: $I, %square: $I, %exponent: $I) -> ($I, $I, $I) {
  %p1, %s1, %e1 = func.call @thn_pow_step_$I(%power, %square, %exponent) : ($I, $I, $I) -> ($I, $I, $I)
  %p2, %s2, %e2 = func.call @thn_pow_step_$I(%p1, %s1, %e1) : ($I, $I, $I) -> ($I, $I, $I)
  %p3, %s3, %e3 = func.call @thn_pow_step_$I(%p2, %s2, %e2) : ($I, $I, $I) -> ($I, $I, $I)
  %p4, %s4, %e4 = func.call @thn_pow_step_$I(%p3, %s3, %e3) : ($I, $I, $I) -> ($I, $I, $I)
  %p5, %s5, %e5 = func.call @thn_pow_step_$I(%p4, %s4, %e4) : ($I, $I, $I) -> ($I, $I, $I)
  %p6, %s6, %e6 = func.call @thn_pow_step_$I(%p5, %s5, %e5) : ($I, $I, $I) -> ($I, $I, $I)
  %p7, %s7, %e7 = func.call @thn_pow_step_$I(%p6, %s6, %e6) : ($I, $I, $I) -> ($I, $I, $I)
  %p8, %s8, %e8 = func.call @thn_pow_step_$I(%p7, %s7, %e7) : ($I, $I, $I) -> ($I, $I, $I)
  return %p8, %s8, %e8 : $I, $I, $I
}

// x to the power of an unsigned exponent.
func.func private @thn_pow_u8(%x: i8, %exponent: i8) -> i8 {
  %ione = arith.constant 1 : i8
  %p1, %s1, %e1 = func.call @thn_pow_byte_i8(%ione, %x, %exponent) : (i8, i8, i8) -> (i8, i8, i8)
  return %p1 : i8
}

func.func private @thn_pow_u16(%x: i16, %exponent: i16) -> i16 {
  %ione = arith.constant 1 : i16
  %p1, %s1, %e1 = func.call @thn_pow_byte_i16(%ione, %x, %exponent) : (i16, i16, i16) -> (i16, i16, i16)
  %p2, %s2, %e2 = func.call @thn_pow_byte_i16(%p1, %s1, %e1) : (i16, i16, i16) -> (i16, i16, i16)
  return %p2 : i16
}

func.func private @thn_pow_u32(%x: i32, %exponent: i32) -> i32 {
  %ione = arith.constant 1 : i32
  %p1, %s1, %e1 = func.call @thn_pow_byte_i32(%ione, %x, %exponent) : (i32, i32, i32) -> (i32, i32, i32)
  %p2, %s2, %e2 = func.call @thn_pow_byte_i32(%p1, %s1, %e1) : (i32, i32, i32) -> (i32, i32, i32)
  %p3, %s3, %e3 = func.call @thn_pow_byte_i32(%p2, %s2, %e2) : (i32, i32, i32) -> (i32, i32, i32)
  %p4, %s4, %e4 = func.call @thn_pow_byte_i32(%p3, %s3, %e3) : (i32, i32, i32) -> (i32, i32, i32)
  return %p4 : i32
}

func.func private @thn_pow_u64(%x: i64, %exponent: i64) -> i64 {
  %ione = arith.constant 1 : i64
  %p1, %s1, %e1 = func.call @thn_pow_byte_i64(%ione, %x, %exponent) : (i64, i64, i64) -> (i64, i64, i64)
  %p2, %s2, %e2 = func.call @thn_pow_byte_i64(%p1, %s1, %e1) : (i64, i64, i64) -> (i64, i64, i64)
  %p3, %s3, %e3 = func.call @thn_pow_byte_i64(%p2, %s2, %e2) : (i64, i64, i64) -> (i64, i64, i64)
  %p4, %s4, %e4 = func.call @thn_pow_byte_i64(%p3, %s3, %e3) : (i64, i64, i64) -> (i64, i64, i64)
  %p5, %s5, %e5 = func.call @thn_pow_byte_i64(%p4, %s4, %e4) : (i64, i64, i64) -> (i64, i64, i64)
  %p6, %s6, %e6 = func.call @thn_pow_byte_i64(%p5, %s5, %e5) : (i64, i64, i64) -> (i64, i64, i64)
  %p7, %s7, %e7 = func.call @thn_pow_byte_i64(%p6, %s6, %e6) : (i64, i64, i64) -> (i64, i64, i64)
  %p8, %s8, %e8 = func.call @thn_pow_byte_i64(%p7, %s7, %e7) : (i64, i64, i64) -> (i64, i64, i64)
  return %p8 : i64
}

// A negative exponent gives 0, unless x is 1 or -1, which are their own inverses: there the exponent read as
// unsigned has the right parity.
func.func private @thn_pow_$S(%x: $I, %exponent: $I) -> $I {
  %power = func.call @thn_pow_u$WIDTH(%x, %exponent) : ($I, $I) -> $I
  %ione = arith.constant 1 : $I
  %unit_1 = arith.cmpi eq, %x, %ione : $I
  %iminus_one = arith.constant -1 : $I
  %unit_2 = arith.cmpi eq, %x, %iminus_one : $I
  %unit = arith.ori %unit_1, %unit_2 : i1
  %izero = arith.constant 0 : $I
  %vanishes_1 = arith.cmpi slt, %exponent, %izero : $I
  %true = arith.constant true
  %vanishes_2 = arith.xori %unit, %true : i1
  %vanishes = arith.andi %vanishes_1, %vanishes_2 : i1
  %result_1 = arith.select %vanishes, %izero, %power : $I
  return %result_1 : $I
}
