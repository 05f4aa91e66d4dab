#include "runtime/vm/natives.h"

#include <algorithm>

#include "runtime/vm/rooms.h"

namespace noodle::vm {

namespace {
enum Promise : std::uint8_t { leaf, blocking, lasting, late };
constexpr NativeEntry kNatives[] = {
#define NATIVE(function, name, signature, promise) \
  {name, signature, (promise) == leaf, (promise) == lasting, native_##function},
#include "runtime/vm/native_table.def"
#undef NATIVE
};

// Those of libraries, a table each.
#define NATIVE(function, name, signature, promise)          \
  {name,                                                    \
   signature,                                               \
   (promise) == leaf,                                       \
   (promise) == lasting || (promise) == late,               \
   (promise) == late ? call_late_native : call_room_native, \
   kLibrary,                                                \
   (promise) == late},
namespace text {
constexpr std::string_view kLibrary = "libnoodle-text.so";
constexpr NativeEntry kNatives[] = {
#include "runtime/text/natives.def"
};
}  // namespace text
namespace hash {
constexpr std::string_view kLibrary = "libnoodle-hash.so";
constexpr NativeEntry kNatives[] = {
#include "runtime/hash/natives.def"
};
}  // namespace hash
namespace compress {
constexpr std::string_view kLibrary = "libnoodle-compress.so";
constexpr NativeEntry kNatives[] = {
#include "runtime/compress/natives.def"
};
}  // namespace compress
namespace big {
constexpr std::string_view kLibrary = "libnoodle-big.so";
constexpr NativeEntry kNatives[] = {
#include "runtime/big/natives.def"
};
}  // namespace big
namespace tensor {
constexpr std::string_view kLibrary = "libnoodle-tensor.so";
constexpr NativeEntry kNatives[] = {
#include "runtime/tensor/natives.def"
};
}  // namespace tensor
namespace plot {
constexpr std::string_view kLibrary = "libnoodle-plot.so";
constexpr NativeEntry kNatives[] = {
#include "runtime/plot/natives.def"
};
}  // namespace plot
#undef NATIVE

constexpr std::span<const NativeEntry> kTables[] = {kNatives,      text::kNatives,   hash::kNatives, compress::kNatives,
                                                    big::kNatives, tensor::kNatives, plot::kNatives};

constexpr bool can_be_missing(const NativeEntry& entry) {
  return entry.signature.ends_with("-> (bool, bytes, string)");
}
static_assert(std::ranges::all_of(kTables, [](std::span<const NativeEntry> table) {
  return std::ranges::all_of(table, [](const NativeEntry& entry) { return !entry.late || can_be_missing(entry); });
}));
}  // namespace

std::span<const NativeEntry> native_table() { return kNatives; }

const NativeEntry* find_native(std::string_view name) {
  for (const std::span<const NativeEntry> table : kTables) {
    const auto found = std::ranges::find_if(table, [&](const NativeEntry& entry) { return entry.name == name; });
    if (found != table.end()) return &*found;
  }
  return nullptr;
}

}  // namespace noodle::vm
