#include "runtime/jit/library.h"

#include <dlfcn.h>

namespace noodle::jit {

std::expected<Compile, std::string> open_library(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* found = library != nullptr ? dlsym(library, "noodle_jit_compile") : nullptr;
  if (found == nullptr) return std::unexpected(std::string(dlerror()));
  return reinterpret_cast<Compile>(found);
}

}  // namespace noodle::jit
