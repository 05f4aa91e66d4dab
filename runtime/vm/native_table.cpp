#include "runtime/vm/natives.h"

#include <algorithm>

namespace noodle::vm {

namespace {
enum Promise : std::uint8_t { leaf, blocking, lasting };
constexpr NativeEntry kNatives[] = {
#define NATIVE(function, name, signature, promise) \
  {name, signature, (promise) == leaf, (promise) == lasting, native_##function},
#include "runtime/vm/native_table.def"
#undef NATIVE
};
}  // namespace

std::span<const NativeEntry> native_table() { return kNatives; }

const NativeEntry* find_native(std::string_view name) {
  const auto* found = std::ranges::find_if(kNatives, [&](const NativeEntry& entry) { return entry.name == name; });
  return found == std::end(kNatives) ? nullptr : found;
}

}  // namespace noodle::vm
