#include "compiler/nir/verify.h"

#include <algorithm>

#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/passes.h"
#include "compiler/nir/verify_types.h"

namespace noodle::nir {

namespace {

/// Checks a function rule by rule; the first finding ends it.
class Verifier {
 public:
  Verifier(const Function& f, Layout& layout, const Module* module) : f_(f), layout_(layout), module_(module) {}

  std::expected<void, std::string> run() {
    if (!check_shape()) return std::unexpected(finding_);
    Cfg cfg(f_);
    if (!check_blocks(cfg) || !check_dominance(cfg)) return std::unexpected(finding_);
    if (f_.stage == Stage::Counted && !check_counts(cfg)) return std::unexpected(finding_);
    return {};
  }

 private:
  std::string_view text(Symbol symbol) const { return layout_.types().names().text(symbol); }

  bool fail(BlockId block, InstId inst, const std::string& what) {
    finding_ = "function " + std::string(text(f_.name)) + ", block " + std::to_string(block.index);
    if (inst.valid()) {
      finding_ += ", instruction " + std::to_string(inst.index) + " (" + info(f_.inst(inst).op).text + ")";
    }
    finding_ += ": " + what;
    return false;
  }
  static std::string name(ValueId v) { return "%" + std::to_string(v.index); }

  /// Every index lies in its table and every block ends in its only terminator.
  bool check_shape() {
    if (f_.blocks.empty()) return fail(BlockId(0), {}, "there is no entry block");
    if (f_.blocks[0].params.size() != f_.params.size()) {
      return fail(BlockId(0), {}, "the entry's parameters are not the function's");
    }
    std::vector<bool> placed(f_.insts.size(), false);
    for (std::size_t b = 0; b < f_.blocks.size(); ++b) {
      const BlockId block(b);
      const auto& insts = f_.blocks[b].insts;
      if (insts.empty()) return fail(block, {}, "the block is empty");
      for (ValueId v : f_.blocks[b].params) {
        if (v.index >= f_.values.size() || f_.value(v).block != block) {
          return fail(block, {}, "a parameter belongs to another block");
        }
      }
      for (InstId id : insts) {
        if (id.index >= f_.insts.size() || placed[id.index]) {
          return fail(block, {}, "an instruction stands in two places");
        }
        placed[id.index] = true;
        const Inst& inst = f_.inst(id);
        if (info(inst.op).is_terminator != (id == insts.back())) {
          return fail(block, id, "terminators stand at the end of blocks, and nothing else does");
        }
        if (inst.region.valid() && inst.region.index >= f_.regions.size()) {
          return fail(block, id, "there is no such region");
        }
        bool own = claim(inst.first_operand, inst.operand_count);
        for (const Edge& edge : f_.edges_of(inst)) {
          if (edge.target.index >= f_.blocks.size()) return fail(block, id, "an edge leads nowhere");
          own = claim(edge.first_argument, edge.argument_count) && own;
        }
        // Passes change operands in place.
        if (!own) return fail(block, id, "it shares its operands with another instruction");
      }
    }
    for (std::size_t i = 0; i < f_.params.size(); ++i) {
      if (f_.type(f_.blocks[0].params[i]) != f_.params[i].type) {
        return fail(BlockId(0), {}, "parameter " + std::to_string(i) + " has another type than the function says");
      }
    }
    return true;
  }

  /// Marks places of the operand pool as one instruction's own; false when they are another's too.
  bool claim(std::uint32_t first, std::uint32_t count) {
    claimed_.resize(f_.operands.size(), false);
    for (std::uint32_t k = first; k < first + count; ++k) {
      if (k >= claimed_.size() || claimed_[k]) return false;
      claimed_[k] = true;
    }
    return true;
  }

