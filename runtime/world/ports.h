#pragma once

// Sockets, files, pipes and child processes as a world offers them. No operation here waits: one that would
// says so, and the caller asks to be told when it is worth trying again. Errors are texts for people.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noodle::world {

/// An open file, socket, pipe end or child process of a world.
using Port = std::int32_t;
constexpr Port kNoPort = -1;

template <typename T>
using OrError = std::expected<T, std::string>;

/// What became of an operation.
enum class Io : std::uint8_t {
  Done,
  End,     // nothing more will come
  Wait,    // not now
  Failed,  // `error` says why
};
struct Transfer {
  Io io = Io::Done;
  std::size_t bytes = 0;
  std::string error;
};

enum class OpenMode : std::uint8_t { Read, Write, Append, Change };  // Write empties a file, Change does not
enum class SocketKind : std::uint8_t { Tcp, Unix, Udp };

/// How a child process is started.
struct ChildOptions {
  std::vector<std::string> command;  // the program, then its arguments
  std::string folder;                // to run in; empty: ours
  bool pipe_in = false;              // otherwise it reads nothing
  bool pipe_out = false;             // otherwise it writes where we do
  bool pipe_error = false;
};
/// A child process and our ends of its pipes.
struct Child {
  Port process = kNoPort;
  Port in = kNoPort;
  Port out = kNoPort;
  Port error = kNoPort;
};

/// Something that happened to files which are watched.
struct FileChange {
  enum class Kind : std::uint8_t {
    Created,  // or moved here from where nobody watches
    Changed,  // contents or permissions
    Removed,  // or moved away
    Renamed,  // to `other`
    Missed,   // something happened that can't be told, `other` says why: whoever wants to know has to look
  };
  Kind kind = Kind::Changed;
  std::string path;
  std::string other{};
};

/// What a port became worth trying for.
struct PortEvent {
  std::uint64_t token = 0;
  bool readable = false;
  bool writable = false;
  bool ended = false;  // the other side sends no more, or something failed: trying will tell
};

/// What `poll` tells at once.
struct PortNews {
  static constexpr std::size_t kMost = 128;
  PortEvent events[kMost];
  std::size_t count = 0;
};

class Ports {
 public:
  virtual ~Ports() = default;

  // ---- any port
  virtual Transfer read(Port port, std::span<char> into) = 0;
  virtual Transfer write(Port port, std::string_view bytes) = 0;
  virtual void close(Port port) = 0;
  /// From now on `poll` tells, with this token, when the port becomes readable or writable. False for what
  /// never waits (a file on disk).
  virtual bool watch(Port port, std::uint64_t token) = 0;
  /// What has become ready, waiting at most `nanos` nanoseconds for it unless negative, or until `interrupt_poll`.
  virtual std::size_t poll(std::span<PortEvent> events, std::int64_t nanos) = 0;
  /// Makes a `poll` that waits come back. From any thread, and safe in a signal handler.
  virtual void interrupt_poll() = 0;

  // ---- files
  /// Gives kNoPort when it is to be tried again: nobody reads the FIFO that is to be written.
  virtual OrError<Port> open_file(const std::string& path, OpenMode mode) = 0;
  virtual OrError<std::int64_t> seek(Port port, std::int64_t offset, int from) = 0;  // 0 start, 1 here, 2 end
  virtual OrError<void> sync(Port port) = 0;
  /// Reads from a position on, wherever the port stands, and leaves it there.
  virtual Transfer read_at(Port port, std::int64_t position, std::span<char> into) = 0;

  // ---- locks on files, which end with their port and with the process
  /// Opens a file to lock it; it is made when missing.
  virtual OrError<Port> open_lock(const std::string& path, bool shared) = 0;
  /// Done: it is locked. Wait: others have it. End: the path is no longer that file's, so it has to be opened anew.
  virtual Transfer lock(Port port, const std::string& path, bool shared) = 0;

  // ---- watches
  /// Watches a file, or a folder with what is directly in it, or with all below it.
  virtual OrError<Port> watch_files(const std::string& path, bool recursive) = 0;
  /// The next thing that happened. End: what was watched is no longer there.
  virtual Transfer next_change(Port port, FileChange& change) = 0;

  // ---- sockets; addresses are `127.0.0.1:80`, `[::1]:80`, or a path
  virtual OrError<Port> listen(SocketKind kind, const std::string& address) = 0;
  virtual Transfer accept(Port listener, Port& made) = 0;
  /// Begins to connect; the port becomes writable when `finish_connect` can tell.
  virtual OrError<Port> connect(SocketKind kind, const std::string& address) = 0;
  virtual Transfer finish_connect(Port port) = 0;
  virtual OrError<Port> bind_udp(const std::string& address) = 0;
  virtual Transfer send_to(Port port, std::string_view bytes, const std::string& address) = 0;
  virtual Transfer receive_from(Port port, std::span<char> into, std::string& address) = 0;
  virtual OrError<void> shut_down_writing(Port port) = 0;
  virtual OrError<std::string> local_address(Port port) = 0;
  virtual OrError<std::string> peer_address(Port port) = 0;
  /// The numeric addresses of a host. May take long: called by a thread that may wait.
  virtual OrError<std::vector<std::string>> resolve(const std::string& host) = 0;

  // ---- pipes and processes
  virtual OrError<std::pair<Port, Port>> pipe() = 0;  // read end, write end
  virtual OrError<Child> start_child(const ChildOptions& options) = 0;
  /// Done when the process has ended; `code` is its exit code, or minus the signal that ended it.
  virtual Transfer child_code(Port process, std::int64_t& code) = 0;
  virtual OrError<void> signal_child(Port process, int signal) = 0;
  /// A port that gives a byte, the signal's number, each time the process gets one of the signals.
  virtual OrError<Port> signals(std::span<const int> signals) = 0;
};

/// Those of the system. One that hears no signals refuses to listen to them: they are for the host.
std::unique_ptr<Ports> make_real_ports(bool hears_signals = true);
/// Ones of which every operation fails: for worlds without any.
Ports& no_ports();

}  // namespace noodle::world
