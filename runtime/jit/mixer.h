#pragma once

// For tests: which functions are compiled, where they can be entered, and when they are left, so that compiled and
// interpreted code take turns as often as possible.

#include <atomic>
#include <cstdint>

#include "runtime/jit/jit.h"
#include "runtime/jit/own_helpers.h"

namespace noodle::jit {

/// What a seed decides; the same for the same one, as long as a program has one worker. Seed 0 mixes evenly.
class Mixer {
 public:
  explicit Mixer(std::uint64_t seed);

  /// Whether a function is compiled.
  bool takes(std::uint32_t function) const;
  /// How it is compiled then.
  Effort effort(std::uint32_t function) const;
  /// Whether a compiled function can be entered at this word: 0, or a loop's head.
  bool keeps(std::uint32_t function, std::uint32_t pc) const;
  /// After how many instructions compiled code asks whether to leave: see Request.
  std::uint32_t asks_every() const { return asks_every_; }
  /// Has a machine's compiled code left now and then where it asks, and where it wants memory. The machine's
  /// Options::tier has this for its mixer.
  void attach(vm::Machine& machine);

 private:
  using Make = memory::Object* (*)(vm::Machine*, std::uint32_t);
  using MakeUnique = std::uint64_t (*)(vm::Machine*, std::uint64_t*, std::uint32_t);
  using Safepoint = bool (*)(vm::Machine*);

  static Mixer& of(const vm::Machine* vm);
  static memory::Object* make(vm::Machine* vm, std::uint32_t type);
  static std::uint64_t make_unique(vm::Machine* vm, std::uint64_t* fp, std::uint32_t slot);
  static bool safepoint(vm::Machine* vm);
  bool leaves();

  std::uint64_t seed_;
  std::uint32_t left_out_;  // functions in a hundred that stay interpreted
  std::uint32_t asks_every_;
  std::uint32_t one_in_;         // asked so often, compiled code leaves once
  std::uint32_t no_beginnings_;  // functions in a hundred that can't be entered at their beginning
  std::uint32_t no_loops_;       // loops in a hundred that can't be entered
  std::atomic<std::uint64_t> asked_ = 0;
  OwnHelpers helpers_;
  Make make_ = nullptr;
  MakeUnique make_unique_ = nullptr;
  Safepoint safepoint_ = nullptr;
};

}  // namespace noodle::jit
