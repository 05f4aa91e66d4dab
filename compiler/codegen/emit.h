#pragma once

// From one function's NIR, ordered and with registers, to its instructions.

#include <expected>
#include <string>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/types.h"

namespace noodle::codegen {

/// What the functions of a module share while they are emitted.
struct ModuleContext {
  const nir::Module& module;
  const Options& options;
  nbc::ModuleBuilder& builder;
  Types& types;
  std::vector<nbc::FunctionId> functions;  // by instance
  std::vector<nbc::NativeId> natives;
  std::vector<nbc::VTableId> vtables;
  std::vector<std::uint32_t> files;  // by source file: 1 + index into the debug information's, or 0

  /// The debug information's number of a source file.
  std::uint32_t file(source::FileId id);
};

/// Emits the body of a declared function. The error says which limit of NBC it breaks.
std::expected<void, std::string> emit_function(ModuleContext& context, nir::InstanceId id);

}  // namespace noodle::codegen
