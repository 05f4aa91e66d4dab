#pragma once

// Random modules for tests: valid ones that use every instruction, and mutated ones that are mostly
// wrong. Everything follows from the seed.

#include <cstdint>
#include <string>

#include "nbc/module.h"

namespace noodle::nbc::testing {

/// A small fast generator of random numbers with a fixed sequence for each seed.
class Random {
 public:
  // All seeds walk the same circle, so each begins somewhere else on it: were it a step further than the one before,
  // their modules would have the same functions.
  explicit Random(std::uint64_t seed) : state_(mix(seed * kStep + 1)) {}
  std::uint64_t next() { return mix(state_ += kStep); }
  /// A number in [0, n); n must not be 0.
  std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>(next() % n); }
  /// True about `percent` times in a hundred.
  bool chance(std::uint32_t percent) { return below(100) < percent; }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ull;
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

/// A module that verifies and exports `main` and a test. Its loops and calls are bounded, so running it
/// ends; panics and running into a memory limit are to be expected. Its natives are string.trim and
/// string.upper.
Module generate(std::uint64_t seed);

/// A module of one function whose switch has `targets` edges into one join of kMaxSlots slots: nothing costs
/// the verifier more for its size. It verifies below kMaxJoinWork / kMaxSlots edges.
Module generate_crowded(std::size_t targets);

/// Changes a module's file at random places: bytes, with the checksum made right again.
std::string mutate_bytes(std::string bytes, Random& random);
/// Changes a module at random places: instructions, operands, registers, types and tables exchanged.
void mutate_module(Module& module, Random& random);

}  // namespace noodle::nbc::testing
