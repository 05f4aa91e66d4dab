#pragma once

// Which of NBC's instructions random modules have.

#include <array>
#include <cstdint>
#include <string>

#include "nbc/instruction.h"
#include "nbc/module.h"

namespace noodle::jit::testing {

/// Counts instructions of modules.
class OpCoverage {
 public:
  void add(const nbc::Module& module);
  /// A row a family, such as that of all `add.…`: how many of its instructions there were and how often, and which
  /// were missing. Each row begins with `| `.
  std::string table() const;

 private:
  std::array<std::uint64_t, nbc::kOpCount> counts_{};
};

}  // namespace noodle::jit::testing
