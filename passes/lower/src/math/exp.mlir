// Exponentials: exp, that of a sum, exp2, expm1 and the logistic function.
//
// Largest measured error in ulp of the result. f32: every one of the 2^32 arguments, against double
// precision. f64: about 4 to 7 million arguments each against x87 extended precision and 20 thousand against
// 200-bit arithmetic: random bit patterns, uniform in the interesting ranges, neighbours of the places where
// the reduction changes, the special values, and 16 million more around the worst of those. The f64 numbers
// are the largest that were found, rounded up, not proven bounds. NaN, infinities, zeros and their signs,
// subnormals and the edges of overflow and underflow are as IEEE 754 and C99 ask. expadd: 24 million pairs of f32
// against x87 extended precision, 6 million of f64 against 113-bit arithmetic: random bit patterns, uniform ones, pairs
// that nearly cancel, and those whose sum is where results overflow or are subnormal.
//
//   function   f32    f64    where f64 is worst
//   exp        1.07   1.00   the first subnormal results; 0.99 elsewhere
//   expadd     1.07   1.00   everywhere alike
//   exp2       1.04   1.17   x near -0.497 + k
//   expm1      1.30   1.36   x near 37.8, where the 1 is half a unit
//   sigmoid    1.07   1.00   the first subnormal results; 0.99 elsewhere
//
// Cody and Waite: x = k ln2 + r with |r| <= ln2 / 2 (a little more), so exp(x) = 2^k exp(r). With a fused
// multiply-add the first step x - k LN2_HI is exact; `thn_exp_reduce` also returns the rounding error of r.
// exp(r) - 1 = r + r^2 tail(r), where r enters exactly, so that the error is that of the last additions.
// Arguments are clamped to where the result is constant, by selects that let NaN pass.

//$ LOG2E f32 1.4426950216293335 f64 1.4426950408889634
//$ NEG_LN2_HI f32 -0.6931471824645996 f64 -0.6931471805599453
//$ NEG_LN2_LO f32 1.9046542121259336e-09 f64 -2.3190468138462996e-17
//$ EXP_MAX f32 89.0 f64 710.0
//$ EXP_MIN f32 -104.0 f64 -746.0
//$ EXP_SMALL f32 -80.0 f64 -690.0
//$ EXP2_MAX f32 128.0 f64 1024.0
//$ EXP2_MIN f32 -151.0 f64 -1076.0
//$ EXP2_SMALL f32 -110.0 f64 -980.0
//$ EXPM1_MIN f32 -20.0 f64 -40.0
//$ EXPM1_TINY f32 1.0e-30 f64 1.0e-290

// (exp(r) - 1 - r) / r^2 for |r| <= 0.351, from fit.py `exp_tail`.
func.func private @thn_exp_tail_f32(%r: f32) -> f32 {
  %a4 = arith.constant 0.0013926926767453551 : f32
  %a3 = arith.constant 0.008363774046301842 : f32
  %result_1 = math.fma %a4, %r, %a3 : f32
  %a2 = arith.constant 0.04166654869914055 : f32
  %result_2 = math.fma %result_1, %r, %a2 : f32
  %a1 = arith.constant 0.16666573286056519 : f32
  %result_3 = math.fma %result_2, %r, %a1 : f32
  %a0 = arith.constant 0.5 : f32
  %result_4 = math.fma %result_3, %r, %a0 : f32
  return %result_4 : f32
}

func.func private @thn_exp_tail_f64(%r: f64) -> f64 {
  %a10 = arith.constant 2.0915442297780116e-09 : f64
  %a9 = arith.constant 2.5106274733573296e-08 : f64
  %result_1 = math.fma %a10, %r, %a9 : f64
  %a8 = arith.constant 2.75572718102198e-07 : f64
  %result_2 = math.fma %result_1, %r, %a8 : f64
  %a7 = arith.constant 2.755725283351691e-06 : f64
  %result_3 = math.fma %result_2, %r, %a7 : f64
  %a6 = arith.constant 2.4801587327007187e-05 : f64
  %result_4 = math.fma %result_3, %r, %a6 : f64
  %a5 = arith.constant 0.00019841269876864356 : f64
  %result_5 = math.fma %result_4, %r, %a5 : f64
  %a4 = arith.constant 0.0013888888888883327 : f64
  %result_6 = math.fma %result_5, %r, %a4 : f64
  %a3 = arith.constant 0.008333333333325544 : f64
  %result_7 = math.fma %result_6, %r, %a3 : f64
  %a2 = arith.constant 0.04166666666666667 : f64
  %result_8 = math.fma %result_7, %r, %a2 : f64
  %a1 = arith.constant 0.1666666666666667 : f64
  %result_9 = math.fma %result_8, %r, %a1 : f64
  %a0 = arith.constant 0.5 : f64
  %result_10 = math.fma %result_9, %r, %a0 : f64
  return %result_10 : f64
}

