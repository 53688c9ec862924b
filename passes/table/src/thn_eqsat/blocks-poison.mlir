// thn-opt: --thn-eqsat
// One op stays for the users of two that are equal but for their flags: without the flags that only one of them has.
func.func @overflow(%a: i32, %b: i32, %c: i1) -> (i32, i1) {
  %0 = arith.addi %a, %b overflow<nsw> : i32
  %1 = arith.addi %a, %b : i32
  %zero = arith.constant 0 : i32
  %wrapped = arith.cmpi sge, %1, %a : i32
  %chosen = arith.select %c, %0, %zero : i32
  return %chosen, %wrapped : i32, i1
}

func.func @nan(%a: f32, %b: f32, %c: i1) -> (f32, i1) {
  %0 = arith.addf %a, %b fastmath<nnan> : f32
  %1 = arith.addf %b, %a : f32
  %zero = arith.constant 0.0 : f32
  %nan = arith.cmpf uno, %1, %1 : f32
  %chosen = arith.select %c, %0, %zero : f32
  return %chosen, %nan : f32, i1
}

// What both sums promise reaches the users of one of them through an op in between.
func.func @behind(%a: f32, %b: f32) -> (f32, f32) {
  %0 = arith.addf %a, %b fastmath<ninf> : f32
  %1 = arith.addf %a, %b : f32
  %2 = math.exp %0 : f32
  %3 = math.exp %1 : f32
  return %2, %3 : f32, f32
}

func.func @approximate(%x: f32) -> (f32, f32) {
  %0 = math.sin %x fastmath<afn> : f32
  %1 = math.sin %x : f32
  return %0, %1 : f32, f32
}

// Nothing is taken from an op that keeps its users.
func.func @kept(%a: i32, %b: i32) -> i32 {
  %0 = arith.addi %a, %b overflow<nsw> : i32
  %1 = arith.muli %0, %b : i32
  return %1 : i32
}

// The second operand is poison for a shift by 40, and is not chosen then.
func.func @chosen(%a: i32, %n: i32) -> i1 {
  %false = arith.constant false
  %width = arith.constant 32 : i32
  %zero = arith.constant 0 : i32
  %fits = arith.cmpi ult, %n, %width : i32
  %shifted = arith.shli %a, %n : i32
  %none = arith.cmpi eq, %shifted, %zero : i32
  %both = arith.select %fits, %none, %false : i1
  return %both : i1
}

func.func @chosen_and(%a: i32, %b: i32, %c: i1) -> i1 {
  %false = arith.constant false
  %0 = arith.addi %a, %b overflow<nsw> : i32
  %1 = arith.cmpi slt, %0, %b : i32
  %2 = arith.select %c, %1, %false : i1
  return %2 : i1
}

func.func @chosen_or(%a: i32, %b: i32, %c: i1) -> i1 {
  %true = arith.constant true
  %0 = arith.addi %a, %b overflow<nuw> : i32
  %1 = arith.cmpi ult, %0, %a : i32
  %2 = arith.select %c, %true, %1 : i1
  return %2 : i1
}

// Division by zero is undefined: it stays behind its condition, and what follows from it stays a choice.
func.func @divided(%a: i32, %b: i32, %c: i1) -> i1 {
  %zero = arith.constant 0 : i32
  %false = arith.constant false
  %0 = arith.cmpi ne, %b, %zero : i32
  %1 = scf.if %0 -> i1 {
    %2 = arith.divsi %a, %b : i32
    %3 = arith.addi %2, %zero : i32
    %4 = arith.cmpi slt, %3, %a : i32
    %5 = arith.select %c, %4, %false : i1
    scf.yield %5 : i1
  } else {
    scf.yield %false : i1
  }
  return %1 : i1
}

// The first value had no flags, and the cheaper op that computes it too comes after it.
func.func @plain_first(%a: i32, %b: i32, %c: i1) -> (i32, i1) {
  %zero = arith.constant 0 : i32
  %0 = arith.subi %zero, %b : i32
  %1 = arith.subi %a, %0 : i32
  %2 = arith.addi %a, %b overflow<nsw> : i32
  %wrapped = arith.cmpi sge, %1, %a : i32
  %chosen = arith.select %c, %2, %zero : i32
  return %chosen, %wrapped : i32, i1
}

// One of the users is in a region.
func.func @used_inside(%a: i32, %b: i32, %c: i1) -> (i32, i1) {
  %zero = arith.constant 0 : i32
  %false = arith.constant false
  %0 = arith.addi %a, %b overflow<nsw> : i32
  %1 = arith.addi %b, %a : i32
  %chosen = arith.select %c, %0, %zero : i32
  %2 = scf.if %c -> i1 {
    scf.yield %false : i1
  } else {
    %wrapped = arith.cmpi slt, %1, %b : i32
    scf.yield %wrapped : i1
  }
  return %chosen, %2 : i32, i1
}
