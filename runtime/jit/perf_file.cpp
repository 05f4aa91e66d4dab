#include "runtime/jit/perf_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace noodle::jit {

std::FILE* make_perf_file(const std::string& path, std::string& trouble) {
  // The folder is everybody's: what somebody else put there is not written to.
  unlink(path.c_str());
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  std::FILE* file = descriptor < 0 ? nullptr : fdopen(descriptor, "w");
  if (file != nullptr) return file;
  trouble = std::strerror(errno);
  if (descriptor >= 0) close(descriptor);
  return nullptr;
}

}  // namespace noodle::jit
