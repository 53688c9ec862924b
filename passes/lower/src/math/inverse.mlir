// Inverse trigonometric functions: arcsin, arccos, arctan, atan2.
//
// Largest measured error in ulp of the result. f32: every one of the 2^32 arguments, against double
// precision. f64: about 5 million arguments each against x87 extended precision and 20 thousand against
// 200-bit arithmetic: random bit patterns, uniform in the interesting ranges, neighbours of the places where
// the reduction changes, the special values, and 16 million more around the worst of those. The f64 numbers
// are the largest that were found, rounded up, not proven bounds. NaN, infinities, zeros and their signs,
// subnormals and the edges of overflow and underflow are as IEEE 754 and C99 ask.
//
//   function   f32    f64    where f64 is worst
//   arcsin     0.63   0.66   x near 1/2
//   arccos     0.62   0.65   x near 0.56
//   arctan     0.91   0.95   x near tan(pi/8)
//   atan2      1.00*  1.00   subnormal results; * on 16 million points only
//
// arcsin and arccos (fdlibm, e_asin.c): arcsin s = s + s^3 tail(s^2) for s <= 1/2, and beyond that
// arcsin a = pi/2 - 2 arcsin s with s = sqrt((1 - a) / 2), whose argument is exact and whose rounding error is
// recovered by a division. arctan of a ratio n / d: the ratio is brought into [-tan(pi/8), tan(pi/8)] by
// arctan t = pi/4 + arctan((t - 1) / (t + 1)) = pi/2 - arctan(1 / t), on numerator and denominator, so that
// there is one division in all. Both end in base + angle, the base in two parts.

//$ PI_HI f32 3.1415927410125732 f64 3.141592653589793
//$ PI_LO f32 -8.742277657347586e-08 f64 1.2246467991473532e-16
//$ THREE_PI_4_HI f32 2.356194496154785 f64 2.356194490192345
//$ THREE_PI_4_LO f32 -5.962440319251527e-09 f64 9.184850993605148e-17
//$ PI_2_HI f32 1.5707963705062866 f64 1.5707963267948966
//$ PI_2_LO f32 -4.371138828673793e-08 f64 6.123233995736766e-17
//$ PI_4_HI f32 0.7853981852531433 f64 0.7853981633974483
//$ PI_4_LO f32 -2.1855694143368964e-08 f64 3.061616997868383e-17
//$ TAN_PI_8 f32 0.4142135679721832 f64 0.41421356237309503
//$ TAN_3PI_8 f32 2.4142136573791504 f64 2.414213562373095
//$ ATAN2_SMALL f32 1.0e+08 f64 1.0e+18
//$ ATAN2_HUGE f32 1.0e+30 f64 1.0e+300
//$ ATAN2_UP f32 1.152921504606847e+18 f64 1.6069380442589903e+60
//$ ATAN2_DOWN f32 8.673617379884035e-19 f64 6.223015277861142e-61
//$ ARCTAN_MAX f32 1.0e+30 f64 1.0e+300

// From fit.py `asin_tail` and `atan_tail`.
func.func private @thn_arcsin_tail_f32(%z: f32) -> f32 {
  %a5 = arith.constant 0.03370072692632675 : f32
  %a4 = arith.constant 0.017143717035651207 : f32
  %result_1 = math.fma %a5, %z, %a4 : f32
  %a3 = arith.constant 0.031101727858185768 : f32
  %result_2 = math.fma %result_1, %z, %a3 : f32
  %a2 = arith.constant 0.044599320739507675 : f32
  %result_3 = math.fma %result_2, %z, %a2 : f32
  %a1 = arith.constant 0.07500094920396805 : f32
  %result_4 = math.fma %result_3, %z, %a1 : f32
  %a0 = arith.constant 0.1666666567325592 : f32
  %result_5 = math.fma %result_4, %z, %a0 : f32
  return %result_5 : f32
}

