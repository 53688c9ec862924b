// Trigonometric functions: sin, cos, tan.
//
// |x| = n pi/2 + r with |r| <= pi/4, and the quadrant n mod 4 picks +-sin r or +-cos r. There are two
// reductions, both always computed, because straight-line code cannot skip one:
//
// - |x| < 2^40: Cody and Waite with pi/2 in three doubles. n pi/2 taken in its first double is subtracted
//   exactly by a fused multiply-add (the difference is a multiple of 2^-53 below 1); the rest is a two-sum.
// - beyond: Payne and Hanek ("Radian reduction for trigonometric functions", SIGNUM 18, 1983). With x = m 2^e,
//   the bits of 2/pi above weight 2^(2-e) give multiples of four quadrants and are skipped. A window of 192
//   bits from there times the 53 bits of m gives the fraction of a quadrant to 2^-123. No f64 is nearer to a
//   multiple of pi/2 than 2^-62 (Muller, Elementary Functions, section 11.2), so r keeps more than 53 bits.
//
// The second reduction is the price of being right everywhere: measured on AVX-512 it is 1.6 of the 2.2 ns
// that a sine takes per f64 element in a vectorized loop, and 0.6 of 1.0 ns for f32.
//
// f32 goes through f64, where two doubles of pi/2 and a window of 96 bits suffice, and is rounded once.
//
// Largest measured error in ulp of the result. f32: every one of the 2^32 arguments, against double precision.
// f64: about 9 million arguments each against x87 extended precision and 20 thousand against 1300-bit
// arithmetic: random bit patterns, uniform up to 7, 1e2, 1e5, 1e12, 1e15 and 1e30, neighbours of multiples of
// pi/4, special values, and 4884 convergents of pi/2 2^-e, the arguments nearest to multiples of pi/2 in each
// binade, where the error is below 0.52. Infinities give NaN, zeros keep their sign.
//
//   function   f32    f64
//   sin        0.51   0.84
//   cos        0.51   0.85
//   tan        0.51   1.12

// n = round(|x| 2/pi) and |x| - n pi/2 = r + low, for |x| < 2^40.
func.func private @thn_trig_near(%a: f64) -> (f64, f64, i64) {
  %c_1 = arith.constant 0.6366197723675814 : f64
  %c_2 = arith.constant 6755399441055744.0 : f64
  %shifted = math.fma %a, %c_1, %c_2 : f64
  %quadrant = arith.bitcast %shifted : f64 to i64
  %n = arith.subf %shifted, %c_2 : f64
  %c_3 = arith.constant -1.5707963267948966 : f64
  %first = math.fma %n, %c_3, %a : f64
  %c_4 = arith.constant 6.123233995736766e-17 : f64
  %second = arith.mulf %n, %c_4 : f64
  %second_error_1 = arith.negf %second : f64
  %second_error = math.fma %n, %c_4, %second_error_1 : f64
  %r = arith.subf %first, %second : f64
  %back = arith.subf %r, %first : f64
  %lost_1 = arith.subf %r, %back : f64
  %lost_2 = arith.subf %first, %lost_1 : f64
  %lost_3 = arith.addf %second, %back : f64
  %lost = arith.subf %lost_2, %lost_3 : f64
  %c_5 = arith.constant -1.4973849048591698e-33 : f64
  %low_1 = math.fma %n, %c_5, %second_error : f64
  %low = arith.subf %lost, %low_1 : f64
  return %r, %low, %quadrant : f64, f64, i64
}

// The exponent of a finite a >= 2^40 above 40: the position of the window in the words below, which begin
// with 14 zero bits so that position 0 is right for 2^40. Bits of 2/pi, most significant first.
func.func private @thn_trig_position(%a: f64) -> i64 {
  %field_1 = arith.bitcast %a : f64 to i64
  %i_1 = arith.constant 52 : i64
  %field = arith.shrui %field_1, %i_1 : i64
  %i_2 = arith.constant 1063 : i64
  %result_1 = arith.subi %field, %i_2 : i64
  return %result_1 : i64
}

