#include "runtime/jit/spans.h"

#include <algorithm>

namespace noodle::jit {

std::vector<LoopSpan> loop_spans(const FunctionView& view) {
  std::vector<LoopSpan> loops;
  for (std::uint32_t pc = 0; pc < view.function.code.size(); pc += view.at(pc).words()) {
    view.for_each_target(view.at(pc), [&](std::uint32_t target) {
      if (target <= pc) loops.push_back({target, pc});
    });
  }
  return loops;
}

std::vector<std::uint32_t> loop_heads(const FunctionView& view) {
  std::vector<std::uint32_t> heads;
  for (const LoopSpan& loop : loop_spans(view)) heads.push_back(loop.head);
  std::ranges::sort(heads);
  const auto repeated = std::ranges::unique(heads);
  heads.erase(repeated.begin(), repeated.end());
  return heads;
}

std::optional<std::uint32_t> innermost_around(std::span<const LoopSpan> loops, std::uint32_t pc) {
  std::optional<std::uint32_t> head;
  for (const LoopSpan& loop : loops) {
    if (loop.contains(pc) && loop.head >= head.value_or(0)) head = loop.head;
  }
  return head;
}

LoopSpan outermost_around(std::span<const LoopSpan> loops, std::uint32_t head) {
  LoopSpan all{head, head};
  for (bool grown = true; grown;) {
    grown = false;
    for (const LoopSpan& loop : loops) {
      if (loop.last < all.head || loop.head > all.last) continue;
      grown |= loop.head < all.head || loop.last > all.last;
      all = {std::min(all.head, loop.head), std::max(all.last, loop.last)};
    }
  }
  return all;
}

}  // namespace noodle::jit
