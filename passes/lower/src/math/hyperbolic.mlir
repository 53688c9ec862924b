// Hyperbolic functions: sinh, cosh, tanh.
//
// Largest measured error in ulp of the result. f32: every one of the 2^32 arguments, against double
// precision. f64: about 6 million arguments each against x87 extended precision and 20 thousand against
// 200-bit arithmetic: random bit patterns, uniform in the interesting ranges, neighbours of the places where
// the reduction changes, the special values, and 16 million more around the worst of those. The f64 numbers
// are the largest that were found, rounded up, not proven bounds. NaN, infinities, zeros and their signs,
// subnormals and the edges of overflow and underflow are as IEEE 754 and C99 ask.
//
//   function   f32    f64    where f64 is worst
//   sinh       1.27   1.40   x near 0.35
//   cosh       1.21   1.24   x near 42
//   tanh       1.01   1.17   x near 0.18
//
// With |x| = k ln2 + r, sinh and cosh need no division:
//   sinh |x| 1.40 sinh(k ln2) cosh r + cosh(k ln2) sinh r,   cosh |x| = cosh(k ln2) cosh r + sinh(k ln2) sinh r,
// and sinh(k ln2), cosh(k ln2) = (2^k -+ 2^-k) / 2 are rounded with known errors. All are halved
// once more, so that the largest results do not overflow before the last doubling. The leading terms are
// summed first, and cosh r - 1, sinh r - r and the error of r come in one small rest.

//$ SINH_MAX f32 89.5 f64 710.5
//$ SINH_ONE_SIDED f32 20.0 f64 40.0
//$ SINH_TINY f32 1.0e-30 f64 1.0e-290
//$ TANH_MAX f32 10.0 f64 22.0

// (sinh(r) - r) / r^3 and (cosh(r) - 1) / r^2 as functions of r^2, from fit.py `sinh_tail`, `cosh_tail`.
func.func private @thn_sinh_tail_f32(%z: f32) -> f32 {
  %a2 = arith.constant 0.00019891980628017336 : f32
  %a1 = arith.constant 0.00833331048488617 : f32
  %result_1 = math.fma %a2, %z, %a1 : f32
  %a0 = arith.constant 0.1666666716337204 : f32
  %result_2 = math.fma %result_1, %z, %a0 : f32
  return %result_2 : f32
}

func.func private @thn_sinh_tail_f64(%z: f64) -> f64 {
  %a4 = arith.constant 2.510134692835034e-08 : f64
  %a3 = arith.constant 2.75572664186123e-06 : f64
  %result_1 = math.fma %a4, %z, %a3 : f64
  %a2 = arith.constant 0.00019841269864380513 : f64
  %result_2 = math.fma %result_1, %z, %a2 : f64
  %a1 = arith.constant 0.008333333333329793 : f64
  %result_3 = math.fma %result_2, %z, %a1 : f64
  %a0 = arith.constant 0.16666666666666669 : f64
  %result_4 = math.fma %result_3, %z, %a0 : f64
  return %result_4 : f64
}

func.func private @thn_cosh_tail_f32(%z: f32) -> f32 {
  %a2 = arith.constant 0.0013934541493654251 : f32
  %a1 = arith.constant 0.04166645556688309 : f32
  %result_1 = math.fma %a2, %z, %a1 : f32
  %a0 = arith.constant 0.5 : f32
  %result_2 = math.fma %result_1, %z, %a0 : f32
  return %result_2 : f32
}

func.func private @thn_cosh_tail_f64(%z: f64) -> f64 {
  %a5 = arith.constant 2.0918961837795778e-09 : f64
  %a4 = arith.constant 2.755726102934377e-07 : f64
  %result_1 = math.fma %a5, %z, %a4 : f64
  %a3 = arith.constant 2.4801587338565345e-05 : f64
  %result_2 = math.fma %result_1, %z, %a3 : f64
  %a2 = arith.constant 0.0013888888888878269 : f64
  %result_3 = math.fma %result_2, %z, %a2 : f64
  %a1 = arith.constant 0.04166666666666668 : f64
  %result_4 = math.fma %result_3, %z, %a1 : f64
  %a0 = arith.constant 0.5 : f64
  %result_5 = math.fma %result_4, %z, %a0 : f64
  return %result_5 : f64
}

