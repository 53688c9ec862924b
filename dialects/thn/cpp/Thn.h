//===- Thn.h - the thn dialect for the files of the shim --------------------------------------------===//
//
// The shim names no op: what an op means, accepts and gives is decided in Rust, which it reaches
// through the table of functions below.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef THN_H
#define THN_H

#include "mlir-c/IR.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <type_traits>

extern "C" {
/// Receives a piece of text, or one inferred type, from Rust.
typedef void (*ThnTextSink)(MlirStringRef text, void *sink);
typedef void (*ThnTypeSink)(MlirType type, void *sink);

/// What Rust answers about an op. The functions return whether the op is accepted; when it is not,
/// they give the reason to `why`, without the op's name. `attribute` is asked about an attribute `thn.…` of an argument
/// of a function-like op, or of a result of one.
struct ThnCallbacks {
  bool (*verify)(MlirOperation op, ThnTextSink why, void *sink);
  bool (*infer)(MlirContext context, MlirStringRef name, intptr_t operandCount, MlirValue const *operands,
                MlirAttribute attributes, ThnTypeSink result, ThnTextSink why, void *sink);
  bool (*attribute)(MlirOperation op, bool ofResult, intptr_t position, MlirStringRef name, MlirAttribute value,
                    ThnTextSink why, void *sink);
};

/// Sets the table, once, before the first op is made. Until then every op verifies and none infers.
void thnSetCallbacks(ThnCallbacks callbacks);

/// Adds the dialect to a `mlir::DialectRegistry`; this is also a plugin's dialect callback.
void thnRegisterDialect(void *registry);
}

namespace thn {

::llvm::LogicalResult verifyInRust(::mlir::Operation *op);

::llvm::LogicalResult inferInRust(::llvm::StringRef name, ::mlir::MLIRContext *context,
                                  ::std::optional<::mlir::Location> location, ::mlir::ValueRange operands,
                                  ::mlir::DictionaryAttr attributes,
                                  ::llvm::SmallVectorImpl<::mlir::Type> &inferred);

::mlir::DictionaryAttr mergedAttributes(::mlir::MLIRContext *context, ::mlir::DictionaryAttr discardable,
                                        ::mlir::Attribute properties);

/// All attributes of an op under construction: its own live in properties, the others in `attributes`.
template <typename Op>
::mlir::DictionaryAttr withProperties(::mlir::MLIRContext *context, ::mlir::DictionaryAttr attributes,
                                      ::mlir::OpaqueProperties properties) {
  using Properties = typename Op::Properties;
  if constexpr (!::std::is_same_v<Properties, ::mlir::EmptyProperties>) {
    if (properties)
      return mergedAttributes(context, attributes,
                              Op::getPropertiesAsAttr(context, *properties.as<Properties *>()));
  }
  return mergedAttributes(context, attributes, {});
}

} // namespace thn

#include "ThnDialect.h.inc"
#define GET_OP_CLASSES
#include "ThnOps.h.inc"

#endif // THN_H
