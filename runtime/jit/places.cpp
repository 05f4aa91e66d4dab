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

llvm::DISubprogram* Places::make_subprogram(llvm::StringRef name, llvm::DIFile* file, unsigned line) {
  return builder_.createFunction(file, name, "", file, line, type_, line, llvm::DINode::FlagZero,
                                 llvm::DISubprogram::SPFlagDefinition | llvm::DISubprogram::SPFlagOptimized);
}

void Places::begin(llvm::Function& code, std::uint32_t function, std::uint32_t pc) {
  llvm::DIFile* file = builder_.createFile("f" + std::to_string(function), "");
  code.setSubprogram(make_subprogram(code.getName(), file, 1));
  begins_[code.getSubprogram()] = {.function = function, .pc = pc};
}

llvm::DebugLoc Places::at(const llvm::Function& code, std::uint32_t pc) {
  return llvm::DILocation::get(code.getContext(), pc + 1, 0, code.getSubprogram());
}

std::uint32_t Places::add_origin(const Origin& origin) {
  origins_.push_back(origin);
  return static_cast<std::uint32_t>(origins_.size());
}

// 0 for what comes from several instructions.
std::uint32_t Places::origin_of(const llvm::DILocation* place) {
  const auto known = known_.find(place);
  if (known != known_.end()) return known->second;
  const llvm::DILocation* caller = place->getInlinedAt();
  const std::uint32_t taken_in = caller != nullptr ? origin_of(caller) : 0;
  const std::uint32_t function = begins_.at(place->getScope()->getSubprogram()).function;
  const std::uint32_t origin =
      place->getLine() == 0 ? 0 : add_origin({.function = function, .pc = place->getLine() - 1, .caller = taken_in});
  known_[place] = origin;
  return origin;
}

void Places::settle(llvm::Function& code) {
  const auto begins = code.getSubprogram() != nullptr ? begins_.find(code.getSubprogram()) : begins_.end();
  const std::uint32_t first = begins != begins_.end() ? add_origin(begins->second) : 0;
  llvm::DISubprogram* own = make_subprogram(code.getName(), builder_.createFile("noodle", ""), first);
  for (llvm::BasicBlock& block : code) {
    for (llvm::Instruction& instruction : block) {
      const llvm::DILocation* place = instruction.getDebugLoc().get();
      if (place == nullptr) continue;
      instruction.setDebugLoc(llvm::DILocation::get(code.getContext(), origin_of(place), 0, own));
    }
  }
  code.setSubprogram(own);
}

void Places::settle(llvm::Module& ir) {
  for (llvm::Function& code : ir) {
    if (!code.isDeclaration()) settle(code);
  }
  builder_.finalize();
}

}  // namespace noodle::jit
