// A function's tables without what stands in no block any more: inlining and folding leave many entries
// behind, and every later pass would carry them along.

#include "compiler/nir/passes/edit.h"

namespace noodle::nir {

namespace {

class Compactor {
 public:
  Compactor(const Function& from, Function& to) : from_(from), to_(to) {}

  void run() {
    clear();
    number();
    for (std::size_t b = 0; b < from_.blocks.size(); ++b) {
      Block& block = to_.blocks[b];
      for (ValueId v : from_.blocks[b].params) block.params.push_back(values_[v.index]);
      for (InstId id : from_.blocks[b].insts) {
        block.insts.push_back(InstId(to_.insts.size()));
        copy(from_.inst(id));
      }
    }
  }

 private:
  void clear() {
    to_.blocks.clear();
    to_.insts.clear();
    to_.values.clear();
    to_.operands.clear();
    to_.edges.clear();
    to_.slots = from_.slots;
    to_.regions = from_.regions;
    to_.sites = from_.sites;
  }

  // Values are numbered in the order in which they are defined, and room is made for exactly what is there.
  void number() {
    values_.resize(from_.values.size());
    std::uint32_t next = 0;
    std::size_t insts = 0, operands = 0, edges = 0;
    for (const Block& block : from_.blocks) {
      for (ValueId v : block.params) values_[v.index] = ValueId(next++);
      insts += block.insts.size();
      for (InstId id : block.insts) {
        const Inst& inst = from_.inst(id);
        for (std::uint32_t k = 0; k < inst.result_count; ++k) values_[from_.result(inst, k).index] = ValueId(next++);
        operands += inst.operand_count;
        edges += inst.edge_count;
        for (const Edge& edge : from_.edges_of(inst)) operands += edge.argument_count;
      }
    }
    to_.values.resize(next);
    to_.insts.reserve(insts);
    to_.operands.reserve(operands);
    to_.edges.reserve(edges);
    to_.blocks.resize(from_.blocks.size());
    for (std::size_t b = 0; b < from_.blocks.size(); ++b) {
      const Block& block = from_.blocks[b];
      to_.blocks[b].params.reserve(block.params.size());
      to_.blocks[b].insts.reserve(block.insts.size());
      for (ValueId v : block.params) to_.value(values_[v.index]) = from_.value(v);
    }
  }

  std::uint32_t copy_operands(std::span<const ValueId> operands) {
    const auto first = static_cast<std::uint32_t>(to_.operands.size());
    for (ValueId v : operands) to_.operands.push_back(values_[v.index]);
    return first;
  }

  void copy(Inst inst) {
    const InstId id(to_.insts.size());
    const std::span<const Edge> edges = from_.edges_of(inst);
    const ValueId first_result = inst.result_count == 0 ? ValueId(0) : values_[inst.first_result];
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      Value value = from_.value(from_.result(inst, k));
      value.inst = id;
      to_.value(ValueId(first_result.index + k)) = value;
    }
    inst.first_result = first_result.index;
    inst.first_operand = copy_operands(from_.operands_of(inst));
    inst.first_edge = static_cast<std::uint32_t>(to_.edges.size());
    for (const Edge& edge : edges) {
      const std::uint32_t first = copy_operands(from_.arguments_of(edge));
      to_.edges.push_back({edge.target, first, edge.argument_count});
    }
    to_.insts.push_back(inst);
  }

  const Function& from_;
  Function& to_;
  std::vector<ValueId> values_;  // what each is in `to_`
};

}  // namespace

void compact(const Function& from, Function& to) { Compactor(from, to).run(); }

}  // namespace noodle::nir
