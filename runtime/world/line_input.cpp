#include "runtime/world/line_input.h"

#include <cerrno>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace noodle::world {

namespace {
constexpr std::size_t kBlock = 64 * 1024;
}  // namespace

LineInput::~LineInput() {
  if (waker_.load() >= 0) close(waker_.load());
}

void LineInput::wake() {
  const std::lock_guard hold(mutex_);
  if (waiting_ == 0) return;
  free_.notify_all();
  const std::uint64_t one = 1;
  if (const int waker = waker_.load(); waker >= 0) static_cast<void>(write(waker, &one, sizeof one));
}

LineRead LineInput::read(std::string& line, const std::function<bool()>& stop) {
  {
    std::unique_lock hold(mutex_);
    ++waiting_;
    free_.wait(hold, [&] { return !reading_ || stop(); });
    if (reading_) {
      --waiting_;
      return LineRead::Interrupted;
    }
    reading_ = true;
  }
  const LineRead result = take(line, stop);
  const std::lock_guard hold(mutex_);
  --waiting_;
  reading_ = false;
  free_.notify_one();
  return result;
}

LineRead LineInput::take(std::string& line, const std::function<bool()>& stop) {
  for (std::size_t from = at_;;) {
    if (const std::size_t end = text_.find('\n', from); end != std::string::npos) {
      line.assign(text_, at_, end - at_);
      at_ = end + 1;
      if (line.ends_with('\r')) line.pop_back();
      return LineRead::Line;
    }
    text_.erase(0, at_);
    at_ = 0;
    from = text_.size();
    if (!wait(stop)) return LineRead::Interrupted;
    text_.resize(from + kBlock);
    const ssize_t n = ::read(STDIN_FILENO, text_.data() + from, kBlock);
    const int error = errno;
    text_.resize(from + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n > 0 || (n < 0 && (error == EINTR || error == EAGAIN))) continue;
    line = std::exchange(text_, {});
    return line.empty() ? LineRead::End : LineRead::Line;
  }
}

// Waits for more; false when it is to give up.
bool LineInput::wait(const std::function<bool()>& stop) {
  // Known to `wake` before `stop` is asked: what changes later wakes us.
  if (waker_.load() < 0) waker_.store(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  for (;;) {
    if (stop()) return false;
    pollfd both[] = {{STDIN_FILENO, POLLIN, 0}, {waker_.load(), POLLIN, 0}};
    if (poll(both, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return true;  // reading will tell
    }
    if (both[0].revents != 0) return true;
    std::uint64_t times = 0;
    static_cast<void>(::read(waker_.load(), &times, sizeof times));
  }
}

}  // namespace noodle::world
