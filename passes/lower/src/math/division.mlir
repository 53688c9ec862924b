// Floor division and modulo with NumPy's meaning; the sign, its copy, and whether a number is infinite.
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
//
// For f32 in f64: long division in digits of 28 bits, from the largest ratio 2^277 down. Each step subtracts
// the nearest multiple of b 2^(28 k), of fewer than 2^28, exactly by a fused multiply-add, so the rest is
// at most half of it (and an error far below one) in size.
func.func private @thn_fmod_f32(%x: f32, %y: f32) -> f32 {
  %a_1 = math.absf %x : f32
  %a = arith.extf %a_1 : f32 to f64
  %b_1 = math.absf %y : f32
  %b = arith.extf %b_1 : f32 to f64
  %one = arith.constant 1.0 : f64
  %inverse = arith.divf %one, %b : f64
  %c_1 = arith.constant 7.237005577332262e+75 : f64
  %b9 = arith.mulf %b, %c_1 : f64
  %c_2 = arith.constant 1.3817869688151111e-76 : f64
  %i9 = arith.mulf %inverse, %c_2 : f64
  %r9_1 = arith.mulf %a, %i9 : f64
  %r9_2 = math.roundeven %r9_1 : f64
  %r9_3 = arith.negf %r9_2 : f64
  %r9 = math.fma %r9_3, %b9, %a : f64
  %c_3 = arith.constant 2.695994666715064e+67 : f64
  %b8 = arith.mulf %b, %c_3 : f64
  %c_4 = arith.constant 3.7092061506874214e-68 : f64
  %i8 = arith.mulf %inverse, %c_4 : f64
  %r8_1 = arith.mulf %r9, %i8 : f64
  %r8_2 = math.roundeven %r8_1 : f64
  %r8_3 = arith.negf %r8_2 : f64
  %r8 = math.fma %r8_3, %b8, %r9 : f64
  %c_5 = arith.constant 1.004336277661869e+59 : f64
  %b7 = arith.mulf %b, %c_5 : f64
  %c_6 = arith.constant 9.956824444577827e-60 : f64
  %i7 = arith.mulf %inverse, %c_6 : f64
  %r7_1 = arith.mulf %r8, %i7 : f64
  %r7_2 = math.roundeven %r7_1 : f64
  %r7_3 = arith.negf %r7_2 : f64
  %r7 = math.fma %r7_3, %b7, %r8 : f64
  %c_7 = arith.constant 3.7414441915671115e+50 : f64
  %b6 = arith.mulf %b, %c_7 : f64
  %c_8 = arith.constant 2.6727647100921956e-51 : f64
  %i6 = arith.mulf %inverse, %c_8 : f64
  %r6_1 = arith.mulf %r7, %i6 : f64
  %r6_2 = math.roundeven %r6_1 : f64
  %r6_3 = arith.negf %r6_2 : f64
  %r6 = math.fma %r6_3, %b6, %r7 : f64
  %c_9 = arith.constant 1.393796574908164e+42 : f64
  %b5 = arith.mulf %b, %c_9 : f64
  %c_10 = arith.constant 7.174648137343064e-43 : f64
  %i5 = arith.mulf %inverse, %c_10 : f64
  %r5_1 = arith.mulf %r6, %i5 : f64
  %r5_2 = math.roundeven %r5_1 : f64
  %r5_3 = arith.negf %r5_2 : f64
  %r5 = math.fma %r5_3, %b5, %r6 : f64
  %c_11 = arith.constant 5.192296858534828e+33 : f64
  %b4 = arith.mulf %b, %c_11 : f64
  %c_12 = arith.constant 1.925929944387236e-34 : f64
  %i4 = arith.mulf %inverse, %c_12 : f64
  %r4_1 = arith.mulf %r5, %i4 : f64
  %r4_2 = math.roundeven %r4_1 : f64
  %r4_3 = arith.negf %r4_2 : f64
  %r4 = math.fma %r4_3, %b4, %r5 : f64
  %c_13 = arith.constant 1.9342813113834067e+25 : f64
  %b3 = arith.mulf %b, %c_13 : f64
  %c_14 = arith.constant 5.169878828456423e-26 : f64
  %i3 = arith.mulf %inverse, %c_14 : f64
  %r3_1 = arith.mulf %r4, %i3 : f64
  %r3_2 = math.roundeven %r3_1 : f64
  %r3_3 = arith.negf %r3_2 : f64
  %r3 = math.fma %r3_3, %b3, %r4 : f64
  %c_15 = arith.constant 7.205759403792794e+16 : f64
  %b2 = arith.mulf %b, %c_15 : f64
  %c_16 = arith.constant 1.3877787807814457e-17 : f64
  %i2 = arith.mulf %inverse, %c_16 : f64
  %r2_1 = arith.mulf %r3, %i2 : f64
  %r2_2 = math.roundeven %r2_1 : f64
  %r2_3 = arith.negf %r2_2 : f64
  %r2 = math.fma %r2_3, %b2, %r3 : f64
  %c_17 = arith.constant 268435456.0 : f64
  %b1 = arith.mulf %b, %c_17 : f64
  %c_18 = arith.constant 3.725290298461914e-09 : f64
  %i1 = arith.mulf %inverse, %c_18 : f64
  %r1_1 = arith.mulf %r2, %i1 : f64
  %r1_2 = math.roundeven %r1_1 : f64
  %r1_3 = arith.negf %r1_2 : f64
  %r1 = math.fma %r1_3, %b1, %r2 : f64
  %r0_1 = arith.mulf %r1, %inverse : f64
  %r0_2 = math.roundeven %r0_1 : f64
  %r0_3 = arith.negf %r0_2 : f64
  %r0 = math.fma %r0_3, %b, %r1 : f64
  %above = arith.addf %r0, %b : f64
  %zero = arith.constant 0.0 : f64
  %remainder_1 = arith.cmpf olt, %r0, %zero : f64
  %remainder = arith.select %remainder_1, %above, %r0 : f64
  %far_1 = arith.cmpf oge, %a, %b : f64
  %far = arith.select %far_1, %remainder, %a : f64
  %signed_1 = arith.truncf %far : f64 to f32
  %signed = math.copysign %signed_1, %x : f32
  %c_19 = arith.constant 3.5e+38 : f64
  %defined_1 = arith.cmpf olt, %a, %c_19 : f64
  %defined_2 = arith.cmpf ogt, %b, %zero : f64
  %defined = arith.andi %defined_1, %defined_2 : i1
  %nan = arith.constant $NAN : f32
  %result_1 = arith.select %defined, %signed, %nan : f32
  return %result_1 : f32
}