// Four consecutive words of 2/pi from word `position / 64`, chosen by the bits of that index.
func.func private @thn_trig_words(%position: i64) -> (i64, i64, i64, i64) {
  %i_1 = arith.constant 512 : i64
  %eight_1 = arith.andi %position, %i_1 : i64
  %izero = arith.constant 0 : i64
  %eight = arith.cmpi ne, %eight_1, %izero : i64
  %i_2 = arith.constant 256 : i64
  %four_1 = arith.andi %position, %i_2 : i64
  %four = arith.cmpi ne, %four_1, %izero : i64
  %i_3 = arith.constant 128 : i64
  %two_1 = arith.andi %position, %i_3 : i64
  %two = arith.cmpi ne, %two_1, %izero : i64
  %i_4 = arith.constant 64 : i64
  %one_more_1 = arith.andi %position, %i_4 : i64
  %one_more = arith.cmpi ne, %one_more_1, %izero : i64
  %i_5 = arith.constant 1302567724733092221 : i64
  %i_6 = arith.constant 716770142402832 : i64
  %e0 = arith.select %eight, %i_5, %i_6 : i64
  %i_7 = arith.constant -503024064250114740 : i64
  %i_8 = arith.constant 6100108778995700947 : i64
  %e1 = arith.select %eight, %i_7, %i_8 : i64
  %i_9 = arith.constant -1742204686381942812 : i64
  %i_10 = arith.constant 8575818556365926670 : i64
  %e2 = arith.select %eight, %i_9, %i_10 : i64
  %i_11 = arith.constant -6850960322887452650 : i64
  %i_12 = arith.constant 4685988014444215023 : i64
  %e3 = arith.select %eight, %i_11, %i_12 : i64
  %i_13 = arith.constant 6935469467991107625 : i64
  %i_14 = arith.constant 1551169640106363191 : i64
  %e4 = arith.select %eight, %i_13, %i_14 : i64
  %i_15 = arith.constant -5440993926477734100 : i64
  %i_16 = arith.constant 5440375995421435718 : i64
  %e5 = arith.select %eight, %i_15, %i_16 : i64
  %i_17 = arith.constant 2800461720837585279 : i64
  %i_18 = arith.constant 5220789585930536102 : i64
  %e6 = arith.select %eight, %i_17, %i_18 : i64
  %i_19 = arith.constant -6289887525538386025 : i64
  %i_20 = arith.constant -7134931025773937939 : i64
  %e7 = arith.select %eight, %i_19, %i_20 : i64
  %i_21 = arith.constant -4184701548747675318 : i64
  %e8 = arith.select %eight, %i_21, %i_5 : i64
  %i_22 = arith.constant 5452082258477612597 : i64
  %e9 = arith.select %eight, %i_22, %i_7 : i64
  %i_23 = arith.constant 8368066394433778157 : i64
  %e10 = arith.select %eight, %i_23, %i_9 : i64
  %f0 = arith.select %four, %e4, %e0 : i64
  %f1 = arith.select %four, %e5, %e1 : i64
  %f2 = arith.select %four, %e6, %e2 : i64
  %f3 = arith.select %four, %e7, %e3 : i64
  %f4 = arith.select %four, %e8, %e4 : i64
  %f5 = arith.select %four, %e9, %e5 : i64
  %f6 = arith.select %four, %e10, %e6 : i64
  %t0 = arith.select %two, %f2, %f0 : i64
  %t1 = arith.select %two, %f3, %f1 : i64
  %t2 = arith.select %two, %f4, %f2 : i64
  %t3 = arith.select %two, %f5, %f3 : i64
  %t4 = arith.select %two, %f6, %f4 : i64
  %w0 = arith.select %one_more, %t1, %t0 : i64
  %w1 = arith.select %one_more, %t2, %t1 : i64
  %w2 = arith.select %one_more, %t3, %t2 : i64
  %w3 = arith.select %one_more, %t4, %t3 : i64
  return %w0, %w1, %w2, %w3 : i64, i64, i64, i64
}

// The 64 bits that begin `offset` < 64 bits into the pair of words. The second shift is split, since a
// shift by 64 has no meaning.
func.func private @thn_funnel(%high: i64, %low: i64, %offset: i64) -> i64 {
  %i_1 = arith.constant 63 : i64
  %complement = arith.subi %i_1, %offset : i64
  %upper = arith.shli %high, %offset : i64
  %ione = arith.constant 1 : i64
  %lower_1 = arith.shrui %low, %ione : i64
  %lower = arith.shrui %lower_1, %complement : i64
  %result_1 = arith.ori %upper, %lower : i64
  return %result_1 : i64
}

