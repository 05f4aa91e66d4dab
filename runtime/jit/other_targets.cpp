// The linker asks for the code generators of all processors, so that it could compile bitcode of any of them. It gets
// none to link here: those but our own have nothing to start. It asks for LLVM's polyhedral optimiser as well, a
// package of its own that nothing here runs.

#include <llvm/Passes/PassPlugin.h>

llvm::PassPluginLibraryInfo getPollyPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "Polly", "none", [](llvm::PassBuilder&) {}};
}

#define SECOND(first, second, ...) second
#define CHOOSE(...) SECOND(__VA_ARGS__)
#define OURS_X86 ~, IGNORE
#define IGNORE(name)
#define DEFINE(name) \
  extern "C" void name() {}
#define UNLESS_OURS(target) CHOOSE(OURS_##target, DEFINE)

#define LLVM_TARGET(target)                                                                                   \
  UNLESS_OURS(target)(LLVMInitialize##target##TargetInfo) UNLESS_OURS(target)(LLVMInitialize##target##Target) \
      UNLESS_OURS(target)(LLVMInitialize##target##TargetMC)
#include <llvm/Config/Targets.def>
#define LLVM_ASM_PRINTER(target) UNLESS_OURS(target)(LLVMInitialize##target##AsmPrinter)
#include <llvm/Config/AsmPrinters.def>
#define LLVM_ASM_PARSER(target) UNLESS_OURS(target)(LLVMInitialize##target##AsmParser)
#include <llvm/Config/AsmParsers.def>
