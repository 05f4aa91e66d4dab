#pragma once

// How a run ended, and whether it may.

#include <cstdint>
#include <string>

#include "nbc/verify.h"
#include "tests/faults/cases.h"
#include "tests/faults/faulty_world.h"

namespace noodle::tests {

/// A run of a program in a world with one fault.
struct Run {
  std::int64_t code = 0;
  std::string out, err;
  std::string finding;  // what no program may do; empty: none
  bool was_injected = false;
  Contents before, after;  // files
  std::set<std::string> torn, taken;
  std::array<std::uint64_t, kCalls> counts{};
};

/// How it may end.
enum class Outcome : std::uint8_t {
  Same,     // as without a fault
  GoesOn,   // well, but with other output or a warning
  Message,  // with an error that it says
  Leaves,   // nobody reads its output any more
};
inline constexpr std::size_t kOutcomes = 4;

/// Runs a case in its folder. `good` is the run without faults, null for that one itself.
Run run_case(const nbc::VerifiedModule& program, const Case& what, const Injection& injection, const Run* good);

/// How a run ended beside the one without faults; what no program may do goes into `run.finding`.
Outcome judge(Run& run, const Run& good, Fault fault);

}  // namespace noodle::tests