// u v modulo m, for integers |u|, |v| <= m / 2 < 2^52, with the result in that range too. The product is
// exact in two doubles; the quotient of its head is off by less than one, so the difference is exact.
func.func private @thn_multiply_modulo(%u: f64, %v: f64, %m: f64, %inverse: f64) -> f64 {
  %head = arith.mulf %u, %v : f64
  %tail_1 = arith.negf %head : f64
  %tail = math.fma %u, %v, %tail_1 : f64
  %rough_1 = arith.mulf %head, %inverse : f64
  %rough_2 = math.roundeven %rough_1 : f64
  %rough_3 = arith.negf %rough_2 : f64
  %rough = math.fma %rough_3, %m, %head : f64
  %sum = arith.addf %rough, %tail : f64
  %result_1 = arith.mulf %sum, %inverse : f64
  %result_2 = math.roundeven %result_1 : f64
  %result_3 = arith.negf %result_2 : f64
  %result_4 = math.fma %result_3, %m, %rough : f64
  %result_5 = arith.addf %result_4, %tail : f64
  return %result_5 : f64
}

// For f64: a = ma 2^ea and b = mb 2^eb with mantissas of 53 bits, so a mod b = (ma 2^(ea - eb) mod mb) 2^eb,
// where the power of two comes by squaring modulo mb from the highest bits of ea - eb < 2112 = 33 * 64.
func.func private @thn_fmod_f64(%x: f64, %y: f64) -> f64 {
  %a = math.absf %x : f64
  %b = math.absf %y : f64
  %min_normal = arith.constant $MIN_NORMAL : f64
  %a_subnormal = arith.cmpf olt, %a, %min_normal : f64
  %b_subnormal = arith.cmpf olt, %b, %min_normal : f64
  %c_1 = arith.constant 1.8014398509481984e+16 : f64
  %a_bits_1 = arith.mulf %a, %c_1 : f64
  %a_bits_2 = arith.select %a_subnormal, %a_bits_1, %a : f64
  %a_bits = arith.bitcast %a_bits_2 : f64 to i64
  %b_bits_1 = arith.mulf %b, %c_1 : f64
  %b_bits_2 = arith.select %b_subnormal, %b_bits_1, %b : f64
  %b_bits = arith.bitcast %b_bits_2 : f64 to i64
  %i_1 = arith.constant 54 : i64
  %izero = arith.constant 0 : i64
  %a_offset = arith.select %a_subnormal, %i_1, %izero : i64
  %b_offset = arith.select %b_subnormal, %i_1, %izero : i64
  %i_2 = arith.constant 52 : i64
  %a_field = arith.shrui %a_bits, %i_2 : i64
  %b_field = arith.shrui %b_bits, %i_2 : i64
  %i_3 = arith.constant 4503599627370495 : i64
  %ma_1 = arith.andi %a_bits, %i_3 : i64
  %i_4 = arith.constant 4841369599423283200 : i64
  %ma_2 = arith.ori %ma_1, %i_4 : i64
  %ma = arith.bitcast %ma_2 : i64 to f64
  %mb_1 = arith.andi %b_bits, %i_3 : i64
  %mb_2 = arith.ori %mb_1, %i_4 : i64
  %mb = arith.bitcast %mb_2 : i64 to f64
  %d_1 = arith.subi %a_field, %a_offset : i64
  %d_2 = arith.subi %b_field, %b_offset : i64
  %d = arith.subi %d_1, %d_2 : i64
  %one = arith.constant 1.0 : f64
  %inverse = arith.divf %one, %mb : f64
  %i_5 = arith.constant 6 : i64
  %p6_1 = arith.shrui %d, %i_5 : i64
  %p6 = func.call @thn_power_of_two_f64(%p6_1) : (i64) -> f64
  %s5 = func.call @thn_multiply_modulo(%p6, %p6, %mb, %inverse) : (f64, f64, f64, f64) -> f64
  %i_6 = arith.constant 32 : i64
  %t5_1 = arith.andi %d, %i_6 : i64
  %t5_2 = arith.cmpi ne, %t5_1, %izero : i64
  %t5_3 = arith.addf %s5, %s5 : f64
  %t5 = arith.select %t5_2, %t5_3, %s5 : f64
  %p5_1 = arith.mulf %t5, %inverse : f64
  %p5_2 = math.roundeven %p5_1 : f64
  %p5_3 = arith.negf %p5_2 : f64
  %p5 = math.fma %p5_3, %mb, %t5 : f64
  %s4 = func.call @thn_multiply_modulo(%p5, %p5, %mb, %inverse) : (f64, f64, f64, f64) -> f64
  %i_7 = arith.constant 16 : i64
  %t4_1 = arith.andi %d, %i_7 : i64
  %t4_2 = arith.cmpi ne, %t4_1, %izero : i64
  %t4_3 = arith.addf %s4, %s4 : f64
  %t4 = arith.select %t4_2, %t4_3, %s4 : f64
  %p4_1 = arith.mulf %t4, %inverse : f64
  %p4_2 = math.roundeven %p4_1 : f64
  %p4_3 = arith.negf %p4_2 : f64
  %p4 = math.fma %p4_3, %mb, %t4 : f64
  %s3 = func.call @thn_multiply_modulo(%p4, %p4, %mb, %inverse) : (f64, f64, f64, f64) -> f64
  %i_8 = arith.constant 8 : i64
  %t3_1 = arith.andi %d, %i_8 : i64
  %t3_2 = arith.cmpi ne, %t3_1, %izero : i64
  %t3_3 = arith.addf %s3, %s3 : f64
  %t3 = arith.select %t3_2, %t3_3, %s3 : f64
  %p3_1 = arith.mulf %t3, %inverse : f64
  %p3_2 = math.roundeven %p3_1 : f64
  %p3_3 = arith.negf %p3_2 : f64
  %p3 = math.fma %p3_3, %mb, %t3 : f64
  %s2 = func.call @thn_multiply_modulo(%p3, %p3, %mb, %inverse) : (f64, f64, f64, f64) -> f64
  %ifour = arith.constant 4 : i64
  %t2_1 = arith.andi %d, %ifour : i64
  %t2_2 = arith.cmpi ne, %t2_1, %izero : i64
  %t2_3 = arith.addf %s2, %s2 : f64
  %t2 = arith.select %t2_2, %t2_3, %s2 : f64
  %p2_1 = arith.mulf %t2, %inverse : f64
  %p2_2 = math.roundeven %p2_1 : f64
  %p2_3 = arith.negf %p2_2 : f64
  %p2 = math.fma %p2_3, %mb, %t2 : f64
  %s1 = func.call @thn_multiply_modulo(%p2, %p2, %mb, %inverse) : (f64, f64, f64, f64) -> f64
  %itwo = arith.constant 2 : i64
  %t1_1 = arith.andi %d, %itwo : i64
  %t1_2 = arith.cmpi ne, %t1_1, %izero : i64
  %t1_3 = arith.addf %s1, %s1 : f64
  %t1 = arith.select %t1_2, %t1_3, %s1 : f64
  %p1_1 = arith.mulf %t1, %inverse : f64
  %p1_2 = math.roundeven %p1_1 : f64
  %p1_3 = arith.negf %p1_2 : f64
  %p1 = math.fma %p1_3, %mb, %t1 : f64
  %s0 = func.call @thn_multiply_modulo(%p1, %p1, %mb, %inverse) : (f64, f64, f64, f64) -> f64
  %ione = arith.constant 1 : i64
  %t0_1 = arith.andi %d, %ione : i64
  %t0_2 = arith.cmpi ne, %t0_1, %izero : i64
  %t0_3 = arith.addf %s0, %s0 : f64
  %t0 = arith.select %t0_2, %t0_3, %s0 : f64
  %p0_1 = arith.mulf %t0, %inverse : f64
  %p0_2 = math.roundeven %p0_1 : f64
  %p0_3 = arith.negf %p0_2 : f64
  %p0 = math.fma %p0_3, %mb, %t0 : f64
  %reduced_1 = arith.mulf %ma, %inverse : f64
  %reduced_2 = math.roundeven %reduced_1 : f64
  %reduced_3 = arith.negf %reduced_2 : f64
  %reduced = math.fma %reduced_3, %mb, %ma : f64
  %product = func.call @thn_multiply_modulo(%p0, %reduced, %mb, %inverse) : (f64, f64, f64, f64) -> f64
  %above = arith.addf %product, %mb : f64
  %zero = arith.constant 0.0 : f64
  %mantissa_1 = arith.cmpf olt, %product, %zero : f64
  %mantissa = arith.select %mantissa_1, %above, %product : f64
  %first_1 = arith.shli %b_field, %i_2 : i64
  %first = arith.bitcast %first_1 : i64 to f64
  %c_2 = arith.constant 5.551115123125783e-17 : f64
  %second = arith.select %b_subnormal, %c_2, %one : f64
  %c_3 = arith.constant 2.220446049250313e-16 : f64
  %remainder_1 = arith.mulf %mantissa, %c_3 : f64
  %remainder_2 = arith.mulf %remainder_1, %first : f64
  %remainder = arith.mulf %remainder_2, %second : f64
  %far_1 = arith.cmpf oge, %a, %b : f64
  %far = arith.select %far_1, %remainder, %a : f64
  %signed = math.copysign %far, %x : f64
  %inf = arith.constant $INF : f64
  %defined_1 = arith.cmpf olt, %a, %inf : f64
  %defined_2 = arith.cmpf ogt, %b, %zero : f64
  %defined = arith.andi %defined_1, %defined_2 : i1
  %nan = arith.constant $NAN : f64
  %result_1 = arith.select %defined, %signed, %nan : f64
  return %result_1 : f64
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

// (x - remainder) / y is an integer but for the rounding of both operations, which may be more than half of the distance
// to the next integer. So what x - whole * y leaves, rounded once, is held against the remainder: the difference is as
// many times y as integers are missed, and the result is the floor of the real quotient, rounded once. A zero keeps the
// sign of x / y. A zero divisor gives x / y, and so does an infinite x, where NumPy gives NaN. By an infinite y the
// quotient is a zero, or -1 where x has the other sign.
func.func private @thn_floordiv_$T(%x: $T, %y: $T) -> $T {
  %truncated = func.call @thn_fmod_$T(%x, %y) : ($T, $T) -> $T
  %zero_1 = arith.constant 0.0 : $T
  %opposite_1 = arith.cmpf olt, %y, %zero_1 : $T
  %opposite_2 = arith.cmpf olt, %truncated, %zero_1 : $T
  %opposite = arith.xori %opposite_1, %opposite_2 : i1
  %nonzero = arith.cmpf une, %truncated, %zero_1 : $T
  %quotient_1 = arith.subf %x, %truncated : $T
  %quotient = arith.divf %quotient_1, %y : $T
  %whole = math.roundeven %quotient : $T
  %left_1 = arith.negf %whole : $T
  %left = math.fma %left_1, %y, %x : $T
  %missed_1 = arith.subf %left, %truncated : $T
  %missed_2 = arith.divf %missed_1, %y : $T
  %missed_3 = math.roundeven %missed_2 : $T
  %finite_1 = arith.subf %missed_3, %missed_3 : $T
  %finite = arith.cmpf oeq, %finite_1, %zero_1 : $T
  %missed = arith.select %finite, %missed_3, %zero_1 : $T
  %one = arith.constant 1.0 : $T
  %below_0 = arith.subf %missed, %one : $T
  %down = arith.andi %nonzero, %opposite : i1
  %step = arith.select %down, %below_0, %missed : $T
  %floored = arith.addf %whole, %step : $T
  %ratio = arith.divf %x, %y : $T
  %zero = math.copysign %zero_1, %ratio : $T
  %signed_1 = arith.cmpf une, %floored, %zero_1 : $T
  %signed = arith.select %signed_1, %floored, %zero : $T
  %result_1 = arith.cmpf oeq, %y, %zero_1 : $T
  %infinite_1 = arith.subf %x, %x : $T
  %infinite_2 = arith.subf %y, %y : $T
  %infinite = arith.cmpf uno, %infinite_1, %infinite_2 : $T
  %result_2 = arith.ori %result_1, %infinite : i1
  %below_1 = arith.cmpf oeq, %ratio, %zero_1 : $T
  %below_2 = arith.mulf %x, %y : $T
  %below_3 = arith.cmpf olt, %below_2, %zero_1 : $T
  %below_4 = arith.andi %below_1, %below_3 : i1
  %minus_one = arith.constant -1.0 : $T
  %unbounded = arith.select %below_4, %minus_one, %ratio : $T
  %result_3 = arith.select %result_2, %unbounded, %signed : $T
  return %result_3 : $T
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

// The sign of a NaN says nothing, so a NaN y gives NaN.
func.func private @thn_copysign_$T(%x: $T, %y: $T) -> $T {
  %signed = math.copysign %x, %y : $T
  %r = arith.cmpf uno, %y, %y : $T
  %result = arith.select %r, %y, %signed : $T
  return %result : $T
}

func.func private @thn_isinf_$T(%x: $T) -> i1 {
  %size = math.absf %x : $T
  %inf = arith.constant $INF : $T
  %result = arith.cmpf oeq, %size, %inf : $T
  return %result : i1
}
