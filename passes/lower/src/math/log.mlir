// Logarithms: log, log1p, log2, log10.
//
// Largest measured error in ulp of the result. f32: every one of the 2^32 arguments, against double
// precision. f64: about 6 million arguments each against x87 extended precision and 20 thousand against
// 200-bit arithmetic: random bit patterns, uniform in the interesting ranges, neighbours of the places where
// the reduction changes, the special values, and 16 million more around the worst of those. The f64 numbers
// are the largest that were found, rounded up, not proven bounds. NaN, infinities, zeros and their signs,
// subnormals and the edges of overflow and underflow are as IEEE 754 and C99 ask.
//
//   function   f32    f64    where f64 is worst
//   log        0.83   0.91   x near 1.4 and 0.7
//   log1p      0.89   0.96   x near 0.4 and -0.29
//   log2       0.76   0.82   x near 1.4
//   log10      0.68   0.74   x near 1.33
//
// x = 2^k m with m in [sqrt(1/2), sqrt(2)) and f = m - 1 exact. log(1 + f) = f - f^2/2 + tail(f). For f64 the
// tail is fdlibm's (e_log.c): with s = f / (2 + f), log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + R(s^2));
// for f32 it is f^3 times a polynomial, without a division. Subnormal arguments are scaled up first. The sum
// k LN2 + f - f^2/2 + tail is added from its largest term, with LN2 in two parts.

//$ LN2_HI f32 0.6931471824645996 f64 0.6931471805599453
//$ LN2_LO f32 -1.9046542121259336e-09 f64 2.3190468138462996e-17
//$ LOG2E_LO f32 1.925963033500011e-08 f64 2.0355273740931033e-17
//$ LOG10E_HI f32 0.4342944920063019 f64 0.4342944819032518
//$ LOG10E_LO f32 -1.0103049952192578e-08 f64 1.098319650216765e-17
//$ LOG10_2_HI f32 0.3010300099849701 f64 0.3010299956639812
//$ LOG10_2_LO f32 -1.432098883924482e-08 f64 -2.8037281277851704e-18

// The bits of sqrt(1/2), of 1.0, the mask of the mantissa, 1 + BIAS as an exponent field, and the number
// 2^MANTISSA with and without BIAS + 1 added.
//$ SQRT_HALF_BITS f32 1060439283 f64 4604544271217802189
//$ ONE_BITS f32 1065353216 f64 4607182418800017408
//$ MANTISSA_MASK f32 8388607 f64 4503599627370495
//$ EXPONENT_OFFSET f32 1073741824 f64 4611686018427387904
//$ INTEGER_BITS f32 1258291200 f64 4841369599423283200
//$ INTEGER_OFFSET f32 8388736.0 f64 4503599627371520.0
//$ SUBNORMAL_SCALE f32 33554432.0 f64 18014398509481984.0
//$ SUBNORMAL_EXPONENT f32 -25.0 f64 -54.0
//$ LOG1P_LARGE f32 1.0e+18 f64 1.0e+18

// From fit.py: `log_tail` for f32, `atanh_tail` for f64.
func.func private @thn_log_tail_f32(%f: f32, %halfsquare: f32) -> f32 {
  %a8 = arith.constant 0.06972518563270569 : f32
  %a7 = arith.constant -0.11481212079524994 : f32
  %poly_1 = math.fma %a8, %f, %a7 : f32
  %a6 = arith.constant 0.1168578490614891 : f32
  %poly_2 = math.fma %poly_1, %f, %a6 : f32
  %a5 = arith.constant -0.1242552325129509 : f32
  %poly_3 = math.fma %poly_2, %f, %a5 : f32
  %a4 = arith.constant 0.14249007403850555 : f32
  %poly_4 = math.fma %poly_3, %f, %a4 : f32
  %a3 = arith.constant -0.1666780710220337 : f32
  %poly_5 = math.fma %poly_4, %f, %a3 : f32
  %a2 = arith.constant 0.20000717043876648 : f32
  %poly_6 = math.fma %poly_5, %f, %a2 : f32
  %a1 = arith.constant -0.2499999701976776 : f32
  %poly_7 = math.fma %poly_6, %f, %a1 : f32
  %a0 = arith.constant 0.3333333134651184 : f32
  %poly = math.fma %poly_7, %f, %a0 : f32
  %cube_1 = arith.mulf %f, %f : f32
  %cube = arith.mulf %cube_1, %f : f32
  %result_1 = arith.mulf %cube, %poly : f32
  return %result_1 : f32
}

