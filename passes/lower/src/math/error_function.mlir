// The error function: erf, erfc, and erfcx = exp(x^2) erfc(x).
//
// Largest measured error in ulp of the result. f32: 44 million arguments each, every 97th of the 2^32, against x87
// extended precision (erfcx against 113-bit arithmetic). f64: about 600 thousand arguments each against 113-bit
// arithmetic: random bit patterns, ordinary numbers, neighbours of 0 and 1 at all distances, subnormals, the largest
// numbers and the ends at which erfc underflows and erfcx overflows. The numbers are the largest that were found,
// rounded up, not proven bounds. NaN, infinities, zeros and their signs are as C99 asks; erfcx is 0 at infinity.
//
//   function   f32    f64    where f64 is worst
//   erf        0.51   1.31   x near 1.24
//   erfc       0.55   1.04   x near 1.33
//   erfcx      0.57   1.20   large x
//
// (1 + 2 a) erfcx(a) rises from 1 to 1.27 and falls to 2 / sqrt(pi) between 0 and infinity, smoothly in
// q = (a - 4) / (a + 4) (M. M. Shepherd and J. G. Laframboise, Chebyshev Approximation of (1 + 2x) exp(x^2) erfc x in
// 0 <= x < inf, Math. Comp. 36, 1981). It is 1 + u slope(q) with u = 1 + q = 2 a / (a + 4), whose error near 0 is
// relative, and divides as an unevaluated sum. erfc a = exp(-a^2) erfcx(a) and erfcx(-a) = 2 exp(a^2) - erfcx(a) take
// both halves of a^2. erf x = x + x tail(x^2) up to 1.25, and 1 - erfc beyond. f32 is computed in f64 with fewer terms.
//
// From fit.py: `erf_tail`, `erf_tail_single`, `erfcx_slope`, `erfcx_rise_single`.

func.func private @thn_erf_tail(%z: f64) -> f64 {
  %a14 = arith.constant 2.1694077732252422e-13 : f64
  %a13 = arith.constant -5.6505438428757245e-12 : f64
  %r = math.fma %a14, %z, %a13 : f64
  %a12 = arith.constant 9.111610497444755e-11 : f64
  %r_1 = math.fma %r, %z, %a12 : f64
  %a11 = arith.constant -1.2228538286779814e-09 : f64
  %r_2 = math.fma %r_1, %z, %a11 : f64
  %a10 = arith.constant 1.4798466549215337e-08 : f64
  %r_3 = math.fma %r_2, %z, %a10 : f64
  %a9 = arith.constant -1.6364961095089806e-07 : f64
  %r_4 = math.fma %r_3, %z, %a9 : f64
  %a8 = arith.constant 1.6462049606468293e-06 : f64
  %r_5 = math.fma %r_4, %z, %a8 : f64
  %a7 = arith.constant -1.4925646941737322e-05 : f64
  %r_6 = math.fma %r_5, %z, %a7 : f64
  %a6 = arith.constant 0.00012055332854191119 : f64
  %r_7 = math.fma %r_6, %z, %a6 : f64
  %a5 = arith.constant -0.0008548327020178986 : f64
  %r_8 = math.fma %r_7, %z, %a5 : f64
  %a4 = arith.constant 0.005223977625387372 : f64
  %r_9 = math.fma %r_8, %z, %a4 : f64
  %a3 = arith.constant -0.026866170645125715 : f64
  %r_10 = math.fma %r_9, %z, %a3 : f64
  %a2 = arith.constant 0.11283791670955097 : f64
  %r_11 = math.fma %r_10, %z, %a2 : f64
  %a1 = arith.constant -0.37612638903183754 : f64
  %r_12 = math.fma %r_11, %z, %a1 : f64
  %a0 = arith.constant 0.1283791670955126 : f64
  %result = math.fma %r_12, %z, %a0 : f64
  return %result : f64
}

func.func private @thn_erf_tail_single(%z: f64) -> f64 {
  %a8 = arith.constant 8.306238637718879e-07 : f64
  %a7 = arith.constant -1.2820587722946085e-05 : f64
  %r = math.fma %a8, %z, %a7 : f64
  %a6 = arith.constant 0.00011743078490610525 : f64
  %r_1 = math.fma %r, %z, %a6 : f64
  %a5 = arith.constant -0.000852060182586767 : f64
  %r_2 = math.fma %r_1, %z, %a5 : f64
  %a4 = arith.constant 0.005222511543331096 : f64
  %r_3 = math.fma %r_2, %z, %a4 : f64
  %a3 = arith.constant -0.026865731577604867 : f64
  %r_4 = math.fma %r_3, %z, %a3 : f64
  %a2 = arith.constant 0.11283785047475169 : f64
  %r_5 = math.fma %r_4, %z, %a2 : f64
  %a1 = arith.constant -0.3761263851686595 : f64
  %r_6 = math.fma %r_5, %z, %a1 : f64
  %a0 = arith.constant 0.1283791670582838 : f64
  %result = math.fma %r_6, %z, %a0 : f64
  return %result : f64
}

