#include "tools/folders.h"

#include <unistd.h>

#include <climits>
#include <string_view>

namespace noodle::tools {

namespace {

/// The folder of the running program, without a slash at its end; empty when the system doesn't tell.
std::string own_folder() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  const std::string_view self(path, length <= 0 ? 0 : static_cast<std::size_t>(length));
  return std::string(self.substr(0, self.empty() ? 0 : self.rfind('/')));
}

std::string folder_beside(const std::string& folder) { return folder.substr(0, folder.rfind('/')) + "/lib"; }

}  // namespace

std::string library_folder() {
  const std::string own = own_folder();
  return own.empty() ? "." : folder_beside(own);
}

std::vector<std::string> executables_library_folders(const char* builders) {
  std::vector<std::string> folders;
  if (const std::string own = own_folder(); !own.empty()) folders = {own + "/lib", folder_beside(own)};
  if (builders != nullptr && *builders != 0) folders.emplace_back(builders);
  return folders;
}

}  // namespace noodle::tools
