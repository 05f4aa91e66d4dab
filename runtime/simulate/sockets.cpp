// The sockets among a simulated world's ports.

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/simulate/ports.h"
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

}  // namespace

// A new end at an address, until it is closed.
template <typename T>
OrError<Port> SimulatedPorts::occupy(Places& places, const std::string& address) {
  const auto wanted = Place::of(address);
  if (!wanted) return std::unexpected(wanted.error());
  const auto place = places.claim(*wanted);
  if (!place) return std::unexpected(describe(EADDRINUSE, address));
  auto end = std::make_shared<T>(net_);
  end->local = place->text();
  end->forget = [&places, place = *place] { places.leave(place); };
  places.occupy(*place, end);
  return add(std::move(end));
}

OrError<Port> SimulatedPorts::listen_at_path(const std::string& path) {
  if (const auto address = world::address_of(SocketKind::Unix, path); !address) return std::unexpected(address.error());
  auto listener = std::make_shared<Listener>(net_);
  listener->local = path;
  // What is left is a file; the next one who listens there takes it over.
  listener->forget = [] {};
  if (const auto made = files_.make_socket(path, listener); !made) return std::unexpected(made.error());
  return add(std::move(listener));
}

OrError<Port> SimulatedPorts::listen(SocketKind kind, const std::string& address) {
  return kind == SocketKind::Unix ? listen_at_path(address) : occupy<Listener>(tcp_, address);
}

Transfer SimulatedPorts::accept(Port port, Port& made) {
  return with<Listener>(port, "accepting from", [&](Listener& listener) -> Transfer {
    if (listener.waiting.empty()) return {Io::Wait, 0, {}};
    made = add(listener.waiting.front());
    listener.waiting.pop_front();
    return {};
  });
}

// A new connection's end. Who listens is asked for when the connection arrives there.
Port SimulatedPorts::connect_to(const std::string& local, const std::string& remote, Find find) {
  auto client = std::make_shared<Stream>(net_);
  client->connecting = true;
  client->local = local;
  client->remote = remote;
  const auto arrive = [this, find = std::move(find), weak = std::weak_ptr(client)] {
    const auto from = weak.lock();
    if (from == nullptr) return;
    from->connecting = false;
    const auto found = find();
    auto* listener = static_cast<Listener*>(found.get());
    from->refused = listener == nullptr || listener->waiting.size() >= kMostWaiting ||
                    net_.wrong(Twist::Refuse, "the connection to " + from->remote + " is refused");
    if (!from->refused) {
      auto server = std::make_shared<Stream>(net_);
      server->local = from->remote;
      server->remote = from->local;
      Stream::join(*server, *from);
      listener->waiting.push_back(std::move(server));
      net_.tell(*listener, true, false);
    }
    net_.tell(*from, false, true, from->refused);
  };
  net_.time.after(net_.delay(kConnect, "connecting to " + remote), arrive);
  return add(std::move(client));
}

OrError<Port> SimulatedPorts::connect_to_path(const std::string& path) {
  if (const auto address = world::address_of(SocketKind::Unix, path); !address) return std::unexpected(address.error());
  const auto there = files_.find_socket(path);
  if (!there) return std::unexpected(there.error());
  if (static_cast<const Listener&>(*std::static_pointer_cast<End>(*there)).waiting.size() >= kMostWaiting) {
    return std::unexpected("too many wait to be accepted: " + path);
  }
  return connect_to("", path, [this, path] {
    const auto found = files_.find_socket(path);
    return found ? std::static_pointer_cast<End>(*found) : nullptr;
  });
}

OrError<Port> SimulatedPorts::connect(SocketKind kind, const std::string& address) {
  if (kind == SocketKind::Unix) return connect_to_path(address);
  auto to = Place::of(address);
  if (!to) return std::unexpected(to.error());
  *to = to->towards(*to);
  const auto from = tcp_.claim(Place{to->is_v6() ? "[::1]" : "127.0.0.1", 0});
  if (!from) return std::unexpected(describe(EADDRNOTAVAIL, address));
  return connect_to(from->text(), to->text(), [this, to = *to] { return tcp_.find(to); });
}

