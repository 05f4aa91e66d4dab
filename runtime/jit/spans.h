#pragma once

// Where the loops of a function lie in its code.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/jit/accesses.h"

namespace noodle::jit {

/// A loop, from its head to the last jump back to it.
struct LoopSpan {
  std::uint32_t head = 0;
  std::uint32_t last = 0;

  bool contains(std::uint32_t pc) const { return head <= pc && pc <= last; }
};

/// All jumps back, as loops; those that share a head are several.
std::vector<LoopSpan> loop_spans(const FunctionView& view);
/// The heads of all loops, in ascending order.
std::vector<std::uint32_t> loop_heads(const FunctionView& view);
/// The head of the innermost loop around a word.
std::optional<std::uint32_t> innermost_around(std::span<const LoopSpan> loops, std::uint32_t pc);
/// All loops around a loop's head, with those that they overlap: who is inside stays there until the outermost ends.
LoopSpan outermost_around(std::span<const LoopSpan> loops, std::uint32_t head);

}  // namespace noodle::jit
