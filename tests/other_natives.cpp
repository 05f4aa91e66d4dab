// What the library of other_natives.def would call.

#include <cstdlib>

#include "runtime/room/room.h"

namespace noodle::room {

Status native_regex_compile(Call&) { std::abort(); }

}  // namespace noodle::room
