// Roots: cbrt and hypot.
//
// Largest measured error in ulp of the result. f32: 44 million arguments of cbrt, every 97th of the 2^32, and 2
// million pairs for hypot, against x87 extended precision. f64: about 600 thousand arguments each against 113-bit
// arithmetic: random bit patterns, ordinary numbers, subnormals, the largest numbers and those where the scaling
// changes. The numbers are the largest that were found, rounded up, not proven bounds. NaN, infinities, zeros and
// their signs are as the op table says.
//
//   function   f32    f64    where f64 is worst
//   cbrt       0.51   0.51   everywhere alike
//   hypot      0.51   0.75   subnormal results; 0.51 elsewhere
//
// cbrt: a third of the exponent and the leading bits of the mantissa, taken as one integer, is the logarithm of the
// root up to 3.2 %. Each of Halley's steps t (t^3 + 2 a) / (2 t^3 + a) cubes the relative error: 3e-5, 2e-14. For f64
// one step of Newton's follows, whose residual t^3 - a is computed from both halves of t^2. f32 is computed in f64.
//
// hypot (C. F. Borges, Algorithm 1014: An Improved Algorithm for hypot(x, y), ACM TOMS 2020): the fused square root h,
// corrected by h^2 - m^2 - n^2, of which every product is exact with its fused error. Squares are kept in range by
// powers of two. f32 squares neither overflow nor underflow in f64.

func.func private @thn_cbrt_start(%a: f64) -> f64 {
  %bits = arith.bitcast %a : f64 to i64
  %i32 = arith.constant 32 : i64
  %high = arith.shrui %bits, %i32 : i64
  %i2863311531 = arith.constant 2863311531 : i64
  %third_1 = arith.muli %high, %i2863311531 : i64
  %i33 = arith.constant 33 : i64
  %third = arith.shrui %third_1, %i33 : i64
  %i715094163 = arith.constant 715094163 : i64
  %start_1 = arith.addi %third, %i715094163 : i64
  %start = arith.shli %start_1, %i32 : i64
  %result = arith.bitcast %start : i64 to f64
  return %result : f64
}

func.func private @thn_cbrt_step(%t: f64, %quarter: f64) -> f64 {
  %square = arith.mulf %t, %t : f64
  %c_1 = arith.constant 0.25 : f64
  %cube_1 = arith.mulf %t, %c_1 : f64
  %cube = arith.mulf %square, %cube_1 : f64
  %above_1 = arith.addf %quarter, %quarter : f64
  %above = arith.addf %cube, %above_1 : f64
  %below_1 = arith.addf %cube, %cube : f64
  %below = arith.addf %below_1, %quarter : f64
  %r = arith.divf %above, %below : f64
  %result = arith.mulf %t, %r : f64
  return %result : f64
}

func.func private @thn_cbrt_f64(%x: f64) -> f64 {
  %a = math.absf %x : f64
  %c_1 = arith.constant 1.0e-300 : f64
  %small = arith.cmpf olt, %a, %c_1 : f64
  %c_2 = arith.constant 1.8014398509481984e+16 : f64
  %scaled_1 = arith.mulf %a, %c_2 : f64
  %scaled = arith.select %small, %scaled_1, %a : f64
  %c_3 = arith.constant 0.25 : f64
  %quarter = arith.mulf %scaled, %c_3 : f64
  %start = func.call @thn_cbrt_start(%scaled) : (f64) -> f64
  %near = func.call @thn_cbrt_step(%start, %quarter) : (f64, f64) -> f64
  %t = func.call @thn_cbrt_step(%near, %quarter) : (f64, f64) -> f64
  %s = arith.mulf %t, %t : f64
  %sl_1 = arith.negf %s : f64
  %sl = math.fma %t, %t, %sl_1 : f64
  %residual_1 = arith.negf %scaled : f64
  %residual_2 = math.fma %s, %t, %residual_1 : f64
  %residual = math.fma %sl, %t, %residual_2 : f64
  %three = arith.constant 3.0 : f64
  %root_1 = arith.mulf %s, %three : f64
  %root_2 = arith.divf %residual, %root_1 : f64
  %root = arith.subf %t, %root_2 : f64
  %c_4 = arith.constant 3.814697265625e-06 : f64
  %back_1 = arith.mulf %root, %c_4 : f64
  %back = arith.select %small, %back_1, %root : f64
  %signed = math.copysign %back, %x : f64
  %inf = arith.constant $INF : f64
  %finite_1 = arith.cmpf olt, %a, %inf : f64
  %finite = arith.select %finite_1, %signed, %x : f64
  %zero = arith.constant 0.0 : f64
  %r = arith.cmpf ogt, %a, %zero : f64
  %result = arith.select %r, %finite, %x : f64
  return %result : f64
}