func.func private @thn_erfcx_slope(%q: f64) -> f64 {
  %a24 = arith.constant -1.6696196048906315e-10 : f64
  %a23 = arith.constant -1.0945006288439464e-10 : f64
  %r = math.fma %a24, %q, %a23 : f64
  %a22 = arith.constant 2.0827248423120055e-09 : f64
  %r_1 = math.fma %r, %q, %a22 : f64
  %a21 = arith.constant 1.149672502196198e-09 : f64
  %r_2 = math.fma %r_1, %q, %a21 : f64
  %a20 = arith.constant -1.6358062601900414e-08 : f64
  %r_3 = math.fma %r_2, %q, %a20 : f64
  %a19 = arith.constant -4.3677398862815475e-09 : f64
  %r_4 = math.fma %r_3, %q, %a19 : f64
  %a18 = arith.constant 1.1525128193158585e-07 : f64
  %r_5 = math.fma %r_4, %q, %a18 : f64
  %a17 = arith.constant -3.7531849520716723e-08 : f64
  %r_6 = math.fma %r_5, %q, %a17 : f64
  %a16 = arith.constant -7.881798343109097e-07 : f64
  %r_7 = math.fma %r_6, %q, %a16 : f64
  %a15 = arith.constant 1.0799140900418071e-06 : f64
  %r_8 = math.fma %r_7, %q, %a15 : f64
  %a14 = arith.constant 4.629824094740221e-06 : f64
  %r_9 = math.fma %r_8, %q, %a14 : f64
  %a13 = arith.constant -1.5850959760706127e-05 : f64
  %r_10 = math.fma %r_9, %q, %a13 : f64
  %a12 = arith.constant -8.54822659276381e-06 : f64
  %r_11 = math.fma %r_10, %q, %a12 : f64
  %a11 = arith.constant 0.00015916965267928325 : f64
  %r_12 = math.fma %r_11, %q, %a11 : f64
  %a10 = arith.constant -0.0003584263547296539 : f64
  %r_13 = math.fma %r_12, %q, %a10 : f64
  %a9 = arith.constant -0.0003993468888646037 : f64
  %r_14 = math.fma %r_13, %q, %a9 : f64
  %a8 = arith.constant 0.005431316866888825 : f64
  %r_15 = math.fma %r_14, %q, %a8 : f64
  %a7 = arith.constant -0.021629050929823597 : f64
  %r_16 = math.fma %r_15, %q, %a7 : f64
  %a6 = arith.constant 0.05879656646754635 : f64
  %r_17 = math.fma %r_16, %q, %a6 : f64
  %a5 = arith.constant -0.12512693227940694 : f64
  %r_18 = math.fma %r_17, %q, %a5 : f64
  %a4 = arith.constant 0.21885976727772263 : f64
  %r_19 = math.fma %r_18, %q, %a4 : f64
  %a3 = arith.constant -0.31989883331404073 : f64
  %r_20 = math.fma %r_19, %q, %a3 : f64
  %a2 = arith.constant 0.38799588756873504 : f64
  %r_21 = math.fma %r_20, %q, %a2 : f64
  %a1 = arith.constant -0.37261623546611505 : f64
  %r_22 = math.fma %r_21, %q, %a1 : f64
  %a0 = arith.constant 0.2329951186255525 : f64
  %result = math.fma %r_22, %q, %a0 : f64
  return %result : f64
}

