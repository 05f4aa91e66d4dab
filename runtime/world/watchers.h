#pragma once

// What happens to files, as the system's inotify tells it: each watch has a descriptor of its own.

#include <atomic>
#include <map>
#include <memory>

#include "base/lock.h"
#include "runtime/world/ports.h"

namespace noodle::world {

class Watcher;

/// All watches of a world, by their descriptors.
class Watchers {
 public:
  Watchers();
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  /// See Ports. Of one watch only one thread at a time may ask for the next change.
  OrError<Port> start(const std::string& path, bool recursive);
  Transfer next(Port port, FileChange& change);
  /// Closes a watch; false when it is none.
  bool close(Port port);

 private:
  Lock lock_;  // guards the table
  std::map<Port, std::unique_ptr<Watcher>> open_;
  std::atomic<std::size_t> count_{0};  // of them
};

}  // namespace noodle::world
