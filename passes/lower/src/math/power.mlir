// pow for floats: x^y = 2^(y log2 |x|), with the special values of C99, Annex F.
//
// For f64 the logarithm is an unevaluated sum of two doubles with a relative error near 2^-65, because y can
// magnify it by up to 2^11: with s = f / (2 + f) to twice the precision, log(1 + f) = s (2 + z (2/3 + z
// Q(z))), z = s^2, where everything but Q carries a low part (as in fdlibm's e_pow.c, with fused
// multiply-adds in place of split factors). For f32 plain doubles suffice.
//
// Largest measured error in ulp of the result: f32 0.51 over 25 million points, against double precision; f64
// 1.25 over 25 million points against x87 extended precision and 74 thousand against 220-bit arithmetic:
// random bit patterns, results all over the exponent range from large, moderate and nearly-1 bases, integer
// bases and exponents, squares, square roots, and all pairs of special values.

// (2 atanh(s) - 2 s - 2 s^3 / 3) / s^5 in z = s^2, from fit.py `atanh_tail_long`.
func.func private @thn_atanh_tail_long(%z: f64) -> f64 {
  %a8 = arith.constant 0.10762557435735054 : f64
  %a7 = arith.constant 0.10456312590395662 : f64
  %result_1 = math.fma %a8, %z, %a7 : f64
  %a6 = arith.constant 0.11766813776159434 : f64
  %result_2 = math.fma %result_1, %z, %a6 : f64
  %a5 = arith.constant 0.13333296519287247 : f64
  %result_3 = math.fma %result_2, %z, %a5 : f64
  %a4 = arith.constant 0.1538461576136298 : f64
  %result_4 = math.fma %result_3, %z, %a4 : f64
  %a3 = arith.constant 0.181818181796556 : f64
  %result_5 = math.fma %result_4, %z, %a3 : f64
  %a2 = arith.constant 0.22222222222228435 : f64
  %result_6 = math.fma %result_5, %z, %a2 : f64
  %a1 = arith.constant 0.28571428571428564 : f64
  %result_7 = math.fma %result_6, %z, %a1 : f64
  %a0 = arith.constant 0.4 : f64
  %result_8 = math.fma %result_7, %z, %a0 : f64
  return %result_8 : f64
}

// log2 of a positive finite number as an unevaluated sum.
func.func private @thn_log2_pair(%a: f64) -> (f64, f64) {
  %k, %f = func.call @thn_log_reduce_f64(%a) : (f64) -> (f64, f64)
  %two = arith.constant 2.0 : f64
  %d = arith.addf %f, %two : f64
  %dl_1 = arith.subf %two, %d : f64
  %dl = arith.addf %dl_1, %f : f64
  %one = arith.constant 1.0 : f64
  %inverse = arith.divf %one, %d : f64
  %s = arith.mulf %f, %inverse : f64
  %sl_1 = arith.negf %s : f64
  %sl_2 = arith.negf %s : f64
  %sl_3 = math.fma %sl_2, %d, %f : f64
  %sl_4 = math.fma %sl_1, %dl, %sl_3 : f64
  %sl = arith.mulf %sl_4, %inverse : f64
  %z = arith.mulf %s, %s : f64
  %zl_1 = arith.negf %z : f64
  %zl_2 = math.fma %s, %s, %zl_1 : f64
  %zl_3 = arith.addf %s, %s : f64
  %zl_4 = arith.mulf %zl_3, %sl : f64
  %zl = arith.addf %zl_2, %zl_4 : f64
  %zq_1 = func.call @thn_atanh_tail_long(%z) : (f64) -> f64
  %zq = arith.mulf %z, %zq_1 : f64
  %c_1 = arith.constant 0.6666666666666666 : f64
  %u = arith.addf %zq, %c_1 : f64
  %ul_1 = arith.subf %c_1, %u : f64
  %ul_2 = arith.addf %ul_1, %zq : f64
  %c_2 = arith.constant 3.700743415417188e-17 : f64
  %ul = arith.addf %ul_2, %c_2 : f64
  %v = arith.mulf %z, %u : f64
  %vl_1 = arith.negf %v : f64
  %vl_2 = math.fma %z, %u, %vl_1 : f64
  %vl_3 = arith.mulf %zl, %u : f64
  %vl_4 = math.fma %z, %ul, %vl_3 : f64
  %vl = arith.addf %vl_2, %vl_4 : f64
  %w = arith.addf %v, %two : f64
  %wl_1 = arith.subf %two, %w : f64
  %wl_2 = arith.addf %wl_1, %v : f64
  %wl = arith.addf %wl_2, %vl : f64
  %l = arith.mulf %s, %w : f64
  %ll_1 = arith.negf %l : f64
  %ll_2 = math.fma %s, %w, %ll_1 : f64
  %ll_3 = arith.mulf %sl, %w : f64
  %ll_4 = math.fma %s, %wl, %ll_3 : f64
  %ll = arith.addf %ll_2, %ll_4 : f64
  %c_3 = arith.constant 1.4426950408889634 : f64
  %p = arith.mulf %l, %c_3 : f64
  %pl_1 = arith.negf %p : f64
  %pl_2 = math.fma %l, %c_3, %pl_1 : f64
  %pl_3 = arith.mulf %ll, %c_3 : f64
  %c_4 = arith.constant 2.0355273740931033e-17 : f64
  %pl_4 = math.fma %l, %c_4, %pl_3 : f64
  %pl = arith.addf %pl_2, %pl_4 : f64
  %t = arith.addf %k, %p : f64
  %tl_1 = arith.subf %k, %t : f64
  %tl_2 = arith.addf %tl_1, %p : f64
  %tl = arith.addf %tl_2, %pl : f64
  return %t, %tl : f64, f64
}

