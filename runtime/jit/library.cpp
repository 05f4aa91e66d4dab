#include "runtime/jit/library.h"

#include <dlfcn.h>

namespace noodle::jit {

namespace {

template <typename Function>
std::expected<Function, std::string> open_door(const std::string& path, const char* name) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* found = library != nullptr ? dlsym(library, name) : nullptr;
  if (found == nullptr) return std::unexpected(std::string(dlerror()));
  return reinterpret_cast<Function>(found);
}

}  // namespace

std::expected<Compile, std::string> open_library(const std::string& path) {
  return open_door<Compile>(path, "noodle_jit_compile");
}

std::expected<BuildNative, std::string> open_native(const std::string& path) {
  return open_door<BuildNative>(path, "noodle_jit_build_native");
}

}  // namespace noodle::jit