// A signed integer below 2^51 in size as a double, exactly.
func.func private @thn_small_to_real(%n: i64) -> f64 {
  %i_1 = arith.constant 4843621399236968448 : i64
  %pattern = arith.addi %n, %i_1 : i64
  %result_1 = arith.bitcast %pattern : i64 to f64
  %c_1 = arith.constant 6755399441055744.0 : f64
  %result_2 = arith.subf %result_1, %c_1 : f64
  return %result_2 : f64
}

// Four quadrants are 2^64 units of `high`: the nearest quadrant and the signed rest.
func.func private @thn_trig_quadrant(%high: i64) -> (i64, i64) {
  %i_1 = arith.constant 2305843009213693952 : i64
  %rounded = arith.addi %high, %i_1 : i64
  %i_2 = arith.constant 62 : i64
  %quadrant = arith.shrui %rounded, %i_2 : i64
  %rest_1 = arith.shli %quadrant, %i_2 : i64
  %rest = arith.subi %high, %rest_1 : i64
  return %quadrant, %rest : i64, i64
}

// The same as thn_trig_near, for finite a >= 2^40. Words of 32 bits: a0 is the least significant of the
// window, and the product is taken modulo 2^192 without the columns below 2^64, whose carries are also
// dropped where they are below the needed precision.
func.func private @thn_trig_far(%a: f64) -> (f64, f64, i64) {
  %position = func.call @thn_trig_position(%a) : (f64) -> i64
  %w0, %w1, %w2, %w3 = func.call @thn_trig_words(%position) : (i64) -> (i64, i64, i64, i64)
  %i_1 = arith.constant 63 : i64
  %offset = arith.andi %position, %i_1 : i64
  %h2 = func.call @thn_funnel(%w0, %w1, %offset) : (i64, i64, i64) -> i64
  %h1 = func.call @thn_funnel(%w1, %w2, %offset) : (i64, i64, i64) -> i64
  %h0 = func.call @thn_funnel(%w2, %w3, %offset) : (i64, i64, i64) -> i64
  %i_2 = arith.constant 32 : i64
  %a5 = arith.shrui %h2, %i_2 : i64
  %i_3 = arith.constant 4294967295 : i64
  %a4 = arith.andi %h2, %i_3 : i64
  %a3 = arith.shrui %h1, %i_2 : i64
  %a2 = arith.andi %h1, %i_3 : i64
  %a1 = arith.shrui %h0, %i_2 : i64
  %a0 = arith.andi %h0, %i_3 : i64
  %m_1 = arith.bitcast %a : f64 to i64
  %i_4 = arith.constant 4503599627370495 : i64
  %m_2 = arith.andi %m_1, %i_4 : i64
  %i_5 = arith.constant 4503599627370496 : i64
  %m = arith.ori %m_2, %i_5 : i64
  %mh = arith.shrui %m, %i_2 : i64
  %ml = arith.andi %m, %i_3 : i64
  %l2_1 = arith.muli %ml, %a2 : i64
  %l2_2 = arith.muli %ml, %a1 : i64
  %l2_3 = arith.shrui %l2_2, %i_2 : i64
  %l2 = arith.addi %l2_1, %l2_3 : i64
  %l3_1 = arith.muli %ml, %a3 : i64
  %l3_2 = arith.shrui %l2, %i_2 : i64
  %l3 = arith.addi %l3_1, %l3_2 : i64
  %l4_1 = arith.muli %ml, %a4 : i64
  %l4_2 = arith.shrui %l3, %i_2 : i64
  %l4 = arith.addi %l4_1, %l4_2 : i64
  %l5_1 = arith.muli %ml, %a5 : i64
  %l5_2 = arith.shrui %l4, %i_2 : i64
  %l5 = arith.addi %l5_1, %l5_2 : i64
  %u2_1 = arith.muli %mh, %a1 : i64
  %u2_2 = arith.muli %mh, %a0 : i64
  %u2_3 = arith.shrui %u2_2, %i_2 : i64
  %u2_4 = arith.addi %u2_1, %u2_3 : i64
  %u2_5 = arith.andi %l2, %i_3 : i64
  %u2 = arith.addi %u2_4, %u2_5 : i64
  %u3_1 = arith.muli %mh, %a2 : i64
  %u3_2 = arith.shrui %u2, %i_2 : i64
  %u3_3 = arith.addi %u3_1, %u3_2 : i64
  %u3_4 = arith.andi %l3, %i_3 : i64
  %u3 = arith.addi %u3_3, %u3_4 : i64
  %u4_1 = arith.muli %mh, %a3 : i64
  %u4_2 = arith.shrui %u3, %i_2 : i64
  %u4_3 = arith.addi %u4_1, %u4_2 : i64
  %u4_4 = arith.andi %l4, %i_3 : i64
  %u4 = arith.addi %u4_3, %u4_4 : i64
  %u5_1 = arith.muli %mh, %a4 : i64
  %u5_2 = arith.shrui %u4, %i_2 : i64
  %u5_3 = arith.addi %u5_1, %u5_2 : i64
  %u5 = arith.addi %u5_3, %l5 : i64
  %high_1 = arith.shli %u5, %i_2 : i64
  %high_2 = arith.andi %u4, %i_3 : i64
  %high = arith.ori %high_1, %high_2 : i64
  %quadrant, %rest = func.call @thn_trig_quadrant(%high) : (i64) -> (i64, i64)
  // The rest in units of 2^-62 and below, as four exact doubles that do not overlap.
  %i_6 = arith.constant 31 : i64
  %b3_1 = arith.shrsi %rest, %i_6 : i64
  %b3 = func.call @thn_small_to_real(%b3_1) : (i64) -> f64
  %i_7 = arith.constant 2147483647 : i64
  %b2_1 = arith.andi %rest, %i_7 : i64
  %b2 = func.call @thn_small_to_real(%b2_1) : (i64) -> f64
  %b1_1 = arith.andi %u3, %i_3 : i64
  %b1 = func.call @thn_small_to_real(%b1_1) : (i64) -> f64
  %b0_1 = arith.andi %u2, %i_3 : i64
  %b0 = func.call @thn_small_to_real(%b0_1) : (i64) -> f64
  %c_1 = arith.constant 4.656612873077393e-10 : f64
  %c3 = arith.mulf %b3, %c_1 : f64
  %c_2 = arith.constant 2.168404344971009e-19 : f64
  %c2 = arith.mulf %b2, %c_2 : f64
  %c_3 = arith.constant 2.3283064365386963e-10 : f64
  %c1_1 = math.fma %b0, %c_3, %b1 : f64
  %c_4 = arith.constant 5.048709793414476e-29 : f64
  %c1 = arith.mulf %c1_1, %c_4 : f64
  %s = arith.addf %c3, %c2 : f64
  %e_1 = arith.subf %s, %c3 : f64
  %e_2 = arith.subf %c2, %e_1 : f64
  %e = arith.addf %e_2, %c1 : f64
  %f = arith.addf %s, %e : f64
  %fl_1 = arith.subf %s, %f : f64
  %fl = arith.addf %fl_1, %e : f64
  %c_5 = arith.constant 1.5707963267948966 : f64
  %r = arith.mulf %f, %c_5 : f64
  %error_1 = arith.negf %r : f64
  %error = math.fma %f, %c_5, %error_1 : f64
  %c_6 = arith.constant 6.123233995736766e-17 : f64
  %low_1 = math.fma %f, %c_6, %error : f64
  %low = math.fma %fl, %c_5, %low_1 : f64
  return %r, %low, %quadrant : f64, f64, i64
}

