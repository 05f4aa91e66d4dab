#include "runtime/simulate/ports.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "runtime/simulate/programs.h"
#include "runtime/world/address.h"
#include "runtime/world/errors.h"

namespace noodle::simulate {

namespace {

using world::describe;
using world::Io;
using world::OrError;
using world::Port;
using world::SocketKind;
using world::Transfer;

constexpr std::int64_t kConnect = 50'000;    // nanoseconds
constexpr std::size_t kMostWaiting = 1'024;  // connections that nobody has accepted

// An address in its normal form.
OrError<std::string> checked(const std::string& text) {
  const auto address = world::ip_address(text);
  if (!address) return std::unexpected(address.error());
  return world::address_text(address->storage, address->size);
}

std::string kind_name(SocketKind kind) {
  return kind == SocketKind::Unix ? "unix" : kind == SocketKind::Udp ? "udp" : "tcp";
}

}  // namespace

Port SimulatedPorts::add(std::shared_ptr<End> end) {
  ends_.emplace(next_port_, std::move(end));
  return next_port_++;
}

std::shared_ptr<End> SimulatedPorts::find(Port port, const char* doing) {
  if (const auto found = ends_.find(port); found != ends_.end()) return found->second;
  misuses_.push_back(std::string(doing) + " a port that is closed");
  return nullptr;
}

Transfer SimulatedPorts::read(Port port, std::span<char> into) {
  const auto end = find(port, "reading from");
  Transfer got = end != nullptr ? end->read(into) : Transfer{Io::Failed, 0, describe(EBADF, "reading")};
  net_.choices.note(static_cast<std::uint64_t>(got.io) << 60 | got.bytes);
  return got;
}

Transfer SimulatedPorts::write(Port port, std::string_view bytes) {
  const auto end = find(port, "writing to");
  Transfer sent = end != nullptr ? end->write(bytes) : Transfer{Io::Failed, 0, describe(EBADF, "writing")};
  net_.choices.note(bytes.substr(0, sent.bytes));
  return sent;
}

void SimulatedPorts::close(Port port) {
  const auto end = find(port, "closing");
  if (end == nullptr) return;
  end->watched = false;
  ends_.erase(port);
  end->close();
}

bool SimulatedPorts::watch(Port port, std::uint64_t token) {
  const auto end = find(port, "watching");
  if (end == nullptr || !end->waits()) return false;
  end->token = token;
  end->watched = true;
  // As a kernel would: what it can do now is news, too. Trying will tell how much of it is true.
  net_.tell(*end, true, true);
  return true;
}

void SimulatedPorts::await_news(std::int64_t nanos) {
  Timeline& time = net_.time;
  const std::int64_t until = nanos < 0 ? INT64_MAX : time.now() + nanos;
  if (wait_) {
    // An interrupt is meant for whoever waits, not for one that only looks; it need not wait yet.
    if (nanos == 0) return;
    wait_([this] { return interrupted_ || !net_.news.empty(); }, until);
    interrupted_ = false;
    return;
  }
  time.advance(time.now());
  while (net_.news.empty() && time.next() <= until && time.next() != INT64_MAX) time.advance(time.next());
  if (net_.news.empty() && until != INT64_MAX) time.advance(until);
}

std::size_t SimulatedPorts::poll(std::span<world::PortEvent> events, std::int64_t nanos) {
  await_news(nanos);
  std::size_t count = 0;
  while (count < events.size() && !net_.news.empty()) {
    const auto end = net_.news.front().lock();
    net_.news.pop_front();
    if (end == nullptr || !end->watched) continue;
    events[count++] = {end->token, std::exchange(end->readable, false), std::exchange(end->writable, false),
                       std::exchange(end->ended, false)};
  }
  return count;
}

// ----------------------------------------------------------------------------------------- files

OrError<Port> SimulatedPorts::open_file(const std::string& path, world::OpenMode mode) {
  const bool reads = mode == world::OpenMode::Read;
  auto bytes = reads ? files_.find(path) : files_.find_or_make(path);
  if (!bytes) return std::unexpected(bytes.error());
  if (mode == world::OpenMode::Write) (*bytes)->clear();
  auto file = std::make_shared<OpenFile>(net_);
  file->local = path;
  file->bytes = std::move(*bytes);
  file->append = mode == world::OpenMode::Append;
  file->may_write = !reads;
  file->may_read = reads || mode == world::OpenMode::Change;
  return add(std::move(file));
}

OrError<std::int64_t> SimulatedPorts::seek(Port port, std::int64_t offset, int from) {
  const auto end = find(port, "seeking in");
  if (end == nullptr) return std::unexpected(describe(EBADF, "seeking"));
  auto& file = static_cast<OpenFile&>(*end);
  const std::size_t base = from == 0 ? 0 : from == 1 ? file.at : file.bytes->size();
  std::int64_t at = 0;
  if (__builtin_add_overflow(static_cast<std::int64_t>(base), offset, &at) || at < 0) {
    return std::unexpected(describe(EINVAL, "seeking"));
  }
  file.at = static_cast<std::size_t>(at);
  return at;
}

OrError<void> SimulatedPorts::sync(Port port) {
  const auto end = find(port, "syncing");
  if (end == nullptr) return std::unexpected(describe(EBADF, "writing to disk"));
  if (net_.wrong(Twist::Full, "the disk is full when " + end->local + " is synced")) {
    return std::unexpected(describe(ENOSPC, "writing to disk"));
  }
  return {};
}

// --------------------------------------------------------------------------------------- sockets

// Of a TCP or UDP port that nobody asked for by number.
int SimulatedPorts::next_number() {
  const int number = next_number_;
  next_number_ = number == kLastNumber ? kFirstNumber : number + 1;
  return number;
}

// The address that somebody will have: port 0 becomes a free one.
OrError<std::string> SimulatedPorts::claim(const std::string& kind, const std::string& address) {
  std::string claimed = address;
  if (kind != "unix") {
    auto parsed = checked(address);
    if (!parsed) return std::unexpected(parsed.error());
    claimed = std::move(*parsed);
    if (claimed.ends_with(":0")) {
      claimed.pop_back();
      for (int tries = 0; tries <= kLastNumber - kFirstNumber; ++tries) {
        const std::string free = claimed + std::to_string(next_number());
        const auto found = places_.find({kind, free});
        if (found == places_.end() || found->second.expired()) return free;
      }
      return std::unexpected(describe(EADDRINUSE, address));
    }
  } else if (address.empty()) {
    return std::unexpected(describe(ENOENT, address));
  }
  if (const auto found = places_.find({kind, claimed}); found != places_.end() && !found->second.expired()) {
    return std::unexpected(describe(EADDRINUSE, address));
  }
  return claimed;
}

// A new end at a place, until it is closed.
template <typename T>
Port SimulatedPorts::occupy(const Place& place) {
  auto end = std::make_shared<T>(net_);
  end->local = place.second;
  end->forget = [this, place] { places_.erase(place); };
  places_[place] = end;
  return add(std::move(end));
}

std::shared_ptr<End> SimulatedPorts::listening(const std::string& kind, const std::string& address) {
  const auto at = [&](const std::string& place) -> std::shared_ptr<End> {
    const auto found = places_.find({kind, place});
    return found != places_.end() ? found->second.lock() : nullptr;
  };
  if (auto found = at(address)) return found;
  if (kind == "unix") return nullptr;
  const std::string number = address.substr(address.rfind(':'));
  if (auto found = at("0.0.0.0" + number)) return found;
  return at("[::]" + number);
}

OrError<Port> SimulatedPorts::listen(SocketKind kind, const std::string& address) {
  const std::string name = kind_name(kind);
  auto claimed = claim(name, address);
  if (!claimed) return std::unexpected(claimed.error());
  return occupy<Listener>({name, *claimed});
}

Transfer SimulatedPorts::accept(Port port, Port& made) {
  const auto end = find(port, "accepting from");
  if (end == nullptr) return {Io::Failed, 0, describe(EBADF, "accepting")};
  auto& listener = static_cast<Listener&>(*end);
  if (listener.waiting.empty()) return {Io::Wait, 0, {}};
  made = add(listener.waiting.front());
  listener.waiting.pop_front();
  return {};
}

OrError<Port> SimulatedPorts::connect(SocketKind kind, const std::string& text) {
  const std::string name = kind_name(kind);
  std::string address = text;
  if (kind != SocketKind::Unix) {
    auto parsed = checked(text);
    if (!parsed) return std::unexpected(parsed.error());
    address = std::move(*parsed);
  } else if (listening(name, address) == nullptr) {
    return std::unexpected(describe(ENOENT, address));
  }
  auto client = std::make_shared<Stream>(net_);
  client->connecting = true;
  client->remote = address;
  client->local = kind == SocketKind::Unix ? "" : "127.0.0.1:" + std::to_string(next_number());
  net_.time.after(net_.delay(kConnect, "connecting to " + address),
                  [this, name, address, weak = std::weak_ptr(client)] {
                    const auto from = weak.lock();
                    if (from == nullptr) return;
                    from->connecting = false;
                    const auto found = listening(name, address);
                    auto* listener = static_cast<Listener*>(found.get());
                    from->refused = listener == nullptr || listener->waiting.size() >= kMostWaiting ||
                                    net_.wrong(Twist::Refuse, "the connection to " + address + " is refused");
                    if (!from->refused) {
                      auto server = std::make_shared<Stream>(net_);
                      server->local = address;
                      server->remote = from->local;
                      Stream::join(*server, *from);
                      listener->waiting.push_back(std::move(server));
                      net_.tell(*listener, true, false);
                    }
                    net_.tell(*from, false, true, from->refused);
                  });
  return add(std::move(client));
}

Transfer SimulatedPorts::finish_connect(Port port) {
  const auto end = find(port, "connecting");
  if (end == nullptr) return {Io::Failed, 0, describe(EBADF, "connecting")};
  const auto& stream = static_cast<Stream&>(*end);
  if (stream.connecting) return {Io::Wait, 0, {}};
  if (stream.refused) return {Io::Failed, 0, describe(ECONNREFUSED, "connecting")};
  return {};
}

OrError<Port> SimulatedPorts::bind_udp(const std::string& address) {
  auto claimed = claim("udp", address);
  if (!claimed) return std::unexpected(claimed.error());
  return occupy<Datagrams>({"udp", *claimed});
}

Transfer SimulatedPorts::send_to(Port port, std::string_view bytes, const std::string& text) {
  const auto end = find(port, "sending from");
  if (end == nullptr) return {Io::Failed, 0, describe(EBADF, text)};
  const auto address = checked(text);
  if (!address) return {Io::Failed, 0, address.error()};
  if (bytes.size() > Datagrams::kLargest) return {Io::Failed, 0, describe(EMSGSIZE, text)};
  const std::size_t size = bytes.size();
  if (net_.wrong(Twist::Lost, "a datagram to " + *address + " is lost")) return {Io::Done, size, {}};
  // Each takes its own time, so that one may overtake another.
  const std::int64_t nanos = net_.delay(kConnect, "a datagram to " + *address);
  net_.time.after(nanos, [this, to = *address, from = end->local, message = std::string(bytes)] {
    const auto found = listening("udp", to);
    if (found == nullptr) return;
    auto& socket = static_cast<Datagrams&>(*found);
    if (socket.waiting.size() == Datagrams::kMost) return;
    socket.waiting.emplace_back(message, from);
    net_.tell(socket, true, false);
  });
  return {Io::Done, size, {}};
}

Transfer SimulatedPorts::receive_from(Port port, std::span<char> into, std::string& address) {
  const auto end = find(port, "receiving from");
  if (end == nullptr) return {Io::Failed, 0, describe(EBADF, "receiving")};
  auto& socket = static_cast<Datagrams&>(*end);
  if (socket.waiting.empty()) return {Io::Wait, 0, {}};
  const auto [bytes, from] = std::move(socket.waiting.front());
  socket.waiting.pop_front();
  const std::size_t n = std::min(into.size(), bytes.size());
  std::memcpy(into.data(), bytes.data(), n);
  address = from;
  net_.choices.note(bytes);
  return {Io::Done, n, {}};
}

OrError<void> SimulatedPorts::shut_down_writing(Port port) {
  const auto end = find(port, "shutting down");
  if (end == nullptr) return std::unexpected(describe(EBADF, "closing one direction"));
  static_cast<Stream&>(*end).finish();
  return {};
}

OrError<std::string> SimulatedPorts::local_address(Port port) {
  const auto end = find(port, "asking for the address of");
  if (end == nullptr) return std::unexpected(describe(EBADF, "asking for an address"));
  return end->local;
}

OrError<std::string> SimulatedPorts::peer_address(Port port) {
  const auto end = find(port, "asking for the address of");
  if (end == nullptr) return std::unexpected(describe(EBADF, "asking for an address"));
  return end->remote;
}

OrError<std::vector<std::string>> SimulatedPorts::resolve(const std::string& host) {
  if (host == "localhost") return std::vector<std::string>{"127.0.0.1", "::1"};
  if (const bool bare = host.contains(':'); checked((bare ? "[" + host + "]" : host) + ":0")) {
    return std::vector<std::string>{host};
  }
  return std::unexpected("no address for `" + host + "`: a simulation knows only localhost");
}

// --------------------------------------------------------------------------- pipes and processes

OrError<std::pair<Port, Port>> SimulatedPorts::pipe() {
  auto in = std::make_shared<Stream>(net_), out = std::make_shared<Stream>(net_);
  in->socket = out->socket = false;
  Stream::join(*in, *out);
  return std::pair(add(std::move(in)), add(std::move(out)));
}

OrError<world::Child> SimulatedPorts::start_child(const world::ChildOptions& options) {
  if (options.command.empty() || options.command[0].empty()) return std::unexpected("a command needs a program");
  if (!is_program(options.command[0])) {
    return std::unexpected("no such program: " + options.command[0] +
                           " (a simulation has only cat, echo, false, sleep and true)");
  }
  auto process = std::make_shared<Process>(net_);
  process->local = options.command[0];
  world::Child child;
  const auto give = [&](bool wanted, std::shared_ptr<Stream>& theirs, Port& ours) {
    if (!wanted) return;
    theirs = std::make_shared<Stream>(net_);
    auto other = std::make_shared<Stream>(net_);
    theirs->socket = other->socket = false;
    theirs->program = [] {};
    Stream::join(*theirs, *other);
    ours = add(std::move(other));
  };
  give(options.pipe_in, process->in, child.in);
  give(options.pipe_out, process->out, child.out);
  give(options.pipe_error, process->error, child.error);
  run_program(*process, options.command);
  child.process = add(std::move(process));
  return child;
}

Transfer SimulatedPorts::child_code(Port port, std::int64_t& code) {
  const auto end = find(port, "waiting for");
  if (end == nullptr) return {Io::Failed, 0, describe(EBADF, "waiting for a process")};
  const auto& process = static_cast<Process&>(*end);
  if (!process.over) return {Io::Wait, 0, {}};
  code = process.code;
  return {};
}

OrError<void> SimulatedPorts::signal_child(Port port, int signal) {
  const auto end = find(port, "signalling");
  if (end == nullptr) return std::unexpected(describe(EBADF, "sending a signal"));
  auto& process = static_cast<Process&>(*end);
  if (process.over) return std::unexpected(describe(ESRCH, "sending a signal"));
  // None of the programs has handlers; two signals are ignored by default.
  if (signal != SIGCHLD && signal != SIGWINCH) process.exit(-signal);
  return {};
}

// Nobody sends signals to a simulated program.
OrError<Port> SimulatedPorts::signals(std::span<const int>) { return add(std::make_shared<End>(net_)); }

}  // namespace noodle::simulate
