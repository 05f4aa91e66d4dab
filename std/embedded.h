#pragma once

// The standard library as it was when this binary was built: texts, and the trees that the parser made of
// them, which lie in the binary and are paged in where they are looked at. A path is that of the file in
// the repository, such as `std/core/list.noodle`; files are in the order of their paths.

#include <algorithm>
#include <span>
#include <string_view>

namespace noodle::syntax {
struct File;
}

namespace noodle::library {

struct File {
  std::string_view path;
  std::string_view text;
  const syntax::File* tree;  // its symbols are those of an interner that starts with `names`
};

/// Every file of the library.
std::span<const File> files();
/// The file with this path; null when there is none.
inline const File* find(std::string_view path) {
  const auto at = std::ranges::find(files(), path, &File::path);
  return at == files().end() ? nullptr : &*at;
}
/// The names in the trees, by symbol.
std::span<const std::string_view> names();

}  // namespace noodle::library
