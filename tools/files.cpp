#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/source/source.h"
#include "tools/driver.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

/// Closes a file descriptor at the end of its scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

std::string reason() { return std::strerror(errno); }

}  // namespace

std::expected<std::string, std::string> read_file(std::string_view path) {
  // A name with a zero byte in it would silently mean another file.
  if (path.empty() || path.find('\0') != std::string_view::npos) return std::unexpected("that is no file name");
  const Descriptor file{open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat info{};
  if (file.number < 0 || fstat(file.number, &info) != 0) return std::unexpected(reason());
  if (S_ISDIR(info.st_mode)) return std::unexpected("it is a folder");
  std::string bytes;
  if (info.st_size > 0) bytes.reserve(static_cast<std::size_t>(info.st_size));
  char buffer[65536];
  for (;;) {
    const ssize_t count = read(file.number, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(reason());
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
    if (bytes.size() > source::kLargestFile) return std::unexpected("it is larger than 1 GiB");
  }
}

std::expected<std::string, std::string> read_text(std::string_view path) {
  auto bytes = read_file(path);
  if (bytes && is_module(*bytes)) return std::unexpected("it is a module, not source text");
  return bytes;
}

bool same_file(std::string_view a, std::string_view b) {
  struct stat first{}, second{};
  return stat(std::string(a).c_str(), &first) == 0 && stat(std::string(b).c_str(), &second) == 0 &&
         S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool write_file(std::string_view path, std::string_view bytes) {
  if (path == "-") {
    print_out(bytes);
    return true;
  }
  std::FILE* file = std::fopen(std::string(path).c_str(), "wb");
  bool written = file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (file != nullptr) written = std::fclose(file) == 0 && written;
  if (!written) refuse("can't write `" + std::string(path) + "`: " + reason());
  return written;
}

}  // namespace noodle::tools