func.func private @thn_trig_reduce_f64(%a: f64) -> (f64, f64, i64) {
  %near_r, %near_low, %near_quadrant = func.call @thn_trig_near(%a) : (f64) -> (f64, f64, i64)
  %far_r, %far_low, %far_quadrant = func.call @thn_trig_far(%a) : (f64) -> (f64, f64, i64)
  %c_1 = arith.constant 1099511627776.0 : f64
  %near = arith.cmpf olt, %a, %c_1 : f64
  %r = arith.select %near, %near_r, %far_r : f64
  %low = arith.select %near, %near_low, %far_low : f64
  %quadrant = arith.select %near, %near_quadrant, %far_quadrant : i64
  return %r, %low, %quadrant : f64, f64, i64
}

// For f32: r is one double, whose relative error is below 2^-24 times a small fraction. The exponent of `a` is
// at most 127, so only the first four words of 2/pi are ever met, and the mantissa has 24 bits.
func.func private @thn_trig_reduce_f32(%a: f64) -> (f64, i64) {
  %c_1 = arith.constant 0.6366197723675814 : f64
  %c_2 = arith.constant 6755399441055744.0 : f64
  %shifted = math.fma %a, %c_1, %c_2 : f64
  %near_quadrant = arith.bitcast %shifted : f64 to i64
  %n = arith.subf %shifted, %c_2 : f64
  %c_3 = arith.constant -1.5707963267948966 : f64
  %first = math.fma %n, %c_3, %a : f64
  %c_4 = arith.constant -6.123233995736766e-17 : f64
  %near_r = math.fma %n, %c_4, %first : f64
  // A mantissa of 24 bits instead of 53 moves the window by the difference.
  %position_1 = func.call @thn_trig_position(%a) : (f64) -> i64
  %i_1 = arith.constant 29 : i64
  %position = arith.addi %position_1, %i_1 : i64
  %i_2 = arith.constant 64 : i64
  %second_1 = arith.andi %position, %i_2 : i64
  %izero = arith.constant 0 : i64
  %second = arith.cmpi ne, %second_1, %izero : i64
  %i_3 = arith.constant 6100108778995700947 : i64
  %i_4 = arith.constant 716770142402832 : i64
  %w0 = arith.select %second, %i_3, %i_4 : i64
  %i_5 = arith.constant 8575818556365926670 : i64
  %w1 = arith.select %second, %i_5, %i_3 : i64
  %i_6 = arith.constant 4685988014444215023 : i64
  %w2 = arith.select %second, %i_6, %i_5 : i64
  %i_7 = arith.constant 63 : i64
  %offset = arith.andi %position, %i_7 : i64
  %h1 = func.call @thn_funnel(%w0, %w1, %offset) : (i64, i64, i64) -> i64
  %h0 = func.call @thn_funnel(%w1, %w2, %offset) : (i64, i64, i64) -> i64
  %m_1 = arith.bitcast %a : f64 to i64
  %i_8 = arith.constant 4503599627370495 : i64
  %m_2 = arith.andi %m_1, %i_8 : i64
  %i_9 = arith.constant 4503599627370496 : i64
  %m_3 = arith.ori %m_2, %i_9 : i64
  %m = arith.shrui %m_3, %i_1 : i64
  %i_10 = arith.constant 4294967295 : i64
  %p1_1 = arith.andi %h1, %i_10 : i64
  %p1_2 = arith.muli %m, %p1_1 : i64
  %i_11 = arith.constant 32 : i64
  %p1_3 = arith.shrui %h0, %i_11 : i64
  %p1_4 = arith.muli %m, %p1_3 : i64
  %p1_5 = arith.shrui %p1_4, %i_11 : i64
  %p1 = arith.addi %p1_2, %p1_5 : i64
  %p2_1 = arith.shrui %h1, %i_11 : i64
  %p2_2 = arith.muli %m, %p2_1 : i64
  %p2_3 = arith.shrui %p1, %i_11 : i64
  %p2 = arith.addi %p2_2, %p2_3 : i64
  %high_1 = arith.shli %p2, %i_11 : i64
  %high_2 = arith.andi %p1, %i_10 : i64
  %high = arith.ori %high_1, %high_2 : i64
  %far_quadrant, %rest = func.call @thn_trig_quadrant(%high) : (i64) -> (i64, i64)
  %i_12 = arith.constant 31 : i64
  %b1_1 = arith.shrsi %rest, %i_12 : i64
  %b1 = func.call @thn_small_to_real(%b1_1) : (i64) -> f64
  %i_13 = arith.constant 2147483647 : i64
  %b0_1 = arith.andi %rest, %i_13 : i64
  %b0 = func.call @thn_small_to_real(%b0_1) : (i64) -> f64
  %c_5 = arith.constant 2147483648.0 : f64
  %f = math.fma %b1, %c_5, %b0 : f64
  %c_6 = arith.constant 3.4061215800865545e-19 : f64
  %far_r = arith.mulf %f, %c_6 : f64
  %c_7 = arith.constant 1099511627776.0 : f64
  %near = arith.cmpf olt, %a, %c_7 : f64
  %r = arith.select %near, %near_r, %far_r : f64
  %quadrant = arith.select %near, %near_quadrant, %far_quadrant : i64
  return %r, %quadrant : f64, i64
}