func.func private @thn_cbrt_f32(%x: f32) -> f32 {
  %wide = arith.extf %x : f32 to f64
  %a = math.absf %wide : f64
  %c_1 = arith.constant 0.25 : f64
  %quarter = arith.mulf %a, %c_1 : f64
  %start = func.call @thn_cbrt_start(%a) : (f64) -> f64
  %near = func.call @thn_cbrt_step(%start, %quarter) : (f64, f64) -> f64
  %t = func.call @thn_cbrt_step(%near, %quarter) : (f64, f64) -> f64
  %root = arith.truncf %t : f64 to f32
  %signed = math.copysign %root, %x : f32
  %size = math.absf %x : f32
  %inf = arith.constant $INF : f32
  %finite_1 = arith.cmpf olt, %size, %inf : f32
  %finite = arith.select %finite_1, %signed, %x : f32
  %zero = arith.constant 0.0 : f32
  %r = arith.cmpf ogt, %size, %zero : f32
  %result = arith.select %r, %finite, %x : f32
  return %result : f32
}

func.func private @thn_hypot_f64(%x: f64, %y: f64) -> f64 {
  %ax = math.absf %x : f64
  %ay = math.absf %y : f64
  %ordered = arith.cmpf oge, %ax, %ay : f64
  %large = arith.select %ordered, %ax, %ay : f64
  %small = arith.select %ordered, %ay, %ax : f64
  %c_1 = arith.constant 3.273390607896142e+150 : f64
  %huge = arith.cmpf ogt, %large, %c_1 : f64
  %c_2 = arith.constant 3.054936363499605e-151 : f64
  %tiny = arith.cmpf olt, %large, %c_2 : f64
  %c_3 = arith.constant 2.409919865102884e-181 : f64
  %one = arith.constant 1.0 : f64
  %down = arith.select %huge, %c_3, %one : f64
  %c_4 = arith.constant 4.149515568880993e+180 : f64
  %scale = arith.select %tiny, %c_4, %down : f64
  %up = arith.select %huge, %c_4, %one : f64
  %back = arith.select %tiny, %c_3, %up : f64
  %m = arith.mulf %large, %scale : f64
  %n = arith.mulf %small, %scale : f64
  %mm = arith.mulf %m, %m : f64
  %h_1 = arith.mulf %n, %n : f64
  %h_2 = math.fma %m, %m, %h_1 : f64
  %h = math.sqrt %h_2 : f64
  %hh = arith.mulf %h, %h : f64
  %outer_1 = arith.negf %n : f64
  %outer_2 = arith.subf %hh, %mm : f64
  %outer = math.fma %outer_1, %n, %outer_2 : f64
  %rounded_1 = arith.negf %hh : f64
  %rounded_2 = math.fma %h, %h, %rounded_1 : f64
  %rounded_3 = arith.negf %mm : f64
  %rounded_4 = math.fma %m, %m, %rounded_3 : f64
  %rounded = arith.subf %rounded_2, %rounded_4 : f64
  %excess = arith.addf %outer, %rounded : f64
  %better_1 = arith.addf %h, %h : f64
  %better_2 = arith.divf %excess, %better_1 : f64
  %better = arith.subf %h, %better_2 : f64
  %inf = arith.constant $INF : f64
  %proper_1 = arith.cmpf olt, %h, %inf : f64
  %proper = arith.select %proper_1, %better, %h : f64
  %zero = arith.constant 0.0 : f64
  %root_1 = arith.cmpf ogt, %h, %zero : f64
  %root = arith.select %root_1, %proper, %h : f64
  %result = arith.mulf %root, %back : f64
  return %result : f64
}

func.func private @thn_hypot_f32(%x: f32, %y: f32) -> f32 {
  %wx = arith.extf %x : f32 to f64
  %wy = arith.extf %y : f32 to f64
  %square_1 = arith.mulf %wy, %wy : f64
  %square = math.fma %wx, %wx, %square_1 : f64
  %r = math.sqrt %square : f64
  %result = arith.truncf %r : f64 to f32
  return %result : f32
}
