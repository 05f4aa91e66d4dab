#pragma once

// Measures one benchmark: how long a round takes, and what it does, which is the same each time.

#include <chrono>
#include <expected>
#include <optional>
#include <string>

#include "tools/execute.h"
#include "tools/suite/statistics.h"

namespace noodle::tools {

struct MeasureOptions {
  RunOptions run;
  std::chrono::nanoseconds warm_up{std::chrono::milliseconds(200)};
  std::chrono::nanoseconds sample{std::chrono::milliseconds(5)};  // at least so long
  unsigned samples = 40;
};

struct Measured {
  std::string name;
  Estimate nanos;                                        // of a round
  double rounds = 0;                                     // in each sample
  double instructions = 0, allocations = 0, copies = 0;  // of a round, interpreted
};

/// Runs a benchmark until it is known; what it panics with, or an empty text when the user interrupts.
std::expected<Measured, std::string> measure(const nbc::VerifiedModule& program, const Test& bench,
                                             const MeasureOptions& options);

}  // namespace noodle::tools