func.func private @thn_erfcx_rise_single(%q: f64) -> f64 {
  %a12 = arith.constant 0.00011660799658166694 : f64
  %a11 = arith.constant -0.0002486322974476492 : f64
  %r = math.fma %a12, %q, %a11 : f64
  %a10 = arith.constant -0.0007163394718890914 : f64
  %r_1 = math.fma %r, %q, %a10 : f64
  %a9 = arith.constant 0.005082809154341805 : f64
  %r_2 = math.fma %r_1, %q, %a9 : f64
  %a8 = arith.constant -0.016222274556440326 : f64
  %r_3 = math.fma %r_2, %q, %a8 : f64
  %a7 = arith.constant 0.037139916895707926 : f64
  %r_4 = math.fma %r_3, %q, %a7 : f64
  %a6 = arith.constant -0.06632325953594628 : f64
  %r_5 = math.fma %r_4, %q, %a6 : f64
  %a5 = arith.constant 0.09374044379277174 : f64
  %r_6 = math.fma %r_5, %q, %a5 : f64
  %a4 = arith.constant -0.10103995084812757 : f64
  %r_7 = math.fma %r_6, %q, %a4 : f64
  %a3 = arith.constant 0.06809613205416176 : f64
  %r_8 = math.fma %r_7, %q, %a3 : f64
  %a2 = arith.constant 0.015379683653270457 : f64
  %r_9 = math.fma %r_8, %q, %a2 : f64
  %a1 = arith.constant -0.13962108431457343 : f64
  %r_10 = math.fma %r_9, %q, %a1 : f64
  %a0 = arith.constant 0.2329951186255525 : f64
  %result = math.fma %r_10, %q, %a0 : f64
  return %result : f64
}

func.func private @thn_erfcx_fraction(%a: f64) -> (f64, f64, f64, f64) {
  %c_1 = arith.constant 4.0 : f64
  %d = arith.addf %a, %c_1 : f64
  %over = arith.subf %d, %a : f64
  %lost_1 = arith.subf %c_1, %over : f64
  %lost_2 = arith.subf %d, %over : f64
  %lost_3 = arith.subf %a, %lost_2 : f64
  %lost = arith.addf %lost_1, %lost_3 : f64
  %one = arith.constant 1.0 : f64
  %inverse = arith.divf %one, %d : f64
  %twice = arith.addf %a, %a : f64
  %ratio = arith.mulf %twice, %inverse : f64
  %residual_1 = arith.negf %ratio : f64
  %residual_2 = arith.negf %ratio : f64
  %residual_3 = math.fma %residual_2, %d, %twice : f64
  %residual = math.fma %residual_1, %lost, %residual_3 : f64
  %u = math.fma %residual, %inverse, %ratio : f64
  %q = arith.subf %u, %one : f64
  %slope = func.call @thn_erfcx_slope(%q) : (f64) -> f64
  %s = arith.mulf %u, %slope : f64
  %nh = arith.addf %s, %one : f64
  %nl_1 = arith.subf %one, %nh : f64
  %nl = arith.addf %nl_1, %s : f64
  %dh = arith.addf %twice, %one : f64
  %back = arith.subf %dh, %twice : f64
  %dl_1 = arith.subf %one, %back : f64
  %dl_2 = arith.subf %dh, %back : f64
  %dl_3 = arith.subf %twice, %dl_2 : f64
  %dl = arith.addf %dl_1, %dl_3 : f64
  return %nh, %nl, %dh, %dl : f64, f64, f64, f64
}

func.func private @thn_erfcx_single(%a: f64) -> f64 {
  %c_1 = arith.constant 4.0 : f64
  %q_1 = arith.subf %a, %c_1 : f64
  %q_2 = arith.addf %a, %c_1 : f64
  %q = arith.divf %q_1, %q_2 : f64
  %s = func.call @thn_erfcx_rise_single(%q) : (f64) -> f64
  %below_1 = arith.addf %a, %a : f64
  %one = arith.constant 1.0 : f64
  %below = arith.addf %below_1, %one : f64
  %r = arith.addf %s, %one : f64
  %result = arith.divf %r, %below : f64
  return %result : f64
}

func.func private @thn_exp_of_sum(%h: f64, %l: f64) -> (i64, f64, f64) {
  %k, %r, %c = func.call @thn_exp_reduce_f64(%h) : (f64) -> (i64, f64, f64)
  %low = arith.addf %c, %l : f64
  %p = arith.addf %r, %low : f64
  %pl_1 = arith.subf %r, %p : f64
  %pl = arith.addf %pl_1, %low : f64
  %tail = func.call @thn_exp_tail_f64(%p) : (f64) -> f64
  %rest_1 = arith.mulf %p, %p : f64
  %rest = math.fma %tail, %rest_1, %pl : f64
  %w = arith.addf %p, %rest : f64
  %wl_1 = arith.subf %p, %w : f64
  %wl = arith.addf %wl_1, %rest : f64
  %one = arith.constant 1.0 : f64
  %e = arith.addf %w, %one : f64
  %el_1 = arith.subf %one, %e : f64
  %el_2 = arith.addf %el_1, %w : f64
  %el = arith.addf %el_2, %wl : f64
  return %k, %e, %el : i64, f64, f64
}