// For a >= 0: cosh(k ln2) / 2, sinh(k ln2) / 2, their rounding errors, r, the rest of sinh r, and cosh r - 1.
// For large a, 2^-k does not matter and its bits, out of range, are replaced by 0.
func.func private @thn_sinh_parts_$T(%size: $T) -> ($T, $T, $T, $T, $T, $T, $T) {
  %sinh_max = arith.constant $SINH_MAX : $T
  %a_1 = arith.cmpf ogt, %size, %sinh_max : $T
  %a = arith.select %a_1, %sinh_max, %size : $T
  %k, %r, %c = func.call @thn_exp_reduce_$T(%a) : ($T) -> ($B, $T, $T)
  %i_1 = arith.constant -2 : $B
  %grown_1 = arith.addi %k, %i_1 : $B
  %grown = func.call @thn_power_of_two_$T(%grown_1) : ($B) -> $T
  %decayed_1 = arith.subi %i_1, %k : $B
  %decayed = func.call @thn_power_of_two_$T(%decayed_1) : ($B) -> $T
  %sinh_one_sided = arith.constant $SINH_ONE_SIDED : $T
  %one_sided = arith.cmpf ogt, %a, %sinh_one_sided : $T
  %zero = arith.constant 0.0 : $T
  %shrunk = arith.select %one_sided, %zero, %decayed : $T
  %ch = arith.addf %grown, %shrunk : $T
  %sh = arith.subf %grown, %shrunk : $T
  %ch_lost_1 = arith.subf %grown, %ch : $T
  %ch_lost = arith.addf %ch_lost_1, %shrunk : $T
  %sh_lost_1 = arith.subf %grown, %sh : $T
  %sh_lost = arith.subf %sh_lost_1, %shrunk : $T
  %z = arith.mulf %r, %r : $T
  %sinh_tail = func.call @thn_sinh_tail_$T(%z) : ($T) -> $T
  %cosh_tail = func.call @thn_cosh_tail_$T(%z) : ($T) -> $T
  %cube = arith.mulf %r, %z : $T
  %sinh_rest = math.fma %cube, %sinh_tail, %c : $T
  %cosh_rest = arith.mulf %z, %cosh_tail : $T
  return %ch, %sh, %ch_lost, %sh_lost, %r, %sinh_rest, %cosh_rest : $T, $T, $T, $T, $T, $T, $T
}

func.func private @thn_sinh_$T(%x: $T) -> $T {
  %size = math.absf %x : $T
  %ch, %sh, %ch_lost, %sh_lost, %r, %sinh_rest, %cosh_rest = func.call @thn_sinh_parts_$T(%size) : ($T) -> ($T, $T, $T, $T, $T, $T, $T)
  %leading = math.fma %ch, %r, %sh : $T
  %lost = math.fma %ch_lost, %r, %sh_lost : $T
  %rest_1 = math.fma %sh, %cosh_rest, %lost : $T
  %rest = math.fma %ch, %sinh_rest, %rest_1 : $T
  %half = arith.addf %leading, %rest : $T
  %twice = arith.addf %half, %half : $T
  %signed = math.copysign %twice, %x : $T
  %sinh_tiny = arith.constant $SINH_TINY : $T
  %result_1 = arith.cmpf olt, %size, %sinh_tiny : $T
  %result_2 = arith.select %result_1, %x, %signed : $T
  return %result_2 : $T
}

func.func private @thn_cosh_$T(%x: $T) -> $T {
  %size = math.absf %x : $T
  %ch, %sh, %ch_lost, %sh_lost, %r, %sinh_rest, %cosh_rest = func.call @thn_sinh_parts_$T(%size) : ($T) -> ($T, $T, $T, $T, $T, $T, $T)
  %leading = math.fma %sh, %r, %ch : $T
  %lost = math.fma %sh_lost, %r, %ch_lost : $T
  %rest_1 = math.fma %ch, %cosh_rest, %lost : $T
  %rest = math.fma %sh, %sinh_rest, %rest_1 : $T
  %half = arith.addf %leading, %rest : $T
  %result_1 = arith.addf %half, %half : $T
  return %result_1 : $T
}

// tanh |x| = t / (t + 2) with t = exp(2 |x|) - 1 = (s - 1) + s p + s pl as an unevaluated sum, whose low part
// is kept: for small x the relative errors of t, t + 2 and the quotient would add up to 2.5 ulp.
func.func private @thn_tanh_$T(%x: $T) -> $T {
  %size = math.absf %x : $T
  %tanh_max = arith.constant $TANH_MAX : $T
  %a_1 = arith.cmpf ogt, %size, %tanh_max : $T
  %a = arith.select %a_1, %tanh_max, %size : $T
  %t_1 = arith.addf %a, %a : $T
  %k, %r, %c = func.call @thn_exp_reduce_$T(%t_1) : ($T) -> ($B, $T, $T)
  %tail = func.call @thn_exp_tail_$T(%r) : ($T) -> $T
  %rest_1 = arith.mulf %r, %r : $T
  %rest = arith.mulf %tail, %rest_1 : $T
  %p = arith.addf %r, %rest : $T
  %pl_1 = arith.subf %r, %p : $T
  %pl = arith.addf %pl_1, %rest : $T
  %s = func.call @thn_power_of_two_$T(%k) : ($B) -> $T
  %one = arith.constant 1.0 : $T
  %base = arith.subf %s, %one : $T
  %step = arith.mulf %s, %p : $T
  %th = arith.addf %base, %step : $T
  %lost_1 = arith.subf %base, %th : $T
  %lost = arith.addf %lost_1, %step : $T
  %tl = math.fma %s, %pl, %lost : $T
  %two = arith.constant 2.0 : $T
  %dh = arith.addf %th, %two : $T
  %dl_1 = arith.subf %two, %dh : $T
  %dl_2 = arith.addf %dl_1, %th : $T
  %dl = arith.addf %dl_2, %tl : $T
  %ratio = func.call @thn_quotient_$T(%th, %tl, %dh, %dl) : ($T, $T, $T, $T) -> $T
  %result_1 = math.copysign %ratio, %x : $T
  return %result_1 : $T
}
