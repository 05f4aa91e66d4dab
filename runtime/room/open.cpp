#include "runtime/room/open.h"

#include <dlfcn.h>

namespace noodle::room {

std::expected<void*, std::string> open_door(const std::string& path, const char* interface, std::uint64_t id,
                                            const char* door) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::unexpected(std::string(dlerror()));
  const auto its_id = reinterpret_cast<std::uint64_t (*)()>(dlsym(library, interface));
  void* found = dlsym(library, door);
  if (its_id != nullptr && found != nullptr && its_id() == id) return found;
  dlclose(library);
  return std::unexpected(path + " is of another build than this command; build both again");
}

}  // namespace noodle::room
