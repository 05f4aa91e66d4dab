#include "runtime/jit/target.h"

#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>

namespace noodle::jit {

std::unique_ptr<llvm::TargetMachine> make_target(llvm::StringRef processor, llvm::StringRef features,
                                                 llvm::Reloc::Model relocations, bool has_function_sections) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  std::string error;
  const std::string triple = llvm::sys::getProcessTriple();
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.FunctionSections = has_function_sections;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, processor, features, options, relocations, llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default));
}

void prepare(llvm::Module& ir, const llvm::TargetMachine& target) {
  ir.setDataLayout(target.createDataLayout());
  ir.setTargetTriple(target.getTargetTriple().str());
}

void add_attributes(llvm::Function& function) {
  function.addFnAttr("frame-pointer", "all");
  function.addFnAttr("no-builtins");
}

Emitter::Emitter(llvm::TargetMachine& target, llvm::CodeGenFileType kind)
    : can_emit_(!target.addPassesToEmitFile(passes_, stream_, nullptr, kind)) {}

std::optional<llvm::StringRef> Emitter::emit(llvm::Module& ir) {
  if (!can_emit_) return std::nullopt;
  code_.clear();
  passes_.run(ir);
  return llvm::StringRef(code_.data(), code_.size());
}

}  // namespace noodle::jit
