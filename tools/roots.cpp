#include "tools/roots.h"

#include <algorithm>
#include <filesystem>

#include "base/interner.h"
#include "compiler/syntax/parser.h"
#include "std/embedded.h"
#include "tools/driver.h"

namespace noodle::tools {

namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.find_last_of('/') + 1); }

bool is_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool leaves_current_folder(const std::string& path) {
  return path.starts_with('/') || ("/" + path).find("/../") != std::string::npos;
}

}  // namespace

std::vector<std::string> imported_files(std::string_view text) {
  std::vector<std::string> files;
  if (text.find("import") == std::string_view::npos) return files;
  Interner names;
  source::DiagnosticSink sink;
  const auto parsed = syntax::parse(names, text, source::FileId(0), sink);
  for (const syntax::Item* item : parsed.tree->items) {
    if (item->kind != syntax::ItemKind::Import) continue;
    std::string file;
    for (const syntax::Name& name : static_cast<const syntax::ImportItem*>(item)->path) {
      if (!file.empty()) file += '/';
      file += name.symbol.valid() ? names.text(name.symbol) : std::string_view();
    }
    file += ".noodle";
    if (library::find("std/" + file) == nullptr) files.push_back(std::move(file));
  }
  return files;
}

std::string import_root(const std::string& path, const std::string& folder) {
  // What comes from a pipe can be read only once, by whoever compiles it.
  const auto text = is_file(path) ? read_file(path) : std::unexpected(std::string());
  if (!text) return folder;
  const std::vector<std::string> imports = imported_files(*text);
  const auto has_all = [&](const std::string& root) {
    return std::ranges::all_of(imports, [&](const std::string& file) { return is_file(root + file); });
  };
  if (has_all(folder)) return folder;
  const std::size_t shortest = leaves_current_folder(path) ? folder.size() : 0;
  std::string root = folder_of(path);
  while (!has_all(root)) {
    if (root.size() <= shortest) return folder;
    root = folder_of(root.substr(0, root.size() - 1));
  }
  return root;
}

std::string import_root(const std::string& path) { return import_root(path, folder_of(path)); }

}  // namespace noodle::tools
