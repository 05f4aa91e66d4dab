// Elements of lists are touched no more than needed.
//
//  * An element that is only looked at is borrowed: `rows[i][j]` counts nothing.
//  * Of an element of many leaves only those that are used are read.
//  * `list.take` … `list.put` of one element, of which few leaves change and the rest passes through,
//    becomes a load and a store of those: `bodies[i].x += dx`.

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "compiler/nir/builder.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

class Narrower {
 public:
  Narrower(Function& f, PassContext& context) : f_(f), context_(context), renaming_(f) {}

  void run() {
    if (!touches_lists()) return;
    count_uses();
    for (std::size_t b = 0; b < f_.blocks.size(); ++b) {
      const std::vector<InstId> insts = f_.blocks[b].insts;
      std::vector<InstId> out;
      out.reserve(insts.size());
      bool changed = false;
      for (InstId id : insts) {
        const std::size_t before = out.size();
        narrow(id, out);
        changed |= out.size() != before + 1 || out.back() != id;
      }
      if (changed) f_.blocks[b].insts = std::move(out);
    }
    place_stores();
    if (renamed_) renaming_.apply(f_);
  }

 private:
  struct Facts {
    std::uint32_t uses = 0;
    bool consumed = false;  // some use takes it over, or passes it to a block
    InstId user;            // the only one, if `uses` is 1
  };

  bool touches_lists() const {
    for (const Block& block : f_.blocks) {
      for (InstId id : block.insts) {
        const Op op = f_.inst(id).op;
        if (op == Op::ListGet || op == Op::ListPeek || op == Op::ListTake) return true;
      }
    }
    return false;
  }

  void count_uses() {
    facts_.assign(f_.values.size(), {});
    for (const Block& block : f_.blocks) {
      for (InstId id : block.insts) {
        const Inst& inst = f_.inst(id);
        auto see = [&](ValueId v, bool consumed) {
          Facts& facts = facts_[v.index];
          ++facts.uses;
          facts.user = id;
          facts.consumed |= consumed;
        };
        for (std::uint32_t k = 0; k < inst.operand_count; ++k) {
          see(f_.operands_of(inst)[k], context_.consumes(f_, inst, k));
        }
        for (const Edge& edge : f_.edges_of(inst)) {
          for (ValueId v : f_.arguments_of(edge)) see(v, context_.counted(f_, v));
        }
      }
    }
  }

  bool used(const Inst& inst, std::uint32_t k) const { return facts_[f_.result(inst, k).index].uses > 0; }

  void narrow(InstId id, std::vector<InstId>& out) {
    switch (f_.inst(id).op) {
      case Op::ListGet:
      case Op::ListPeek: return read(id, out);
      case Op::ListTake:
        if (take(id, out)) return;
        break;
      default: break;
    }
    out.push_back(id);
  }