// (2^r - 1) / r for |r| <= 0.501, from fit.py `exp2_quotient`.
func.func private @thn_exp2_quotient_f32(%r: f32) -> f32 {
  %a6 = arith.constant 1.5297502613975666e-05 : f32
  %a5 = arith.constant 0.00015461677685379982 : f32
  %result_1 = math.fma %a6, %r, %a5 : f32
  %a4 = arith.constant 0.0013333501992747188 : f32
  %result_2 = math.fma %result_1, %r, %a4 : f32
  %a3 = arith.constant 0.009618056006729603 : f32
  %result_3 = math.fma %result_2, %r, %a3 : f32
  %a2 = arith.constant 0.05550410971045494 : f32
  %result_4 = math.fma %result_3, %r, %a2 : f32
  %a1 = arith.constant 0.24022650718688965 : f32
  %result_5 = math.fma %result_4, %r, %a1 : f32
  %a0 = arith.constant 0.6931471824645996 : f32
  %result_6 = math.fma %result_5, %r, %a0 : f32
  return %result_6 : f32
}

func.func private @thn_exp2_quotient_f64(%r: f64) -> f64 {
  %a12 = arith.constant 1.3717064479250784e-12 : f64
  %a11 = arith.constant 2.573378928044613e-11 : f64
  %result_1 = math.fma %a12, %r, %a11 : f64
  %a10 = arith.constant 4.445530245174007e-10 : f64
  %result_2 = math.fma %result_1, %r, %a10 : f64
  %a9 = arith.constant 7.054894247966286e-09 : f64
  %result_3 = math.fma %result_2, %r, %a9 : f64
  %a8 = arith.constant 1.0178086021329605e-07 : f64
  %result_4 = math.fma %result_3, %r, %a8 : f64
  %a7 = arith.constant 1.3215486816311955e-06 : f64
  %result_5 = math.fma %result_4, %r, %a7 : f64
  %a6 = arith.constant 1.525273380405099e-05 : f64
  %result_6 = math.fma %result_5, %r, %a6 : f64
  %a5 = arith.constant 0.0001540353039336245 : f64
  %result_7 = math.fma %result_6, %r, %a5 : f64
  %a4 = arith.constant 0.0013333558146428445 : f64
  %result_8 = math.fma %result_7, %r, %a4 : f64
  %a3 = arith.constant 0.009618129107628484 : f64
  %result_9 = math.fma %result_8, %r, %a3 : f64
  %a2 = arith.constant 0.05550410866482158 : f64
  %result_10 = math.fma %result_9, %r, %a2 : f64
  %a1 = arith.constant 0.24022650695910072 : f64
  %result_11 = math.fma %result_10, %r, %a1 : f64
  %a0 = arith.constant 0.6931471805599453 : f64
  %result_12 = math.fma %result_11, %r, %a0 : f64
  return %result_12 : f64
}

// x = k ln2 + r + c with |c| <= ulp(r) / 2; k in the low bits of the first result.
func.func private @thn_exp_reduce_$T(%x: $T) -> ($B, $T, $T) {
  %log2e = arith.constant $LOG2E : $T
  %shifter = arith.constant $SHIFTER : $T
  %shifted = math.fma %x, %log2e, %shifter : $T
  %k = arith.bitcast %shifted : $T to $B
  %n = arith.subf %shifted, %shifter : $T
  %neg_ln2_hi = arith.constant $NEG_LN2_HI : $T
  %a = math.fma %n, %neg_ln2_hi, %x : $T
  %neg_ln2_lo = arith.constant $NEG_LN2_LO : $T
  %r = math.fma %n, %neg_ln2_lo, %a : $T
  %rest = arith.subf %a, %r : $T
  %c = math.fma %n, %neg_ln2_lo, %rest : $T
  return %k, %r, %c : $B, $T, $T
}

