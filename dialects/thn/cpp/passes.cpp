//===- passes.cpp - passes whose bodies are Rust functions -------------------------------------------===//
//
// One pass class serves every Rust pass: it gives them a name, options and a place in textual
// pipelines, which passes made through the C API cannot have.
//
//===------------------------------------------------------------------------------------------------===//

#include "mlir-c/Diagnostics.h"
#include "mlir-c/IR.h"
#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Support.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

using namespace mlir;

extern "C" {
enum ThnOptionKind : int32_t { ThnOptionInt = 0, ThnOptionBool = 1, ThnOptionText = 2 };

/// An option with its default: `number` for integers and bools, `text` for the others.
struct ThnOption {
  const char *name;
  const char *description;
  ThnOptionKind kind;
  int64_t number;
  const char *text;
};

/// Everything a pass is. The strings and arrays live as long as the process.
struct ThnPass {
  const char *argument;
  const char *description;
  const char *anchor; // the op it runs on, or null for any
  const ThnOption *options;
  intptr_t optionCount;
  const MlirDialectHandle *dialects; // what the pass may create ops of
  intptr_t dialectCount;
  bool (*run)(MlirOperation op, const void *pass, const void *user); // false: the pass has failed
  const void *user;
};
}

namespace {

class RustPass : public Pass {
  using IntOption = Option<int64_t>;
  using BoolOption = Option<bool>;
  using TextOption = Option<std::string>;
  using AnyOption = std::variant<std::unique_ptr<IntOption>, std::unique_ptr<BoolOption>, std::unique_ptr<TextOption>>;

public:
  RustPass(const ThnPass &spec, TypeID id)
      : Pass(id, spec.anchor ? std::optional<StringRef>(spec.anchor) : std::nullopt), spec(spec) {
    for (const ThnOption &option : ArrayRef(spec.options, spec.optionCount)) {
      llvm::cl::desc description(option.description);
      switch (option.kind) {
      case ThnOptionInt:
        options.push_back(std::make_unique<IntOption>(*this, option.name, description, llvm::cl::init(option.number)));
        break;
      case ThnOptionBool:
        options.push_back(
            std::make_unique<BoolOption>(*this, option.name, description, llvm::cl::init(option.number != 0)));
        break;
      case ThnOptionText:
        options.push_back(
            std::make_unique<TextOption>(*this, option.name, description, llvm::cl::init(std::string(option.text))));
        break;
      }
    }
  }

  StringRef getName() const override { return spec.argument; }
  StringRef getArgument() const override { return spec.argument; }
  StringRef getDescription() const override { return spec.description; }
  std::unique_ptr<Pass> clonePass() const override { return std::make_unique<RustPass>(spec, getTypeID()); }
  bool canScheduleOn(RegisteredOperationName name) const override {
    return !spec.anchor || name.getStringRef() == spec.anchor;
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    for (MlirDialectHandle dialect : ArrayRef(spec.dialects, spec.dialectCount))
      mlirDialectHandleInsertDialect(dialect, wrap(&registry));
  }
  void runOnOperation() override {
    if (!spec.run(wrap(getOperation()), this, spec.user))
      signalPassFailure();
  }

  int64_t number(intptr_t index) const {
    if (auto *option = std::get_if<std::unique_ptr<IntOption>>(&options[index]))
      return (*option)->getValue();
    if (auto *option = std::get_if<std::unique_ptr<BoolOption>>(&options[index]))
      return (*option)->getValue();
    return 0;
  }
  StringRef text(intptr_t index) const {
    if (auto *option = std::get_if<std::unique_ptr<TextOption>>(&options[index]))
      return (*option)->getValue();
    return {};
  }

private:
  ThnPass spec;
  std::vector<AnyOption> options;
};

} // namespace

extern "C" {
void thnRegisterPass(const ThnPass *pass) {
  static TypeIDAllocator ids;
  TypeID id = ids.allocate();
  registerPass([spec = *pass, id]() -> std::unique_ptr<Pass> { return std::make_unique<RustPass>(spec, id); });
}

/// Makes a name for a pipeline on modules, which `text` spells without its anchor.
void thnRegisterPipeline(const char *name, const char *description, const char *text) {
  registerPassPipeline(
      name, description,
      [text](OpPassManager &manager, StringRef options, llvm::function_ref<LogicalResult(const Twine &)> fail) {
        if (!options.empty())
          return fail("this pipeline has no options");
        return parsePassPipeline(text, manager);
      },
      [](llvm::function_ref<void(const mlir::detail::PassOptions &)>) {});
}

/// The value of an integer or bool option, by its place in the pass's list.
int64_t thnPassOptionNumber(const void *pass, intptr_t index) {
  return static_cast<const RustPass *>(pass)->number(index);
}

/// Reports at a place, through the diagnostics of the context; the C API can only report errors.
void thnEmit(MlirLocation location, MlirDiagnosticSeverity severity, MlirStringRef message) {
  Location place = unwrap(location);
  StringRef text = unwrap(message);
  if (severity == MlirDiagnosticError)
    mlir::emitError(place) << text;
  else if (severity == MlirDiagnosticWarning)
    mlir::emitWarning(place) << text;
  else
    mlir::emitRemark(place) << text;
}

/// Says why something was done: to the remark engine of the context if that takes the category, else as a diagnostic.
void thnRemark(MlirLocation location, MlirStringRef category, MlirStringRef message) {
  Location place = unwrap(location);
  auto options = remark::RemarkOpts::name(unwrap(category)).category(unwrap(category));
  if (auto taken = remark::passed(place, options))
    taken << unwrap(message);
  else
    mlir::emitRemark(place) << unwrap(message);
}

/// The value of a text option; valid while the pass runs.
MlirStringRef thnPassOptionText(const void *pass, intptr_t index) {
  return wrap(static_cast<const RustPass *>(pass)->text(index));
}
}
