#pragma once

// The inside of the shell.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/repl/shell.h"
#include "tools/session.h"

namespace noodle::tools {

/// An input on its way.
struct Shell::Plan {
  std::string name;  // of its function
  Snippet input;
  std::vector<SnippetItem> items;
  std::vector<Variable*> params;
  std::optional<std::size_t> value;  // which statement is an expression whose value is shown
  std::vector<NewVariable> made;
  bool is_typed = false;  // `made` is known
  std::string said;
};

/// The variables that the statements of a body make.
std::vector<sema::LocalId> new_locals(const sema::Body& body);
/// The function of the main module with this name.
std::optional<sema::FunctionId> function_named(Session& session, std::string_view name);

}  // namespace noodle::tools
