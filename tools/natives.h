#pragma once

// What the code generator wants to know of the runtime, which it must not include.

#include <string_view>

namespace noodle::tools {

/// Whether a native of the runtime promises little stack and no waiting.
bool is_leaf_native(std::string_view name);

}  // namespace noodle::tools
