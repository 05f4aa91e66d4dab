#include "runtime/jit/library.h"

#include <dlfcn.h>

#include <utility>

#include "nbc/write.h"
#include "runtime/jit/interface.h"
#include "runtime/vm/runtime.h"

namespace noodle::jit {

namespace {

template <class Function>
Function find(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

// One of the library's functions.
template <class Function>
std::expected<Function, std::string> open_door(const std::string& path, const char* name) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::unexpected(std::string(dlerror()));
  const auto interface = find<std::uint64_t (*)()>(library, "noodle_jit_interface");
  const auto door = find<Function>(library, name);
  // Each reads what the other writes, so one of another build would crash.
  if (interface != nullptr && door != nullptr && interface() == interface_id()) return door;
  dlclose(library);
  return std::unexpected(path + " is of another build than this command; build both again");
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
