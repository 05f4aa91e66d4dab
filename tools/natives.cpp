#include "tools/natives.h"

namespace noodle::tools {

namespace {

struct NativePromise {
  std::string_view name;
  bool is_leaf;
};

constexpr bool leaf = true;
constexpr bool blocking = false;
constexpr bool lasting = false;
constexpr NativePromise kPromises[] = {
#define NATIVE(function, name, signature, promise) {name, promise},
#include "runtime/vm/native_table.def"
#undef NATIVE
};

}  // namespace

bool is_leaf_native(std::string_view name) {
  for (const NativePromise& native : kPromises) {
    if (native.name == name) return native.is_leaf;
  }
  return false;
}

}  // namespace noodle::tools
