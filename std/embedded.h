#pragma once

// The texts of the standard library, as they were when this binary was built. A path is that of the
// file in the repository, such as `std/core/list.noodle`; files are in the order of their paths.

#include <span>
#include <string_view>

namespace noodle::library {

struct File {
  std::string_view path;
  std::string_view text;
};

/// Every file of the library.
std::span<const File> files();

}  // namespace noodle::library
