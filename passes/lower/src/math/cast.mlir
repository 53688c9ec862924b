// Conversions from float to integer: towards zero, saturating, and 0 for NaN.
//
// UPPER is the first float above the range and LOWER the smallest value in it, both exact in either float
// type. The conversion itself only ever sees a number that fits, so it is never poison.

//$ UPPER i8 128.0 i16 32768.0 i32 2147483648.0 i64 9223372036854775808.0 u8 256.0 u16 65536.0 u32 4294967296.0 u64 18446744073709551616.0
//$ LOWER i8 -128.0 i16 -32768.0 i32 -2147483648.0 i64 -9223372036854775808.0 u8 0.0 u16 0.0 u32 0.0 u64 0.0
//$ MAX i8 127 i16 32767 i32 2147483647 i64 9223372036854775807 u8 -1 u16 -1 u32 -1 u64 -1
//$ MIN i8 -128 i16 -32768 i32 -2147483648 i64 -9223372036854775808 u8 0 u16 0 u32 0 u64 0
//$ WIDTH i8 8 i16 16 i32 32 i64 64 u8 8 u16 16 u32 32 u64 64

func.func private @thn_cast_$T_$S(%x: $T) -> $I {
  %lower = arith.constant $LOWER : $T
  %fits_1 = arith.cmpf oge, %x, %lower : $T
  %upper = arith.constant $UPPER : $T
  %fits_2 = arith.cmpf olt, %x, %upper : $T
  %fits = arith.andi %fits_1, %fits_2 : i1
  %zero = arith.constant 0.0 : $T
  %inside = arith.select %fits, %x, %zero : $T
  %n = arith.fptosi %inside : $T to $I
  %at_most_1 = arith.cmpf oge, %x, %upper : $T
  %max = arith.constant $MAX : $I
  %at_most = arith.select %at_most_1, %max, %n : $I
  %result_1 = arith.cmpf olt, %x, %lower : $T
  %min = arith.constant $MIN : $I
  %result_2 = arith.select %result_1, %min, %at_most : $I
  return %result_2 : $I
}

func.func private @thn_cast_$T_$U(%x: $T) -> $I {
  %lower = arith.constant $LOWER : $T
  %fits_1 = arith.cmpf oge, %x, %lower : $T
  %upper = arith.constant $UPPER : $T
  %fits_2 = arith.cmpf olt, %x, %upper : $T
  %fits = arith.andi %fits_1, %fits_2 : i1
  %zero = arith.constant 0.0 : $T
  %inside = arith.select %fits, %x, %zero : $T
  %n = arith.fptoui %inside : $T to $I
  %result_1 = arith.cmpf oge, %x, %upper : $T
  %max = arith.constant $MAX : $I
  %result_2 = arith.select %result_1, %max, %n : $I
  return %result_2 : $I
}