// Replaces `size` = |x|^y where the general formula does not hold, and gives the result its sign. An infinite
// y counts as an even integer.
func.func private @thn_pow_special_$T(%x: $T, %y: $T, %size: $T) -> $T {
  %a = math.absf %x : $T
  %half = arith.constant 0.5 : $T
  %half_y = arith.mulf %y, %half : $T
  %integer_1 = math.floor %y : $T
  %integer = arith.cmpf oeq, %integer_1, %y : $T
  %half_integer_1 = math.floor %half_y : $T
  %half_integer = arith.cmpf oeq, %half_integer_1, %half_y : $T
  %true = arith.constant true
  %odd_1 = arith.xori %half_integer, %true : i1
  %odd = arith.andi %integer, %odd_1 : i1
  %zero_1 = arith.constant 0.0 : $T
  %zero = arith.cmpf oeq, %a, %zero_1 : $T
  %growing = arith.cmpf ogt, %y, %zero_1 : $T
  %vanishes_1 = arith.andi %zero, %growing : i1
  %vanishes_2 = arith.ori %zero, %growing : i1
  %vanishes_3 = arith.xori %vanishes_2, %true : i1
  %vanishes = arith.ori %vanishes_1, %vanishes_3 : i1
  %inf = arith.constant $INF : $T
  %limit = arith.select %vanishes, %zero_1, %inf : $T
  %extreme_1 = arith.cmpf oeq, %a, %inf : $T
  %extreme = arith.ori %zero, %extreme_1 : i1
  %defined = arith.select %extreme, %limit, %size : $T
  %signed = math.copysign %defined, %x : $T
  %value = arith.select %odd, %signed, %defined : $T
  %undefined_1 = arith.cmpf olt, %x, %zero_1 : $T
  %undefined_2 = arith.xori %integer, %true : i1
  %undefined_3 = arith.andi %undefined_1, %undefined_2 : i1
  %undefined_4 = arith.xori %extreme, %true : i1
  %undefined = arith.andi %undefined_3, %undefined_4 : i1
  %real_or_nan_1 = arith.cmpf uno, %x, %y : $T
  %real_or_nan_2 = arith.ori %undefined, %real_or_nan_1 : i1
  %nan = arith.constant $NAN : $T
  %real_or_nan = arith.select %real_or_nan_2, %nan, %value : $T
  %one = arith.constant 1.0 : $T
  %result_1 = arith.cmpf oeq, %x, %one : $T
  %result_2 = arith.cmpf oeq, %y, %zero_1 : $T
  %result_3 = arith.ori %result_1, %result_2 : i1
  %result_4 = arith.select %result_3, %one, %real_or_nan : $T
  return %result_4 : $T
}

// y is clamped to +-2^70, beyond which only |x| = 1 does not overflow or underflow; the clamped product has
// no low part.
func.func private @thn_pow_f64(%x: f64, %y: f64) -> f64 {
  %a = math.absf %x : f64
  %t, %tl = func.call @thn_log2_pair(%a) : (f64) -> (f64, f64)
  %c_1 = arith.constant -1.1805916207174113e+21 : f64
  %at_least_1 = arith.cmpf olt, %y, %c_1 : f64
  %at_least = arith.select %at_least_1, %c_1, %y : f64
  %c_2 = arith.constant 1.1805916207174113e+21 : f64
  %factor_1 = arith.cmpf ogt, %at_least, %c_2 : f64
  %factor = arith.select %factor_1, %c_2, %at_least : f64
  %product = arith.mulf %factor, %t : f64
  %product_low_1 = arith.negf %product : f64
  %product_low_2 = math.fma %factor, %t, %product_low_1 : f64
  %product_low = math.fma %factor, %tl, %product_low_2 : f64
  %c_3 = arith.constant -1080.0 : f64
  %above_1 = arith.cmpf olt, %product, %c_3 : f64
  %above = arith.select %above_1, %c_3, %product : f64
  %c_4 = arith.constant 1024.0 : f64
  %e_1 = arith.cmpf ogt, %above, %c_4 : f64
  %e = arith.select %e_1, %c_4, %above : f64
  %low_1 = arith.cmpf oeq, %e, %product : f64
  %zero = arith.constant 0.0 : f64
  %low = arith.select %low_1, %product_low, %zero : f64
  %c_5 = arith.constant 6755399441055744.0 : f64
  %shifted = arith.addf %e, %c_5 : f64
  %k = arith.bitcast %shifted : f64 to i64
  %n = arith.subf %shifted, %c_5 : f64
  %whole = arith.subf %e, %n : f64
  %r = arith.addf %whole, %low : f64
  %lost_1 = arith.subf %whole, %r : f64
  %lost = arith.addf %lost_1, %low : f64
  %p_1 = func.call @thn_exp2_quotient_f64(%r) : (f64) -> f64
  %c_6 = arith.constant 0.6931471805599453 : f64
  %p_2 = arith.mulf %lost, %c_6 : f64
  %p = math.fma %r, %p_1, %p_2 : f64
  %c_7 = arith.constant -980.0 : f64
  %t_1 = arith.cmpf olt, %e, %c_7 : f64
  %first, %second = func.call @thn_exp_scale_f64(%k, %t_1) : (i64, i1) -> (f64, f64)
  %scaled = math.fma %p, %first, %first : f64
  %result_1 = arith.mulf %scaled, %second : f64
  %result_2 = func.call @thn_pow_special_f64(%x, %y, %result_1) : (f64, f64, f64) -> f64
  return %result_2 : f64
}

