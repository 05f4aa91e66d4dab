#pragma once

// Addresses of sockets as texts, and in the system's form.

#include <sys/socket.h>

#include <string>

#include "runtime/world/ports.h"

namespace noodle::world {

/// A socket's address in the system's form.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// `127.0.0.1:80` or `[::1]:80`; the error says what is wrong with it.
OrError<SocketAddress> ip_address(const std::string& text);
/// The same, or for a Unix socket a path.
OrError<SocketAddress> address_of(SocketKind kind, const std::string& text);
/// An address as text; empty for a Unix socket without a name.
std::string address_text(const sockaddr_storage& storage, socklen_t size);

}  // namespace noodle::world
