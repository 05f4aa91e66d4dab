#include "tools/suite/watch.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr int kCalm = 50;  // milliseconds: editors write in several steps
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;

/// inotify, closed at the end.
class Notes {
 public:
  ~Notes() {
    if (file_ >= 0) close(file_);
  }
  bool watch(const std::string& folder) {
    return file_ >= 0 && inotify_add_watch(file_, folder.c_str(), kChanges) >= 0;
  }
  /// Whether something comes within a time; -1 is for ever. False also after a signal.
  bool wait(int milliseconds) {
    pollfd entry{file_, POLLIN, 0};
    if (poll(&entry, 1, milliseconds) <= 0) return false;
    char buffer[4096];
    return read(file_, buffer, sizeof buffer) > 0;
  }

 private:
  int file_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
};

}  // namespace

bool wait_for_change(const std::set<std::string>& files) {
  Notes notes;
  std::set<std::string> folders;
  for (const std::string& file : files) {
    const std::string folder = file.substr(0, file.find_last_of('/') + 1);
    folders.insert(folder.empty() ? "." : folder);
  }
  for (const std::string& folder : folders) {
    if (notes.watch(folder)) continue;
    refuse("can't watch `" + folder + "`: " + std::strerror(errno));
    return false;
  }
  if (!notes.wait(-1)) return false;
  while (notes.wait(kCalm)) {
  }
  return true;
}

}  // namespace noodle::tools
