#pragma once

// The one door to the world (law 11): clock, standard streams, files, entropy, arguments and
// environment are reached through this interface and nowhere else, so that tests, simulation and the
// sandbox can stand in for them.

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/world/harness.h"
#include "runtime/world/ports.h"

namespace noodle::world {

/// What became of something written to a stream.
enum class Written : std::uint8_t { Ok, Closed, Failed, Later };
/// What became of a request for a line.
enum class LineRead : std::uint8_t { Line, End, Interrupted };

/// What is known of a file without reading it.
struct FileInfo {
  enum class Kind : std::uint8_t { File, Folder, Link, Other };
  Kind kind = Kind::File;
  std::int64_t size = 0;            // bytes
  std::int64_t modified_nanos = 0;  // since 1970
  std::int64_t mode = 0;            // permissions, as in `chmod`
};

class World {
 public:
  virtual ~World() = default;

  /// Sockets, open files, pipes and processes.
  virtual Ports& ports() { return no_ports(); }
  /// Who runs tests and benchmarks.
  virtual Harness& harness() { return no_harness(); }
  /// Nanoseconds since 1970.
  virtual std::int64_t unix_nanos() = 0;
  /// Nanoseconds since some fixed moment; never goes back.
  virtual std::int64_t monotonic_nanos() = 0;
  /// The moment of that clock so many nanoseconds from now, or the last there is.
  std::int64_t moment(std::int64_t nanos) {
    std::int64_t at = 0;
    return __builtin_add_overflow(monotonic_nanos(), nanos, &at) ? INT64_MAX : at;
  }
  /// Sleeps while `word` is 0, at most `nanos` nanoseconds unless negative; may wake early.
  virtual void wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) = 0;
  virtual std::uint64_t entropy() = 0;

  /// Buffered sensibly: by line on a terminal, else in blocks; `write_error` flushes it first.
  virtual Written write_out(std::string_view text) = 0;
  virtual Written write_error(std::string_view text) = 0;
  virtual Written flush() = 0;
  /// As `write_out`, if that takes no time: else Later, and nothing is done.
  virtual Written try_write_out(std::string_view text) { return write_out(text); }
  /// The next line of standard input without its end. Gives up when `stop` says so, which it is asked before
  /// it waits, after a signal and after `wake_readers`.
  virtual LineRead read_line(std::string& line, const std::function<bool()>& stop) = 0;
  /// Makes those who wait for a line ask their `stop` again.
  virtual void wake_readers() {}

  /// The program's own arguments.
  virtual const std::vector<std::string>& args() = 0;
  /// The value of an environment variable; false when it is not set.
  virtual bool env(const std::string& name, std::string& value) = 0;

  /// Whether reading or writing what is there may have to be waited for, as for a FIFO: it is opened as a port then.
  virtual bool may_wait(const std::string&) { return false; }
  /// Files. Errors are texts for people, such as `no such file: a.txt`.
  virtual std::expected<std::string, std::string> read_file(const std::string& path) = 0;
  /// Gives room for so many bytes in all, what was in it before in front; null when there is no memory.
  using Room = std::function<char*(std::size_t bytes)>;
  /// Reads a file into such room, so that it is nowhere else; how many bytes it has.
  virtual std::expected<std::size_t, std::string> read_file_into(const std::string& path, const Room& room) {
    const auto bytes = read_file(path);
    if (!bytes) return std::unexpected(bytes.error());
    char* const at = room(bytes->size());
    if (at == nullptr) return std::unexpected("no memory: " + path);
    bytes->copy(at, bytes->size());
    return bytes->size();
  }
  virtual std::expected<void, std::string> write_file(const std::string& path, std::string_view bytes, bool append) = 0;
  virtual bool exists(const std::string& path) = 0;
  virtual std::expected<void, std::string> remove(const std::string& path) = 0;
  virtual std::expected<void, std::string> make_dir(const std::string& path) = 0;
  /// Gives a file or folder another name in one step, replacing a file that has it.
  virtual std::expected<void, std::string> rename(const std::string& from, const std::string& to) = 0;
  /// Of a link itself, or of what it leads to.
  virtual std::expected<FileInfo, std::string> info(const std::string& path, bool follow) = 0;
  virtual std::expected<void, std::string> set_mode(const std::string& path, std::int64_t mode) = 0;
  /// Names in a folder, sorted.
  virtual std::expected<std::vector<std::string>, std::string> list_dir(const std::string& path) = 0;
};

/// The real one. The process must ignore SIGPIPE for a closed pipe to be noticed (the command does).
std::unique_ptr<World> make_real_world(std::vector<std::string> args);

/// The real one as a guest in another program sees it: without arguments, and without signals, which are the host's.
std::unique_ptr<World> make_guest_world();

/// The real one, but that the harness takes what is printed, and there is nothing to read.
std::unique_ptr<World> make_tested_world(Harness& harness);

/// One that lives in memory, for tests: time stands still but for waits, files are a map.
class TestWorld : public World {
 public:
  std::string out, err, in;
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> environment;
  std::vector<std::string> arguments;
  std::int64_t now = 1'700'000'000'000'000'000;
  std::uint64_t next_entropy = 1;
  bool out_closed = false;

  std::int64_t unix_nanos() override { return now; }
  std::int64_t monotonic_nanos() override { return now; }
  void wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) override;
  std::uint64_t entropy() override { return next_entropy++ * 0x9E3779B97F4A7C15ull; }
  Written write_out(std::string_view text) override;
  Written write_error(std::string_view text) override;
  Written flush() override { return Written::Ok; }
  LineRead read_line(std::string& line, const std::function<bool()>& stop) override;
  const std::vector<std::string>& args() override { return arguments; }
  bool env(const std::string& name, std::string& value) override;
  std::expected<std::string, std::string> read_file(const std::string& path) override;
  std::expected<void, std::string> write_file(const std::string& path, std::string_view bytes, bool append) override;
  bool exists(const std::string& path) override;
  std::expected<void, std::string> remove(const std::string& path) override;
  std::expected<void, std::string> make_dir(const std::string& path) override;
  std::expected<void, std::string> rename(const std::string& from, const std::string& to) override;
  std::expected<FileInfo, std::string> info(const std::string& path, bool follow) override;
  std::expected<void, std::string> set_mode(const std::string& path, std::int64_t mode) override;
  std::expected<std::vector<std::string>, std::string> list_dir(const std::string& path) override;
};

}  // namespace noodle::world
