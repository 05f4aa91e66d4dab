// A switch on an enum that a way into its block has just made is left out on that way: the jump goes on to the
// arm, and hands it the payload. So the `Option` of an iterator's `next`, or the `Result` of a function that was
// inlined, is never built where `for`, `?`, `??` or `match` takes it apart at once.

#include <algorithm>
#include <vector>

#include "compiler/nir/builder.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"
#include "compiler/nir/passes/ssa.h"

namespace noodle::nir {

namespace {

// Each switch costs a walk over the function: a huge one has only its first switches looked at.
constexpr std::size_t kMostWork = 4'000'000;

class Threader {
 public:
  Threader(Function& f, PassContext& context) : f_(f), context_(context) {}

  /// True when something changed.
  bool run() {
    bool changed = false;
    const std::size_t count = f_.blocks.size();
    std::size_t spent = 0;
    for (std::size_t b = 0; b < count && spent < kMostWork; ++b) {
      if (!is_mere_switch(BlockId(b))) continue;
      spent += f_.insts.size();
      const Cfg& cfg = context_.shape(f_);
      if (!cfg.reachable(BlockId(b)) || !find_arms(cfg, BlockId(b))) continue;
      thread(BlockId(b));
      changed = true;
    }
    return changed;
  }

 private:
  struct Arm {
    BlockId block;
    std::vector<Incoming> known;     // ways into the switch's block that lead here
    std::vector<InstId> payloads;    // looks at the payload, all below this arm
    std::vector<ValueId> handed_on;  // by the switch block's parameters, without the subject
  };

  /// Whether the block does nothing but switch on one of its own parameters.
  bool is_mere_switch(BlockId b) const {
    const Block& block = f_.block(b);
    if (b.index == 0 || block.insts.size() != 1 || block.params.empty()) return false;
    const Inst& inst = f_.inst(block.insts[0]);
    if (inst.op != Op::Switch) return false;
    const Value& subject = f_.value(f_.operands_of(inst)[0]);
    return !subject.inst.valid() && subject.block == b;
  }

  const Inst* made(const Incoming& in, std::uint32_t param) const {
    const Inst& last = f_.terminator(in.from);
    if (last.op != Op::Jump) return nullptr;
    return f_.made_by(f_.arguments_of(f_.edges_of(last)[in.edge])[param], Op::EnumMake);
  }

  /// Finds which ways in are known and what their arms look at. False when there is nothing to do, or the enum
  /// is needed for more than its arms.
  bool find_arms(const Cfg& cfg, BlockId b) {
    const Inst& last = f_.terminator(b);
    subject_ = f_.operands_of(last)[0];
    arms_.assign(last.edge_count, {});
    bool any = false;
    for (const Incoming& in : cfg.incoming(b)) {
      // A loop whose head is left out would be none that other passes know.
      if (cfg.dominates(b, in.from)) return false;
      if (const Inst* make = made(in, f_.value(subject_).index)) {
        arms_[make->imm].known.push_back(in);
        any = true;
      }
    }
    if (!any) return false;
    for (std::uint32_t k = 0; k < arms_.size(); ++k) {
      arms_[k].block = f_.edges_of(last)[k].target;
      const bool own = cfg.incoming(arms_[k].block).size() == 1 && f_.block(arms_[k].block).params.empty();
      if (!own && !arms_[k].known.empty()) return false;
    }
    return find_payloads(cfg, b);
  }

  bool find_payloads(const Cfg& cfg, BlockId b) {
    for (BlockId block : cfg.order()) {
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        if (!uses(inst, subject_) || (block == b && inst.op == Op::Switch)) continue;
        if (inst.op != Op::Payload || !cfg.dominates(arms_[inst.imm].block, block)) return false;
        arms_[inst.imm].payloads.push_back(id);
      }
    }
    return true;
  }

  void thread(BlockId b) {
    Renaming renaming(f_);
    for (std::uint32_t k = 0; k < arms_.size(); ++k) {
      if (!arms_[k].known.empty()) open(b, k, renaming);
    }
    renaming.apply(f_);
    context_.reshape();
    hand_on(b);
  }