func.func private @thn_log_tail_f64(%f: f64, %halfsquare: f64) -> f64 {
  %two = arith.constant 2.0 : f64
  %s_1 = arith.addf %f, %two : f64
  %s = arith.divf %f, %s_1 : f64
  %z = arith.mulf %s, %s : f64
  %a6 = arith.constant 0.14616721179861816 : f64
  %a5 = arith.constant 0.15331699633543858 : f64
  %poly_1 = math.fma %a6, %z, %a5 : f64
  %a4 = arith.constant 0.18182889786191042 : f64
  %poly_2 = math.fma %poly_1, %z, %a4 : f64
  %a3 = arith.constant 0.2222221112572281 : f64
  %poly_3 = math.fma %poly_2, %z, %a3 : f64
  %a2 = arith.constant 0.28571428626031065 : f64
  %poly_4 = math.fma %poly_3, %z, %a2 : f64
  %a1 = arith.constant 0.3999999999989938 : f64
  %poly_5 = math.fma %poly_4, %z, %a1 : f64
  %a0 = arith.constant 0.666666666666667 : f64
  %poly = math.fma %poly_5, %z, %a0 : f64
  %sum = math.fma %z, %poly, %halfsquare : f64
  %result_1 = arith.mulf %s, %sum : f64
  return %result_1 : f64
}

// x = 2^k m for normal positive x: k as a float, f = m - 1, and 2^k as an exponent field. Subtracting the bits
// of sqrt(1/2) turns the exponent's borrow into the choice of k; the unsigned exponent is turned into a float
// by placing it in the mantissa of 2^MANTISSA.
func.func private @thn_log_split_$T(%x: $T) -> ($T, $T, $B) {
  %pattern = arith.bitcast %x : $T to $B
  %sqrt_half_bits = arith.constant $SQRT_HALF_BITS : $B
  %t = arith.subi %pattern, %sqrt_half_bits : $B
  %mantissa_mask = arith.constant $MANTISSA_MASK : $B
  %fraction = arith.andi %t, %mantissa_mask : $B
  %power = arith.subi %t, %fraction : $B
  %exponent_offset = arith.constant $EXPONENT_OFFSET : $B
  %positive = arith.addi %t, %exponent_offset : $B
  %mantissa = arith.constant $MANTISSA : $B
  %exponent = arith.shrui %positive, %mantissa : $B
  %integer_bits = arith.constant $INTEGER_BITS : $B
  %integer = arith.ori %exponent, %integer_bits : $B
  %k_1 = arith.bitcast %integer : $B to $T
  %integer_offset = arith.constant $INTEGER_OFFSET : $T
  %k = arith.subf %k_1, %integer_offset : $T
  %m_1 = arith.addi %fraction, %sqrt_half_bits : $B
  %m = arith.bitcast %m_1 : $B to $T
  %one = arith.constant 1.0 : $T
  %f = arith.subf %m, %one : $T
  return %k, %f, %power : $T, $T, $B
}

// The same for every positive x.
func.func private @thn_log_reduce_$T(%x: $T) -> ($T, $T) {
  %min_normal = arith.constant $MIN_NORMAL : $T
  %subnormal = arith.cmpf olt, %x, %min_normal : $T
  %subnormal_scale = arith.constant $SUBNORMAL_SCALE : $T
  %larger = arith.mulf %x, %subnormal_scale : $T
  %normal = arith.select %subnormal, %larger, %x : $T
  %subnormal_exponent = arith.constant $SUBNORMAL_EXPONENT : $T
  %zero = arith.constant 0.0 : $T
  %offset = arith.select %subnormal, %subnormal_exponent, %zero : $T
  %k, %f, %power = func.call @thn_log_split_$T(%normal) : ($T) -> ($T, $T, $B)
  %total = arith.addf %k, %offset : $T
  return %total, %f : $T, $T
}

