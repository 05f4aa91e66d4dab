#include "runtime/world/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <charconv>
#include <cstddef>
#include <cstring>

namespace noodle::world {

namespace {

OrError<SocketAddress> unix_address(const std::string& path) {
  SocketAddress out;
  auto* address = reinterpret_cast<sockaddr_un*>(&out.storage);
  if (path.empty() || path.size() >= sizeof address->sun_path) {
    return std::unexpected("a path for a socket has 1 to " + std::to_string(sizeof address->sun_path - 1) +
                           " bytes: " + path);
  }
  address->sun_family = AF_UNIX;
  std::memcpy(address->sun_path, path.c_str(), path.size() + 1);
  out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return out;
}

}  // namespace

OrError<SocketAddress> ip_address(const std::string& text) {
  const auto wrong = [&] { return std::unexpected("not an address such as `127.0.0.1:80`: " + text); };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return wrong();
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || at != end) return wrong();
  std::string host = text.substr(0, colon);
  SocketAddress out;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    auto* address = reinterpret_cast<sockaddr_in6*>(&out.storage);
    address->sin6_family = AF_INET6;
    address->sin6_port = htons(port);
    out.size = sizeof *address;
    if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address->sin6_addr) != 1) return wrong();
    return out;
  }
  auto* address = reinterpret_cast<sockaddr_in*>(&out.storage);
  address->sin_family = AF_INET;
  address->sin_port = htons(port);
  out.size = sizeof *address;
  if (inet_pton(AF_INET, host.c_str(), &address->sin_addr) != 1) return wrong();
  return out;
}

OrError<SocketAddress> address_of(SocketKind kind, const std::string& text) {
  return kind == SocketKind::Unix ? unix_address(text) : ip_address(text);
}

std::string address_text(const sockaddr_storage& storage, socklen_t size) {
  char host[INET6_ADDRSTRLEN] = "";
  switch (storage.ss_family) {
    case AF_INET: {
      const auto& address = reinterpret_cast<const sockaddr_in&>(storage);
      inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
      return std::string(host) + ":" + std::to_string(ntohs(address.sin_port));
    }
    case AF_INET6: {
      const auto& address = reinterpret_cast<const sockaddr_in6&>(storage);
      inet_ntop(AF_INET6, &address.sin6_addr, host, sizeof host);
      return "[" + std::string(host) + "]:" + std::to_string(ntohs(address.sin6_port));
    }
    case AF_UNIX: {
      const auto& address = reinterpret_cast<const sockaddr_un&>(storage);
      return size > offsetof(sockaddr_un, sun_path) ? address.sun_path : "";
    }
    default: return "";
  }
}

}  // namespace noodle::world
