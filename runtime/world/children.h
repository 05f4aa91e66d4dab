#pragma once

// Child processes, each known by a descriptor of its own (a pidfd), so that no number of a process that has
// ended is ever taken for another.

#include <atomic>
#include <vector>

#include "base/lock.h"
#include "runtime/world/ports.h"

namespace noodle::world {

class Children {
 public:
  Children() = default;
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// See Ports.
  OrError<Child> start(const ChildOptions& options);
  static Transfer code(Port process, std::int64_t& code);
  static OrError<void> signal(Port process, int signal);
  /// Closes a child's descriptor; false when it is none. The child goes on, and is not forgotten: the system keeps
  /// what is left of one that has ended until its parent asks for it.
  bool close(Port process);

 private:
  void bury();

  Lock lock_;
  std::vector<Port> open_;
  std::vector<Port> orphans_;          // nobody asks for them any more, but they may not have ended yet
  std::atomic<std::size_t> count_{0};  // of `open_`
};

}  // namespace noodle::world