  bool check_blocks(const Cfg& cfg) {
    std::vector<bool> is_handler(f_.blocks.size(), false);
    for (const Region& region : f_.regions) {
      if (!region.handler.valid()) continue;
      if (region.handler.index >= f_.blocks.size()) return fail(BlockId(0), {}, "a region's handler is no block");
      is_handler[region.handler.index] = true;
      if (!f_.block(region.handler).params.empty()) return fail(region.handler, {}, "a handler has parameters");
      if (!cfg.incoming(region.handler).empty()) return fail(region.handler, {}, "an edge leads to a handler");
    }
    for (BlockId block : cfg.order()) {
      if (block.index == 0 && !cfg.incoming(block).empty()) return fail(block, {}, "an edge leads to the entry");
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        for (const Edge& edge : f_.edges_of(inst)) {
          const auto& params = f_.block(edge.target).params;
          if (edge.argument_count != params.size()) {
            return fail(block, id,
                        "an edge passes " + std::to_string(edge.argument_count) + " values to block " +
                            std::to_string(edge.target.index) + ", which has " + std::to_string(params.size()) +
                            " parameters");
          }
          auto arguments = f_.arguments_of(edge);
          for (std::size_t k = 0; k < params.size(); ++k) {
            if (arguments[k].index >= f_.values.size() || f_.type(arguments[k]) != f_.type(params[k])) {
              return fail(block, id,
                          "argument " + std::to_string(k) + " to block " + std::to_string(edge.target.index) +
                              " has another type than its parameter");
            }
          }
        }
        for (ValueId v : f_.operands_of(inst)) {
          if (v.index >= f_.values.size()) return fail(block, id, "an operand is no value");
        }
        if (f_.stage == Stage::Generic) continue;
        if (std::string what = check_types(f_, inst, layout_, module_); !what.empty()) return fail(block, id, what);
      }
    }
    return true;
  }

  /// Every use is dominated by its one definition; payloads are looked at below their switch.
  bool check_dominance(const Cfg& cfg) {
    std::vector<BlockId> homes = blocks_of_insts(f_);
    std::vector<std::uint32_t> positions(f_.insts.size(), 0);
    for (BlockId block : cfg.order()) {
      std::uint32_t position = 0;
      for (InstId id : f_.block(block).insts) positions[id.index] = position++;
    }
    auto available = [&](ValueId v, BlockId block, InstId at) {
      const Value& value = f_.value(v);
      const BlockId home = block_of(f_, homes, v);
      if (!home.valid() || !cfg.reachable(home)) return false;
      if (home == block) return !value.inst.valid() || positions[value.inst.index] < positions[at.index];
      return cfg.dominates(home, block);
    };
    for (BlockId block : cfg.order()) {
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        for (ValueId v : f_.operands_of(inst)) {
          if (!available(v, block, id)) return fail(block, id, name(v) + " is used where it is not defined");
        }
        for (const Edge& edge : f_.edges_of(inst)) {
          for (ValueId v : f_.arguments_of(edge)) {
            if (!available(v, block, id)) return fail(block, id, name(v) + " is passed where it is not defined");
          }
        }
        if (f_.stage == Stage::Generic) continue;
        if ((inst.op == Op::Payload || inst.op == Op::EnumOpen) && !below_switch(cfg, block, inst)) {
          return fail(block, id, "no switch on the same value leads here with variant " + std::to_string(inst.imm));
        }
      }
    }
    return true;
  }

  /// What a value is a copy of: it has the same variant.
  ValueId original(ValueId v) const {
    for (InstId made = f_.value(v).inst; made.valid() && f_.inst(made).op == Op::Copy; made = f_.value(v).inst)
      v = f_.operands_of(f_.inst(made))[0];
    return v;
  }

  /// Whether an edge for the variant, of a switch on the same value, dominates the block.
  bool below_switch(const Cfg& cfg, BlockId block, const Inst& look) const {
    const ValueId subject = original(f_.operands_of(look)[0]);
    for (BlockId at = block; at.valid(); at = cfg.dominator(at)) {
      auto incoming = cfg.incoming(at);
      if (incoming.size() != 1) continue;
      const Inst& last = f_.terminator(incoming[0].from);
      if (last.op == Op::Switch && original(f_.operands_of(last)[0]) == subject && incoming[0].edge == look.imm)
        return true;
    }
    return false;
  }

  // ------------------------------------------------------------------------------------- counts

  bool is_owned(ValueId v) const { return layout_.counted(f_.type(v)) && f_.value(v).ownership == Ownership::Owned; }
  ValueId root_of(ValueId v) const {
    while (owners_[v.index].valid() && f_.value(v).ownership == Ownership::Borrowed) v = owners_[v.index];
    return v;
  }

