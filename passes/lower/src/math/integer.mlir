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

// The factor square^exponent for the rest of the exponent after k steps, where square = x^(2^k). For odd x,
// square = 1 + d with d a multiple of 2^(k+2), since the first squaring gives a multiple of 2^3 and each
// later one doubles. With 3 (k + 2) at least the width, d^3 = 0 and the binomial series ends: 1 + e d + e (e
// - 1) / 2 d^2. For even x square = 0, because 2^k is at least the width.
func.func private @thn_pow_rest_$I(%power: $I, %square: $I, %exponent: $I) -> $I {
  %ione = arith.constant 1 : $I
  %d = arith.subi %square, %ione : $I
  %pairs_1 = arith.subi %exponent, %ione : $I
  %pairs_2 = arith.muli %exponent, %pairs_1 : $I
  %pairs = arith.shrui %pairs_2, %ione : $I
  %series_1 = arith.muli %exponent, %d : $I
  %series_2 = arith.muli %d, %d : $I
  %series_3 = arith.muli %pairs, %series_2 : $I
  %series_4 = arith.addi %series_1, %series_3 : $I
  %series = arith.addi %series_4, %ione : $I
  %izero = arith.constant 0 : $I
  %vanished_1 = arith.cmpi eq, %exponent, %izero : $I
  %vanished = arith.select %vanished_1, %ione, %izero : $I
  %factor_1 = arith.andi %square, %ione : $I
  %factor_2 = arith.cmpi eq, %factor_1, %ione : $I
  %factor = arith.select %factor_2, %series, %vanished : $I
  %result_1 = arith.muli %power, %factor : $I
  return %result_1 : $I
}

// x to the power of an unsigned exponent, k = 3, 4, 9, 20.
func.func private @thn_pow_u8(%x: i8, %exponent: i8) -> i8 {
  %ione = arith.constant 1 : i8
  %p1, %s1, %e1 = func.call @thn_pow_step_i8(%ione, %x, %exponent) : (i8, i8, i8) -> (i8, i8, i8)
  %p2, %s2, %e2 = func.call @thn_pow_step_i8(%p1, %s1, %e1) : (i8, i8, i8) -> (i8, i8, i8)
  %p3, %s3, %e3 = func.call @thn_pow_step_i8(%p2, %s2, %e2) : (i8, i8, i8) -> (i8, i8, i8)
  %result_1 = func.call @thn_pow_rest_i8(%p3, %s3, %e3) : (i8, i8, i8) -> i8
  return %result_1 : i8
}

func.func private @thn_pow_u16(%x: i16, %exponent: i16) -> i16 {
  %ione = arith.constant 1 : i16
  %p1, %s1, %e1 = func.call @thn_pow_step_i16(%ione, %x, %exponent) : (i16, i16, i16) -> (i16, i16, i16)
  %p2, %s2, %e2 = func.call @thn_pow_step_i16(%p1, %s1, %e1) : (i16, i16, i16) -> (i16, i16, i16)
  %p3, %s3, %e3 = func.call @thn_pow_step_i16(%p2, %s2, %e2) : (i16, i16, i16) -> (i16, i16, i16)
  %p4, %s4, %e4 = func.call @thn_pow_step_i16(%p3, %s3, %e3) : (i16, i16, i16) -> (i16, i16, i16)
  %result_1 = func.call @thn_pow_rest_i16(%p4, %s4, %e4) : (i16, i16, i16) -> i16
  return %result_1 : i16
}

func.func private @thn_pow_u32(%x: i32, %exponent: i32) -> i32 {
  %ione = arith.constant 1 : i32
  %p1, %s1, %e1 = func.call @thn_pow_step_i32(%ione, %x, %exponent) : (i32, i32, i32) -> (i32, i32, i32)
  %p2, %s2, %e2 = func.call @thn_pow_step_i32(%p1, %s1, %e1) : (i32, i32, i32) -> (i32, i32, i32)
  %p3, %s3, %e3 = func.call @thn_pow_step_i32(%p2, %s2, %e2) : (i32, i32, i32) -> (i32, i32, i32)
  %p4, %s4, %e4 = func.call @thn_pow_step_i32(%p3, %s3, %e3) : (i32, i32, i32) -> (i32, i32, i32)
  %p5, %s5, %e5 = func.call @thn_pow_step_i32(%p4, %s4, %e4) : (i32, i32, i32) -> (i32, i32, i32)
  %p6, %s6, %e6 = func.call @thn_pow_step_i32(%p5, %s5, %e5) : (i32, i32, i32) -> (i32, i32, i32)
  %p7, %s7, %e7 = func.call @thn_pow_step_i32(%p6, %s6, %e6) : (i32, i32, i32) -> (i32, i32, i32)
  %p8, %s8, %e8 = func.call @thn_pow_step_i32(%p7, %s7, %e7) : (i32, i32, i32) -> (i32, i32, i32)
  %p9, %s9, %e9 = func.call @thn_pow_step_i32(%p8, %s8, %e8) : (i32, i32, i32) -> (i32, i32, i32)
  %result_1 = func.call @thn_pow_rest_i32(%p9, %s9, %e9) : (i32, i32, i32) -> i32
  return %result_1 : i32
}

