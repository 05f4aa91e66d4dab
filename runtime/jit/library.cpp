#include "runtime/jit/library.h"

#include "nbc/write.h"
#include "runtime/jit/interface.h"
#include "runtime/room/open.h"
#include "runtime/vm/runtime.h"

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

std::expected<void, std::string> build_native(const std::string& path, nbc::VerifiedModule program,
                                              NativeRequest request) {
  const auto build = open_door<BuildNative>(path, "noodle_jit_build_native");
  if (!build) return std::unexpected("there are no executables without the compiler: " + build.error());
  const std::string bytes = nbc::write(program.module());
  const auto world = world::make_real_world({});
  const auto runtime = vm::Runtime::create({.workers = 1, .only_loads = true}, *world);
  if (runtime == nullptr) return std::unexpected("there is no memory to load the program");
  const auto loaded = runtime->load(std::move(program));
  if (!loaded) return std::unexpected(loaded.error());
  request.module = *loaded;
  request.bytes = bytes;
  std::string wrong;
  (*build)(request, &wrong, [](void* text, std::string_view why) { static_cast<std::string*>(text)->assign(why); });
  if (!wrong.empty()) return std::unexpected(wrong);
  return {};
}

}  // namespace noodle::jit