  /// Follows the owned values along every path: what a block begins with is what each way in brings.
  bool check_counts(const Cfg& cfg) {
    Module none;
    PassContext context(module_ != nullptr ? const_cast<Module&>(*module_) : none, layout_);
    owners_ = owners_of(f_, layout_);
    std::vector<std::vector<ValueId>> at_start(f_.blocks.size());
    std::vector<bool> known(f_.blocks.size(), false);
    for (BlockId block : cfg.order()) {
      std::vector<ValueId> owned = at_start[block.index];
      for (ValueId v : f_.block(block).params) {
        if (is_owned(v)) add(owned, v);
      }
      for (InstId id : f_.block(block).insts) {
        const Inst& inst = f_.inst(id);
        if (!check_inst(block, id, inst, owned, context)) return false;
        if (!info(inst.op).is_terminator) continue;
        if (inst.op == Op::Ret && !owned.empty()) {
          return fail(block, id, name(owned[0]) + " is owned and never consumed");
        }
        for (const Edge& edge : f_.edges_of(inst)) {
          auto& there = at_start[edge.target.index];
          if (!known[edge.target.index]) {
            known[edge.target.index] = true;
            there = owned;
          } else if (there != owned) {
            return fail(block, id,
                        "block " + std::to_string(edge.target.index) +
                            " is reached with different owned values: " + difference(there, owned));
          }
        }
      }
    }
    return true;
  }

  bool check_inst(BlockId block, InstId id, const Inst& inst, std::vector<ValueId>& owned, PassContext& context) {
    auto operands = f_.operands_of(inst);
    for (ValueId v : operands) {
      if (!alive(v, owned)) return fail(block, id, name(v) + " is used after " + name(root_of(v)) + " was consumed");
    }
    auto take = [&](ValueId v) {
      if (!layout_.counted(f_.type(v))) return true;
      if (!is_owned(v)) return fail(block, id, name(v) + " is borrowed and can't be consumed");
      if (!remove(owned, v)) return fail(block, id, name(v) + " is consumed twice");
      return true;
    };
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      if (context.consumes(f_, inst, k) && !take(operands[k])) return false;
    }
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      if (!context.consumes(f_, inst, k) && !alive(operands[k], owned)) {
        return fail(block, id, name(operands[k]) + " is looked at while its owner is consumed");
      }
    }
    for (const Edge& edge : f_.edges_of(inst)) {
      if (inst.op != Op::Jump && edge.argument_count > 0) return fail(block, id, "only jumps pass values");
      for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
        const ValueId v = f_.arguments_of(edge)[k];
        const bool borrowed = f_.value(f_.block(edge.target).params[k]).ownership == Ownership::Borrowed;
        if (!borrowed && !take(v)) return false;
        if (borrowed && !alive(v, owned)) return fail(block, id, name(v) + " is passed on without its owner");
      }
    }
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      ValueId v = f_.result(inst, k);
      if (is_owned(v)) add(owned, v);
    }
    return true;
  }

  bool alive(ValueId v, const std::vector<ValueId>& owned) const {
    if (!layout_.counted(f_.type(v))) return true;
    ValueId root = root_of(v);
    return !is_owned(root) || std::binary_search(owned.begin(), owned.end(), root);
  }
  static void add(std::vector<ValueId>& set, ValueId v) { set.insert(std::lower_bound(set.begin(), set.end(), v), v); }
  static bool remove(std::vector<ValueId>& set, ValueId v) {
    auto at = std::lower_bound(set.begin(), set.end(), v);
    if (at == set.end() || *at != v) return false;
    set.erase(at);
    return true;
  }
  static std::string difference(const std::vector<ValueId>& a, const std::vector<ValueId>& b) {
    std::vector<ValueId> only;
    std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
    return name(only[0]);
  }

  std::vector<bool> claimed_;
  std::vector<ValueId> owners_;
  const Function& f_;
  Layout& layout_;
  const Module* module_;
  std::string finding_;
};

}  // namespace

std::expected<void, std::string> verify(const Function& function, Layout& layout, const Module* module) {
  return Verifier(function, layout, module).run();
}

std::expected<void, std::string> verify(const Module& module, Layout& layout) {
  for (const Function& function : module.functions) {
    if (auto ok = verify(function, layout, &module); !ok) return ok;
  }
  return {};
}

}  // namespace noodle::nir
