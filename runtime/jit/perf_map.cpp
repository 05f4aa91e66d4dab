#include "runtime/jit/perf_map.h"

#include <unistd.h>

#include "runtime/jit/perf_file.h"

namespace noodle::jit {

PerfMap::~PerfMap() {
  if (file_ != nullptr) std::fclose(file_);
}

std::string PerfMap::path() { return "/tmp/perf-" + std::to_string(getpid()) + ".map"; }

std::string PerfMap::open() {
  std::string trouble;
  file_ = make_perf_file(path(), trouble);
  return trouble;
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
