#include "tools/repl/hang_up.h"

#include <cerrno>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace noodle::tools {

HangUp::HangUp(vm::Runtime& runtime) : runtime_(runtime) {
  if (isatty(STDIN_FILENO) == 1) over_ = eventfd(0, EFD_CLOEXEC);
  if (over_ >= 0) thread_ = std::thread([this] { watch(); });
}

HangUp::~HangUp() {
  if (over_ < 0) return;
  eventfd_write(over_, 1);
  thread_.join();
  close(over_);
}

void HangUp::watch() {
  // No events are asked for: that nobody is there is told anyway.
  pollfd both[] = {{STDIN_FILENO, 0, 0}, {over_, POLLIN, 0}};
  while (poll(both, 2, -1) >= 0 || errno == EINTR) {
    if (both[1].revents != 0) return;
    if (both[0].revents == 0) continue;
    runtime_.interrupt();
    both[0].fd = -1;
  }
}

}  // namespace noodle::tools
