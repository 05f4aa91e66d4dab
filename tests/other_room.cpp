// A library with natives of another build. They must not be called.

#include <cstdint>
#include <cstdlib>

extern "C" __attribute__((visibility("default"))) std::uint64_t noodle_room_interface() { return 1; }
extern "C" __attribute__((visibility("default"))) void noodle_room_natives() { std::abort(); }