func.func private @thn_arcsin_tail_f64(%z: f64) -> f64 {
  %a12 = arith.constant 0.02877844261259304 : f64
  %a11 = arith.constant -0.014881409392818066 : f64
  %result_1 = math.fma %a12, %z, %a11 : f64
  %a10 = arith.constant 0.017419357964884856 : f64
  %result_2 = math.fma %result_1, %z, %a10 : f64
  %a9 = arith.constant 0.00545087818772055 : f64
  %result_3 = math.fma %result_2, %z, %a9 : f64
  %a8 = arith.constant 0.010324318288744113 : f64
  %result_4 = math.fma %result_3, %z, %a8 : f64
  %a7 = arith.constant 0.011478952690257387 : f64
  %result_5 = math.fma %result_4, %z, %a7 : f64
  %a6 = arith.constant 0.013971235301124539 : f64
  %result_6 = math.fma %result_5, %z, %a6 : f64
  %a5 = arith.constant 0.017352391265909227 : f64
  %result_7 = math.fma %result_6, %z, %a5 : f64
  %a4 = arith.constant 0.022372173002005596 : f64
  %result_8 = math.fma %result_7, %z, %a4 : f64
  %a3 = arith.constant 0.030381944137085216 : f64
  %result_9 = math.fma %result_8, %z, %a3 : f64
  %a2 = arith.constant 0.04464285714637338 : f64
  %result_10 = math.fma %result_9, %z, %a2 : f64
  %a1 = arith.constant 0.07499999999998425 : f64
  %result_11 = math.fma %result_10, %z, %a1 : f64
  %a0 = arith.constant 0.16666666666666669 : f64
  %result_12 = math.fma %result_11, %z, %a0 : f64
  return %result_12 : f64
}

func.func private @thn_arctan_tail_f32(%z: f32) -> f32 {
  %a4 = arith.constant -0.06451509147882462 : f32
  %a3 = arith.constant 0.10743605345487595 : f32
  %result_1 = math.fma %a4, %z, %a3 : f32
  %a2 = arith.constant -0.14263944327831268 : f32
  %result_2 = math.fma %result_1, %z, %a2 : f32
  %a1 = arith.constant 0.19999539852142334 : f32
  %result_3 = math.fma %result_2, %z, %a1 : f32
  %a0 = arith.constant -0.3333333134651184 : f32
  %result_4 = math.fma %result_3, %z, %a0 : f32
  return %result_4 : f32
}

func.func private @thn_arctan_tail_f64(%z: f64) -> f64 {
  %a10 = arith.constant -0.01917392228554793 : f64
  %a9 = arith.constant 0.03922923713835943 : f64
  %result_1 = math.fma %a10, %z, %a9 : f64
  %a8 = arith.constant -0.05085365922344248 : f64
  %result_2 = math.fma %result_1, %z, %a8 : f64
  %a7 = arith.constant 0.05858132894427922 : f64
  %result_3 = math.fma %result_2, %z, %a7 : f64
  %a6 = arith.constant -0.06664509603255386 : f64
  %result_4 = math.fma %result_3, %z, %a6 : f64
  %a5 = arith.constant 0.07692183059894114 : f64
  %result_5 = math.fma %result_4, %z, %a5 : f64
  %a4 = arith.constant -0.09090904572487347 : f64
  %result_6 = math.fma %result_5, %z, %a4 : f64
  %a3 = arith.constant 0.11111111015117626 : f64
  %result_7 = math.fma %result_6, %z, %a3 : f64
  %a2 = arith.constant -0.1428571428466482 : f64
  %result_8 = math.fma %result_7, %z, %a2 : f64
  %a1 = arith.constant 0.19999999999995513 : f64
  %result_9 = math.fma %result_8, %z, %a1 : f64
  %a0 = arith.constant -0.3333333333333333 : f64
  %result_10 = math.fma %result_9, %z, %a0 : f64
  return %result_10 : f64
}