  /// Gives an arm parameters for the payload and what the switch's block hands on, and leads the known ways to it.
  void open(BlockId b, std::uint32_t k, Renaming& renaming) {
    Arm& arm = arms_[k];
    const TypeId type = f_.type(subject_);
    const std::span<const TypeId> payload = context_.layout.payload(type, k);
    Builder builder(f_);
    std::vector<ValueId> given;  // instead of looks at the payload
    for (TypeId leaf : payload) given.push_back(builder.add_param(arm.block, leaf));
    for (ValueId q : f_.block(b).params) {
      if (q == subject_) continue;
      arm.handed_on.push_back(builder.add_param(arm.block, f_.type(q)));
      f_.value(arm.handed_on.back()).name = f_.value(q).name;
    }
    for (InstId id : arm.payloads) {
      const Inst& inst = f_.inst(id);
      for (std::uint32_t r = 0; r < inst.result_count; ++r) {
        if (Symbol name = f_.value(f_.result(inst, r)).name; name.valid()) f_.value(given[r]).name = name;
        renaming.rename(f_.result(inst, r), given[r]);
      }
    }
    for (Block& block : f_.blocks) {
      std::erase_if(block.insts, [&](InstId id) { return std::ranges::find(arm.payloads, id) != arm.payloads.end(); });
    }
    // Ways that are not known still switch, and look at the payload on the edge.
    const InstId last = f_.block(b).insts.back();
    builder.at = split_edge(f_, last, k);
    const InstId jump = f_.block(builder.at).insts.back();
    f_.block(builder.at).insts.clear();
    builder.region = f_.inst(last).region;
    builder.span = f_.inst(last).span;
    builder.site = f_.inst(last).site;
    const InstId look = builder.emit(Op::Payload, std::span(&subject_, 1), payload, {}, k);
    f_.block(builder.at).insts.push_back(jump);
    Edge& onward = f_.edges_of(f_.inst(jump))[0];
    for (std::uint32_t r = 0; r < payload.size(); ++r) builder.add_argument(onward, f_.result(f_.inst(look), r));
    for (ValueId q : f_.block(b).params) {
      if (q != subject_) builder.add_argument(onward, q);
    }
    for (const Incoming& in : arm.known) redirect(in, arm.block);
  }

  void redirect(const Incoming& in, BlockId to) {
    const std::uint32_t at = f_.value(subject_).index;
    const Inst make = *made(in, at);
    Edge& edge = f_.edges_of(f_.terminator(in.from))[in.edge];
    std::vector<ValueId> arguments(f_.operands_of(make).begin(), f_.operands_of(make).end());
    for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
      if (k != at) arguments.push_back(f_.arguments_of(edge)[k]);
    }
    edge = {to};
    Builder builder(f_);
    for (ValueId v : arguments) builder.add_argument(edge, v);
  }

  /// Behind the arms each parameter of the switch's block is what its arm was handed, or the parameter itself.
  void hand_on(BlockId b) {
    const Cfg& cfg = context_.shape(f_);
    SsaRepair repair(f_, cfg);
    std::uint32_t position = 0;
    for (ValueId q : std::vector<ValueId>(f_.block(b).params)) {
      if (q == subject_) continue;
      repair.begin(f_.type(q), f_.value(q).name);
      repair.define(b, q);
      for (const Arm& arm : arms_) {
        if (!arm.handed_on.empty()) repair.define(arm.block, arm.handed_on[position]);
      }
      rename_uses(cfg, repair, b, q, position);
      ++position;
    }
  }

  void rename_uses(const Cfg& cfg, SsaRepair& repair, BlockId b, ValueId q, std::uint32_t position) {
    for (BlockId block : cfg.order()) {
      if (block == b || is_edge_of(b, block) || !uses(block, q)) continue;
      const auto arm = std::ranges::find(arms_, block, &Arm::block);
      const bool is_handed = arm != arms_.end() && !arm->handed_on.empty();
      const ValueId here = is_handed ? arm->handed_on[position] : repair.at_entry(block);
      for (InstId id : f_.block(block).insts) {
        std::ranges::replace(f_.operands_of(f_.inst(id)), q, here);
        for (const Edge& edge : f_.edges_of(f_.inst(id))) std::ranges::replace(f_.arguments_of(edge), q, here);
      }
    }
  }

  bool uses(BlockId block, ValueId v) const {
    return std::ranges::any_of(f_.block(block).insts, [&](InstId id) { return uses(f_.inst(id), v); });
  }
  bool uses(const Inst& inst, ValueId v) const {
    const auto has = [&](std::span<const ValueId> values) { return std::ranges::find(values, v) != values.end(); };
    return has(f_.operands_of(inst)) ||
           std::ranges::any_of(f_.edges_of(inst), [&](const Edge& edge) { return has(f_.arguments_of(edge)); });
  }

  /// Whether the block was put on one of the switch's edges.
  bool is_edge_of(BlockId b, BlockId block) const {
    return std::ranges::any_of(f_.edges_of(f_.terminator(b)), [&](const Edge& edge) { return edge.target == block; }) &&
           std::ranges::none_of(arms_, [&](const Arm& arm) { return arm.block == block; });
  }

  Function& f_;
  PassContext& context_;
  ValueId subject_;
  std::vector<Arm> arms_;
};

}  // namespace

void thread_switches(Function& f, PassContext& context) {
  if (!Threader(f, context).run()) return;
  // What is handed on is often the same on all ways; a payload wants the very value that was switched on.
  remove_redundant_params(f, context);
  simplify_blocks(f, context);
}

}  // namespace noodle::nir