  void read(InstId id, std::vector<InstId>& out) {
    Inst& inst = f_.inst(id);
    bool counted = false;
    bool consumed = false;
    std::uint32_t used_leaves = 0;
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      if (!used(inst, k)) continue;
      ++used_leaves;
      if (!context_.counted(f_, f_.result(inst, k))) continue;
      counted = true;
      consumed |= facts_[f_.result(inst, k).index].consumed;
    }
    // A read checks its index, so one stays.
    const std::uint32_t loads = std::max(1u, used_leaves);
    if (!counted && inst.result_count > 1 && 2 * loads <= inst.result_count) return load_leaves(id, used_leaves, out);
    if (counted && !consumed && inst.op == Op::ListGet) {
      inst.op = Op::ListPeek;
      for (std::uint32_t k = 0; k < inst.result_count; ++k)
        f_.value(f_.result(inst, k)).ownership = Ownership::Borrowed;
    }
    out.push_back(id);
  }

  void load_leaves(InstId id, std::uint32_t used_leaves, std::vector<InstId>& out) {
    const Inst inst = f_.inst(id);
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      // With no leaf in use the first scalar one is read for the check of the index alone.
      const bool wanted = used_leaves > 0 ? used(inst, k) : !context_.counted(f_, f_.result(inst, k));
      if (!wanted) continue;
      const ValueId loaded = load(inst, f_.operands_of(inst)[0], k, out);
      renaming_.rename(f_.result(inst, k), loaded);
      renamed_ = true;
      if (used_leaves == 0) return;
    }
    if (used_leaves == 0) out.push_back(id);
  }

  ValueId load(const Inst& beside, ValueId list, std::uint32_t leaf, std::vector<InstId>& out) {
    Builder builder = builder_beside(beside);
    const ValueId operands[] = {list, f_.operands_of(beside)[1]};
    const TypeId type = f_.type(result_leaf(beside, leaf));
    const InstId made = builder.detached(Op::ListLoad, operands, std::span(&type, 1), {}, leaf);
    out.push_back(made);
    const ValueId value = f_.result(f_.inst(made));
    f_.value(value).name = f_.value(result_leaf(beside, leaf)).name;
    return value;
  }
  ValueId result_leaf(const Inst& inst, std::uint32_t leaf) const {
    return f_.result(inst, inst.op == Op::ListTake ? leaf + 1 : leaf);
  }

  Builder builder_beside(const Inst& inst) {
    Builder builder(f_);
    builder.region = inst.region;
    builder.span = inst.span;
    builder.site = inst.site;
    return builder;
  }

  /// A taken element that one put gives back, scalars changed and all else untouched.
  bool take(InstId id, std::vector<InstId>& out) {
    const Inst taken = f_.inst(id);
    const Facts& list = facts_[f_.result(taken).index];
    if (list.uses != 1) return false;
    const InstId put_id = list.user;
    const Inst put = f_.inst(put_id);
    if (put.op != Op::ListPut || f_.operands_of(put)[0] != f_.result(taken)) return false;
    if (f_.operands_of(put)[1] != f_.operands_of(taken)[1]) return false;
    const std::uint32_t leaves = taken.result_count - 1;
    std::uint32_t loads = 0;
    std::uint32_t stores = 0;
    for (std::uint32_t k = 0; k < leaves; ++k) {
      const ValueId old = f_.result(taken, k + 1);
      const bool passes = f_.operands_of(put)[k + 2] == old;
      const bool counted = context_.counted(f_, old);
      // A counted leaf that is read or replaced must really be moved out, or its changes would copy.
      if (counted && (!passes || facts_[old.index].uses != 1)) return false;
      if (!passes) ++stores;
      if (facts_[old.index].uses > (passes ? 1u : 0u)) ++loads;
    }
    if (stores > 2 || loads > 3 || loads + stores == 0) return false;
    if (leaves > 1 && loads + stores > leaves) return false;
    replace_take(taken, put_id, loads, out);
    return true;
  }

  void replace_take(const Inst& taken, InstId put_id, std::uint32_t loads, std::vector<InstId>& out) {
    const Inst put = f_.inst(put_id);
    const std::uint32_t leaves = taken.result_count - 1;
    const ValueId list = f_.operands_of(taken)[0];
    for (std::uint32_t k = 0; k < leaves; ++k) {
      const ValueId old = f_.result(taken, k + 1);
      const bool passes = f_.operands_of(put)[k + 2] == old;
      // With nothing to load the store still checks the index, but may stand behind what must not be
      // done when the index is wrong: the take's check stays where it was.
      const bool needed = facts_[old.index].uses > (passes ? 1u : 0u) || (loads == 0 && !passes);
      if (!needed) continue;
      renaming_.rename(old, load(taken, list, k, out));
    }
    renaming_.rename(f_.result(taken), list);
    renamed_ = true;
    std::vector<std::uint32_t> changed;
    for (std::uint32_t k = 0; k < leaves; ++k) {
      if (f_.operands_of(put)[k + 2] != f_.result(taken, k + 1)) changed.push_back(k);
    }
    splice_stores(put_id, list, changed);
  }

  /// Makes stores of the changed leaves, which are to stand in the place of a put.
  void splice_stores(InstId put_id, ValueId list, const std::vector<std::uint32_t>& changed) {
    const Inst put = f_.inst(put_id);
    const TypeId type = f_.type(list);
    ValueId at = list;
    std::vector<InstId> made;
    for (std::uint32_t leaf : changed) {
      Builder builder = builder_beside(put);
      const ValueId operands[] = {at, f_.operands_of(put)[1], f_.operands_of(put)[leaf + 2]};
      made.push_back(builder.detached(Op::ListStore, operands, std::span(&type, 1), {}, leaf));
      at = f_.result(f_.inst(made.back()));
    }
    renaming_.rename(f_.result(put), at);
    stores_.emplace(put_id.index, std::move(made));
  }

  void place_stores() {
    if (stores_.empty()) return;
    for (Block& block : f_.blocks) {
      std::vector<InstId> out;
      for (InstId id : block.insts) {
        const auto at = f_.inst(id).op == Op::ListPut ? stores_.find(id.index) : stores_.end();
        if (at == stores_.end()) {
          out.push_back(id);
        } else {
          out.insert(out.end(), at->second.begin(), at->second.end());
        }
      }
      block.insts = std::move(out);
    }
  }

  Function& f_;
  PassContext& context_;
  Renaming renaming_;
  std::vector<Facts> facts_;
  std::unordered_map<std::uint32_t, std::vector<InstId>> stores_;  // what stands for a put
  bool renamed_ = false;
};

}  // namespace

void narrow_elements(Function& f, PassContext& context) { Narrower(f, context).run(); }

}  // namespace noodle::nir
