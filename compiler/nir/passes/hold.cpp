// A part that a loop takes out of a list and gives back in every round is held through the loop:
//
//     for j in 0..n { out[i][j] += … }        take out[i]; for j in 0..n { row[j] += … }; put it back
//
// The element travels around the loop in place of the list. Taking checks the index, so it may come
// before the loop only where it would have been the first thing to happen in it, or where the index is
// proved to name an element: a test against the list's own length dominates, and changes of elements
// leave the length alone.

#include <algorithm>

#include "compiler/nir/builder.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/loops.h"
#include "compiler/nir/passes/passes.h"
#include "compiler/nir/passes/ssa.h"

namespace noodle::nir {

namespace {

/// What dominating tests say of an index.
class Bounds {
 public:
  Bounds(const Function& f, const Cfg& cfg) : f_(f), cfg_(cfg) {}

  /// Whether `index` names an element of `list` wherever control is in `block`.
  bool is_inside(ValueId list, ValueId index, BlockId block) {
    const ValueId root = root_of(list);
    if (!root.valid()) return false;
    std::vector<ValueId> assumed;
    return is_below_length(root, index, block) && is_natural(index, assumed);
  }

 private:
  const Inst* made_by(ValueId v) const {
    const InstId id = f_.value(v).inst;
    return id.valid() ? &f_.inst(id) : nullptr;
  }

  /// The one list that a list's length comes from, through changes of elements and around loops.
  ValueId root_of(ValueId list) const {
    std::vector<ValueId> seen{list};
    ValueId root;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const ValueId v = seen[i];
      auto follow = [&](ValueId to) {
        if (std::ranges::find(seen, to) == seen.end()) seen.push_back(to);
      };
      const Inst* made = made_by(v);
      if (made == nullptr && f_.value(v).block.index != 0) {
        const Value& param = f_.value(v);
        for (const Incoming& in : cfg_.incoming(param.block)) {
          follow(f_.arguments_of(f_.edges_of(f_.terminator(in.from))[in.edge])[param.index]);
        }
      } else if (made != nullptr && keeps_length(*made) && v == f_.result(*made)) {
        follow(f_.operands_of(*made)[0]);
      } else if (root.valid()) {
        return {};
      } else {
        root = v;
      }
    }
    return root;
  }
  static bool keeps_length(const Inst& inst) {
    return inst.op == Op::ListStore || inst.op == Op::ListSet || inst.op == Op::ListPut || inst.op == Op::ListTake ||
           inst.op == Op::ListSwap || inst.op == Op::ListReverse || inst.op == Op::ListSort;
  }

  bool is_length_of(ValueId root, ValueId v) const {
    const Inst* list = made_by(root);
    if (list != nullptr && list->op == Op::ListFilled && f_.operands_of(*list)[0] == v) return true;
    const Inst* made = made_by(v);
    return made != nullptr && made->op == Op::ListLen && root_of(f_.operands_of(*made)[0]) == root;
  }

  /// Whether a test on the way to the block says that the index is less than the length.
  bool is_below_length(ValueId root, ValueId index, BlockId block) const {
    for (BlockId at = block; at.valid(); at = cfg_.dominator(at)) {
      const auto incoming = cfg_.incoming(at);
      if (incoming.size() != 1) continue;
      const Inst& last = f_.terminator(incoming[0].from);
      if (last.op != Op::Branch) continue;
      const Inst* test = made_by(f_.operands_of(last)[0]);
      if (test == nullptr || test->op < Op::Eq || test->op > Op::Ge) continue;
      const ValueId x = f_.operands_of(*test)[0];
      const ValueId y = f_.operands_of(*test)[1];
      const bool holds = incoming[0].edge == 0;
      // index < length, spelled in one of four ways.
      const bool less = (test->op == Op::Lt && holds) || (test->op == Op::Ge && !holds);
      const bool more = (test->op == Op::Gt && holds) || (test->op == Op::Le && !holds);
      if (less && x == index && is_length_of(root, y)) return true;
      if (more && y == index && is_length_of(root, x)) return true;
    }
    return false;
  }

  /// Whether the value is never negative: counted up from a natural number.
  bool is_natural(ValueId v, std::vector<ValueId>& assumed) const {
    if (std::ranges::find(assumed, v) != assumed.end()) return true;
    const Inst* made = made_by(v);
    if (made != nullptr) {
      if (made->op == Op::ListLen) return true;
      if (made->op == Op::ConstInt) return static_cast<std::int64_t>(made->imm) >= 0;
      if (made->op != Op::Add) return false;
      return is_natural(f_.operands_of(*made)[0], assumed) && is_natural(f_.operands_of(*made)[1], assumed);
    }
    const Value& param = f_.value(v);
    if (param.block.index == 0 || assumed.size() > 32) return false;
    assumed.push_back(v);
    return std::ranges::all_of(cfg_.incoming(param.block), [&](const Incoming& in) {
      return is_natural(f_.arguments_of(f_.edges_of(f_.terminator(in.from))[in.edge])[param.index], assumed);
    });
  }