// log2 |x| in f64 to 2^-38, times y, clamped so that 1^inf stays 1; the rounding to f32 does overflow and
// underflow.
func.func private @thn_pow_f32(%x: f32, %y: f32) -> f32 {
  %a_1 = math.absf %x : f32
  %a = arith.extf %a_1 : f32 to f64
  %k, %f, %power = func.call @thn_log_split_f64(%a) : (f64) -> (f64, f64, i64)
  %two = arith.constant 2.0 : f64
  %s_1 = arith.addf %f, %two : f64
  %s = arith.divf %f, %s_1 : f64
  %z = arith.mulf %s, %s : f64
  %a4 = arith.constant 0.1936289997264935 : f64
  %a3 = arith.constant 0.22191388154720976 : f64
  %tail_1 = math.fma %a4, %z, %a3 : f64
  %a2 = arith.constant 0.285717547355818 : f64
  %tail_2 = math.fma %tail_1, %z, %a2 : f64
  %a1 = arith.constant 0.39999998796359565 : f64
  %tail_3 = math.fma %tail_2, %z, %a1 : f64
  %a0 = arith.constant 0.6666666666737581 : f64
  %tail = math.fma %tail_3, %z, %a0 : f64
  %m_1 = arith.mulf %s, %z : f64
  %m_2 = arith.addf %s, %s : f64
  %m = math.fma %m_1, %tail, %m_2 : f64
  %c_1 = arith.constant 1.4426950408889634 : f64
  %t = math.fma %m, %c_1, %k : f64
  %wide_y = arith.extf %y : f32 to f64
  %c_2 = arith.constant -1.0e+40 : f64
  %at_least_1 = arith.cmpf olt, %wide_y, %c_2 : f64
  %at_least = arith.select %at_least_1, %c_2, %wide_y : f64
  %c_3 = arith.constant 1.0e+40 : f64
  %factor_1 = arith.cmpf ogt, %at_least, %c_3 : f64
  %factor = arith.select %factor_1, %c_3, %at_least : f64
  %product = arith.mulf %t, %factor : f64
  %c_4 = arith.constant -200.0 : f64
  %above_1 = arith.cmpf olt, %product, %c_4 : f64
  %above = arith.select %above_1, %c_4, %product : f64
  %c_5 = arith.constant 200.0 : f64
  %e_1 = arith.cmpf ogt, %above, %c_5 : f64
  %e = arith.select %e_1, %c_5, %above : f64
  %c_6 = arith.constant 6755399441055744.0 : f64
  %shifted = arith.addf %e, %c_6 : f64
  %n = arith.subf %shifted, %c_6 : f64
  %r = arith.subf %e, %n : f64
  %a6 = arith.constant 1.5297502543635438e-05 : f64
  %a5 = arith.constant 0.00015461676975973325 : f64
  %p_1 = math.fma %a6, %r, %a5 : f64
  %a4_1 = arith.constant 0.0013333501938341237 : f64
  %p_2 = math.fma %p_1, %r, %a4_1 : f64
  %a3_1 = arith.constant 0.009618056096717177 : f64
  %p_3 = math.fma %p_2, %r, %a3_1 : f64
  %a2_1 = arith.constant 0.055504108841199315 : f64
  %p_4 = math.fma %p_3, %r, %a2_1 : f64
  %a1_1 = arith.constant 0.24022650925021063 : f64
  %p_5 = math.fma %p_4, %r, %a1_1 : f64
  %a0_1 = arith.constant 0.6931471805599453 : f64
  %p_6 = math.fma %p_5, %r, %a0_1 : f64
  %p = arith.mulf %r, %p_6 : f64
  %scale_1 = arith.bitcast %shifted : f64 to i64
  %scale = func.call @thn_power_of_two_f64(%scale_1) : (i64) -> f64
  %size_1 = math.fma %p, %scale, %scale : f64
  %size = arith.truncf %size_1 : f64 to f32
  %result_1 = func.call @thn_pow_special_f32(%x, %y, %size) : (f32, f32, f32) -> f32
  return %result_1 : f32
}