func.func private @thn_erf_f64(%x: f64) -> f64 {
  %a = math.absf %x : f64
  %z = arith.mulf %x, %x : f64
  %tail = func.call @thn_erf_tail(%z) : (f64) -> f64
  %near = math.fma %tail, %x, %x : f64
  %c_1 = arith.constant 6.5 : f64
  %most_1 = arith.cmpf ogt, %a, %c_1 : f64
  %most = arith.select %most_1, %c_1, %a : f64
  %nh, %nl, %dh, %dl = func.call @thn_erfcx_fraction(%most) : (f64) -> (f64, f64, f64, f64)
  %e_1 = arith.mulf %most, %most : f64
  %e_2 = arith.negf %e_1 : f64
  %e = func.call @thn_exp_f64(%e_2) : (f64) -> f64
  %rest_1 = arith.mulf %e, %nh : f64
  %rest = arith.divf %rest_1, %dh : f64
  %one = arith.constant 1.0 : f64
  %beyond_1 = arith.subf %one, %rest : f64
  %beyond = math.copysign %beyond_1, %x : f64
  %c_2 = arith.constant 1.25 : f64
  %r = arith.cmpf ogt, %a, %c_2 : f64
  %result = arith.select %r, %beyond, %near : f64
  return %result : f64
}

func.func private @thn_erf_f32(%x: f32) -> f32 {
  %wide = arith.extf %x : f32 to f64
  %a = math.absf %wide : f64
  %z = arith.mulf %wide, %wide : f64
  %tail = func.call @thn_erf_tail_single(%z) : (f64) -> f64
  %near = math.fma %tail, %wide, %wide : f64
  %c_1 = arith.constant 6.5 : f64
  %most_1 = arith.cmpf ogt, %a, %c_1 : f64
  %most = arith.select %most_1, %c_1, %a : f64
  %fraction = func.call @thn_erfcx_single(%most) : (f64) -> f64
  %rest_1 = arith.mulf %most, %most : f64
  %rest_2 = arith.negf %rest_1 : f64
  %rest_3 = func.call @thn_exp_f64(%rest_2) : (f64) -> f64
  %rest = arith.mulf %rest_3, %fraction : f64
  %one = arith.constant 1.0 : f64
  %beyond_1 = arith.subf %one, %rest : f64
  %beyond = math.copysign %beyond_1, %wide : f64
  %c_2 = arith.constant 1.25 : f64
  %r = arith.cmpf ogt, %a, %c_2 : f64
  %r_1 = arith.select %r, %beyond, %near : f64
  %result = arith.truncf %r_1 : f64 to f32
  return %result : f32
}

func.func private @thn_erfc_f64(%x: f64) -> f64 {
  %size = math.absf %x : f64
  %c_1 = arith.constant 27.3 : f64
  %a_1 = arith.cmpf ogt, %size, %c_1 : f64
  %a = arith.select %a_1, %c_1, %size : f64
  %nh, %nl, %dh, %dl = func.call @thn_erfcx_fraction(%a) : (f64) -> (f64, f64, f64, f64)
  %minus = arith.negf %a : f64
  %h = arith.mulf %minus, %a : f64
  %l_1 = arith.negf %h : f64
  %l = math.fma %minus, %a, %l_1 : f64
  %k, %e, %el = func.call @thn_exp_of_sum(%h, %l) : (f64, f64) -> (i64, f64, f64)
  %n = arith.mulf %nh, %e : f64
  %fused_1 = arith.negf %n : f64
  %fused = math.fma %nh, %e, %fused_1 : f64
  %low_1 = math.fma %nl, %e, %fused : f64
  %low = math.fma %nh, %el, %low_1 : f64
  %ratio = func.call @thn_quotient_f64(%n, %low, %dh, %dl) : (f64, f64, f64, f64) -> f64
  %exp_small = arith.constant $EXP_SMALL : f64
  %tiny = arith.cmpf olt, %h, %exp_small : f64
  %first, %second = func.call @thn_exp_scale_f64(%k, %tiny) : (i64, i1) -> (f64, f64)
  %positive_1 = arith.mulf %ratio, %first : f64
  %positive = arith.mulf %positive_1, %second : f64
  %zero = arith.constant 0.0 : f64
  %r = arith.cmpf olt, %x, %zero : f64
  %two = arith.constant 2.0 : f64
  %r_1 = arith.subf %two, %positive : f64
  %result = arith.select %r, %r_1, %positive : f64
  return %result : f64
}

