#include "runtime/vm/natives.h"

#include <algorithm>

#include "runtime/vm/rooms.h"

namespace noodle::vm {

namespace {
enum Promise : std::uint8_t { leaf, blocking, lasting, brief, late };
constexpr NativeEntry kNatives[] = {
#define NATIVE(function, name, signature, promise) \
  {name, signature, (promise) == leaf, (promise) == lasting, false, native_##function},
#include "runtime/vm/native_table.def"
#undef NATIVE
};

// Those of libraries.
constexpr NativeEntry kRoomNatives[] = {
#define NATIVE(function, name, signature, promise)          \
  {name,                                                    \
   signature,                                               \
   (promise) == leaf,                                       \
   (promise) != leaf && (promise) != blocking,              \
   (promise) == brief,                                      \
   (promise) == late ? call_late_native : call_room_native, \
   "libnoodle-" ROOM ".so",                                 \
   (promise) == late},
#define ROOM "text"
#include "runtime/text/natives.def"
#undef ROOM
#define ROOM "hash"
#include "runtime/hash/natives.def"
#undef ROOM
#define ROOM "compress"
#include "runtime/compress/natives.def"
#undef ROOM
#define ROOM "big"
#include "runtime/big/natives.def"
#undef ROOM
#define ROOM "tensor"
#include "runtime/tensor/natives.def"
#undef ROOM
#define ROOM "plot"
#include "runtime/plot/natives.def"
#undef ROOM
#undef NATIVE
};

constexpr bool can_be_missing(const NativeEntry& entry) {
  return entry.signature.ends_with("-> (bool, bytes, string)");
}
static_assert(std::ranges::all_of(kRoomNatives,
                                  [](const NativeEntry& entry) { return !entry.late || can_be_missing(entry); }));
}  // namespace

std::span<const NativeEntry> native_table() { return kNatives; }

const NativeEntry* find_native(std::string_view name) {
  for (const std::span<const NativeEntry> table :
       {std::span<const NativeEntry>(kNatives), std::span<const NativeEntry>(kRoomNatives)}) {
    const auto found = std::ranges::find(table, name, &NativeEntry::name);
    if (found != table.end()) return &*found;
  }
  return nullptr;
}

}  // namespace noodle::vm
