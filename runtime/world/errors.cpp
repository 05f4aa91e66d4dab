#include "runtime/world/errors.h"

#include <cerrno>
#include <cstring>

namespace noodle::world {

std::string describe(int error, const std::string& what) {
  switch (error) {
    case ENOENT: return "no such file: " + what;
    case EACCES:
    case EPERM: return "permission denied: " + what;
    case EISDIR: return "is a folder: " + what;
    case ENOTDIR: return "not a folder: " + what;
    case EEXIST: return "already exists: " + what;
    case ENOTEMPTY: return "folder is not empty: " + what;
    case ENOSPC: return "no space left for: " + what;
    case EMFILE:
    case ENFILE: return "too many open files: " + what;
    case ECONNREFUSED: return "connection refused: " + what;
    case ECONNRESET: return "connection reset: " + what;
    case ETIMEDOUT: return "timed out: " + what;
    case ENETUNREACH:
    case EHOSTUNREACH: return "unreachable: " + what;
    case EPIPE: return "the other side is gone: " + what;
    case EMSGSIZE: return "message too long: " + what;
    case EADDRINUSE: return "address in use: " + what;
    default: break;
  }
  char text[128];
  // The GNU strerror_r gives the text; it may or may not lie in the buffer.
  return std::string(strerror_r(error, text, sizeof text)) + ": " + what;
}

}  // namespace noodle::world
