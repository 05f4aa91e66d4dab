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
#include <mutex>
#include <span>
#include <utility>

#include "base/lock.h"
#include "runtime/world/errors.h"
#include "runtime/world/line_input.h"
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

// Reads behind what there is until the room is full or the file ends: whether it did, or what went wrong.
std::expected<bool, int> read_on(int fd, std::span<char> room, std::size_t& filled) {
  while (filled < room.size()) {
    const ssize_t n = read(fd, room.data() + filled, room.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(errno);
    if (n == 0) return true;
    filled += static_cast<std::size_t>(n);
  }
  return false;
}

// The earliest or latest that there is, where files say that they are from before 1677 or after 2262.
std::int64_t nanos_of(const timespec& time) {
  std::int64_t nanos = 0;
  const bool fits = !__builtin_mul_overflow(time.tv_sec, std::int64_t{1'000'000'000}, &nanos) &&
                    !__builtin_add_overflow(nanos, time.tv_nsec, &nanos);
  return fits ? nanos : time.tv_sec < 0 ? INT64_MIN : INT64_MAX;
}

std::int64_t read_clock(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return nanos_of(t);
}

class RealWorld : public World {
 public:
  explicit RealWorld(std::vector<std::string> args, bool hears_signals = true)
      : ports_(make_real_ports(hears_signals)), args_(std::move(args)) {}
  ~RealWorld() override { RealWorld::flush(); }

  Ports& ports() override { return *ports_; }
  std::int64_t unix_nanos() override { return read_clock(CLOCK_REALTIME); }
  std::int64_t monotonic_nanos() override { return read_clock(CLOCK_MONOTONIC); }

  void wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) override { futex_wait(word, 0, nanos); }

  std::uint64_t entropy() override {
    std::uint64_t value = 0;
    while (getrandom(&value, sizeof value, 0) < 0 && errno == EINTR) {
    }
    return value;
  }

  Written try_write_out(std::string_view text) override {
    const Hold hold(out_lock_);
    if (is_due(text)) return Written::Later;
    out_ += text;
    return Written::Ok;
  }

  Written write_out(std::string_view text) override {
    {
      const Hold hold(out_lock_);
      const bool due = is_due(text);
      out_ += text;
      if (!due) return Written::Ok;
    }
    return flush();
  }

  Written write_error(std::string_view text) override {
    const std::lock_guard hold(streams_);
    flush_held();
    return write_all(STDERR_FILENO, text);
  }

  Written flush() override {
    const std::lock_guard hold(streams_);
    return flush_held();
  }

  LineRead read_line(std::string& line, const std::function<bool()>& stop) override {
    flush();  // a prompt must be seen before the answer
    return lines_.read(line, stop);
  }
  void wake_readers() override { lines_.wake(); }

  const std::vector<std::string>& args() override { return args_; }

  bool env(const std::string& name, std::string& value) override {
    const char* found = std::getenv(name.c_str());
    if (found == nullptr) return false;
    value = found;
    return true;
  }

  bool may_wait(const std::string& path) override {
    struct stat about{};
    return stat(path.c_str(), &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode));
  }

  std::expected<std::string, std::string> read_file(const std::string& path) override {
    std::string bytes;
    const auto size = read_file_into(path, [&](std::size_t room) {
      bytes.resize_and_overwrite(room, [](char*, std::size_t all) { return all; });
      return bytes.data();
    });
    if (!size) return std::unexpected(size.error());
    bytes.resize(*size);
    return bytes;
  }

  std::expected<std::size_t, std::string> read_file_into(const std::string& path, const Room& room) override {
    // Without blocking, should it have become a FIFO since somebody asked.
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return std::unexpected(describe(errno, path));
    struct stat about{};
    // One byte more than the size, so that the end is seen without growing.
    std::size_t size =
        fstat(fd, &about) == 0 && about.st_size > 0 ? static_cast<std::size_t>(about.st_size) + 1 : kBlock;
    std::size_t filled = 0;
    std::expected<bool, int> ended = false;
    for (; ended && !*ended; size *= 2) {
      char* const at = room(size);
      ended = at == nullptr ? std::unexpected(ENOMEM) : read_on(fd, {at, size}, filled);
    }
    close(fd);
    if (!ended) return std::unexpected(describe(ended.error(), path));
    return filled;
  }

  std::expected<void, std::string> write_file(const std::string& path, std::string_view bytes, bool append) override {
    const int mode = O_WRONLY | O_CLOEXEC | O_NONBLOCK | (append ? O_APPEND : O_TRUNC);
    bool is_new = false;
    int fd = open(path.c_str(), mode);
    if (fd < 0 && errno == ENOENT) {
      fd = open(path.c_str(), mode | O_CREAT | O_EXCL, 0666);
      is_new = fd >= 0;
    }
    if (fd < 0 && errno == EEXIST) fd = open(path.c_str(), mode | O_CREAT, 0666);
    if (fd < 0) return std::unexpected(describe(errno, path));
    bool is_written = write_all(fd, bytes) == Written::Ok;
    int error = errno;
    if (close(fd) != 0 && std::exchange(is_written, false)) error = errno;
    if (is_written) return {};
    // There was none before, and half of one is worse than that.
    if (is_new) unlink(path.c_str());
    return std::unexpected(describe(error, path));
  }

  bool exists(const std::string& path) override {
    struct stat about{};
    return stat(path.c_str(), &about) == 0;
  }

  std::expected<void, std::string> remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return std::unexpected(describe(errno, path));
    return {};
  }

  std::expected<void, std::string> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return std::unexpected(describe(errno, from));
    return {};
  }

  std::expected<FileInfo, std::string> info(const std::string& path, bool follow) override {
    struct stat about{};
    const int failed = follow ? stat(path.c_str(), &about) : lstat(path.c_str(), &about);
    if (failed != 0) return std::unexpected(describe(errno, path));
    using Kind = FileInfo::Kind;
    const Kind kind = S_ISREG(about.st_mode)   ? Kind::File
                      : S_ISDIR(about.st_mode) ? Kind::Folder
                      : S_ISLNK(about.st_mode) ? Kind::Link
                                               : Kind::Other;
    return FileInfo{kind, about.st_size, nanos_of(about.st_mtim), about.st_mode & 07777};
  }

  std::expected<void, std::string> set_mode(const std::string& path, std::int64_t mode) override {
    if (chmod(path.c_str(), static_cast<mode_t>(mode & 07777)) != 0) return std::unexpected(describe(errno, path));
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
  // Whether this text ends the time of those before it in the buffer.
  bool is_due(std::string_view text) {
    if (!is_terminal_known_) {
      is_terminal_ = isatty(STDOUT_FILENO) == 1;
      is_terminal_known_ = true;
    }
    return out_.size() + text.size() >= kBlock || (is_terminal_ && text.find('\n') != std::string_view::npos);
  }

  Written flush_held() {
    {
      const Hold hold(out_lock_);
      going_.swap(out_);
    }
    const Written written = write_all(STDOUT_FILENO, going_);
    going_.clear();
    if (written != Written::Ok) trouble_ = written;
    return trouble_;  // what was lost once is not made good by what comes later
  }

  Lock out_lock_;  // guards what is not yet on its way out
  std::string out_;
  bool is_terminal_ = false;
  bool is_terminal_known_ = false;
  std::mutex streams_;  // held while somebody writes to one, which may take long; guards what is on its way
  std::string going_;
  Written trouble_ = Written::Ok;
  std::unique_ptr<Ports> ports_;
  std::vector<std::string> args_;
  LineInput lines_;
};

class TestedWorld final : public RealWorld {
 public:
  explicit TestedWorld(Harness& harness) : RealWorld({}), harness_(harness) {}

  Harness& harness() override { return harness_; }
  Written write_out(std::string_view text) override {
    harness_.print(text);
    return Written::Ok;
  }
  Written try_write_out(std::string_view text) override { return TestedWorld::write_out(text); }
  Written write_error(std::string_view text) override { return TestedWorld::write_out(text); }
  Written flush() override { return Written::Ok; }
  LineRead read_line(std::string&, const std::function<bool()>&) override { return LineRead::End; }

 private:
  Harness& harness_;
};

}  // namespace

std::unique_ptr<World> make_tested_world(Harness& harness) { return std::make_unique<TestedWorld>(harness); }

std::unique_ptr<World> make_real_world(std::vector<std::string> args) {
  return std::make_unique<RealWorld>(std::move(args));
}

std::unique_ptr<World> make_guest_world() { return std::make_unique<RealWorld>(std::vector<std::string>(), false); }

}  // namespace noodle::world