// For a >= 0: s and the rest of arcsin s, where s = a, or s = sqrt((1 - a) / 2) when `far`.
func.func private @thn_arcsin_parts_$T(%a: $T) -> ($T, $T, i1) {
  %half = arith.constant 0.5 : $T
  %far = arith.cmpf ogt, %a, %half : $T
  %one = arith.constant 1.0 : $T
  %below_one = arith.subf %one, %a : $T
  %z_1 = arith.mulf %below_one, %half : $T
  %z_2 = arith.mulf %a, %a : $T
  %z = arith.select %far, %z_1, %z_2 : $T
  %root = math.sqrt %z : $T
  %residual_1 = arith.negf %root : $T
  %residual = math.fma %residual_1, %root, %z : $T
  %twice = arith.addf %root, %root : $T
  %zero = arith.constant 0.0 : $T
  %divisor_1 = arith.cmpf oeq, %twice, %zero : $T
  %divisor = arith.select %divisor_1, %one, %twice : $T
  %correction = arith.divf %residual, %divisor : $T
  %s = arith.select %far, %root, %a : $T
  %low = arith.select %far, %correction, %zero : $T
  %tail = func.call @thn_arcsin_tail_$T(%z) : ($T) -> $T
  %rest_1 = arith.mulf %s, %z : $T
  %rest = math.fma %rest_1, %tail, %low : $T
  return %s, %rest, %far : $T, $T, i1
}

// hi + lo + factor * (s + rest) for hi = 0 or hi >= |factor s|, where factor * s is exact.
func.func private @thn_angle_sum_$T(%hi: $T, %lo: $T, %factor: $T, %s: $T, %rest: $T) -> $T {
  %step = arith.mulf %factor, %s : $T
  %sum = arith.addf %hi, %step : $T
  %lost_1 = arith.subf %hi, %sum : $T
  %lost = arith.addf %lost_1, %step : $T
  %small = math.fma %factor, %rest, %lo : $T
  %result_1 = arith.addf %lost, %small : $T
  %result_2 = arith.addf %sum, %result_1 : $T
  return %result_2 : $T
}

func.func private @thn_arcsin_$T(%x: $T) -> $T {
  %a = math.absf %x : $T
  %s, %rest, %far = func.call @thn_arcsin_parts_$T(%a) : ($T) -> ($T, $T, i1)
  %pi_2_hi = arith.constant $PI_2_HI : $T
  %zero = arith.constant 0.0 : $T
  %hi = arith.select %far, %pi_2_hi, %zero : $T
  %pi_2_lo = arith.constant $PI_2_LO : $T
  %lo = arith.select %far, %pi_2_lo, %zero : $T
  %c_1 = arith.constant -2.0 : $T
  %one = arith.constant 1.0 : $T
  %factor = arith.select %far, %c_1, %one : $T
  %angle = func.call @thn_angle_sum_$T(%hi, %lo, %factor, %s, %rest) : ($T, $T, $T, $T, $T) -> $T
  %result_1 = math.copysign %angle, %x : $T
  return %result_1 : $T
}

// pi/2 - arcsin x near 0, 2 arcsin s for x > 1/2, and pi - 2 arcsin s for x < -1/2.
func.func private @thn_arccos_$T(%x: $T) -> $T {
  %a = math.absf %x : $T
  %s, %rest, %far = func.call @thn_arcsin_parts_$T(%a) : ($T) -> ($T, $T, i1)
  %zero = arith.constant 0.0 : $T
  %negative = arith.cmpf olt, %x, %zero : $T
  %pi_hi = arith.constant $PI_HI : $T
  %far_hi = arith.select %negative, %pi_hi, %zero : $T
  %pi_lo = arith.constant $PI_LO : $T
  %far_lo = arith.select %negative, %pi_lo, %zero : $T
  %pi_2_hi = arith.constant $PI_2_HI : $T
  %hi = arith.select %far, %far_hi, %pi_2_hi : $T
  %pi_2_lo = arith.constant $PI_2_LO : $T
  %lo = arith.select %far, %far_lo, %pi_2_lo : $T
  %c_1 = arith.constant -2.0 : $T
  %two = arith.constant 2.0 : $T
  %far_factor = arith.select %negative, %c_1, %two : $T
  %one = arith.constant 1.0 : $T
  %minus_one = arith.constant -1.0 : $T
  %near_factor = arith.select %negative, %one, %minus_one : $T
  %factor = arith.select %far, %far_factor, %near_factor : $T
  %result_1 = func.call @thn_angle_sum_$T(%hi, %lo, %factor, %s, %rest) : ($T, $T, $T, $T, $T) -> $T
  return %result_1 : $T
}

