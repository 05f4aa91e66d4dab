#pragma once

// The door of compiler/codegen: counted NIR in, an NBC module out. Deterministic: the same NIR gives
// the same bytes.
//
//   types.h     types and traits
//   select.h    what is folded into other instructions
//   order.h     the order of blocks in the code
//   registers.h which value lives in which register
//   emit.h      instructions
//
// What comes out passes the verifier of nbc/; when it doesn't, that is a bug here.

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/nir/layout.h"
#include "compiler/nir/nir.h"
#include "compiler/source/source.h"
#include "nbc/module.h"

namespace noodle::codegen {

struct Options {
  /// Where spans get their lines from; without it there is no debug information.
  const source::SourceMap* sources = nullptr;
  /// Paths of files are written without this prefix, so that bytes don't depend on the folder.
  std::string_view root;
  /// Whether a native promises little stack and no waiting; null: none does.
  bool (*is_leaf_native)(std::string_view name) = nullptr;
  /// What goes into the module for separate compilation (see interface.h).
  std::string interface;
  std::vector<std::pair<std::string, std::string>> generic_bodies;  // name, text
  /// What is done to a function before its code is made; its body is given back afterwards. Without it the
  /// functions are counted already, and stay.
  std::function<std::expected<void, std::string>(nir::Function&)> prepare;
};

/// The module for counted NIR. The error is for people: a function or type beyond a limit of NBC.
std::expected<nbc::Module, std::string> generate(nir::Module& module, nir::Layout& layout, const Options& options = {});

}  // namespace noodle::codegen
