// Constants of the two float types and the helpers that several families share.
//
// How these files are read (see library.rs): a row `//$ NAME f32 VALUE f64 VALUE` defines the placeholder
// `$NAME`, and a function whose name holds a placeholder is a template that is spliced once per type:
//   $T  the float type (f32, f64)          $B  the integer type of the same width (i32, i64)
//   $N  an integer dtype (i8 .. i64, u8 .. u64), $S only the signed ones, $U only the unsigned ones
//   $I  the signless integer type of that dtype
// A template is left out for the types for which one of its parameters has no value.
//
// Every function is straight-line code: no branch, no loop, no memory, so LLVM's loop vectorizer takes a loop
// around an inlined call. No operation carries fast-math flags and none may be added: the error terms below
// rely on every rounding being the one written. Integer operations carry no overflow flags, so the garbage
// that flows through a branch not taken is never poison.
//
// MANTISSA is the number of stored mantissa bits and BIAS the exponent bias. Adding SHIFTER = 1.5 * 2^MANTISSA
// to a number far below it rounds that number to an integer, ties to even, which then stands in the low
// mantissa bits of the sum (Muller et al., Handbook of Floating-Point Arithmetic, 2nd ed., section 11.1).

//$ INF f32 0x7F800000 f64 0x7FF0000000000000
//$ NAN f32 0x7FC00000 f64 0x7FF8000000000000
//$ NEG_INF f32 0xFF800000 f64 0xFFF0000000000000
//$ MIN_NORMAL f32 0x00800000 f64 0x0010000000000000
//$ MANTISSA f32 23 f64 52
//$ BIAS f32 127 f64 1023
//$ SHIFTER f32 12582912.0 f64 6755399441055744.0

// 2^k for k in the normal exponent range. Only the low bits of k matter, so k may also be the bit pattern of
// a number n + SHIFTER.
func.func private @thn_power_of_two_$T(%k: $B) -> $T {
  %bias = arith.constant $BIAS : $B
  %biased = arith.addi %k, %bias : $B
  %mantissa = arith.constant $MANTISSA : $B
  %bits = arith.shli %biased, %mantissa : $B
  %result_1 = arith.bitcast %bits : $B to $T
  return %result_1 : $T
}

// The quotient (nh + nl) / (dh + dl) of two unevaluated sums with |nl| <= ulp(nh), |dl| <= ulp(dh), to about
// 0.5 ulp with one division: q = nh * (1 / dh) is corrected by the exact remainder nh - q dh and both low
// parts.
func.func private @thn_quotient_$T(%nh: $T, %nl: $T, %dh: $T, %dl: $T) -> $T {
  %one = arith.constant 1.0 : $T
  %inverse = arith.divf %one, %dh : $T
  %q = arith.mulf %nh, %inverse : $T
  %remainder_1 = arith.negf %q : $T
  %remainder = math.fma %remainder_1, %dh, %nh : $T
  %low_1 = arith.negf %q : $T
  %low = math.fma %low_1, %dl, %nl : $T
  %correction = arith.addf %remainder, %low : $T
  %result_1 = math.fma %correction, %inverse, %q : $T
  return %result_1 : $T
}