// k ln2 + log(1 + f) + low, where low is a small correction.
func.func private @thn_log_sum_$T(%k: $T, %f: $T, %low: $T) -> $T {
  %halfsquare_1 = arith.mulf %f, %f : $T
  %half = arith.constant 0.5 : $T
  %halfsquare = arith.mulf %halfsquare_1, %half : $T
  %tail = func.call @thn_log_tail_$T(%f, %halfsquare) : ($T, $T) -> $T
  %corrected_1 = arith.addf %tail, %low : $T
  %ln2_lo = arith.constant $LN2_LO : $T
  %corrected = math.fma %k, %ln2_lo, %corrected_1 : $T
  %m_1 = arith.subf %halfsquare, %corrected : $T
  %m = arith.subf %f, %m_1 : $T
  %ln2_hi = arith.constant $LN2_HI : $T
  %result_1 = math.fma %k, %ln2_hi, %m : $T
  return %result_1 : $T
}

// log(1 + f) as an unevaluated sum.
func.func private @thn_log_pair_$T(%f: $T) -> ($T, $T) {
  %minus_half = arith.constant -0.5 : $T
  %minus_half_f = arith.mulf %f, %minus_half : $T
  %hi = math.fma %minus_half_f, %f, %f : $T
  %rest_1 = arith.subf %f, %hi : $T
  %rest = math.fma %minus_half_f, %f, %rest_1 : $T
  %tail_1 = arith.mulf %minus_half_f, %f : $T
  %tail_2 = arith.negf %tail_1 : $T
  %tail = func.call @thn_log_tail_$T(%f, %tail_2) : ($T, $T) -> $T
  %lo = arith.addf %rest, %tail : $T
  return %hi, %lo : $T, $T
}

// The value at 0, below 0, at infinity and for NaN; elsewhere `inside`.
func.func private @thn_log_domain_$T(%x: $T, %inside: $T) -> $T {
  %inf = arith.constant $INF : $T
  %upper_1 = arith.cmpf olt, %x, %inf : $T
  %upper = arith.select %upper_1, %inside, %x : $T
  %zero = arith.constant 0.0 : $T
  %zero_or_more_1 = arith.cmpf oeq, %x, %zero : $T
  %neg_inf = arith.constant $NEG_INF : $T
  %zero_or_more = arith.select %zero_or_more_1, %neg_inf, %upper : $T
  %result_1 = arith.cmpf olt, %x, %zero : $T
  %nan = arith.constant $NAN : $T
  %result_2 = arith.select %result_1, %nan, %zero_or_more : $T
  return %result_2 : $T
}

func.func private @thn_log_$T(%x: $T) -> $T {
  %k, %f = func.call @thn_log_reduce_$T(%x) : ($T) -> ($T, $T)
  %minus_zero = arith.constant -0.0 : $T
  %inside = func.call @thn_log_sum_$T(%k, %f, %minus_zero) : ($T, $T, $T) -> $T
  %result_1 = func.call @thn_log_domain_$T(%x, %inside) : ($T, $T) -> $T
  return %result_1 : $T
}

