//===- parse.cpp - reading modules under a file's name -----------------------------------------------===//
//
// The C API can either name the source or wrap its ops in a module, but not both.
//
//===------------------------------------------------------------------------------------------------===//

#include "mlir-c/IR.h"
#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Support.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

extern "C" {
/// Parses and verifies; null, after diagnostics, on failure. The source must end in a zero byte.
MlirModule thnParseModule(MlirContext context, MlirStringRef source, MlirStringRef name) {
  mlir::ParserConfig config(unwrap(context));
  return wrap(mlir::parseSourceString<mlir::ModuleOp>(unwrap(source), config, unwrap(name)).release());
}
}
