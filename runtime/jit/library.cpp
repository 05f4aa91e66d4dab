#include "runtime/jit/library.h"

#include <dlfcn.h>

#include "runtime/jit/interface.h"

namespace noodle::jit {

namespace {

template <class Function>
Function find(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

}  // namespace

std::expected<Compile, std::string> open_library(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::unexpected(std::string(dlerror()));
  const auto interface = find<std::uint64_t (*)()>(library, "noodle_jit_interface");
  const auto compile = find<Compile>(library, "noodle_jit_compile");
  // Each reads what the other writes, so one of another build would crash.
  if (interface != nullptr && compile != nullptr && interface() == interface_id()) return compile;
  dlclose(library);
  return std::unexpected(path + " is of another build than this command; build both again");
}

}  // namespace noodle::jit
