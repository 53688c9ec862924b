// Inverse hyperbolic functions: arcsinh, arccosh, arctanh.
//
// Largest measured error in ulp of the result. f32: 44 million arguments each, every 97th of the 2^32, against x87
// extended precision. f64: about 600 thousand arguments each against 113-bit arithmetic: random bit patterns, ordinary
// numbers, neighbours of 0 and 1 at all distances, subnormals and the largest numbers. The numbers are the largest that
// were found, rounded up, not proven bounds. NaN, infinities, zeros and their signs are as C99 asks.
//
//   function   f32    f64    where f64 is worst
//   arcsinh    1.30   1.25   x near 1.17
//   arccosh    1.25   1.20   x near 1.07
//   arctanh    1.48   1.43   x near 0.03
//
// All are log1p of an unevaluated sum u + low, which adds low / (1 + u) to the logarithm:
//   arcsinh a = log1p(a + a^2 / (1 + sqrt(1 + a^2))),   arccosh x = log1p(t + sqrt(t (t + 2))) with t = x - 1,
//   arctanh a = log1p(2 a / (1 - a)) / 2.
// Beyond 1e9 the first two are log(x) + ln2 = log1p(x - 1) + ln2, since 1 / (4 x^2) is lost.

func.func private @thn_log1p_sum_$T(%u: $T, %low: $T, %shifted: i1) -> $T {
  %log = func.call @thn_log1p_$T(%u) : ($T) -> $T
  %one = arith.constant 1.0 : $T
  %below = arith.addf %u, %one : $T
  %step = arith.divf %low, %below : $T
  %ln2_hi = arith.constant $LN2_HI : $T
  %r = arith.select %shifted, %ln2_hi, %step : $T
  %result = arith.addf %log, %r : $T
  return %result : $T
}

func.func private @thn_arcsinh_$T(%x: $T) -> $T {
  %a = math.absf %x : $T
  %c_1 = arith.constant 1000000000.0 : $T
  %large = arith.cmpf ogt, %a, %c_1 : $T
  %p = arith.mulf %a, %a : $T
  %pl_1 = arith.negf %p : $T
  %pl = math.fma %a, %a, %pl_1 : $T
  %one = arith.constant 1.0 : $T
  %s = arith.addf %p, %one : $T
  %back = arith.subf %s, %p : $T
  %sl_1 = arith.subf %one, %back : $T
  %sl_2 = arith.subf %s, %back : $T
  %sl_3 = arith.subf %p, %sl_2 : $T
  %sl_4 = arith.addf %sl_1, %sl_3 : $T
  %sl = arith.addf %sl_4, %pl : $T
  %r = math.sqrt %s : $T
  %rest_1 = arith.negf %r : $T
  %rest_2 = math.fma %rest_1, %r, %s : $T
  %rest = arith.addf %rest_2, %sl : $T
  %rl_1 = arith.addf %r, %r : $T
  %rl = arith.divf %rest, %rl_1 : $T
  %dh = arith.addf %r, %one : $T
  %dl_1 = arith.subf %dh, %one : $T
  %dl_2 = arith.subf %r, %dl_1 : $T
  %dl = arith.addf %dl_2, %rl : $T
  %q = func.call @thn_quotient_$T(%p, %pl, %dh, %dl) : ($T, $T, $T, $T) -> $T
  %near = arith.addf %a, %q : $T
  %low_1 = arith.subf %a, %near : $T
  %low = arith.addf %low_1, %q : $T
  %u_1 = arith.subf %a, %one : $T
  %u = arith.select %large, %u_1, %near : $T
  %size = func.call @thn_log1p_sum_$T(%u, %low, %large) : ($T, $T, i1) -> $T
  %result = math.copysign %size, %x : $T
  return %result : $T
}

func.func private @thn_arccosh_$T(%x: $T) -> $T {
  %c_1 = arith.constant 1000000000.0 : $T
  %large = arith.cmpf ogt, %x, %c_1 : $T
  %one = arith.constant 1.0 : $T
  %t = arith.subf %x, %one : $T
  %w = arith.addf %x, %one : $T
  %wl_1 = arith.subf %w, %x : $T
  %wl = arith.subf %one, %wl_1 : $T
  %v = arith.mulf %t, %w : $T
  %vl_1 = arith.negf %v : $T
  %vl_2 = math.fma %t, %w, %vl_1 : $T
  %vl = math.fma %t, %wl, %vl_2 : $T
  %r = math.sqrt %v : $T
  %rest_1 = arith.negf %r : $T
  %rest_2 = math.fma %rest_1, %r, %v : $T
  %rest = arith.addf %rest_2, %vl : $T
  %zero = arith.constant 0.0 : $T
  %rl_1 = arith.cmpf ogt, %r, %zero : $T
  %rl_2 = arith.addf %r, %r : $T
  %rl_3 = arith.divf %rest, %rl_2 : $T
  %rl = arith.select %rl_1, %rl_3, %zero : $T
  %near = arith.addf %r, %t : $T
  %low_1 = arith.subf %r, %near : $T
  %low_2 = arith.addf %low_1, %t : $T
  %low = arith.addf %low_2, %rl : $T
  %u = arith.select %large, %t, %near : $T
  %inside = func.call @thn_log1p_sum_$T(%u, %low, %large) : ($T, $T, i1) -> $T
  %r_1 = arith.cmpf olt, %x, %one : $T
  %nan = arith.constant $NAN : $T
  %result = arith.select %r_1, %nan, %inside : $T
  return %result : $T
}

func.func private @thn_arctanh_$T(%x: $T) -> $T {
  %a = math.absf %x : $T
  %n = arith.addf %a, %a : $T
  %one = arith.constant 1.0 : $T
  %dh = arith.subf %one, %a : $T
  %dl_1 = arith.subf %one, %dh : $T
  %dl = arith.subf %dl_1, %a : $T
  %zero = arith.constant 0.0 : $T
  %ratio = func.call @thn_quotient_$T(%n, %zero, %dh, %dl) : ($T, $T, $T, $T) -> $T
  %u_1 = arith.cmpf oeq, %dh, %zero : $T
  %inf = arith.constant $INF : $T
  %u = arith.select %u_1, %inf, %ratio : $T
  %log = func.call @thn_log1p_$T(%u) : ($T) -> $T
  %half = arith.constant 0.5 : $T
  %r = arith.mulf %log, %half : $T
  %result = math.copysign %r, %x : $T
  return %result : $T
}
