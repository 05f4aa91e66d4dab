#pragma once

// How functions are made and changed: appends instructions to a block, with their operands, results
// and edges put into the function's tables.

#include <initializer_list>
#include <span>

#include "compiler/nir/nir.h"

namespace noodle::nir {

/// Appends to one block of one function at a time.
class Builder {
 public:
  explicit Builder(Function& function) : f(function) {}

  Function& f;
  BlockId at;       // where instructions are appended
  RegionId region;  // given to each
  source::Span span;
  SiteId site;

  /// A new empty block.
  BlockId new_block() {
    f.blocks.emplace_back();
    return BlockId(f.blocks.size() - 1);
  }
  /// A new parameter at the end of a block's list.
  ValueId add_param(BlockId block, TypeId type, Ownership ownership = Ownership::Owned) {
    ValueId v(f.values.size());
    auto& params = f.block(block).params;
    f.values.push_back({type, {}, block, static_cast<std::uint32_t>(params.size()), ownership, {}});
    params.push_back(v);
    return v;
  }
  /// A new instruction that stands in no block yet.
  InstId detached(Op op, std::span<const ValueId> operands, std::span<const TypeId> results, TypeId type = {},
                  std::uint64_t imm = 0) {
    InstId id(f.insts.size());
    Inst i;
    i.op = op;
    i.region = region;
    i.type = type;
    i.imm = imm;
    i.first_operand = static_cast<std::uint32_t>(f.operands.size());
    i.operand_count = static_cast<std::uint32_t>(operands.size());
    i.first_result = static_cast<std::uint32_t>(f.values.size());
    i.result_count = static_cast<std::uint32_t>(results.size());
    i.span = span;
    i.site = site;
    f.operands.insert(f.operands.end(), operands.begin(), operands.end());
    const Ownership own = info(op).result;
    for (std::uint32_t k = 0; k < results.size(); ++k) f.values.push_back({results[k], id, {}, k, own, {}});
    f.insts.push_back(i);
    return id;
  }
  /// Appends an instruction with any number of results. `operands` must not point into `f.operands`.
  InstId emit(Op op, std::span<const ValueId> operands, std::span<const TypeId> results, TypeId type = {},
              std::uint64_t imm = 0) {
    InstId id = detached(op, operands, results, type, imm);
    f.block(at).insts.push_back(id);
    return id;
  }
  /// Appends an instruction with one result and gives that.
  ValueId value(Op op, std::initializer_list<ValueId> operands, TypeId result, TypeId type = {},
                std::uint64_t imm = 0) {
    return value(op, std::span(operands.begin(), operands.size()), result, type, imm);
  }
  ValueId value(Op op, std::span<const ValueId> operands, TypeId result, TypeId type = {}, std::uint64_t imm = 0) {
    InstId id = emit(op, operands, std::span(&result, 1), type, imm);
    return f.result(f.inst(id));
  }

  /// Adds an edge to the newest instruction (edges of one instruction must be added in a row).
  void add_edge(InstId inst, BlockId target, std::span<const ValueId> arguments = {}) {
    Inst& i = f.inst(inst);
    if (i.edge_count == 0) i.first_edge = static_cast<std::uint32_t>(f.edges.size());
    ++i.edge_count;
    f.edges.push_back({target, static_cast<std::uint32_t>(f.operands.size())});
    for (ValueId v : arguments) add_argument(f.edges.back(), v);
  }
  /// Adds an argument at the end of an edge's list.
  void add_argument(Edge& edge, ValueId argument) {
    // A list that is full moves to the pool's end with twice the room.
    const std::uint32_t n = edge.argument_count;
    if (n >= edge.room) {
      const auto to = static_cast<std::uint32_t>(f.operands.size());
      edge.room = n == 0 ? 1 : 2 * n;
      f.operands.resize(to + edge.room);
      for (std::uint32_t k = 0; k < n; ++k) f.operands[to + k] = f.operands[edge.first_argument + k];
      edge.first_argument = to;
    }
    f.operands[edge.first_argument + n] = argument;
    ++edge.argument_count;
  }

  /// Terminators.
  InstId jump(BlockId target, std::span<const ValueId> arguments = {}) {
    InstId id = emit(Op::Jump, {}, {});
    add_edge(id, target, arguments);
    return id;
  }
  InstId branch(ValueId condition, BlockId yes, BlockId no) {
    InstId id = emit(Op::Branch, std::span(&condition, 1), {});
    add_edge(id, yes);
    add_edge(id, no);
    return id;
  }
  InstId ret(std::span<const ValueId> values) { return emit(Op::Ret, values, {}); }
};

}  // namespace noodle::nir
