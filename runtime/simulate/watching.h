#pragma once

// Locks on a simulated world's files, and watches of them.

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "runtime/simulate/ends.h"

namespace noodle::simulate {

/// A lock on a file, or the wish for one.
struct FileLock final : End {
  using Locks = std::vector<FileLock*>;
  /// One of `all`, until it is closed.
  FileLock(Net& net, Locks& all, Files::Bytes file);
  /// Done, or Wait while others have the file.
  world::Transfer take(bool to_share);
  void close() override;

  Locks& all;
  Files::Bytes file;  // which it is by: a path may come to lead to another one
  bool held = false, shared = false;
};

/// A watch of a file or folder.
struct Watching final : End {
  using Watchers = std::vector<Watching*>;
  /// One of `all`, until it is closed; it tells paths that begin with `path`.
  Watching(Net& net, Watchers& all, std::string path, bool is_file, bool recursive);
  world::Transfer next(world::FileChange& change);
  /// Something happened somewhere; it may be of interest. Paths are normal ones.
  void happened(const world::FileChange& what);
  void close() override;

  static constexpr std::size_t kMost = 1'000;  // changes that may wait to be asked for
  Watchers& all;

 private:
  std::optional<std::string> shown(const std::string& path) const;
  void file_happened(const world::FileChange& what);
  void arrive_later(world::FileChange change, bool ends = false);

  std::string path_, root_;
  bool is_file_, recursive_;
  bool is_over_ = false;  // what is watched is gone
  bool is_done_ = false;  // and that was told
  std::size_t coming_ = 0;
  std::int64_t latest_ = 0;  // when the last change that is on its way arrives
  std::deque<world::FileChange> changes_;
};

}  // namespace noodle::simulate