// 2^k as a product of two normal powers, for k from the smallest subnormal's to one beyond the largest
// exponent; `small` says that k is negative and large, where the second factor is 2^-64 and else 2.
func.func private @thn_exp_scale_$T(%k: $B, %small: i1) -> ($T, $T) {
  %i_1 = arith.constant 64 : $B
  %iminus_one = arith.constant -1 : $B
  %offset = arith.select %small, %i_1, %iminus_one : $B
  %c_1 = arith.constant 5.421010862427522e-20 : $T
  %two = arith.constant 2.0 : $T
  %second = arith.select %small, %c_1, %two : $T
  %shifted = arith.addi %k, %offset : $B
  %first = func.call @thn_power_of_two_$T(%shifted) : ($B) -> $T
  return %first, %second : $T, $T
}

// Where exp is neither 0 nor infinite, and a little beyond.
func.func private @thn_exp_clamp_$T(%x: $T) -> $T {
  %exp_min = arith.constant $EXP_MIN : $T
  %above_1 = arith.cmpf olt, %x, %exp_min : $T
  %above = arith.select %above_1, %exp_min, %x : $T
  %exp_max = arith.constant $EXP_MAX : $T
  %y_1 = arith.cmpf ogt, %above, %exp_max : $T
  %y = arith.select %y_1, %exp_max, %above : $T
  return %y : $T
}

// 2^k exp(r), of which y is about the logarithm.
func.func private @thn_exp_reduced_$T(%y: $T, %k: $B, %r: $T) -> $T {
  %tail = func.call @thn_exp_tail_$T(%r) : ($T) -> $T
  %square = arith.mulf %r, %r : $T
  %p = math.fma %tail, %square, %r : $T
  %exp_small = arith.constant $EXP_SMALL : $T
  %small = arith.cmpf olt, %y, %exp_small : $T
  %first, %second = func.call @thn_exp_scale_$T(%k, %small) : ($B, i1) -> ($T, $T)
  %scaled = math.fma %p, %first, %first : $T
  %result_1 = arith.mulf %scaled, %second : $T
  return %result_1 : $T
}

func.func private @thn_exp_$T(%x: $T) -> $T {
  %y = func.call @thn_exp_clamp_$T(%x) : ($T) -> $T
  %k, %r, %c = func.call @thn_exp_reduce_$T(%y) : ($T) -> ($B, $T, $T)
  %result_1 = func.call @thn_exp_reduced_$T(%y, %k, %r) : ($T, $B, $T) -> $T
  return %result_1 : $T
}

// x + y = s + e exactly (D. E. Knuth, The Art of Computer Programming 2, 4.2.2), and e joins what is left of s after
// the reduction, with the rounding error of that: no digit is lost but those that exp loses, and where e is 0 the
// result has the bits of exp(s). Where s is clamped, e says nothing, or is NaN.
func.func private @thn_expadd_$T(%x: $T, %y: $T) -> $T {
  %s = arith.addf %x, %y : $T
  %of_y = arith.subf %s, %x : $T
  %of_x = arith.subf %s, %of_y : $T
  %rest_y = arith.subf %y, %of_y : $T
  %rest_x = arith.subf %x, %of_x : $T
  %e_1 = arith.addf %rest_x, %rest_y : $T
  %z = func.call @thn_exp_clamp_$T(%s) : ($T) -> $T
  %zero = arith.constant 0.0 : $T
  %inside = arith.cmpf oeq, %s, %z : $T
  %e = arith.select %inside, %e_1, %zero : $T
  %k, %r_1, %c = func.call @thn_exp_reduce_$T(%z) : ($T) -> ($B, $T, $T)
  %low = arith.addf %c, %e : $T
  %r = arith.addf %r_1, %low : $T
  %result_1 = func.call @thn_exp_reduced_$T(%z, %k, %r) : ($T, $B, $T) -> $T
  return %result_1 : $T
}

// x = k + r exactly, and 2^r = 1 + r quotient(r).
func.func private @thn_exp2_$T(%x: $T) -> $T {
  %exp2_min = arith.constant $EXP2_MIN : $T
  %above_1 = arith.cmpf olt, %x, %exp2_min : $T
  %above = arith.select %above_1, %exp2_min, %x : $T
  %exp2_max = arith.constant $EXP2_MAX : $T
  %y_1 = arith.cmpf ogt, %above, %exp2_max : $T
  %y = arith.select %y_1, %exp2_max, %above : $T
  %shifter = arith.constant $SHIFTER : $T
  %shifted = arith.addf %y, %shifter : $T
  %k = arith.bitcast %shifted : $T to $B
  %n = arith.subf %shifted, %shifter : $T
  %r = arith.subf %y, %n : $T
  %quotient = func.call @thn_exp2_quotient_$T(%r) : ($T) -> $T
  %p = arith.mulf %r, %quotient : $T
  %exp2_small = arith.constant $EXP2_SMALL : $T
  %small = arith.cmpf olt, %y, %exp2_small : $T
  %first, %second = func.call @thn_exp_scale_$T(%k, %small) : ($B, i1) -> ($T, $T)
  %scaled = math.fma %p, %first, %first : $T
  %result_1 = arith.mulf %scaled, %second : $T
  return %result_1 : $T
}