// (sin(r) - r) / r^3 and (cos(r) - 1 + r^2 / 2) / r^4 as functions of r^2, from fit.py `sin_tail`, `cos_tail`.
func.func private @thn_sin_tail_f64(%z: f64) -> f64 {
  %a5 = arith.constant 1.591810123027412e-10 : f64
  %a4 = arith.constant -2.5051131455427946e-08 : f64
  %result_1 = math.fma %a5, %z, %a4 : f64
  %a3 = arith.constant 2.755731610068303e-06 : f64
  %result_2 = math.fma %result_1, %z, %a3 : f64
  %a2 = arith.constant -0.0001984126983675497 : f64
  %result_3 = math.fma %result_2, %z, %a2 : f64
  %a1 = arith.constant 0.008333333333330946 : f64
  %result_4 = math.fma %result_3, %z, %a1 : f64
  %a0 = arith.constant -0.16666666666666666 : f64
  %result_5 = math.fma %result_4, %z, %a0 : f64
  return %result_5 : f64
}

func.func private @thn_cos_tail_f64(%z: f64) -> f64 {
  %a5 = arith.constant -1.1382614868556325e-11 : f64
  %a4 = arith.constant 2.0876146024689747e-09 : f64
  %result_1 = math.fma %a5, %z, %a4 : f64
  %a3 = arith.constant -2.7557317270560326e-07 : f64
  %result_2 = math.fma %result_1, %z, %a3 : f64
  %a2 = arith.constant 2.4801587298763433e-05 : f64
  %result_3 = math.fma %result_2, %z, %a2 : f64
  %a1 = arith.constant -0.0013888888888887395 : f64
  %result_4 = math.fma %result_3, %z, %a1 : f64
  %a0 = arith.constant 0.041666666666666664 : f64
  %result_5 = math.fma %result_4, %z, %a0 : f64
  return %result_5 : f64
}