// The angle of (d, n) in [0, pi/2] for n, d >= 0, finite, not both 0, neither sum nor reciprocal overflowing;
// its supplement if `flip`.
func.func private @thn_arctan_ratio_$T(%n: $T, %d: $T, %flip: i1) -> $T {
  %tan_3pi_8 = arith.constant $TAN_3PI_8 : $T
  %steep_1 = arith.mulf %d, %tan_3pi_8 : $T
  %steep = arith.cmpf ogt, %n, %steep_1 : $T
  %tan_pi_8 = arith.constant $TAN_PI_8 : $T
  %flat_1 = arith.mulf %d, %tan_pi_8 : $T
  %flat = arith.cmpf ole, %n, %flat_1 : $T
  %difference = arith.subf %n, %d : $T
  %difference_back = arith.subf %difference, %n : $T
  %difference_lost_1 = arith.subf %difference, %difference_back : $T
  %difference_lost_2 = arith.subf %n, %difference_lost_1 : $T
  %difference_lost_3 = arith.addf %d, %difference_back : $T
  %difference_lost = arith.subf %difference_lost_2, %difference_lost_3 : $T
  %sum = arith.addf %n, %d : $T
  %sum_back = arith.subf %sum, %n : $T
  %sum_lost_1 = arith.subf %sum, %sum_back : $T
  %sum_lost_2 = arith.subf %n, %sum_lost_1 : $T
  %sum_lost_3 = arith.subf %d, %sum_back : $T
  %sum_lost = arith.addf %sum_lost_2, %sum_lost_3 : $T
  %middle_n_1 = arith.negf %d : $T
  %middle_n = arith.select %steep, %middle_n_1, %difference : $T
  %zero = arith.constant 0.0 : $T
  %middle_nl = arith.select %steep, %zero, %difference_lost : $T
  %middle_d = arith.select %steep, %n, %sum : $T
  %middle_dl = arith.select %steep, %zero, %sum_lost : $T
  %nh = arith.select %flat, %n, %middle_n : $T
  %nl = arith.select %flat, %zero, %middle_nl : $T
  %dh = arith.select %flat, %d, %middle_d : $T
  %dl = arith.select %flat, %zero, %middle_dl : $T
  %one = arith.constant 1.0 : $T
  %inverse = arith.divf %one, %dh : $T
  %t = arith.mulf %nh, %inverse : $T
  %remainder_1 = arith.negf %t : $T
  %remainder_2 = math.fma %remainder_1, %dh, %nh : $T
  %remainder_3 = arith.negf %t : $T
  %remainder_4 = math.fma %remainder_3, %dl, %nl : $T
  %remainder = arith.addf %remainder_2, %remainder_4 : $T
  %low = arith.mulf %remainder, %inverse : $T
  %z = arith.mulf %t, %t : $T
  %tail = func.call @thn_arctan_tail_$T(%z) : ($T) -> $T
  %rest_1 = arith.mulf %t, %z : $T
  %rest = math.fma %rest_1, %tail, %low : $T
  %three_pi_4_hi = arith.constant $THREE_PI_4_HI : $T
  %pi_4_hi = arith.constant $PI_4_HI : $T
  %quarter_hi = arith.select %flip, %three_pi_4_hi, %pi_4_hi : $T
  %three_pi_4_lo = arith.constant $THREE_PI_4_LO : $T
  %pi_4_lo = arith.constant $PI_4_LO : $T
  %quarter_lo = arith.select %flip, %three_pi_4_lo, %pi_4_lo : $T
  %pi_hi = arith.constant $PI_HI : $T
  %flat_hi = arith.select %flip, %pi_hi, %zero : $T
  %pi_lo = arith.constant $PI_LO : $T
  %flat_lo = arith.select %flip, %pi_lo, %zero : $T
  %pi_2_hi = arith.constant $PI_2_HI : $T
  %middle_hi = arith.select %steep, %pi_2_hi, %quarter_hi : $T
  %pi_2_lo = arith.constant $PI_2_LO : $T
  %middle_lo = arith.select %steep, %pi_2_lo, %quarter_lo : $T
  %hi = arith.select %flat, %flat_hi, %middle_hi : $T
  %lo = arith.select %flat, %flat_lo, %middle_lo : $T
  %minus_one = arith.constant -1.0 : $T
  %factor = arith.select %flip, %minus_one, %one : $T
  %result_1 = func.call @thn_angle_sum_$T(%hi, %lo, %factor, %t, %rest) : ($T, $T, $T, $T, $T) -> $T
  return %result_1 : $T
}

