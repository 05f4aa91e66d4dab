#pragma once

// The file in which `perf` looks for the names of code that no file holds: a line for each piece.

#include <cstdio>
#include <span>
#include <string>

#include "runtime/jit/names.h"

namespace noodle::jit {

class PerfMap {
 public:
  PerfMap() = default;
  ~PerfMap();
  PerfMap(const PerfMap&) = delete;
  PerfMap& operator=(const PerfMap&) = delete;
  /// Begins this process's map, in place of one that an earlier process of its number left. Without success: why.
  std::string open();
  /// Adds `fib [noodle]` and its like. For one thread at a time.
  void add(std::span<const NamedCode> pieces);
  /// Where the map of this process lies.
  static std::string path();

 private:
  std::FILE* file_ = nullptr;
};

}  // namespace noodle::jit
