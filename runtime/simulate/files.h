#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "runtime/world/world.h"

namespace noodle::simulate {

/// A simulated world's file system: what lies below it can be read, what is changed stays in memory.
class Files {
 public:
  /// Over another world's files, which may be null: then there are none.
  explicit Files(world::World* below) : below_(below) {}

  using Bytes = std::shared_ptr<std::string>;
  /// The contents of a file, shared by all who have it open.
  world::OrError<Bytes> find(const std::string& path);
  /// The same, made empty when it is not there.
  world::OrError<Bytes> find_or_make(const std::string& path);
  bool exists(const std::string& path);
  world::OrError<void> remove(const std::string& path);
  world::OrError<void> make_dir(const std::string& path);
  world::OrError<void> rename(const std::string& from, const std::string& to);
  world::OrError<world::FileInfo> info(const std::string& path);
  world::OrError<void> set_mode(const std::string& path, std::int64_t mode);
  world::OrError<std::vector<std::string>> list_dir(const std::string& path);
  /// Says that somebody has written to a file, which may have another name by now or none.
  void wrote(const Bytes& bytes);
  /// Who hears of all that happens, with normal paths.
  void tell_to(std::function<void(const world::FileChange&)> listener) { listener_ = std::move(listener); }
  /// Without `.`, `..`, doubled and final slashes, so that a file has one name.
  static std::string normal(const std::string& path);
  /// Makes the file of a Unix socket, or takes one over on which nobody listens any more.
  world::OrError<void> make_socket(const std::string& path, std::weak_ptr<void> listener);
  /// Who listens there.
  world::OrError<std::shared_ptr<void>> find_socket(const std::string& path);

 private:
  enum class What : std::uint8_t { Nothing, File, Folder, Socket };
  struct Entry {
    What what = What::Nothing;
    Bytes bytes{};                       // of a file, from the first time that it is opened
    std::weak_ptr<void> listener{};      // of a socket
    std::optional<std::int64_t> mode{};  // permissions, once they were set
  };
  Entry& look(const std::string& path);
  void move(const std::string& from, const std::string& to);
  void tell(world::FileChange::Kind kind, const std::string& path, const std::string& other = {});
  bool is_folder(const std::string& path) { return look(path).what == What::Folder; }

  world::World* below_;
  std::map<std::string, Entry> entries_;  // by normal path
  std::function<void(const world::FileChange&)> listener_;
};

}  // namespace noodle::simulate
