// Which block parameters are borrowed: those that only ever get what one value shows, which outlives them. A
// borrowed parameter of the function does (the caller keeps it whole), and so does an owned value that is not
// taken over meanwhile. So a loop that walks down a tree or along a chain needs no counts.

#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

class Borrower {
 public:
  Borrower(Function& f, PassContext& context) : f_(f), context_(context), cfg_(context.shape(f)) {}

  /// Every parameter is hoped for until a way in brings something else, or its root is taken over too early.
  void run() {
    find_needed();
    if (candidates_.empty()) return;
    roots_.resize(f_.values.size());
    // In the order in which values flow, so that all but loops are done in one round.
    std::ranges::sort(candidates_, {}, [&](ValueId v) { return std::pair(cfg_.number(f_.value(v).block), v); });
    for (int round = 0; round < kMostRounds; ++round) {
      while (find_roots()) {
      }
      if (!give_up_taken()) return mark();
    }
  }

 private:
  static constexpr int kMostRounds = 8;  // more would mean that nearly nothing is borrowed

  void mark() {
    for (ValueId v : candidates_) {
      if (hopes_[v.index] && roots_[v.index].valid()) f_.value(v).ownership = Ownership::Borrowed;
    }
  }

  bool is_block_param(ValueId v) const { return !f_.value(v).inst.valid() && f_.value(v).block.index != 0; }

  /// Candidates are the counted parameters that something reads, be it by way of other parameters: a root
  /// lives as long as what is read of it.
  void find_needed() {
    hopes_.assign(f_.values.size(), false);
    std::vector<ValueId> work;
    const auto need = [&](ValueId v) {
      v = shown_by(f_, v);
      if (!is_block_param(v) || hopes_[v.index] || !context_.counted(f_, v)) return;
      hopes_[v.index] = true;
      work.push_back(v);
    };
    for (BlockId block : cfg_.order()) {
      for (InstId id : f_.block(block).insts) {
        for (ValueId v : f_.operands_of(f_.inst(id))) need(v);
      }
    }
    while (!work.empty()) {
      const ValueId v = work.back();
      work.pop_back();
      candidates_.push_back(v);
      each_argument(v, need);
    }
  }

  template <typename Each>
  void each_argument(ValueId param, Each each) const {
    const Value& value = f_.value(param);
    for (const Incoming& in : cfg_.incoming(value.block)) {
      each(f_.arguments_of(f_.edges_of(f_.terminator(in.from))[in.edge])[value.index]);
    }
  }

  /// One round over what the ways in bring; true when some state changed.
  bool find_roots() {
    bool changed = false;
    for (ValueId v : candidates_) {
      if (!hopes_[v.index]) continue;
      each_argument(v, [&](ValueId argument) {
        const ValueId from = shown_by(f_, argument);
        const bool handed_on = is_block_param(from) && hopes_[from.index];
        const ValueId root = handed_on ? roots_[from.index] : from;
        if (!root.valid() || root == roots_[v.index] || !hopes_[v.index]) return;
        changed = true;
        if (roots_[v.index].valid() || (!handed_on && ends_with_switch(argument, from))) hopes_[v.index] = false;
        roots_[v.index] = root;
      });
    }
    return changed;
  }

  /// Whether a look into an owned enum's payload, which is over where the arms of its switch meet, comes first.
  bool ends_with_switch(ValueId v, ValueId from) const {
    if (v == from || is_borrowed_parameter(from)) return false;
    const Inst* look = &f_.inst(f_.value(v).inst);
    while (f_.operands_of(*look)[0] != from) look = &f_.inst(f_.value(f_.operands_of(*look)[0]).inst);
    return look->op == Op::Payload;
  }

  /// Gives up those whose root is taken over while they are needed: it would be copied, and its change cost
  /// a copy of all. True when there were any, for then they take in turn.
  bool give_up_taken() {
    std::vector<ValueId> owners = owners_of(f_, context_.layout);  // so far of projections alone
    std::vector<bool> is_root(f_.values.size(), false);
    bool any = false;
    for (ValueId v : candidates_) {
      const ValueId root = roots_[v.index];
      if (!hopes_[v.index] || !root.valid() || is_borrowed_parameter(root)) continue;
      owners[v.index] = root;
      is_root[root.index] = any = true;
    }
    if (!any) return false;
    const Liveness live(f_, cfg_, owners);
    std::vector<bool> lost(f_.values.size(), false);
    each_taken([&](BlockId block, std::uint32_t position, ValueId v) {
      if (is_root[v.index] && live.is_live_after(block, position, v)) lost[v.index] = true;
    });
    bool changed = false;
    for (ValueId v : candidates_) {
      if (!hopes_[v.index] || !roots_[v.index].valid() || !lost[roots_[v.index].index]) continue;
      hopes_[v.index] = false;
      changed = true;
    }
    return changed;
  }

  /// Calls `each(block, position, value)` wherever a value is taken over, as far as is known.
  template <typename Each>
  void each_taken(Each each) {
    for (BlockId block : cfg_.order()) {
      std::uint32_t position = 0;
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        for (std::uint32_t k = 0; k < inst.operand_count; ++k) {
          if (context_.consumes(f_, inst, k)) each(block, position, f_.operands_of(inst)[k]);
        }
        for (const Edge& edge : f_.edges_of(inst)) {
          for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
            if (!hopes_[f_.block(edge.target).params[k].index]) each(block, position, f_.arguments_of(edge)[k]);
          }
        }
        ++position;
      }
    }
  }

  bool is_borrowed_parameter(ValueId v) const {
    const Value& value = f_.value(v);
    return !value.inst.valid() && value.block.index == 0 && f_.params[value.index].ownership == Ownership::Borrowed;
  }

  Function& f_;
  PassContext& context_;
  const Cfg& cfg_;
  std::vector<ValueId> candidates_;
  std::vector<bool> hopes_;     // by value: still taken for borrowed
  std::vector<ValueId> roots_;  // by value: what all ways in seen so far show
};

}  // namespace

void borrow_params(Function& f, PassContext& context) { Borrower(f, context).run(); }

}  // namespace noodle::nir