// sin(r + low) and cos(r + low) as unevaluated sums, the second term being small but not normalized.
func.func private @thn_sincos_f64(%r: f64, %low: f64) -> (f64, f64, f64) {
  %z = arith.mulf %r, %r : f64
  %half = arith.constant 0.5 : f64
  %half_z = arith.mulf %z, %half : f64
  %sin_tail = func.call @thn_sin_tail_f64(%z) : (f64) -> f64
  %cos_tail = func.call @thn_cos_tail_f64(%z) : (f64) -> f64
  %low_cos_1 = arith.negf %half_z : f64
  %low_cos = math.fma %low_cos_1, %low, %low : f64
  %sin_rest_1 = arith.mulf %z, %r : f64
  %sin_rest = math.fma %sin_rest_1, %sin_tail, %low_cos : f64
  %one = arith.constant 1.0 : f64
  %c = arith.subf %one, %half_z : f64
  %lost_1 = arith.subf %one, %c : f64
  %lost = arith.subf %lost_1, %half_z : f64
  %cos_rest_1 = arith.mulf %z, %z : f64
  %cos_rest_2 = arith.negf %r : f64
  %cos_rest_3 = math.fma %cos_rest_2, %low, %lost : f64
  %cos_rest = math.fma %cos_rest_1, %cos_tail, %cos_rest_3 : f64
  return %sin_rest, %c, %cos_rest : f64, f64, f64
}

// sin for an even quadrant and cos for an odd one, with the sign of its second bit.
func.func private @thn_quadrant_value_f64(%quadrant: i64, %sine: f64, %cosine: f64) -> f64 {
  %ione = arith.constant 1 : i64
  %odd_1 = arith.andi %quadrant, %ione : i64
  %izero = arith.constant 0 : i64
  %odd = arith.cmpi ne, %odd_1, %izero : i64
  %value = arith.select %odd, %cosine, %sine : f64
  %itwo = arith.constant 2 : i64
  %sign_1 = arith.andi %quadrant, %itwo : i64
  %i_1 = arith.constant 62 : i64
  %sign = arith.shli %sign_1, %i_1 : i64
  %result_1 = arith.bitcast %value : f64 to i64
  %result_2 = arith.xori %result_1, %sign : i64
  %result_3 = arith.bitcast %result_2 : i64 to f64
  return %result_3 : f64
}

func.func private @thn_finite_or_nan_$T(%a: $T, %value: $T) -> $T {
  %inf = arith.constant $INF : $T
  %result_1 = arith.cmpf olt, %a, %inf : $T
  %nan = arith.constant $NAN : $T
  %result_2 = arith.select %result_1, %value, %nan : $T
  return %result_2 : $T
}

