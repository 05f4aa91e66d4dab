#pragma once

// The file from which `perf inject --jit` takes the bytes, names and lines of code that no file holds.

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

#include "runtime/jit/lines.h"
#include "runtime/jit/names.h"

namespace noodle::jit {

class PerfDump {
 public:
  PerfDump() = default;
  ~PerfDump();
  PerfDump(const PerfDump&) = delete;
  PerfDump& operator=(const PerfDump&) = delete;
  /// Begins this process's file. Without success: why.
  std::string open();
  /// Adds the pieces of an image. For one thread at a time.
  void add(std::span<const std::byte> code, std::span<const NamedCode> pieces, const CodeLines& lines);
  /// Where the file of this process lies.
  static std::string path();

 private:
  std::FILE* file_ = nullptr;
  void* mark_ = nullptr;
  std::uint64_t pieces_ = 0;
};

}  // namespace noodle::jit
