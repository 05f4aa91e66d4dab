#include "runtime/jit/perf_map.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace noodle::jit {

PerfMap::~PerfMap() {
  if (file_ != nullptr) std::fclose(file_);
}

std::string PerfMap::path() { return "/tmp/perf-" + std::to_string(getpid()) + ".map"; }

std::string PerfMap::open() {
  // The folder is everybody's: what somebody else put there is not written to.
  unlink(path().c_str());
  const int descriptor = ::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return std::strerror(errno);
  file_ = fdopen(descriptor, "w");
  if (file_ == nullptr) {
    const int why = errno;
    ::close(descriptor);
    return std::strerror(why);
  }
  return {};
}

void PerfMap::add(std::span<const NamedCode> pieces) {
  if (file_ == nullptr) return;
  for (const NamedCode& piece : pieces) {
    std::fprintf(file_, "%llx %zx %s [noodle]\n",
                 static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(piece.at)), piece.bytes,
                 piece.name.c_str());
  }
  // The program may end at any moment.
  std::fflush(file_);
}

}  // namespace noodle::jit
