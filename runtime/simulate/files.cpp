#include "runtime/simulate/files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

#include "runtime/world/errors.h"

namespace noodle::simulate {

namespace {

using world::describe;

// Without `.`, `..`, doubled and final slashes, so that a file has one name.
std::string normal(const std::string& path) {
  std::string text = std::filesystem::path(path).lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

Files::Entry Files::look(const std::string& path) {
  if (const auto found = entries_.find(path); found != entries_.end()) return found->second;
  if (path == "." || path == "/") return {nullptr, true};
  Entry entry;
  if (below_ != nullptr && below_->exists(path)) {
    if (auto bytes = below_->read_file(path)) {
      entry.bytes = std::make_shared<std::string>(std::move(*bytes));
    } else {
      entry.folder = below_->list_dir(path).has_value();
    }
  }
  if (entry.exists()) entries_[path] = entry;
  return entry;
}

world::OrError<Files::Bytes> Files::find(const std::string& path) {
  const Entry entry = look(normal(path));
  if (entry.folder) return std::unexpected(describe(EISDIR, path));
  if (entry.bytes == nullptr) return std::unexpected(describe(ENOENT, path));
  return entry.bytes;
}

world::OrError<Files::Bytes> Files::find_or_make(const std::string& path) {
  const std::string name = normal(path);
  const Entry entry = look(name);
  if (entry.folder) return std::unexpected(describe(EISDIR, path));
  if (entry.bytes != nullptr) return entry.bytes;
  if (path.empty() || !is_folder(folder_of(name))) return std::unexpected(describe(ENOENT, path));
  return (entries_[name] = {std::make_shared<std::string>(), false}).bytes;
}

bool Files::exists(const std::string& path) { return look(normal(path)).exists(); }

world::OrError<void> Files::remove(const std::string& path) {
  const std::string name = normal(path);
  const Entry entry = look(name);
  if (!entry.exists()) return std::unexpected(describe(ENOENT, path));
  if (entry.folder) {
    if (const auto inside = list_dir(path); inside && !inside->empty()) {
      return std::unexpected(describe(ENOTEMPTY, path));
    }
  }
  entries_[name] = {};
  return {};
}

world::OrError<void> Files::make_dir(const std::string& path) {
  const std::string name = normal(path);
  if (path.empty()) return std::unexpected(describe(ENOENT, path));
  const Entry entry = look(name);
  if (entry.bytes != nullptr) return std::unexpected(describe(EEXIST, path));
  if (entry.folder) return {};
  if (const std::string parent = folder_of(name); !is_folder(parent)) {
    if (auto made = make_dir(parent); !made) return made;
  }
  entries_[name] = {nullptr, true};
  return {};
}

world::OrError<std::vector<std::string>> Files::list_dir(const std::string& path) {
  const std::string name = normal(path);
  const Entry entry = look(name);
  if (entry.bytes != nullptr) return std::unexpected(describe(ENOTDIR, path));
  if (!entry.folder) return std::unexpected(describe(ENOENT, path));
  std::set<std::string> names;
  if (below_ != nullptr) {
    if (const auto below = below_->list_dir(name)) names.insert(below->begin(), below->end());
  }
  for (const auto& [other, what] : entries_) {
    if (other == name || folder_of(other) != name) continue;
    const std::string last = std::filesystem::path(other).filename().string();
    if (what.exists()) {
      names.insert(last);
    } else {
      names.erase(last);
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace noodle::simulate
