#pragma once

// Innermost loops that only compute: what they check again and again is checked before them.

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/jit/accesses.h"

namespace noodle::jit {

/// A list that a loop reads or changes elements of, but neither replaces, resizes nor shares.
struct SteadyList {
  std::uint32_t slot = 0;
  bool always = false;    // each turn of the loop asks for the element that the counter names
  bool written = false;   // each turn writes that element
  bool foremost = false;  // before anything that may go wrong but reading
};

/// A number that stays, or what a slot holds that does.
struct Steady {
  std::int64_t number = 0;  // unless there is a slot
  std::optional<std::uint32_t> slot;
};

/// A counter that goes up at the loop's end, while it is below a bound.
struct Counter {
  std::uint32_t slot = 0;
  Steady bound;
  Steady step;  // above zero, as far as it is known here
  std::uint32_t step_pc = 0;
};

/// A loop whose instructions lie between its head and its one jump back, without effects but on elements of lists
/// that aren't counted: it ends, or goes on for ever, without anybody else seeing or changing anything.
struct PlainLoop {
  std::uint32_t head = 0;
  std::uint32_t latch = 0;  // the jump back
  std::vector<SteadyList> lists;
  std::optional<Counter> counter;

  bool contains(std::uint32_t pc) const { return pc >= head && pc <= latch; }
  const SteadyList* list(std::uint32_t slot) const {
    for (const SteadyList& list : lists) {
      if (list.slot == slot) return &list;
    }
    return nullptr;
  }
};

/// All of a function's plain loops, by head.
std::vector<PlainLoop> plain_loops(const FunctionView& view);

/// Whether an instruction has no effect outside of the frame but on elements without references, and is done by
/// compiled code itself.
bool is_plain(const FunctionView& view, const nbc::Inst& inst);

}  // namespace noodle::jit
