//===- dialect.cpp - the dialect, and the way from its ops to Rust ----------------------------------===//

#include "Thn.h"

#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"

#include <atomic>

#include "ThnDialect.cpp.inc"

using namespace mlir;

namespace {

/// Published once with release order, because ops are verified on worker threads.
std::atomic<const ThnCallbacks *> callbacks{nullptr};

void appendText(MlirStringRef text, void *sink) { static_cast<std::string *>(sink)->append(text.data, text.length); }

struct Inference {
  SmallVectorImpl<Type> *types;
  std::string why;
};

void appendInferenceText(MlirStringRef text, void *sink) {
  static_cast<Inference *>(sink)->why.append(text.data, text.length);
}

void appendType(MlirType type, void *sink) { static_cast<Inference *>(sink)->types->push_back(unwrap(type)); }

LogicalResult verifyAttribute(Operation *op, Location location, bool ofResult, unsigned position,
                              NamedAttribute attribute) {
  const ThnCallbacks *rust = callbacks.load(std::memory_order_acquire);
  if (!rust)
    return success();
  std::string why;
  if (rust->attribute(wrap(op), ofResult, position, wrap(attribute.getName().getValue()), wrap(attribute.getValue()),
                      appendText, &why))
    return success();
  return emitError(location) << why;
}

} // namespace

LogicalResult thn::verifyInRust(Operation *op) {
  const ThnCallbacks *rust = callbacks.load(std::memory_order_acquire);
  if (!rust)
    return success();
  std::string why;
  if (rust->verify(wrap(op), appendText, &why))
    return success();
  return op->emitOpError(why);
}

LogicalResult thn::inferInRust(StringRef name, MLIRContext *context, std::optional<Location> location,
                               ValueRange operands, DictionaryAttr attributes, SmallVectorImpl<Type> &inferred) {
  const ThnCallbacks *rust = callbacks.load(std::memory_order_acquire);
  if (!rust)
    return emitOptionalError(location, "'", name, "' op cannot infer its type: the dialect is not connected to Rust");
  SmallVector<MlirValue> values;
  for (Value operand : operands)
    values.push_back(wrap(operand));
  Inference inference{&inferred, {}};
  if (rust->infer(wrap(context), wrap(name), values.size(), values.data(), wrap(Attribute(attributes)), appendType,
                  appendInferenceText, &inference))
    return success();
  return emitOptionalError(location, "'", name, "' op ", inference.why);
}

DictionaryAttr thn::mergedAttributes(MLIRContext *context, DictionaryAttr discardable, Attribute properties) {
  NamedAttrList all;
  if (discardable)
    all.append(discardable.getValue());
  if (auto own = dyn_cast_or_null<DictionaryAttr>(properties))
    for (NamedAttribute attribute : own)
      all.set(attribute.getName(), attribute.getValue());
  return all.getDictionary(context);
}

void thn::ThnDialect::initialize() { registerThnDialectOperations(this); }

LogicalResult thn::ThnDialect::verifyRegionArgAttribute(Operation *op, unsigned region, unsigned position,
                                                        NamedAttribute attribute) {
  Region &body = op->getRegion(region);
  bool named = !body.empty() && position < body.getNumArguments();
  Location location = named ? body.getArgument(position).getLoc() : op->getLoc();
  return verifyAttribute(op, location, /*ofResult=*/false, position, attribute);
}

LogicalResult thn::ThnDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned position,
                                                           NamedAttribute attribute) {
  return verifyAttribute(op, op->getLoc(), /*ofResult=*/true, position, attribute);
}

// Folders give attributes. The op that holds one as a literal is found by its trait: the shim names no op.
Operation *thn::ThnDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location location) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  for (RegisteredOperationName name : getContext()->getRegisteredOperationsByDialect(getNamespace())) {
    if (!name.hasTrait<OpTrait::ConstantLike>())
      continue;
    OperationState state(location, name);
    state.addAttribute(name.getAttributeNames().front(), value);
    state.addTypes(type);
    return builder.create(state);
  }
  return nullptr;
}

extern "C" {
MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(Thn, thn);

void thnSetCallbacks(ThnCallbacks table) {
  auto *published = new ThnCallbacks(table);
  const ThnCallbacks *none = nullptr;
  if (!callbacks.compare_exchange_strong(none, published, std::memory_order_release))
    delete published;
}

void thnRegisterDialect(void *registry) { static_cast<DialectRegistry *>(registry)->insert<thn::ThnDialect>(); }
}
MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(Thn, thn, ::thn::ThnDialect)
