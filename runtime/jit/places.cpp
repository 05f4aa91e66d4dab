#include "runtime/jit/places.h"

#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Module.h>

#include <string>

namespace noodle::jit {

Places::Places(llvm::Module& ir) : builder_(ir) {
  ir.addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
  builder_.createCompileUnit(llvm::dwarf::DW_LANG_C, builder_.createFile("noodle", ""), "noodle", true, "", 0, "",
                             llvm::DICompileUnit::LineTablesOnly);
  type_ = builder_.createSubroutineType(builder_.getOrCreateTypeArray({}));
}

void Places::begin(llvm::Function& code, std::uint32_t function) {
  llvm::DIFile* file = builder_.createFile("f" + std::to_string(function), "");
  code.setSubprogram(
      builder_.createFunction(file, code.getName(), "", file, 1, type_, 1, llvm::DINode::FlagZero,
                              llvm::DISubprogram::SPFlagDefinition | llvm::DISubprogram::SPFlagOptimized));
}

llvm::DebugLoc Places::at(const llvm::Function& code, std::uint32_t pc) {
  return llvm::DILocation::get(code.getContext(), pc + 1, 0, code.getSubprogram());
}

}  // namespace noodle::jit
