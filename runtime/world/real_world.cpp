#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/lock.h"
#include "runtime/world/errors.h"
#include "runtime/world/world.h"

namespace noodle::world {

namespace {

constexpr std::size_t kBlock = 64 * 1024;

Written write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    // Who started us without this stream doesn't listen either.
    if (n < 0) return errno == EPIPE || errno == EBADF ? Written::Closed : Written::Failed;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return Written::Ok;
}

std::int64_t read_clock(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

class RealWorld final : public World {
 public:
  explicit RealWorld(std::vector<std::string> args) : args_(std::move(args)) {}
  ~RealWorld() override { RealWorld::flush(); }

  Ports& ports() override { return *ports_; }
  std::int64_t unix_nanos() override { return read_clock(CLOCK_REALTIME); }
  std::int64_t monotonic_nanos() override { return read_clock(CLOCK_MONOTONIC); }

  void sleep_nanos(std::int64_t nanos, const std::atomic<bool>* interrupt) override {
    const std::int64_t end = monotonic_nanos() + std::max<std::int64_t>(nanos, 0);
    for (;;) {
      const std::int64_t left = end - monotonic_nanos();
      if (left <= 0 || (interrupt != nullptr && interrupt->load(std::memory_order_relaxed))) return;
      const timespec t{static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
      nanosleep(&t, nullptr);  // a signal ends it early; then the loop looks again
    }
  }

  void wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) override { futex_wait(word, 0, nanos); }

  std::uint64_t entropy() override {
    std::uint64_t value = 0;
    while (getrandom(&value, sizeof value, 0) < 0 && errno == EINTR) {
    }
    return value;
  }

  Written write_out(std::string_view text) override {
    const Hold hold(out_lock_);
    if (!is_terminal_known_) {
      is_terminal_ = isatty(STDOUT_FILENO) == 1;
      is_terminal_known_ = true;
    }
    out_ += text;
    if (out_.size() >= kBlock || (is_terminal_ && text.find('\n') != std::string_view::npos)) {
      return flush_held();
    }
    return Written::Ok;
  }

  Written write_error(std::string_view text) override {
    const Hold hold(out_lock_);
    flush_held();
    return write_all(STDERR_FILENO, text);
  }

  Written flush() override {
    const Hold hold(out_lock_);
    return flush_held();
  }

  Written flush_held() {
    const Written written = write_all(STDOUT_FILENO, out_);
    out_.clear();
    if (written != Written::Ok) trouble_ = written;
    return trouble_;  // what was lost once is not made good by what comes later
  }

  LineRead read_line(std::string& line, const std::atomic<bool>* interrupt) override {
    flush();  // a prompt must be seen before the answer
    const Hold hold(in_lock_);
    line.clear();
    for (;;) {
      const std::size_t end = in_.find('\n', in_at_);
      if (end != std::string::npos) {
        line.append(in_, in_at_, end - in_at_);
        in_at_ = end + 1;
        if (line.ends_with('\r')) line.pop_back();
        return LineRead::Line;
      }
      line.append(in_, in_at_);
      in_.resize(kBlock);
      in_at_ = 0;
      const ssize_t n = read(STDIN_FILENO, in_.data(), in_.size());
      const int error = errno;
      in_.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
      if (n > 0) continue;
      if (n < 0 && error == EINTR) {
        if (interrupt != nullptr && interrupt->load(std::memory_order_relaxed)) {
          return LineRead::Interrupted;
        }
        continue;
      }
      return line.empty() ? LineRead::End : LineRead::Line;
    }
  }

  const std::vector<std::string>& args() override { return args_; }

  bool env(const std::string& name, std::string& value) override {
    const char* found = std::getenv(name.c_str());
    if (found == nullptr) return false;
    value = found;
    return true;
  }

  std::expected<std::string, std::string> read_file(const std::string& path) override {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::unexpected(describe(errno, path));
    struct stat about{};
    std::string bytes;
    // One byte more than the size, so that the end is seen without growing.
    if (fstat(fd, &about) == 0 && about.st_size > 0) {
      bytes.resize(static_cast<std::size_t>(about.st_size) + 1);
    } else {
      bytes.resize(kBlock);
    }
    std::size_t size = 0;
    for (;;) {
      if (size == bytes.size()) bytes.resize(bytes.size() * 2);
      const ssize_t n = read(fd, bytes.data() + size, bytes.size() - size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const int error = errno;
        close(fd);
        return std::unexpected(describe(error, path));
      }
      if (n == 0) break;
      size += static_cast<std::size_t>(n);
    }
    close(fd);
    bytes.resize(size);
    return bytes;
  }

  std::expected<void, std::string> write_file(const std::string& path, std::string_view bytes, bool append) override {
    const int mode = O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC);
    const int fd = open(path.c_str(), mode, 0666);
    if (fd < 0) return std::unexpected(describe(errno, path));
    const Written written = write_all(fd, bytes);
    const int error = errno;
    const int closed = close(fd);
    if (written != Written::Ok) return std::unexpected(describe(error, path));
    if (closed != 0) return std::unexpected(describe(errno, path));
    return {};
  }

  bool exists(const std::string& path) override {
    struct stat about{};
    return stat(path.c_str(), &about) == 0;
  }

  std::expected<void, std::string> remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return std::unexpected(describe(errno, path));
    return {};
  }

  std::expected<void, std::string> make_dir(const std::string& path) override {
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      mkdir(path.substr(0, slash).c_str(), 0777);  // the last mkdir tells whether it all worked
    }
    if (mkdir(path.c_str(), 0777) == 0) return {};
    const int error = errno;
    struct stat about{};
    if (error == EEXIST && stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) return {};
    return std::unexpected(describe(error, path));
  }

  std::expected<std::vector<std::string>, std::string> list_dir(const std::string& path) override {
    DIR* dir = opendir(path.c_str());
    if (dir == nullptr) return std::unexpected(describe(errno, path));
    std::vector<std::string> names;
    while (const dirent* entry = readdir(dir)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    closedir(dir);
    std::ranges::sort(names);
    return names;
  }

 private:
  Lock out_lock_;  // guards what is written and not yet out
  Lock in_lock_;   // held while somebody reads a line
  std::unique_ptr<Ports> ports_ = make_real_ports();
  std::vector<std::string> args_;
  Written trouble_ = Written::Ok;
  std::string out_;
  std::string in_;
  std::size_t in_at_ = 0;
  bool is_terminal_ = false;
  bool is_terminal_known_ = false;
};

}  // namespace

std::unique_ptr<World> make_real_world(std::vector<std::string> args) {
  return std::make_unique<RealWorld>(std::move(args));
}

}  // namespace noodle::world
