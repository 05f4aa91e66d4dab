#pragma once

// Small changes to functions that several passes make.

#include <vector>

#include "compiler/nir/nir.h"

namespace noodle::nir {

/// Which value stands for each from now on; chains are followed. Values that map to nothing stay.
class Renaming {
 public:
  explicit Renaming(const Function& f) : to_(f.values.size()) {}
  void rename(ValueId from, ValueId to) { to_[from.index] = to; }
  ValueId operator()(ValueId v) {
    ValueId end = v;
    while (end.index < to_.size() && to_[end.index].valid()) end = to_[end.index];
    while (v != end) {
      ValueId next = to_[v.index];
      to_[v.index] = end;
      v = next;
    }
    return end;
  }
  /// Renames every operand and edge argument of the function.
  void apply(Function& f) {
    for (Block& block : f.blocks) {
      for (InstId id : block.insts) {
        Inst& inst = f.inst(id);
        for (ValueId& v : f.operands_of(inst)) v = (*this)(v);
        for (Edge& edge : f.edges_of(inst)) {
          for (ValueId& v : f.arguments_of(edge)) v = (*this)(v);
        }
      }
    }
  }

 private:
  std::vector<ValueId> to_;
};

/// Makes the body of `to` that of `from`, without what stands in no block and without spare room.
void compact(const Function& from, Function& to);

/// Puts an empty block with a jump on an edge, which loses its arguments to the jump.
inline BlockId split_edge(Function& f, InstId terminator, std::uint32_t edge_index) {
  BlockId middle(f.blocks.size());
  f.blocks.emplace_back();
  Inst jump;
  jump.op = Op::Jump;
  jump.region = f.inst(terminator).region;
  jump.span = f.inst(terminator).span;
  jump.site = f.inst(terminator).site;
  jump.first_edge = static_cast<std::uint32_t>(f.edges.size());
  jump.edge_count = 1;
  Edge& edge = f.edges[f.inst(terminator).first_edge + edge_index];
  Edge onward = edge;
  edge.target = middle;
  edge.argument_count = edge.room = 0;
  f.edges.push_back(onward);
  f.insts.push_back(jump);
  f.block(middle).insts.push_back(InstId(f.insts.size() - 1));
  return middle;
}

}  // namespace noodle::nir