func.func private @thn_arctan_$T(%x: $T) -> $T {
  %size = math.absf %x : $T
  %arctan_max = arith.constant $ARCTAN_MAX : $T
  %a_1 = arith.cmpf ogt, %size, %arctan_max : $T
  %a = arith.select %a_1, %arctan_max, %size : $T
  %one = arith.constant 1.0 : $T
  %false = arith.constant false
  %angle = func.call @thn_arctan_ratio_$T(%a, %one, %false) : ($T, $T, i1) -> $T
  %result_1 = math.copysign %angle, %x : $T
  return %result_1 : $T
}

// The angle of the point (x, y). Infinite coordinates become 1 beside 0 or 1 beside 1, and the origin the
// point (1, 0); other points are scaled by a power of two so that neither the sum of the coordinates overflows
// nor the remainder of the division underflows.
func.func private @thn_atan2_$T(%y: $T, %x: $T) -> $T {
  %n0 = math.absf %y : $T
  %d0 = math.absf %x : $T
  %inf = arith.constant $INF : $T
  %n_infinite = arith.cmpf oeq, %n0, %inf : $T
  %d_infinite = arith.cmpf oeq, %d0, %inf : $T
  %zero = arith.constant 0.0 : $T
  %n_other = arith.select %d_infinite, %zero, %n0 : $T
  %one = arith.constant 1.0 : $T
  %n1 = arith.select %n_infinite, %one, %n_other : $T
  %d_other = arith.select %n_infinite, %zero, %d0 : $T
  %d1 = arith.select %d_infinite, %one, %d_other : $T
  %largest_1 = arith.cmpf ogt, %n1, %d1 : $T
  %largest = arith.select %largest_1, %n1, %d1 : $T
  %d2_1 = arith.cmpf oeq, %largest, %zero : $T
  %d2 = arith.select %d2_1, %one, %d1 : $T
  %atan2_small = arith.constant $ATAN2_SMALL : $T
  %up_1 = arith.cmpf olt, %largest, %atan2_small : $T
  %atan2_up = arith.constant $ATAN2_UP : $T
  %up = arith.select %up_1, %atan2_up, %one : $T
  %atan2_huge = arith.constant $ATAN2_HUGE : $T
  %scale_1 = arith.cmpf ogt, %largest, %atan2_huge : $T
  %atan2_down = arith.constant $ATAN2_DOWN : $T
  %scale = arith.select %scale_1, %atan2_down, %up : $T
  %flip_1 = arith.bitcast %x : $T to $B
  %izero = arith.constant 0 : $B
  %flip = arith.cmpi slt, %flip_1, %izero : $B
  %angle_1 = arith.mulf %n1, %scale : $T
  %angle_2 = arith.mulf %d2, %scale : $T
  %angle = func.call @thn_arctan_ratio_$T(%angle_1, %angle_2, %flip) : ($T, $T, i1) -> $T
  %signed = math.copysign %angle, %y : $T
  %result_1 = arith.cmpf uno, %x, %y : $T
  %nan = arith.constant $NAN : $T
  %result_2 = arith.select %result_1, %nan, %signed : $T
  return %result_2 : $T
}
