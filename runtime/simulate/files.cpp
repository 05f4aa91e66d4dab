#include "runtime/simulate/files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

#include "runtime/world/errors.h"

namespace noodle::simulate {

namespace {

using world::describe;
using Kind = world::FileChange::Kind;

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

std::string Files::normal(const std::string& path) {
  std::string text = std::filesystem::path(path).lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

void Files::tell(Kind kind, const std::string& path, const std::string& other) {
  if (listener_) listener_({kind, path, other});
}

Files::Entry& Files::look(const std::string& path) {
  const auto [found, fresh] = entries_.try_emplace(path);
  Entry& entry = found->second;
  if (!fresh) return entry;
  if (path == "." || path == "/") {
    entry.what = What::Folder;
  } else if (below_ != nullptr && below_->exists(path)) {
    entry.what = below_->list_dir(path) ? What::Folder : What::File;
  }
  return entry;
}

world::OrError<Files::Bytes> Files::find(const std::string& path) {
  const std::string name = normal(path);
  Entry& entry = look(name);
  if (entry.what == What::Folder) return std::unexpected(describe(EISDIR, path));
  if (entry.what == What::Nothing) return std::unexpected(describe(ENOENT, path));
  if (entry.what == What::Socket) return std::unexpected(describe(ENXIO, path));
  if (entry.bytes == nullptr) {
    if (below_->may_wait(name)) return std::unexpected("a simulation can't wait for what comes from outside: " + path);
    auto bytes = below_->read_file(name);
    if (!bytes) return std::unexpected(bytes.error());
    entry.bytes = std::make_shared<std::string>(std::move(*bytes));
  }
  return entry.bytes;
}

world::OrError<Files::Bytes> Files::find_or_make(const std::string& path) {
  const std::string name = normal(path);
  if (path.empty() || (look(name).what == What::Nothing && !is_folder(folder_of(name)))) {
    return std::unexpected(describe(ENOENT, path));
  }
  Entry& entry = look(name);
  if (entry.what == What::Nothing) {
    entry = {What::File, std::make_shared<std::string>()};
    tell(Kind::Created, name);
  }
  return find(path);
}

bool Files::exists(const std::string& path) { return look(normal(path)).what != What::Nothing; }

world::OrError<void> Files::remove(const std::string& path) {
  const std::string name = normal(path);
  const What what = look(name).what;
  if (what == What::Nothing) return std::unexpected(describe(ENOENT, path));
  if (what == What::Folder) {
    if (const auto inside = list_dir(path); inside && !inside->empty()) {
      return std::unexpected(describe(ENOTEMPTY, path));
    }
  }
  look(name) = {};
  tell(Kind::Removed, name);
  return {};
}

world::OrError<void> Files::make_dir(const std::string& path) {
  const std::string name = normal(path);
  if (path.empty()) return std::unexpected(describe(ENOENT, path));
  const What what = look(name).what;
  if (what == What::Folder) return {};
  if (what != What::Nothing) return std::unexpected(describe(EEXIST, path));
  if (const std::string parent = folder_of(name); !is_folder(parent)) {
    if (auto made = make_dir(parent); !made) return made;
  }
  look(name).what = What::Folder;
  tell(Kind::Created, name);
  return {};
}

/// A file, or a folder with all that is in it.
void Files::move(const std::string& from, const std::string& to) {
  if (is_folder(from)) {
    look(to) = look(from);
    if (const auto names = list_dir(from)) {
      for (const std::string& name : *names) move(from + "/" + name, to + "/" + name);
    }
  } else {
    if (look(from).what == What::File) (void)find(from);  // what lies below is read now: it is under the old name
    look(to) = look(from);
  }
  look(from) = {};
}

world::OrError<void> Files::rename(const std::string& from, const std::string& to) {
  const std::string old = normal(from), name = normal(to);
  const What what = look(old).what;
  if (what == What::Nothing || !is_folder(folder_of(name))) return std::unexpected(describe(ENOENT, from));
  if (old == name) return {};
  if (name.starts_with(old + "/")) return std::unexpected(describe(EINVAL, from));
  const What there = look(name).what;
  if (there == What::Folder && what != What::Folder) return std::unexpected(describe(EISDIR, from));
  if (there != What::Nothing && there != What::Folder && what == What::Folder) {
    return std::unexpected(describe(ENOTDIR, from));
  }
  if (there == What::Folder) {
    if (const auto inside = list_dir(name); inside && !inside->empty()) {
      return std::unexpected(describe(ENOTEMPTY, from));
    }
  }
  move(old, name);
  tell(Kind::Renamed, old, name);
  return {};
}

/// A simulated file has no time of its own: it would tell when the test ran.
world::OrError<world::FileInfo> Files::info(const std::string& path) {
  using enum world::FileInfo::Kind;
  const Entry& entry = look(normal(path));
  if (entry.what == What::Nothing) return std::unexpected(describe(ENOENT, path));
  if (entry.what == What::Folder) return world::FileInfo{Folder, 0, 0, entry.mode.value_or(0755)};
  const std::int64_t mode = entry.mode.value_or(0644);
  if (entry.what == What::Socket) return world::FileInfo{Other, 0, 0, mode};
  const auto bytes = find(path);
  if (!bytes) return std::unexpected(bytes.error());
  return world::FileInfo{File, static_cast<std::int64_t>((*bytes)->size()), 0, mode};
}

world::OrError<void> Files::set_mode(const std::string& path, std::int64_t mode) {
  const std::string name = normal(path);
  Entry& entry = look(name);
  if (entry.what == What::Nothing) return std::unexpected(describe(ENOENT, path));
  entry.mode = mode & 07777;
  tell(Kind::Changed, name);
  return {};
}

void Files::wrote(const Bytes& bytes) {
  if (!listener_) return;
  for (const auto& [path, entry] : entries_) {
    if (entry.bytes == bytes) return tell(Kind::Changed, path);
  }
}

world::OrError<std::vector<std::string>> Files::list_dir(const std::string& path) {
  const std::string name = normal(path);
  const What what = look(name).what;
  if (what == What::Nothing) return std::unexpected(describe(ENOENT, path));
  if (what != What::Folder) return std::unexpected(describe(ENOTDIR, path));
  std::set<std::string> names;
  if (below_ != nullptr) {
    if (const auto below = below_->list_dir(name)) names.insert(below->begin(), below->end());
  }
  for (const auto& [other, entry] : entries_) {
    if (other == name || folder_of(other) != name) continue;
    const std::string last = std::filesystem::path(other).filename().string();
    if (entry.what != What::Nothing) {
      names.insert(last);
    } else {
      names.erase(last);
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

world::OrError<void> Files::make_socket(const std::string& path, std::weak_ptr<void> listener) {
  const std::string name = normal(path);
  if (!is_folder(folder_of(name))) return std::unexpected(describe(ENOENT, path));
  Entry& entry = look(name);
  const bool free = entry.what == What::Nothing || (entry.what == What::Socket && entry.listener.expired());
  if (!free) return std::unexpected(describe(EADDRINUSE, path));
  entry = {.what = What::Socket, .listener = std::move(listener)};
  tell(Kind::Created, name);
  return {};
}

world::OrError<std::shared_ptr<void>> Files::find_socket(const std::string& path) {
  const Entry& entry = look(normal(path));
  if (entry.what == What::Nothing) return std::unexpected(describe(ENOENT, path));
  auto listener = entry.listener.lock();
  if (listener == nullptr) return std::unexpected(describe(ECONNREFUSED, path));
  return listener;
}

}  // namespace noodle::simulate
