// Where counts go up and down.
//
// In flat NIR every counted value is simply used. This pass decides for each use whether it is the
// last one, and so may take the value over, or needs a copy; and drops each value where it dies.
//
//  * A value is *owned* when it is the result of an operation that gives a value, an owned parameter
//    of the function, or a block's parameter. It is *borrowed* when it is a borrowed parameter (of the
//    function, or of a block, see borrow.cpp), or a projection: what `payload`, `box.peek`, `list.peek` … show of their
//    operand, the owner. A use of a projection counts as a use of its owner, so owners outlive what was borrowed from
//    them.
//  * A consuming operand takes an owned value at its last use, else a copy is made first.
//  * An owned value whose last use only looks at it is dropped behind that use; one that is live on
//    some way out of a block and not on another is dropped on that other edge.
//  * When an owner is about to be taken over while a projection is still needed, the projection is
//    *promoted*: copied where it was made. It is the cheaper of the two, since the owner may then be
//    changed in place.
//  * Nothing is dropped on the way into a block that does nothing but fail: unwinding releases it.
//
// The result is linear: each owned value is consumed exactly once on every path. So that
// `xs = list.push(xs, 1)` in a loop takes the loop's list, and codegen has one register for it.

#include <algorithm>

#include "compiler/nir/builder.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

class CountInserter {
 public:
  CountInserter(Function& f, PassContext& context) : f_(f), context_(context) {}

  void run() {
    split_edges_with_arguments();
    while (promote_round()) {
    }
    insert();
    f_.stage = Stage::Counted;
  }

 private:
  enum class Kind : std::uint8_t { Plain, Owned, Parameter, Projection };

  // ------------------------------------------------------------------------------- preparations

  /// Only jumps keep arguments, so that what an edge consumes is consumed by an instruction.
  void split_edges_with_arguments() {
    const std::size_t count = f_.blocks.size();
    for (std::size_t b = 0; b < count; ++b) {
      if (f_.blocks[b].insts.empty()) continue;
      InstId last = f_.blocks[b].insts.back();
      if (f_.inst(last).op == Op::Jump) continue;
      for (std::uint32_t e = 0; e < f_.inst(last).edge_count; ++e) {
        if (f_.edges_of(f_.inst(last))[e].argument_count > 0) split_edge(f_, last, e);
      }
    }
  }

  void classify() {
    kinds_.assign(f_.values.size(), Kind::Plain);
    owners_ = owners_of(f_, context_.layout);
    for (std::size_t v = 0; v < f_.values.size(); ++v) {
      Value& value = f_.values[v];
      const bool passed_borrowed = is_param(value) && value.block.index != 0 && value.ownership == Ownership::Borrowed;
      value.ownership = Ownership::Owned;
      if (!context_.layout.counted(value.type)) continue;
      if (value.inst.valid() && info(f_.inst(value.inst).op).result == Ownership::Borrowed) {
        kinds_[v] = Kind::Projection;
        value.ownership = Ownership::Borrowed;
      } else if (passed_borrowed || (is_param(value) && value.block.index == 0 &&
                                     f_.params[value.index].ownership == Ownership::Borrowed)) {
        kinds_[v] = Kind::Parameter;
        value.ownership = Ownership::Borrowed;
      } else {
        kinds_[v] = Kind::Owned;
      }
    }
  }

  static bool is_param(const Value& value) { return !value.inst.valid() && value.block.valid(); }
  /// Whether argument `k` of an edge is taken over: counted, and its parameter no borrowed one.
  bool takes(const Edge& edge, std::uint32_t k) {
    const ValueId param = f_.block(edge.target).params[k];
    return context_.counted(f_, param) && f_.value(param).ownership == Ownership::Owned;
  }

  // ---------------------------------------------------------------------------------- promotion

