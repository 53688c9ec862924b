//===- ThnOps.td - the op table -------------------------------------------------------------------===//
//
// One row per op, in a file for each kind of ops; the order of files and rows is that of the reference.
// `formula` is the textbook definition and never the stable way of computing it; the stable way is
// `expand`, `prim`, `iterate` or `library`.
//
//===--------------------------------------------------------------------------------------------===//

#ifndef THN_OPS
#define THN_OPS

include "ThnBase.td"
include "ops/leaves.td"
include "ops/arithmetic.td"
include "ops/exponentials.td"
include "ops/trigonometry.td"
include "ops/error_functions.td"
include "ops/choice.td"
include "ops/movement.td"
include "ops/reductions.td"
include "ops/products.td"
include "ops/structure.td"

#endif // THN_OPS
