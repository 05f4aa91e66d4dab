// A float that one sum or product alone reads is computed right before it: the interpreter does the two
// together, and a compiler for a real machine has one value less to keep.

#include <algorithm>
#include <vector>

#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

class Scheduler {
 public:
  Scheduler(Function& f, PassContext& context) : f_(f), types_(context.layout.types()) {}

  void run() {
    for (Block& block : f_.blocks) {
      if (std::ranges::count_if(block.insts, [&](InstId id) { return joins(id); }) < 2) continue;
      if (uses_.empty()) count_uses();
      schedule(block.insts);
    }
  }

 private:
  bool joins(InstId id) const {
    const Inst& inst = f_.inst(id);
    if (inst.op != Op::Add && inst.op != Op::Sub && inst.op != Op::Mul) return false;
    return types_.kind(f_.type(f_.result(inst))) == sema::TypeKind::F64;
  }

  void count_uses() {
    uses_.assign(f_.values.size(), 0);
    for (const Block& block : f_.blocks) {
      for (InstId id : block.insts) {
        for (ValueId v : f_.operands_of(f_.inst(id))) ++uses_[v.index];
        for (const Edge& edge : f_.edges_of(f_.inst(id))) {
          for (ValueId v : f_.arguments_of(edge)) ++uses_[v.index];
        }
      }
    }
  }

  /// Whether `id` makes something that `reader` alone reads.
  bool feeds(InstId id, InstId reader) const {
    const Inst& inst = f_.inst(id);
    if (!joins(id) || uses_[inst.first_result] != 1) return false;
    return std::ranges::count(f_.operands_of(f_.inst(reader)), f_.result(inst)) == 1;
  }

  void schedule(std::vector<InstId>& insts) const {
    for (std::size_t i = 1; i < insts.size(); ++i) {
      if (!joins(insts[i]) || feeds(insts[i - 1], insts[i])) continue;
      // The nearest one above; nothing between reads it, since the reader is its only one.
      constexpr std::size_t kFarthest = 16;
      for (std::size_t k = 2; k <= std::min(i, kFarthest); ++k) {
        const std::size_t at = i - k;
        if (!feeds(insts[at], insts[i])) continue;
        // One that is itself the second of a pair stays with its first.
        if (at > 0 && feeds(insts[at - 1], insts[at])) break;
        const InstId moved = insts[at];
        insts.erase(insts.begin() + static_cast<std::ptrdiff_t>(at));
        insts.insert(insts.begin() + static_cast<std::ptrdiff_t>(i - 1), moved);
        break;
      }
    }
  }

  Function& f_;
  const sema::TypeTable& types_;
  std::vector<std::uint32_t> uses_;
};

}  // namespace

void schedule_floats(Function& f, PassContext& context) { Scheduler(f, context).run(); }

}  // namespace noodle::nir
