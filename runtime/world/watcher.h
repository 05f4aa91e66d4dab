#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <sys/inotify.h>

#include "runtime/world/ports.h"

namespace noodle::world {

/// One watch. inotify knows folders, each by a number, and tells names in them; here they become paths again, the two
/// halves of a renaming one change, and folders that come are followed.
class Watcher {
 public:
  Watcher() = default;
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Begins to watch; once only.
  OrError<void> start(const std::string& path, bool recursive);
  /// The next change, as Ports has it.
  Transfer next(FileChange& change);
  int descriptor() const { return fd_; }

 private:
  struct Folder {
    std::string path;
    std::set<std::string> found;  // names that were told before their event came, if one comes
  };
  /// The first half of a renaming, whose second half may follow.
  struct Moved {
    std::uint32_t cookie = 0;
    std::string path;
    bool is_folder = false;
  };

  Transfer read_events();
  void take(const inotify_event& event);
  void take_in_folder(const inotify_event& event, Folder& folder);
  void take_of_file(std::uint32_t mask);
  void arrive(const std::string& path, bool is_folder);
  void tell(FileChange::Kind kind, std::string path, std::string other = {});
  void end_move();
  void look_again();
  OrError<void> follow(const std::string& path, bool tells);
  OrError<int> add(const std::string& path);
  void forget(const std::string& path);
  void rename(const std::string& from, const std::string& to);

  int fd_ = -1;
  bool recursive_ = false;
  bool is_over_ = false;
  std::string path_;    // what is watched
  std::string folder_;  // that, or where the watched file lies
  std::string name_;    // of the watched file; empty: a folder is watched
  bool is_there_ = true;
  std::map<int, Folder> folders_;
  std::optional<Moved> moved_;
  std::deque<FileChange> changes_;
};

}  // namespace noodle::world