  /// Calls `see(value)` for each counted value that the instruction, or an edge of it, takes over.
  template <typename See>
  void each_consumed(const Inst& inst, See see) {
    auto operands = f_.operands_of(inst);
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      if (context_.consumes(f_, inst, k)) see(operands[k]);
    }
    for (const Edge& edge : f_.edges_of(inst)) {
      for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
        if (takes(edge, k)) see(f_.arguments_of(edge)[k]);
      }
    }
  }

  /// Whether the instruction looks at `value` without consuming it.
  bool borrows(const Inst& inst, ValueId value) {
    auto operands = f_.operands_of(inst);
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      if (operands[k] == value && !context_.consumes(f_, inst, k)) return true;
    }
    return false;
  }

  /// Promotes every projection that is needed when its owner is taken over. Promoting makes new
  /// owners, which may be taken over in turn: true when there is something left to look at.
  bool promote_round() {
    classify();
    auto is_owned_projection = [&](std::uint32_t v) {
      return kinds_[v] == Kind::Projection && kinds_[root_of(ValueId(v)).index] == Kind::Owned;
    };
    std::vector<ValueId> shown;
    for (std::uint32_t v = 0; v < f_.values.size(); ++v) {
      if (is_owned_projection(v)) shown.push_back(ValueId(v));
    }
    if (shown.empty()) return false;
    std::vector<std::vector<ValueId>> projections(f_.values.size());  // of each owned value
    for (ValueId v : shown) projections[root_of(v).index].push_back(v);
    Cfg cfg(f_);
    Liveness live(f_, cfg);
    std::vector<bool> promoted(f_.values.size(), false);
    bool found = false;
    for (BlockId block : cfg.order()) {
      std::uint32_t position = 0;
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        each_consumed(inst, [&](ValueId root) {
          if (projections[root.index].empty() || live.is_live_after(block, position, root)) return;
          for (ValueId p : projections[root.index]) {
            if (promoted[p.index]) continue;
            if (!borrows(inst, p) && !live.is_live_after(block, position, p)) continue;
            promoted[p.index] = true;
            found = true;
          }
        });
        ++position;
      }
    }
    if (found) apply_promotions(promoted);
    return found;
  }

  ValueId root_of(ValueId v) const {
    while (owners_[v.index].valid()) v = owners_[v.index];
    return v;
  }

  void apply_promotions(const std::vector<bool>& promoted) {
    Renaming renaming(f_);
    std::vector<std::pair<InstId, InstId>> copies;  // projection, copy
    for (std::size_t v = 0; v < promoted.size(); ++v) {
      if (!promoted[v]) continue;
      InstId source = f_.value(ValueId(v)).inst;
      InstId copy = make_copy(ValueId(v), f_.inst(source));
      copies.emplace_back(source, copy);
      renaming.rename(ValueId(v), f_.result(f_.inst(copy)));
    }
    renaming.apply(f_);  // the copies stand in no block yet and keep their operand
    std::vector<BlockId> homes = blocks_of_insts(f_);
    std::sort(copies.begin(), copies.end(), [](auto& a, auto& b) { return a.second < b.second; });
    for (std::size_t i = copies.size(); i-- > 0;) {
      auto& insts = f_.block(homes[copies[i].first.index]).insts;
      auto at = std::find(insts.begin(), insts.end(), copies[i].first);
      insts.insert(at + 1, copies[i].second);
    }
  }

  InstId make_copy(ValueId v, const Inst& beside) {
    Builder builder(f_);
    builder.region = beside.region;
    builder.span = beside.span;
    builder.site = beside.site;
    TypeId type = f_.type(v);
    Symbol name = f_.value(v).name;
    InstId id = builder.detached(Op::Copy, std::span(&v, 1), std::span(&type, 1));
    f_.values.back().name = name;
    return id;
  }

  InstId make_drop(ValueId v, const Inst& beside) {
    Builder builder(f_);
    builder.region = beside.region;
    builder.span = beside.span;
    builder.site = beside.site;
    return builder.detached(Op::Drop, std::span(&v, 1), {});
  }

  // ---------------------------------------------------------------------------------- insertion

  struct EdgeDrops {
    InstId terminator;
    std::uint32_t edge;
    std::vector<ValueId> values;
  };

  void insert() {
    classify();
    Cfg cfg(f_);
    Liveness live(f_, cfg, owners_);
    live_.assign(f_.values.size(), false);
    for (BlockId block : cfg.order()) insert_in_block(block, cfg, live);
    for (EdgeDrops& drops : edge_drops_) place_edge_drops(drops, cfg);
  }

  bool is_owned(ValueId v) const { return kinds_[v.index] == Kind::Owned; }
  bool only_fails(BlockId block) const {
    return f_.block(block).insts.size() == 1 && info(f_.terminator(block).op).may_panic;
  }

  void set_live(ValueId v) {
    if (live_[v.index]) return;
    live_[v.index] = true;
    marked_.push_back(v);
  }

  /// Rebuilds a block from its end to its beginning; `live_` holds the owned values needed behind
  /// the point that has been reached.
  void insert_in_block(BlockId block, const Cfg& cfg, const Liveness& live) {
    marked_.clear();
    out_.clear();
    const std::vector<InstId> insts = f_.block(block).insts;
    const InstId last = insts.back();
    for (const Edge& edge : f_.edges_of(f_.inst(last))) {
      for (ValueId v : live.live_in(edge.target)) {
        if (is_owned(v)) set_live(v);
      }
    }
    drops_on_edges(last, cfg, live);
    for (std::size_t i = insts.size(); i-- > 0;) insert_around(insts[i]);
    std::vector<ValueId> unused;
    for (ValueId v : f_.block(block).params) {
      if (is_owned(v) && !live_[v.index]) unused.push_back(v);
    }
    const Inst first = f_.inst(insts[0]);
    for (std::size_t i = unused.size(); i-- > 0;) out_.push_back(make_drop(unused[i], first));
    f_.block(block).insts.assign(out_.rbegin(), out_.rend());
    for (ValueId v : marked_) live_[v.index] = false;
  }

  void drops_on_edges(InstId last, const Cfg& cfg, const Liveness& live) {
    const Inst terminator = f_.inst(last);
    if (terminator.op == Op::Jump) return;  // nothing dies on the only way out
    std::vector<ValueId> available(marked_.begin(), marked_.end());
    for (ValueId v : f_.operands_of(terminator)) {
      ValueId root = root_of(v);
      if (is_owned(root) && !live_[root.index]) available.push_back(root);
    }
    std::sort(available.begin(), available.end());
    available.erase(std::unique(available.begin(), available.end()), available.end());
    for (std::uint32_t e = 0; e < terminator.edge_count; ++e) {
      BlockId target = f_.edges_of(terminator)[e].target;
      if (cfg.incoming(target).size() == 1 && only_fails(target)) continue;
      EdgeDrops drops{last, e, {}};
      for (ValueId v : available) {
        if (!live.is_live_in(target, v)) drops.values.push_back(v);
      }
      if (!drops.values.empty()) edge_drops_.push_back(std::move(drops));
    }
  }

  /// Counts one operand or edge argument (by its place in the pool) that takes its value over.
  void consume(std::uint32_t place, const Inst& inst, std::vector<InstId>& copies) {
    ValueId v = f_.operands[place];
    if (is_owned(v) && !live_[v.index] && !borrows(inst, v)) {
      set_live(v);  // an earlier operand that names it again needs a copy
      return;
    }
    InstId copy = make_copy(v, inst);
    copies.push_back(copy);
    replacements_.emplace_back(place, f_.result(f_.inst(copy)));
  }

  void insert_around(InstId id) {
    const Inst inst = f_.inst(id);
    const bool ends = info(inst.op).is_terminator;
    std::vector<ValueId> dead;  // to be dropped behind the instruction
    std::vector<ValueId> late;  // to be dropped between the copies and a terminator
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      ValueId v = f_.result(inst, k);
      if (is_owned(v) && !live_[v.index]) dead.push_back(v);
    }
    // The last mention takes the value: go through the operands from behind.
    std::vector<InstId> copies;
    for (std::uint32_t e = inst.edge_count; e-- > 0;) {
      const Edge edge = f_.edges_of(inst)[e];
      for (std::uint32_t k = edge.argument_count; k-- > 0;) {
        std::uint32_t place = edge.first_argument + k;
        if (takes(edge, k)) consume(place, inst, copies);
      }
    }
    for (std::uint32_t k = inst.operand_count; k-- > 0;) {
      if (context_.consumes(f_, inst, k)) consume(inst.first_operand + k, inst, copies);
    }
    // What is looked at for the last time, also by one of the copies, dies here.
    auto last_look = [&](ValueId v, std::vector<ValueId>* to) {
      if (!context_.counted(f_, v)) return;
      ValueId root = root_of(v);
      if (!is_owned(root) || live_[root.index]) return;
      set_live(root);
      if (to != nullptr) to->push_back(root);
    };
    for (std::uint32_t k = 0; k < inst.operand_count; ++k) {
      ValueId v = f_.operands_of(inst)[k];
      // What a switch looks at dies on its edges, what a panic shows dies by unwinding.
      last_look(v, !ends ? &dead : context_.consumes(f_, inst, k) ? &late : nullptr);
    }
    for (const Edge& edge : f_.edges_of(inst)) {
      for (ValueId v : f_.arguments_of(edge)) last_look(v, &late);
    }
    for (auto [place, value] : replacements_) f_.operands[place] = value;
    replacements_.clear();
    std::sort(dead.begin(), dead.end());
    std::sort(late.begin(), late.end());
    for (std::size_t i = dead.size(); i-- > 0;) out_.push_back(make_drop(dead[i], inst));
    out_.push_back(id);
    for (std::size_t i = late.size(); i-- > 0;) out_.push_back(make_drop(late[i], inst));
    for (InstId copy : copies) out_.push_back(copy);
  }

  void place_edge_drops(const EdgeDrops& drops, const Cfg& cfg) {
    BlockId target = f_.edges_of(f_.inst(drops.terminator))[drops.edge].target;
    if (cfg.incoming(target).size() > 1) target = split_edge(f_, drops.terminator, drops.edge);
    std::vector<InstId> made;
    const Inst beside = f_.inst(f_.block(target).insts.front());
    for (ValueId v : drops.values) made.push_back(make_drop(v, beside));
    auto& insts = f_.block(target).insts;
    insts.insert(insts.begin(), made.begin(), made.end());
  }

  Function& f_;
  PassContext& context_;
  std::vector<Kind> kinds_;
  std::vector<ValueId> owners_;
  std::vector<bool> live_;
  std::vector<ValueId> marked_;
  std::vector<InstId> out_;
  std::vector<EdgeDrops> edge_drops_;
  std::vector<std::pair<std::uint32_t, ValueId>> replacements_;
};

}  // namespace

void insert_counts(Function& f, PassContext& context) {
  CountInserter(f, context).run();
  context.reshape();
}

}  // namespace noodle::nir