func.func private @thn_sin_f64(%x: f64) -> f64 {
  %a = math.absf %x : f64
  %r, %low, %quadrant = func.call @thn_trig_reduce_f64(%a) : (f64) -> (f64, f64, i64)
  %sin_rest, %c, %cos_rest = func.call @thn_sincos_f64(%r, %low) : (f64, f64) -> (f64, f64, f64)
  %sine = arith.addf %r, %sin_rest : f64
  %cosine = arith.addf %c, %cos_rest : f64
  %size = func.call @thn_quadrant_value_f64(%quadrant, %sine, %cosine) : (i64, f64, f64) -> f64
  %sign_1 = arith.bitcast %x : f64 to i64
  %sign_2 = arith.bitcast %a : f64 to i64
  %sign = arith.xori %sign_1, %sign_2 : i64
  %value_1 = arith.bitcast %size : f64 to i64
  %value_2 = arith.xori %value_1, %sign : i64
  %value = arith.bitcast %value_2 : i64 to f64
  %result_1 = func.call @thn_finite_or_nan_f64(%a, %value) : (f64, f64) -> f64
  return %result_1 : f64
}

func.func private @thn_cos_f64(%x: f64) -> f64 {
  %a = math.absf %x : f64
  %r, %low, %quadrant = func.call @thn_trig_reduce_f64(%a) : (f64) -> (f64, f64, i64)
  %sin_rest, %c, %cos_rest = func.call @thn_sincos_f64(%r, %low) : (f64, f64) -> (f64, f64, f64)
  %sine = arith.addf %r, %sin_rest : f64
  %cosine = arith.addf %c, %cos_rest : f64
  %ione = arith.constant 1 : i64
  %value_1 = arith.addi %quadrant, %ione : i64
  %value = func.call @thn_quadrant_value_f64(%value_1, %sine, %cosine) : (i64, f64, f64) -> f64
  %result_1 = func.call @thn_finite_or_nan_f64(%a, %value) : (f64, f64) -> f64
  return %result_1 : f64
}

// sin / cos or -cos / sin, both as normalized unevaluated sums.
func.func private @thn_tan_f64(%x: f64) -> f64 {
  %a = math.absf %x : f64
  %r, %low, %quadrant = func.call @thn_trig_reduce_f64(%a) : (f64) -> (f64, f64, i64)
  %sin_rest, %c, %cos_rest = func.call @thn_sincos_f64(%r, %low) : (f64, f64) -> (f64, f64, f64)
  %sh = arith.addf %r, %sin_rest : f64
  %sl_1 = arith.subf %r, %sh : f64
  %sl = arith.addf %sl_1, %sin_rest : f64
  %ch = arith.addf %c, %cos_rest : f64
  %cl_1 = arith.subf %c, %ch : f64
  %cl = arith.addf %cl_1, %cos_rest : f64
  %ione = arith.constant 1 : i64
  %odd_1 = arith.andi %quadrant, %ione : i64
  %izero = arith.constant 0 : i64
  %odd = arith.cmpi ne, %odd_1, %izero : i64
  %nh_1 = arith.negf %ch : f64
  %nh = arith.select %odd, %nh_1, %sh : f64
  %nl_1 = arith.negf %cl : f64
  %nl = arith.select %odd, %nl_1, %sl : f64
  %dh = arith.select %odd, %sh, %ch : f64
  %dl = arith.select %odd, %sl, %cl : f64
  %ratio = func.call @thn_quotient_f64(%nh, %nl, %dh, %dl) : (f64, f64, f64, f64) -> f64
  %sign_1 = arith.bitcast %x : f64 to i64
  %sign_2 = arith.bitcast %a : f64 to i64
  %sign = arith.xori %sign_1, %sign_2 : i64
  %value_1 = arith.bitcast %ratio : f64 to i64
  %value_2 = arith.xori %value_1, %sign : i64
  %value = arith.bitcast %value_2 : i64 to f64
  %result_1 = func.call @thn_finite_or_nan_f64(%a, %value) : (f64, f64) -> f64
  return %result_1 : f64
}