  const Function& f_;
  const Cfg& cfg_;
};

class Holder {
 public:
  Holder(Function& f, PassContext& context)
      : f_(f), context_(context), cfg_(f), homes_(blocks_of_insts(f)), inside_(f), renaming_(f) {}

  /// Holds one element through one loop; true when it did, and there may be more to do.
  bool run() {
    const std::vector<Loop> loops = find_loops(f_, cfg_);
    uses_.assign(f_.values.size(), 0);
    for (BlockId block : cfg_.order()) {
      for (InstId id : f_.block(block).insts) {
        for (ValueId v : f_.operands_of(f_.inst(id))) ++uses_[v.index];
        for (const Edge& edge : f_.edges_of(f_.inst(id))) {
          for (ValueId v : f_.arguments_of(edge)) ++uses_[v.index];
        }
      }
    }
    for (const Loop& loop : loops) {
      before_ = preheader_of(f_, cfg_, loop);
      if (!before_.valid()) continue;
      inside_.set(loop);
      const auto& params = f_.block(loop.head).params;
      for (std::uint32_t k = 0; k < params.size(); ++k) {
        if (find(loop, k) && exits_behind_put(loop)) {
          hold(loop, k);
          return true;
        }
      }
    }
    return false;
  }

 private:
  /// Looks for the take and the put of parameter k of the loop's head.
  bool find(const Loop& loop, std::uint32_t k) {
    const ValueId list = f_.block(loop.head).params[k];
    if (uses_[list.index] != 1) return false;
    take_ = put_ = InstId();
    for (BlockId block : loop.blocks) {
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        if (inst.op == Op::ListTake && f_.operands_of(inst)[0] == list) take_ = id;
      }
    }
    if (!take_.valid()) return false;
    const Inst& take = f_.inst(take_);
    const ValueId index = f_.operands_of(take)[1];
    const ValueId taken = f_.result(take);
    if (inside_.contains(block_of(f_, homes_, index)) || uses_[taken.index] != 1) return false;
    for (BlockId block : loop.blocks) {
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        if (inst.op == Op::ListPut && f_.operands_of(inst)[0] == taken) put_ = id;
      }
    }
    if (!put_.valid() || f_.operands_of(f_.inst(put_))[1] != index) return false;
    return goes_around(loop, k) && can_come_before(loop, list, index);
  }

  /// Whether every way back passes what was put together again, which nothing else in the loop reads.
  bool goes_around(const Loop& loop, std::uint32_t k) const {
    const ValueId whole = f_.result(f_.inst(put_));
    std::uint32_t passed = 0;
    for (const Incoming& in : cfg_.incoming(loop.head)) {
      if (in.from == before_) continue;
      if (f_.arguments_of(f_.edges_of(f_.terminator(in.from))[in.edge])[k] != whole) return false;
      ++passed;
    }
    std::uint32_t seen = 0;
    for (BlockId block : loop.blocks) {
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        seen += static_cast<std::uint32_t>(std::ranges::count(f_.operands_of(inst), whole));
        for (const Edge& edge : f_.edges_of(inst)) {
          if (!inside_.contains(edge.target)) continue;  // ways out are given their own
          seen += static_cast<std::uint32_t>(std::ranges::count(f_.arguments_of(edge), whole));
        }
      }
    }
    return seen == passed;
  }

  bool can_come_before(const Loop& loop, ValueId list, ValueId index) {
    const BlockId home = homes_[take_.index];
    if (f_.inst(take_).region != f_.terminator(before_).region) return false;
    if (home == loop.head) {
      bool first = true;
      for (InstId id : f_.block(home).insts) {
        if (id == take_) break;
        const Inst& inst = f_.inst(id);
        first = first && info(inst.op).is_pure && !may_panic(context_.layout.types(), f_, inst);
      }
      if (first) return true;
    }
    return Bounds(f_, cfg_).is_inside(list, index, before_);
  }

  bool exits_behind_put(const Loop& loop) const {
    const BlockId home = homes_[put_.index];
    for (BlockId block : loop.blocks) {
      for (const Edge& edge : f_.edges_of(f_.terminator(block))) {
        if (!inside_.contains(edge.target) && !cfg_.dominates(home, block)) return false;
      }
    }
    return std::ranges::all_of(loop.latches, [&](BlockId latch) { return cfg_.dominates(home, latch); });
  }

  Builder beside(const Inst& inst) {
    Builder builder(f_);
    builder.region = inst.region;
    builder.span = inst.span;
    builder.site = inst.site;
    return builder;
  }

  void hold(const Loop& loop, std::uint32_t k) {
    const ValueId list = f_.block(loop.head).params[k];
    const Inst take = f_.inst(take_);
    const Inst put = f_.inst(put_);
    const std::vector<ValueId> parts(f_.operands_of(put).begin() + 2, f_.operands_of(put).end());

    // Taken before the loop.
    const Edge entry = f_.edges_of(f_.terminator(before_))[0];
    const ValueId operands[] = {f_.arguments_of(entry)[k], f_.operands_of(take)[1]};
    std::vector<TypeId> types;
    for (std::uint32_t r = 0; r < take.result_count; ++r) types.push_back(f_.type(f_.result(take, r)));
    const InstId early = beside(take).detached(Op::ListTake, operands, types, take.type, take.imm);
    auto& before = f_.block(before_).insts;
    before.insert(before.end() - 1, early);
    const ValueId rest = f_.result(f_.inst(early));

    // Around the loop travel the parts; the list's own parameter gets itself, and so goes later.
    for (std::uint32_t p = 0; p < parts.size(); ++p) {
      Builder builder(f_);
      const ValueId held = builder.add_param(loop.head, types[p + 1]);
      f_.value(held).name = f_.value(f_.result(take, p + 1)).name;
      renaming_.rename(f_.result(take, p + 1), held);
      for (const Incoming& in : cfg_.incoming(loop.head)) {
        const ValueId argument = in.from == before_ ? f_.result(f_.inst(early), p + 1) : parts[p];
        builder.add_argument(f_.edges_of(f_.terminator(in.from))[in.edge], argument);
      }
    }
    for (const Incoming& in : cfg_.incoming(loop.head)) {
      if (in.from != before_) f_.arguments_of(f_.edges_of(f_.terminator(in.from))[in.edge])[k] = list;
    }
    std::erase(f_.block(homes_[take_.index]).insts, take_);
    std::erase(f_.block(homes_[put_.index]).insts, put_);
    put_back(loop, rest, parts);
    renaming_.apply(f_);
  }

  /// On each way out the list is put together again, for whoever reads it behind the loop.
  void put_back(const Loop& loop, ValueId rest, const std::vector<ValueId>& parts) {
    const Inst put = f_.inst(put_);
    const ValueId whole = f_.result(put);
    const TypeId type = f_.type(whole);
    std::vector<std::pair<BlockId, ValueId>> made;
    for (BlockId block : loop.blocks) {
      const InstId last = f_.block(block).insts.back();
      for (std::uint32_t e = 0; e < f_.inst(last).edge_count; ++e) {
        if (inside_.contains(f_.edges_of(f_.inst(last))[e].target)) continue;
        const BlockId way = split_edge(f_, last, e);
        std::vector<ValueId> operands{rest, f_.operands_of(put)[1]};
        operands.insert(operands.end(), parts.begin(), parts.end());
        const InstId late = beside(put).detached(Op::ListPut, operands, std::span(&type, 1), put.type, put.imm);
        f_.block(way).insts.insert(f_.block(way).insts.begin(), late);
        made.emplace_back(way, f_.result(f_.inst(late)));
      }
    }
    const Cfg cfg(f_);
    SsaRepair repair(f_, cfg);
    repair.begin(type, f_.value(whole).name);
    for (auto [way, value] : made) repair.define(way, value);
    for (BlockId block : cfg.order()) {
      if (inside_.contains(block)) continue;
      const auto own = std::ranges::find(made, block, [](const auto& pair) { return pair.first; });
      auto replace = [&](ValueId v) {
        if (v != whole) return v;
        return own != made.end() ? own->second : repair.at_entry(block);
      };
      for (std::size_t i = 0; i < f_.block(block).insts.size(); ++i) {
        const InstId id = f_.block(block).insts[i];
        for (std::uint32_t o = 0; o < f_.inst(id).operand_count; ++o) {
          const ValueId now = replace(f_.operands_of(f_.inst(id))[o]);
          f_.operands_of(f_.inst(id))[o] = now;
        }
        for (std::uint32_t e = 0; e < f_.inst(id).edge_count; ++e) {
          const std::uint32_t arguments = f_.edges_of(f_.inst(id))[e].argument_count;
          for (std::uint32_t a = 0; a < arguments; ++a) {
            const ValueId now = replace(f_.arguments_of(f_.edges_of(f_.inst(id))[e])[a]);
            f_.arguments_of(f_.edges_of(f_.inst(id))[e])[a] = now;
          }
        }
      }
    }
  }

  Function& f_;
  PassContext& context_;
  Cfg cfg_;
  std::vector<BlockId> homes_;
  LoopBlocks inside_;
  Renaming renaming_;
  std::vector<std::uint32_t> uses_;
  BlockId before_;
  InstId take_, put_;
};

bool takes_elements(const Function& f) {
  for (const Block& block : f.blocks) {
    for (InstId id : block.insts) {
      if (f.inst(id).op == Op::ListTake) return true;
    }
  }
  return false;
}

}  // namespace

void hold_elements(Function& f, PassContext& context) {
  if (!takes_elements(f)) return;
  constexpr int kMost = 32;
  for (int i = 0; i < kMost && Holder(f, context).run(); ++i) {
    context.reshape();
    remove_redundant_params(f, context);
  }
}

}  // namespace noodle::nir
