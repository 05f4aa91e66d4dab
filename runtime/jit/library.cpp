#include "runtime/jit/library.h"

#include "runtime/jit/interface.h"
#include "runtime/room/open.h"

namespace noodle::jit {

namespace {

template <class Function>
std::expected<Function, std::string> open_door(const std::string& path, const char* name) {
  const auto door = room::open_door(path, "noodle_jit_interface", interface_id(), name);
  if (!door) return std::unexpected(door.error());
  return reinterpret_cast<Function>(*door);
}

}  // namespace

std::expected<Compile, std::string> open_library(const std::string& path) {
  return open_door<Compile>(path, "noodle_jit_compile");
}

std::expected<BuildNative, std::string> open_native(const std::string& path) {
  return open_door<BuildNative>(path, "noodle_jit_build_native");
}

}  // namespace noodle::jit