func.func private @thn_pow_u64(%x: i64, %exponent: i64) -> i64 {
  %ione = arith.constant 1 : i64
  %p1, %s1, %e1 = func.call @thn_pow_step_i64(%ione, %x, %exponent) : (i64, i64, i64) -> (i64, i64, i64)
  %p2, %s2, %e2 = func.call @thn_pow_step_i64(%p1, %s1, %e1) : (i64, i64, i64) -> (i64, i64, i64)
  %p3, %s3, %e3 = func.call @thn_pow_step_i64(%p2, %s2, %e2) : (i64, i64, i64) -> (i64, i64, i64)
  %p4, %s4, %e4 = func.call @thn_pow_step_i64(%p3, %s3, %e3) : (i64, i64, i64) -> (i64, i64, i64)
  %p5, %s5, %e5 = func.call @thn_pow_step_i64(%p4, %s4, %e4) : (i64, i64, i64) -> (i64, i64, i64)
  %p6, %s6, %e6 = func.call @thn_pow_step_i64(%p5, %s5, %e5) : (i64, i64, i64) -> (i64, i64, i64)
  %p7, %s7, %e7 = func.call @thn_pow_step_i64(%p6, %s6, %e6) : (i64, i64, i64) -> (i64, i64, i64)
  %p8, %s8, %e8 = func.call @thn_pow_step_i64(%p7, %s7, %e7) : (i64, i64, i64) -> (i64, i64, i64)
  %p9, %s9, %e9 = func.call @thn_pow_step_i64(%p8, %s8, %e8) : (i64, i64, i64) -> (i64, i64, i64)
  %p10, %s10, %e10 = func.call @thn_pow_step_i64(%p9, %s9, %e9) : (i64, i64, i64) -> (i64, i64, i64)
  %p11, %s11, %e11 = func.call @thn_pow_step_i64(%p10, %s10, %e10) : (i64, i64, i64) -> (i64, i64, i64)
  %p12, %s12, %e12 = func.call @thn_pow_step_i64(%p11, %s11, %e11) : (i64, i64, i64) -> (i64, i64, i64)
  %p13, %s13, %e13 = func.call @thn_pow_step_i64(%p12, %s12, %e12) : (i64, i64, i64) -> (i64, i64, i64)
  %p14, %s14, %e14 = func.call @thn_pow_step_i64(%p13, %s13, %e13) : (i64, i64, i64) -> (i64, i64, i64)
  %p15, %s15, %e15 = func.call @thn_pow_step_i64(%p14, %s14, %e14) : (i64, i64, i64) -> (i64, i64, i64)
  %p16, %s16, %e16 = func.call @thn_pow_step_i64(%p15, %s15, %e15) : (i64, i64, i64) -> (i64, i64, i64)
  %p17, %s17, %e17 = func.call @thn_pow_step_i64(%p16, %s16, %e16) : (i64, i64, i64) -> (i64, i64, i64)
  %p18, %s18, %e18 = func.call @thn_pow_step_i64(%p17, %s17, %e17) : (i64, i64, i64) -> (i64, i64, i64)
  %p19, %s19, %e19 = func.call @thn_pow_step_i64(%p18, %s18, %e18) : (i64, i64, i64) -> (i64, i64, i64)
  %p20, %s20, %e20 = func.call @thn_pow_step_i64(%p19, %s19, %e19) : (i64, i64, i64) -> (i64, i64, i64)
  %result_1 = func.call @thn_pow_rest_i64(%p20, %s20, %e20) : (i64, i64, i64) -> i64
  return %result_1 : i64
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
