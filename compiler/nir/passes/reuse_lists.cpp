// A list that a loop makes from another of its type, element by element, is that list itself: what `map` gives
// for a list that nobody needs any more lies where the old elements lay. The loop must be
//
//   for i in 0..n { out.push(f(list[i])) }    with n the length of the list, and nothing else of either
//
// Each round then takes element i out and puts the new one in its place. Where the list turns out to be shared,
// the first change copies it, as every change does.

#include <algorithm>
#include <optional>
#include <vector>

#include "compiler/nir/builder.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/loops.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

struct Place {
  BlockId block;
  std::size_t position = 0;
  bool valid() const { return block.valid(); }
};

class ListReuser {
 public:
  ListReuser(Function& f, PassContext& context) : f_(f), context_(context), cfg_(context.shape(f)), inside_(f) {}

  void run() {
    if (!makes_list()) return;
    const std::vector<Loop> loops = find_loops(f_, cfg_);
    if (loops.empty()) return;
    Renaming renaming(f_);
    bool changed = false;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      inside_.set(loops[i]);
      Match match;
      if (!matches(loops[i], match) || in_inner_loop(loops, i, match)) continue;
      rewrite(match, renaming);
      changed = true;
    }
    if (changed) renaming.apply(f_);
  }

 private:
  struct Match {
    BlockId before, head, latch;
    std::uint32_t index = 0, out = 0;  // which parameters of the head
    ValueId list;
    Place get, push;
  };

  bool makes_list() const {
    bool makes = false, pushes = false;
    for (const Block& block : f_.blocks) {
      for (InstId id : block.insts) {
        makes |= f_.inst(id).op == Op::ListNew;
        pushes |= f_.inst(id).op == Op::ListPush;
      }
    }
    return makes && pushes;
  }

  bool is_constant(ValueId v, std::uint64_t value) const {
    const Inst* inst = f_.made_by(v, Op::ConstInt);
    return inst != nullptr && inst->imm == value;
  }
  ValueId passed(BlockId from, std::uint32_t k) const {
    return f_.arguments_of(f_.edges_of(f_.terminator(from))[0])[k];
  }
  ValueId head_param(const Match& m, std::uint32_t k) const { return f_.block(m.head).params[k]; }
  Inst& inst_at(const Place& p) { return f_.inst(f_.block(p.block).insts[p.position]); }

  bool matches(const Loop& loop, Match& m) {
    m.head = loop.head;
    m.before = preheader_of(f_, cfg_, loop);
    if (!m.before.valid() || loop.latches.size() != 1 || !counts_up(loop, m)) return false;
    for (m.out = 0; m.out < f_.block(m.head).params.size(); ++m.out) {
      if (makes_output(loop, m)) return true;
    }
    return false;
  }

  /// The head tests `i < list.len()`, with i from 0 in steps of one, and leaves the loop otherwise.
  bool counts_up(const Loop& loop, Match& m) const {
    m.latch = loop.latches[0];
    const Inst& branch = f_.terminator(m.head);
    if (branch.op != Op::Branch || f_.terminator(m.latch).op != Op::Jump) return false;
    const Inst* less = f_.made_by(f_.operands_of(branch)[0], Op::Lt);
    if (less == nullptr || !inside_.contains(f_.edges_of(branch)[0].target) ||
        inside_.contains(f_.edges_of(branch)[1].target)) {
      return false;
    }
    const ValueId i = f_.operands_of(*less)[0];
    const Inst* length = f_.made_by(f_.operands_of(*less)[1], Op::ListLen);
    const auto& params = f_.block(m.head).params;
    const auto at = std::ranges::find(params, i);
    if (length == nullptr || at == params.end()) return false;
    m.index = static_cast<std::uint32_t>(at - params.begin());
    m.list = f_.operands_of(*length)[0];
    const Inst* next = f_.made_by(passed(m.latch, m.index), Op::Add);
    return is_constant(passed(m.before, m.index), 0) && next != nullptr && f_.operands_of(*next)[0] == i &&
           is_constant(f_.operands_of(*next)[1], 1);
  }

  bool makes_output(const Loop& loop, Match& m) {
    const ValueId out = head_param(m, m.out);
    const ValueId fresh = passed(m.before, m.out);
    const ValueId grown = passed(m.latch, m.out);
    if (f_.type(out) != f_.type(m.list) || f_.made_by(fresh, Op::ListNew) == nullptr) return false;
    if (!live_) live_.emplace(f_, cfg_);
    if (live_->uses(fresh).size() != 1) return false;
    const Inst* push = f_.made_by(grown, Op::ListPush);
    if (push == nullptr || f_.operands_of(*push)[0] != out || live_->uses(grown).size() != 1) return false;
    if (!is_let_go(loop, m) || !only_ends_see(loop, out)) return false;
    return find_places(loop, m, out);
  }

  /// The list is the function's own, and needed no more where the loop ends.
  bool is_let_go(const Loop& loop, const Match& m) const {
    const Value& value = f_.value(m.list);
    if (!owns_itself(f_, m.list) || (value.block == m.head && !value.inst.valid())) return false;
    for (const Use& use : live_->uses(m.list)) {
      const Inst& inst = f_.inst(f_.block(use.block).insts[use.position]);
      if (info(inst.op).result == Ownership::Borrowed && inst.result_count > 0) return false;  // shown elsewhere
    }
    for (BlockId block : loop.blocks) {
      for (const Edge& edge : f_.edges_of(f_.terminator(block))) {
        if (!inside_.contains(edge.target) && live_->is_live_in(edge.target, m.list)) return false;
      }
    }
    return true;
  }

  /// The output is seen where the head leaves the loop, when it is complete, and on no other way out.
  bool only_ends_see(const Loop& loop, ValueId out) const {
    for (BlockId block : loop.blocks) {
      for (const Edge& edge : f_.edges_of(f_.terminator(block))) {
        const bool passes = std::ranges::find(f_.arguments_of(edge), out) != f_.arguments_of(edge).end();
        const bool leaves = !inside_.contains(edge.target);
        if (block == loop.head && leaves) continue;
        if (passes || (leaves && live_->is_live_in(edge.target, out))) return false;
      }
    }
    return true;
  }

  /// One get of the list at i and one push to the output, both in every round, and no other use inside.
  bool find_places(const Loop& loop, Match& m, ValueId out) {
    m.get = m.push = {};
    const ValueId i = head_param(m, m.index);
    for (BlockId block : loop.blocks) {
      const auto& insts = f_.block(block).insts;
      for (std::size_t position = 0; position < insts.size(); ++position) {
        const Inst& inst = f_.inst(insts[position]);
        const auto operands = f_.operands_of(inst);
        const bool reads = std::ranges::find(operands, m.list) != operands.end();
        const bool writes = std::ranges::find(operands, out) != operands.end();
        if (!reads && !writes) continue;
        if (reads && !writes && inst.op == Op::ListGet && operands[1] == i && !m.get.valid()) {
          m.get = {block, position};
        } else if (writes && !reads && inst.op == Op::ListPush && operands[0] == out && !m.push.valid() &&
                   std::ranges::count(operands, out) == 1) {
          m.push = {block, position};
        } else {
          return false;
        }
      }
    }
    if (!m.get.valid() || !m.push.valid()) return false;
    const bool in_order =
        m.get.block == m.push.block ? m.get.position < m.push.position : cfg_.dominates(m.get.block, m.push.block);
    return in_order && cfg_.dominates(m.push.block, m.latch) && inst_at(m.get).region == inst_at(m.push).region;
  }

  /// Whether an inner loop would take or put several times a round. Inner loops stand before outer ones.
  static bool in_inner_loop(const std::vector<Loop>& loops, std::size_t outer, const Match& m) {
    for (std::size_t i = 0; i < outer; ++i) {
      const bool is_inner = std::ranges::find(loops[outer].blocks, loops[i].head) != loops[outer].blocks.end();
      if (!is_inner || i == outer) continue;
      for (const Place& place : {m.get, m.push}) {
        if (std::ranges::find(loops[i].blocks, place.block) != loops[i].blocks.end()) return true;
      }
    }
    return false;
  }

  void rewrite(const Match& m, Renaming& renaming) {
    const ValueId out = head_param(m, m.out);
    const ValueId i = head_param(m, m.index);
    f_.arguments_of(f_.edges_of(f_.terminator(m.before))[0])[m.out] = m.list;
    const Inst get = inst_at(m.get);
    bool moves = false;
    for (std::uint32_t k = 0; k < get.result_count; ++k) moves |= context_.counted(f_, f_.result(get, k));
    ValueId open = out;
    if (moves) {
      std::vector<TypeId> types{f_.type(out)};
      for (std::uint32_t k = 0; k < get.result_count; ++k) types.push_back(f_.type(f_.result(get, k)));
      const InstId take = replace(m.get, Op::ListTake, {out, i}, types);
      open = f_.result(f_.inst(take));
      for (std::uint32_t k = 0; k < get.result_count; ++k) {
        f_.value(f_.result(f_.inst(take), k + 1)).name = f_.value(f_.result(get, k)).name;
        renaming.rename(f_.result(get, k), f_.result(f_.inst(take), k + 1));
      }
    } else {
      f_.operands_of(inst_at(m.get))[0] = out;
    }
    const Inst push = inst_at(m.push);
    std::vector<ValueId> operands{open, i};
    const auto element = f_.operands_of(push).subspan(1);
    operands.insert(operands.end(), element.begin(), element.end());
    const InstId put = replace(m.push, moves ? Op::ListPut : Op::ListSet, operands, {f_.type(out)});
    renaming.rename(f_.result(push), f_.result(f_.inst(put)));
  }

  InstId replace(const Place& place, Op op, const std::vector<ValueId>& operands, const std::vector<TypeId>& results) {
    const Inst old = inst_at(place);
    Builder builder(f_);
    builder.region = old.region;
    builder.span = old.span;
    builder.site = old.site;
    const InstId id = builder.detached(op, operands, results, {}, 0);
    f_.block(place.block).insts[place.position] = id;
    return id;
  }

  Function& f_;
  PassContext& context_;
  const Cfg& cfg_;
  LoopBlocks inside_;
  std::optional<Liveness> live_;  // found when a loop looks like one
};

}  // namespace

void reuse_lists(Function& f, PassContext& context) { ListReuser(f, context).run(); }

}  // namespace noodle::nir