// For f32, shorter polynomials in f64, from fit.py `sin_tail_single`, `cos_tail_single`.
func.func private @thn_sincos_f32(%r: f64) -> (f64, f64) {
  %z = arith.mulf %r, %r : f64
  %a3 = arith.constant 2.7249864655139585e-06 : f64
  %a2 = arith.constant -0.00019840086263755443 : f64
  %sin_tail_1 = math.fma %a3, %z, %a2 : f64
  %a1 = arith.constant 0.008333331873837089 : f64
  %sin_tail_2 = math.fma %sin_tail_1, %z, %a1 : f64
  %a0 = arith.constant -0.16666666663853044 : f64
  %sin_tail = math.fma %sin_tail_2, %z, %a0 : f64
  %a3_1 = arith.constant -2.7300908167996537e-07 : f64
  %a2_1 = arith.constant 2.480059998353171e-05 : f64
  %cos_tail_1 = math.fma %a3_1, %z, %a2_1 : f64
  %a1_1 = arith.constant -0.0013888887671288108 : f64
  %cos_tail_2 = math.fma %cos_tail_1, %z, %a1_1 : f64
  %a0_1 = arith.constant 0.04166666666431933 : f64
  %cos_tail = math.fma %cos_tail_2, %z, %a0_1 : f64
  %sine_1 = arith.mulf %z, %r : f64
  %sine = math.fma %sine_1, %sin_tail, %r : f64
  %minus_half = arith.constant -0.5 : f64
  %cosine_1 = math.fma %z, %cos_tail, %minus_half : f64
  %one = arith.constant 1.0 : f64
  %cosine = math.fma %z, %cosine_1, %one : f64
  return %sine, %cosine : f64, f64
}

func.func private @thn_sin_f32(%x: f32) -> f32 {
  %a = math.absf %x : f32
  %t_1 = arith.extf %a : f32 to f64
  %r, %quadrant = func.call @thn_trig_reduce_f32(%t_1) : (f64) -> (f64, i64)
  %sine, %cosine = func.call @thn_sincos_f32(%r) : (f64) -> (f64, f64)
  %size_1 = func.call @thn_quadrant_value_f64(%quadrant, %sine, %cosine) : (i64, f64, f64) -> f64
  %size = arith.truncf %size_1 : f64 to f32
  %sign_1 = arith.bitcast %x : f32 to i32
  %sign_2 = arith.bitcast %a : f32 to i32
  %sign = arith.xori %sign_1, %sign_2 : i32
  %value_1 = arith.bitcast %size : f32 to i32
  %value_2 = arith.xori %value_1, %sign : i32
  %value = arith.bitcast %value_2 : i32 to f32
  %result_1 = func.call @thn_finite_or_nan_f32(%a, %value) : (f32, f32) -> f32
  return %result_1 : f32
}

func.func private @thn_cos_f32(%x: f32) -> f32 {
  %a = math.absf %x : f32
  %t_1 = arith.extf %a : f32 to f64
  %r, %quadrant = func.call @thn_trig_reduce_f32(%t_1) : (f64) -> (f64, i64)
  %sine, %cosine = func.call @thn_sincos_f32(%r) : (f64) -> (f64, f64)
  %ione = arith.constant 1 : i64
  %value_1 = arith.addi %quadrant, %ione : i64
  %value_2 = func.call @thn_quadrant_value_f64(%value_1, %sine, %cosine) : (i64, f64, f64) -> f64
  %value = arith.truncf %value_2 : f64 to f32
  %result_1 = func.call @thn_finite_or_nan_f32(%a, %value) : (f32, f32) -> f32
  return %result_1 : f32
}

func.func private @thn_tan_f32(%x: f32) -> f32 {
  %a = math.absf %x : f32
  %t_1 = arith.extf %a : f32 to f64
  %r, %quadrant = func.call @thn_trig_reduce_f32(%t_1) : (f64) -> (f64, i64)
  %sine, %cosine = func.call @thn_sincos_f32(%r) : (f64) -> (f64, f64)
  %ione = arith.constant 1 : i64
  %odd_1 = arith.andi %quadrant, %ione : i64
  %izero = arith.constant 0 : i64
  %odd = arith.cmpi ne, %odd_1, %izero : i64
  %numerator_1 = arith.negf %cosine : f64
  %numerator = arith.select %odd, %numerator_1, %sine : f64
  %denominator = arith.select %odd, %sine, %cosine : f64
  %size_1 = arith.divf %numerator, %denominator : f64
  %size = arith.truncf %size_1 : f64 to f32
  %sign_1 = arith.bitcast %x : f32 to i32
  %sign_2 = arith.bitcast %a : f32 to i32
  %sign = arith.xori %sign_1, %sign_2 : i32
  %value_1 = arith.bitcast %size : f32 to i32
  %value_2 = arith.xori %value_1, %sign : i32
  %value = arith.bitcast %value_2 : i32 to f32
  %result_1 = func.call @thn_finite_or_nan_f32(%a, %value) : (f32, f32) -> f32
  return %result_1 : f32
}
