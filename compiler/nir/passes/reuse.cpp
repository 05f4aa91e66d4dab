// A box that is opened where another of its type is made afterwards is filled again instead: an insert
// into a tree, or a map over one, changes the nodes where they lie (the reuse of Reinking, Xie, de Moura,
// Leijen: Perceus, 2021). `box.open` becomes `box.take`, which keeps the empty box, and `box.new` on the
// way behind it `box.put`. On ways without one the empty box is dropped.

#include <algorithm>
#include <vector>

#include "compiler/nir/builder.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

struct Place {
  InstId inst;
  BlockId block;
  std::uint32_t position;
};

class Reuser {
 public:
  Reuser(Function& f, PassContext& context) : f_(f), cfg_(context.shape(f)), renaming_(f) {}

  void run() {
    std::vector<Place> opened, made;
    for (BlockId block : cfg_.order()) {
      std::uint32_t position = 0;
      for (InstId id : f_.block(block).insts) {
        if (f_.inst(id).op == Op::BoxOpen) opened.push_back({id, block, position});
        if (f_.inst(id).op == Op::BoxNew) made.push_back({id, block, position});
        ++position;
      }
    }
    if (opened.empty() || made.empty()) return;
    // The nearest open first: it is the likeliest to lie in the cache.
    std::vector<bool> filled(made.size(), false);
    for (std::size_t o = opened.size(); o-- > 0;) {
      std::vector<Place> chosen;
      for (std::size_t n = 0; n < made.size(); ++n) {
        if (filled[n] || !can_fill(opened[o], made[n], chosen)) continue;
        filled[n] = true;
        chosen.push_back(made[n]);
      }
      if (!chosen.empty()) reuse(opened[o], chosen);
    }
    if (changed_) renaming_.apply(f_);
  }

 private:
  bool can_fill(const Place& open, const Place& make, const std::vector<Place>& chosen) const {
    const Inst& o = f_.inst(open.inst);
    const Inst& n = f_.inst(make.inst);
    if (f_.type(f_.operands_of(o)[0]) != f_.type(f_.result(n)) || o.region != n.region) return false;
    const bool behind =
        open.block == make.block ? open.position < make.position : cfg_.dominates(open.block, make.block);
    // Once for each time the box was opened, and no other on the same way.
    if (!behind || leads(make, make, open.block)) return false;
    return std::ranges::none_of(chosen, [&](const Place& other) {
      return other.block == make.block || leads(other, make, open.block) || leads(make, other, open.block);
    });
  }

  /// Whether control can get from behind one place to another without passing a block.
  bool leads(const Place& from, const Place& to, BlockId without) const {
    std::vector<BlockId> work{from.block}, seen;
    while (!work.empty()) {
      const BlockId block = work.back();
      work.pop_back();
      for (const Edge& edge : f_.edges_of(f_.terminator(block))) {
        if (edge.target == without || std::ranges::find(seen, edge.target) != seen.end()) continue;
        if (edge.target == to.block) return true;
        seen.push_back(edge.target);
        work.push_back(edge.target);
      }
    }
    return false;
  }

  void reuse(const Place& open, const std::vector<Place>& made) {
    changed_ = true;
    const Inst o = f_.inst(open.inst);
    const ValueId box = f_.operands_of(o)[0];
    std::vector<TypeId> types{f_.type(box)};
    for (std::uint32_t k = 0; k < o.result_count; ++k) types.push_back(f_.type(f_.result(o, k)));
    Builder builder(f_);
    builder.region = o.region;
    builder.span = o.span;
    builder.site = o.site;
    const InstId take = builder.detached(Op::BoxTake, std::span(&box, 1), types, o.type, o.imm);
    replace(open, take);
    const Inst t = f_.inst(take);
    for (std::uint32_t k = 0; k < o.result_count; ++k) {
      f_.value(f_.result(t, k + 1)).name = f_.value(f_.result(o, k)).name;
      renaming_.rename(f_.result(o, k), f_.result(t, k + 1));
    }
    for (const Place& place : made) {
      const Inst n = f_.inst(place.inst);
      std::vector<ValueId> operands{f_.result(t)};
      operands.insert(operands.end(), f_.operands_of(n).begin(), f_.operands_of(n).end());
      builder.region = n.region;
      builder.span = n.span;
      builder.site = n.site;
      const InstId put = builder.detached(Op::BoxPut, operands, std::span(types.data(), 1), {}, 0);
      replace(place, put);
      f_.value(f_.result(f_.inst(put))).name = f_.value(f_.result(n)).name;
      renaming_.rename(f_.result(n), f_.result(f_.inst(put)));
    }
  }

  void replace(const Place& place, InstId by) { f_.block(place.block).insts[place.position] = by; }

  Function& f_;
  const Cfg& cfg_;
  Renaming renaming_;
  bool changed_ = false;
};

}  // namespace

void reuse_boxes(Function& f, PassContext& context) { Reuser(f, context).run(); }

}  // namespace noodle::nir
