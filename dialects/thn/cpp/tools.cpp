//===- tools.cpp - the drivers of the command-line tools ---------------------------------------------===//
//
// An archive of its own: only thn-opt and thn-lsp-server link it.
//
//===------------------------------------------------------------------------------------------------===//

#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/DynamicLibrary.h"

using namespace mlir;

extern "C" {
void thnRegisterDialect(void *registry);

/// Whether a shared library is a plugin that calls itself `name`, of either kind. The library stays
/// loaded, as it would if the tool itself had loaded it.
bool thnPluginIsNamed(const char *path, const char *name) {
  llvm::sys::DynamicLibrary library = llvm::sys::DynamicLibrary::getPermanentLibrary(path);
  if (!library.isValid())
    return false;
  if (auto *info = reinterpret_cast<PassPluginLibraryInfo (*)()>(library.getAddressOfSymbol("mlirGetPassPluginInfo")))
    if (StringRef(info().pluginName) == name)
      return true;
  if (auto *info =
          reinterpret_cast<DialectPluginLibraryInfo (*)()>(library.getAddressOfSymbol("mlirGetDialectPluginInfo")))
    return StringRef(info().pluginName) == name;
  return false;
}

int thnOptMain(int argc, char **argv) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllPasses();
  thnRegisterDialect(&registry);
  return asMainReturnCode(MlirOptMain(argc, argv, "thn optimizer driver\n", registry));
}

int thnLspServerMain(int argc, char **argv) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  thnRegisterDialect(&registry);
  return asMainReturnCode(MlirLspServerMain(argc, argv, registry));
}
}
