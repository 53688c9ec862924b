//===- tools.cpp - the drivers of the command-line tools ---------------------------------------------===//
//
// An archive of its own: only thn-opt and thn-lsp-server link it.
//
//===------------------------------------------------------------------------------------------------===//

#include "mlir-c/Support.h"
#include "mlir/CAPI/Support.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/ToolOutputFile.h"

#include <cstdio>

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

/// MlirOptMain, but that `readable` sees the text before MLIR's parser does.
int thnOptMain(int argc, char **argv, bool (*readable)(MlirStringRef name, MlirStringRef text, MlirStringRef marker)) {
  llvm::InitLLVM init(argc, argv);
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllPasses();
  thnRegisterDialect(&registry);
  auto [inputName, outputName] = registerAndParseCLIOptions(argc, argv, "thn optimizer driver\n", registry);
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  // These read nothing.
  if (config.shouldShowDialects() || config.shouldListPasses())
    return asMainReturnCode(MlirOptMain(argc, argv, inputName, outputName, registry));
  if (inputName == "-" && llvm::sys::Process::FileDescriptorIsDisplayed(fileno(stdin)))
    llvm::errs() << "(processing input from stdin now, hit ctrl-c/ctrl-d to interrupt)\n";
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input = openInputFile(inputName, &error);
  if (!input) {
    llvm::errs() << error << "\n";
    return EXIT_FAILURE;
  }
  if (!readable(wrap(input->getBufferIdentifier()), wrap(input->getBuffer()), wrap(config.inputSplitMarker())))
    return EXIT_FAILURE;
  std::unique_ptr<llvm::ToolOutputFile> output = openOutputFile(outputName, &error);
  if (!output) {
    llvm::errs() << error << "\n";
    return EXIT_FAILURE;
  }
  if (failed(MlirOptMain(output->os(), std::move(input), registry, config)))
    return EXIT_FAILURE;
  output->keep();
  return EXIT_SUCCESS;
}

int thnLspServerMain(int argc, char **argv) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  thnRegisterDialect(&registry);
  return asMainReturnCode(MlirLspServerMain(argc, argv, registry));
}
}
