#include "tools/natives.h"

#include "runtime/vm/native.h"

namespace noodle::tools {

bool is_leaf_native(std::string_view name) {
  const vm::NativeEntry* native = vm::find_native(name);
  return native != nullptr && native->leaf;
}

}  // namespace noodle::tools