Transfer SimulatedPorts::finish_connect(Port port) {
  return with<Stream>(port, "connecting", [](const Stream& stream) -> Transfer {
    if (stream.connecting) return {Io::Wait, 0, {}};
    if (stream.refused) return {Io::Failed, 0, describe(ECONNREFUSED, "connecting")};
    return {};
  });
}

OrError<Port> SimulatedPorts::bind_udp(const std::string& address) { return occupy<Datagrams>(udp_, address); }

Transfer SimulatedPorts::send_to(Port port, std::string_view bytes, const std::string& text) {
  return with(port, "sending from", [&](const End& end) -> Transfer {
    const auto wanted = Place::of(text);
    if (!wanted) return {Io::Failed, 0, wanted.error()};
    const Place own = *Place::of(end.local), to = wanted->towards(*wanted);
    if (own.is_v6() != to.is_v6() && own.host != "[::]") return {Io::Failed, 0, describe(EAFNOSUPPORT, text)};
    if (bytes.size() > Datagrams::kLargest) return {Io::Failed, 0, describe(EMSGSIZE, text)};
    const std::size_t size = bytes.size();
    if (net_.wrong(Twist::Lost, "a datagram to " + to.text() + " is lost")) return {Io::Done, size, {}};
    // Each takes its own time, so that one may overtake another.
    const std::int64_t nanos = net_.delay(kConnect, "a datagram to " + to.text());
    net_.time.after(nanos, [this, to, from = own.towards(to).text(), message = std::string(bytes)] {
      const auto found = udp_.find(to);
      if (found == nullptr) return;
      auto& socket = static_cast<Datagrams&>(*found);
      if (socket.waiting.size() == Datagrams::kMost) return;
      socket.waiting.emplace_back(message, from);
      net_.tell(socket, true, false);
    });
    return {Io::Done, size, {}};
  });
}

Transfer SimulatedPorts::receive_from(Port port, std::span<char> into, std::string& address) {
  return with<Datagrams>(port, "receiving from", [&](Datagrams& socket) -> Transfer {
    if (socket.waiting.empty()) return {Io::Wait, 0, {}};
    const auto [bytes, from] = std::move(socket.waiting.front());
    socket.waiting.pop_front();
    const std::size_t n = std::min(into.size(), bytes.size());
    std::memcpy(into.data(), bytes.data(), n);
    address = from;
    net_.choices.note(bytes);
    return {Io::Done, n, {}};
  });
}

OrError<void> SimulatedPorts::shut_down_writing(Port port) {
  return with<Stream>(port, "shutting down", [](Stream& stream) -> OrError<void> {
    stream.finish();
    return {};
  });
}

OrError<std::string> SimulatedPorts::local_address(Port port) {
  return with(port, "asking for the address of", [](const End& end) -> OrError<std::string> { return end.local; });
}

OrError<std::string> SimulatedPorts::peer_address(Port port) {
  return with(port, "asking for the address of", [](const End& end) -> OrError<std::string> { return end.remote; });
}

OrError<std::vector<std::string>> SimulatedPorts::resolve(const std::string& host) {
  const std::string literal = host.contains(':') ? "[" + host + "]" : host;
  OrError<std::vector<std::string>> found =
      std::unexpected("no address for `" + host + "`: a simulation knows only localhost");
  if (host == "localhost") {
    found = std::vector<std::string>{"127.0.0.1", "::1"};
  } else if (Place::of(literal + ":0")) {
    found = std::vector<std::string>{host};
  }
  net_.choices.note("resolve " + host + (found ? " found" : " unknown"));
  return found;
}

}  // namespace noodle::simulate