func.func private @thn_erfc_f32(%x: f32) -> f32 {
  %wide = arith.extf %x : f32 to f64
  %size = math.absf %wide : f64
  %c_1 = arith.constant 12.0 : f64
  %a_1 = arith.cmpf ogt, %size, %c_1 : f64
  %a = arith.select %a_1, %c_1, %size : f64
  %fraction = func.call @thn_erfcx_single(%a) : (f64) -> f64
  %positive_1 = arith.mulf %a, %a : f64
  %positive_2 = arith.negf %positive_1 : f64
  %positive_3 = func.call @thn_exp_f64(%positive_2) : (f64) -> f64
  %positive = arith.mulf %positive_3, %fraction : f64
  %zero = arith.constant 0.0 : f64
  %r = arith.cmpf olt, %wide, %zero : f64
  %two = arith.constant 2.0 : f64
  %r_1 = arith.subf %two, %positive : f64
  %r_2 = arith.select %r, %r_1, %positive : f64
  %result = arith.truncf %r_2 : f64 to f32
  return %result : f32
}

func.func private @thn_erfcx_f64(%x: f64) -> f64 {
  %a = math.absf %x : f64
  %c_1 = arith.constant 1.0e+100 : f64
  %large = arith.cmpf ogt, %a, %c_1 : f64
  %c_2 = arith.constant 8.636168555094445e-78 : f64
  %scaled_1 = arith.mulf %a, %c_2 : f64
  %scaled = arith.select %large, %scaled_1, %a : f64
  %nh, %nl, %dh, %dl = func.call @thn_erfcx_fraction(%scaled) : (f64) -> (f64, f64, f64, f64)
  %ratio = func.call @thn_quotient_f64(%nh, %nl, %dh, %dl) : (f64, f64, f64, f64) -> f64
  %small_1 = arith.mulf %ratio, %c_2 : f64
  %small = arith.select %large, %small_1, %ratio : f64
  %inf = arith.constant $INF : f64
  %positive_1 = arith.cmpf oeq, %a, %inf : f64
  %zero = arith.constant 0.0 : f64
  %positive = arith.select %positive_1, %zero, %small : f64
  %c_3 = arith.constant 26.64 : f64
  %most_1 = arith.cmpf ogt, %a, %c_3 : f64
  %most = arith.select %most_1, %c_3, %a : f64
  %h = arith.mulf %most, %most : f64
  %l_1 = arith.negf %h : f64
  %l = math.fma %most, %most, %l_1 : f64
  %k, %e, %el = func.call @thn_exp_of_sum(%h, %l) : (f64, f64) -> (i64, f64, f64)
  %im1 = arith.constant -1 : i64
  %below = arith.addi %k, %im1 : i64
  %half = func.call @thn_power_of_two_f64(%below) : (i64) -> f64
  %double_1 = arith.mulf %e, %half : f64
  %two = arith.constant 2.0 : f64
  %double = arith.mulf %double_1, %two : f64
  %half_1 = arith.constant 0.5 : f64
  %z_1 = arith.mulf %positive, %half_1 : f64
  %z = arith.subf %double, %z_1 : f64
  %zl_1 = arith.subf %double, %z : f64
  %zl_2 = arith.mulf %positive, %half_1 : f64
  %zl = arith.subf %zl_1, %zl_2 : f64
  %rest_1 = arith.mulf %el, %half : f64
  %rest_2 = arith.mulf %rest_1, %two : f64
  %rest = arith.addf %zl, %rest_2 : f64
  %mirrored_1 = arith.addf %z, %rest : f64
  %mirrored = arith.mulf %mirrored_1, %two : f64
  %r = arith.cmpf olt, %x, %zero : f64
  %result = arith.select %r, %mirrored, %positive : f64
  return %result : f64
}

func.func private @thn_erfcx_f32(%x: f32) -> f32 {
  %wide = arith.extf %x : f32 to f64
  %size = math.absf %wide : f64
  %c_1 = arith.constant 1.0e+60 : f64
  %a_1 = arith.cmpf ogt, %size, %c_1 : f64
  %a = arith.select %a_1, %c_1, %size : f64
  %positive = func.call @thn_erfcx_single(%a) : (f64) -> f64
  %square = arith.mulf %a, %a : f64
  %power = func.call @thn_exp_f64(%square) : (f64) -> f64
  %mirrored_1 = arith.addf %power, %power : f64
  %mirrored = arith.subf %mirrored_1, %positive : f64
  %zero = arith.constant 0.0 : f64
  %r = arith.cmpf olt, %wide, %zero : f64
  %r_1 = arith.select %r, %mirrored, %positive : f64
  %result = arith.truncf %r_1 : f64 to f32
  return %result : f32
}