// 2 (s (r + r^2 tail) + s - 1/2) with s = 2^(k-1), so that k = 1024 needs no second factor; r enters the sum
// unrounded, the small rest comes last. A tiny x, whose half might be inexact, is its own result, as is -0.
func.func private @thn_expm1_$T(%x: $T) -> $T {
  %expm1_min = arith.constant $EXPM1_MIN : $T
  %above_1 = arith.cmpf olt, %x, %expm1_min : $T
  %above = arith.select %above_1, %expm1_min, %x : $T
  %exp_max = arith.constant $EXP_MAX : $T
  %y_1 = arith.cmpf ogt, %above, %exp_max : $T
  %y = arith.select %y_1, %exp_max, %above : $T
  %k, %r, %c = func.call @thn_exp_reduce_$T(%y) : ($T) -> ($B, $T, $T)
  %tail = func.call @thn_exp_tail_$T(%r) : ($T) -> $T
  %square = arith.mulf %r, %r : $T
  %rest = math.fma %tail, %square, %c : $T
  %iminus_one = arith.constant -1 : $B
  %below = arith.addi %k, %iminus_one : $B
  %s = func.call @thn_power_of_two_$T(%below) : ($B) -> $T
  %half_1 = arith.constant 0.5 : $T
  %leading_1 = arith.subf %s, %half_1 : $T
  %leading = math.fma %s, %r, %leading_1 : $T
  %half = math.fma %s, %rest, %leading : $T
  %twice = arith.addf %half, %half : $T
  %tiny_1 = math.absf %x : $T
  %expm1_tiny = arith.constant $EXPM1_TINY : $T
  %tiny = arith.cmpf olt, %tiny_1, %expm1_tiny : $T
  %result_1 = arith.select %tiny, %x, %twice : $T
  return %result_1 : $T
}

// With e = exp(-|x|) = s (w + wl): e / (1 + e) for negative x, 1 / (1 + e) otherwise, as a quotient of
// unevaluated sums. For very negative x the numerator is scaled last, so the result underflows gradually.
func.func private @thn_sigmoid_$T(%x: $T) -> $T {
  %size = math.absf %x : $T
  %opposite = arith.negf %size : $T
  %exp_min = arith.constant $EXP_MIN : $T
  %y_1 = arith.cmpf olt, %opposite, %exp_min : $T
  %y = arith.select %y_1, %exp_min, %opposite : $T
  %k, %r, %c = func.call @thn_exp_reduce_$T(%y) : ($T) -> ($B, $T, $T)
  %tail = func.call @thn_exp_tail_$T(%r) : ($T) -> $T
  %square = arith.mulf %r, %r : $T
  %p = math.fma %tail, %square, %r : $T
  %one = arith.constant 1.0 : $T
  %w = arith.addf %p, %one : $T
  %wl_1 = arith.subf %one, %w : $T
  %wl = arith.addf %wl_1, %p : $T
  %exp_small = arith.constant $EXP_SMALL : $T
  %small = arith.cmpf olt, %y, %exp_small : $T
  %first, %second = func.call @thn_exp_scale_$T(%k, %small) : ($B, i1) -> ($T, $T)
  %s = arith.mulf %first, %second : $T
  %e = arith.mulf %s, %w : $T
  %dh = arith.addf %e, %one : $T
  %dl_1 = arith.subf %one, %dh : $T
  %dl_2 = arith.addf %dl_1, %e : $T
  %dl = math.fma %s, %wl, %dl_2 : $T
  %zero = arith.constant 0.0 : $T
  %negative = arith.cmpf olt, %x, %zero : $T
  %nh = arith.select %negative, %w, %one : $T
  %nl = arith.select %negative, %wl, %zero : $T
  %first_factor = arith.select %negative, %first, %one : $T
  %second_factor = arith.select %negative, %second, %one : $T
  %ratio = func.call @thn_quotient_$T(%nh, %nl, %dh, %dl) : ($T, $T, $T, $T) -> $T
  %scaled = arith.mulf %ratio, %first_factor : $T
  %result_1 = arith.mulf %scaled, %second_factor : $T
  return %result_1 : $T
}
