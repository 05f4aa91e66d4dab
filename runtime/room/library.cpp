// The doors of the library that this is compiled into, whose natives stand in NOODLE_ROOM_NATIVES.

#include "runtime/room/interface.h"
#include "runtime/room/room.h"

namespace noodle::room {

#define NATIVE(function, name, signature, promise) Status native_##function(Call& call);
#include NOODLE_ROOM_NATIVES
#undef NATIVE

namespace {

constexpr Native kNatives[] = {
#define NATIVE(function, name, signature, promise) {name, signature, native_##function},
#include NOODLE_ROOM_NATIVES
#undef NATIVE
};

}  // namespace

}  // namespace noodle::room

#define NOODLE_DOOR extern "C" [[gnu::visibility("default")]]

NOODLE_DOOR std::uint64_t noodle_room_interface() { return noodle::room::interface_id(); }
NOODLE_DOOR noodle::room::Natives noodle_room_natives() {
  return {noodle::room::kNatives, std::size(noodle::room::kNatives)};
}