// u + c = 1 + x exactly (Knuth's two-sum), and f + fl = (u + c) / 2^k - 1. Without c (lost for x so large that
// 1 does not matter) a huge x would meet an unrepresentable 2^-k.
func.func private @thn_log1p_$T(%x: $T) -> $T {
  %one = arith.constant 1.0 : $T
  %u = arith.addf %x, %one : $T
  %back = arith.subf %u, %one : $T
  %c_1 = arith.subf %u, %back : $T
  %c_2 = arith.subf %one, %c_1 : $T
  %c_3 = arith.subf %x, %back : $T
  %c = arith.addf %c_2, %c_3 : $T
  %k, %f0, %power = func.call @thn_log_split_$T(%u) : ($T) -> ($T, $T, $B)
  %one_bits = arith.constant $ONE_BITS : $B
  %scale_1 = arith.subi %one_bits, %power : $B
  %scale = arith.bitcast %scale_1 : $B to $T
  %log1p_large = arith.constant $LOG1P_LARGE : $T
  %large = arith.cmpf ogt, %x, %log1p_large : $T
  %cm_1 = arith.mulf %c, %scale : $T
  %zero = arith.constant 0.0 : $T
  %cm = arith.select %large, %zero, %cm_1 : $T
  %f = arith.addf %f0, %cm : $T
  %fl_1 = arith.subf %f, %f0 : $T
  %fl = arith.subf %cm, %fl_1 : $T
  %inside = func.call @thn_log_sum_$T(%k, %f, %fl) : ($T, $T, $T) -> $T
  %result = func.call @thn_log_domain_$T(%u, %inside) : ($T, $T) -> $T
  %result_1 = arith.cmpf oeq, %x, %zero : $T
  %result_2 = arith.select %result_1, %x, %result : $T
  return %result_2 : $T
}

// k + log(1 + f) / ln2 with the product in two parts: the error stays near 0.5 ulp and powers of two are
// exact.
func.func private @thn_log2_$T(%x: $T) -> $T {
  %k, %f = func.call @thn_log_reduce_$T(%x) : ($T) -> ($T, $T)
  %hi, %lo = func.call @thn_log_pair_$T(%f) : ($T) -> ($T, $T)
  %log2e = arith.constant $LOG2E : $T
  %product = arith.mulf %hi, %log2e : $T
  %error_1 = arith.negf %product : $T
  %error = math.fma %hi, %log2e, %error_1 : $T
  %low_1 = math.fma %lo, %log2e, %error : $T
  %log2e_lo = arith.constant $LOG2E_LO : $T
  %low = math.fma %hi, %log2e_lo, %low_1 : $T
  %sum = arith.addf %k, %product : $T
  %rest_1 = arith.subf %k, %sum : $T
  %rest = arith.addf %rest_1, %product : $T
  %inside_1 = arith.addf %rest, %low : $T
  %inside = arith.addf %sum, %inside_1 : $T
  %result_1 = func.call @thn_log_domain_$T(%x, %inside) : ($T, $T) -> $T
  return %result_1 : $T
}

func.func private @thn_log10_$T(%x: $T) -> $T {
  %k, %f = func.call @thn_log_reduce_$T(%x) : ($T) -> ($T, $T)
  %hi, %lo = func.call @thn_log_pair_$T(%f) : ($T) -> ($T, $T)
  %log10e_hi = arith.constant $LOG10E_HI : $T
  %product = arith.mulf %hi, %log10e_hi : $T
  %error_1 = arith.negf %product : $T
  %error = math.fma %hi, %log10e_hi, %error_1 : $T
  %low_1 = math.fma %lo, %log10e_hi, %error : $T
  %log10e_lo = arith.constant $LOG10E_LO : $T
  %low = math.fma %hi, %log10e_lo, %low_1 : $T
  %log10_2_hi = arith.constant $LOG10_2_HI : $T
  %whole = arith.mulf %k, %log10_2_hi : $T
  %whole_error_1 = arith.negf %whole : $T
  %whole_error = math.fma %k, %log10_2_hi, %whole_error_1 : $T
  %log10_2_lo = arith.constant $LOG10_2_LO : $T
  %whole_low = math.fma %k, %log10_2_lo, %whole_error : $T
  %sum = arith.addf %whole, %product : $T
  %rest_1 = arith.subf %whole, %sum : $T
  %rest = arith.addf %rest_1, %product : $T
  %inside_1 = arith.addf %low, %whole_low : $T
  %inside_2 = arith.addf %rest, %inside_1 : $T
  %inside = arith.addf %sum, %inside_2 : $T
  %result_1 = func.call @thn_log_domain_$T(%x, %inside) : ($T, $T) -> $T
  return %result_1 : $T
}
