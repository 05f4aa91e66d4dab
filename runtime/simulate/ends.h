#pragma once

// What stands behind the ports of a simulated world: the ends of connections and pipes, listeners, datagram
// sockets, open files, child processes.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/simulate/choices.h"
#include "runtime/simulate/files.h"
#include "runtime/simulate/timeline.h"

namespace noodle::simulate {

struct End;

/// What all ends share: time, chance, and who is to be told of news.
class Net {
 public:
  Net(Timeline& time, Choices& choices) : time(time), choices(choices) {}
  Timeline& time;
  Choices& choices;

  /// How long something takes that usually takes `usual` nanoseconds.
  std::int64_t delay(std::int64_t usual, std::string_view what);
  /// Whether something goes wrong.
  bool wrong(Twist kind, const std::string& what);
  /// How many of so many bytes, at least one, pass at once.
  std::size_t some(std::size_t bytes);
  /// Notes what has become worth trying at an end.
  void tell(End& end, bool readable, bool writable, bool ended = false);

  std::deque<std::weak_ptr<End>> news;
};

struct End : std::enable_shared_from_this<End> {
  explicit End(Net& net) : net(net) {}
  virtual ~End() = default;
  virtual world::Transfer read(std::span<char> into);
  virtual world::Transfer write(std::string_view bytes);
  virtual void close() {}
  /// Whether it may have to be waited for.
  virtual bool waits() const { return true; }

  Net& net;
  std::string local, remote;  // addresses
  bool watched = false;
  std::uint64_t token = 0;
  bool readable = false, writable = false, ended = false;  // news that nobody has asked for yet
  std::function<void()> program;                           // of a simulated process, which this end belongs to
};

/// One end of a connection or pipe.
struct Stream final : End {
  using End::End;
  static constexpr std::size_t kWindow = 64 * 1024;  // bytes that may be on their way, or wait to be read

  /// Two ends of a new connection.
  static void join(Stream& a, Stream& b);
  world::Transfer read(std::span<char> into) override;
  world::Transfer write(std::string_view bytes) override;
  void close() override;
  /// No more will be sent from here.
  void finish();
  /// Breaks the connection.
  void reset();

  std::weak_ptr<Stream> peer;
  bool socket = true;  // else a pipe: what is in it outlives who wrote it, and nothing breaks it
  bool connecting = false, refused = false;
  bool broken = false;      // a reset arrived, or was sent
  bool finished = false;    // we send no more
  bool peer_done = false;   // no more will arrive
  bool full = false;        // somebody waits for room to write
  std::string inbox;        // arrived, not read
  std::size_t coming = 0;   // bytes on their way here
  std::int64_t latest = 0;  // when the last thing that is on its way arrives

 private:
  void arrive_later(std::string_view what, std::function<void(Stream&)> event);
};

struct Listener final : End {
  using End::End;
  void close() override;
  std::deque<std::shared_ptr<Stream>> waiting;
  std::function<void()> forget;  // its address
};

struct Datagrams final : End {
  using End::End;
  void close() override { forget(); }
  static constexpr std::size_t kMost = 256, kLargest = 65'507;
  std::deque<std::pair<std::string, std::string>> waiting;  // bytes, sender
  std::function<void()> forget;
};

struct OpenFile final : End {
  using End::End;
  world::Transfer read(std::span<char> into) override;
  world::Transfer write(std::string_view bytes) override;
  world::Transfer read_at(std::int64_t position, std::span<char> into);
  bool waits() const override { return false; }
  static constexpr std::size_t kMost = std::size_t{1} << 30;  // bytes; it lies in memory
  std::function<void(const Files::Bytes&)> wrote;
  Files::Bytes bytes;
  std::size_t at = 0;
  bool append = false, may_read = true, may_write = true;
};

/// A child process.
struct Process final : End {
  using End::End;
  void exit(std::int64_t with);
  bool over = false;
  std::int64_t code = 0;
  std::shared_ptr<Stream> in, out, error;  // its own ends; null for none
};

}  // namespace noodle::simulate
