// An operation that was done before, on the same values, gives the same results again: the first does
// for all that it dominates. One that may panic counts too, since where it was done it did not.
//
// Reading an element of a list is such an operation, because a list is a value: what changes it makes
// another. A read looks through changes of other elements or leaves, so that `a[i].x += …` leaves what
// is known of `a[i].y`. It never reads from the older list, which would keep that alive and have it
// copied; it only finds what was read, or stored, before.
//
// Left alone is what makes counted values: two holders of one string would cost the next that changes
// it a copy.

#include <vector>

#include "base/hash.h"
#include "compiler/nir/cfg.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

class Merger {
 public:
  Merger(Function& f, PassContext& context) : f_(f), context_(context), renaming_(f), cfg_(context.shape(f)) {}

  void run() {
    std::size_t size = 16;
    while (size < f_.insts.size()) size *= 2;
    heads_.assign(size, 0);
    entries_.assign(1, {});
    bool renamed = false;
    for (BlockId block : cfg_.order()) {
      auto& insts = f_.block(block).insts;
      std::size_t kept = 0;
      for (InstId id : insts) {
        const Inst& inst = f_.inst(id);
        for (ValueId& v : f_.operands_of(inst)) v = renaming_(v);
        if (eligible(inst) && merge(id, block)) {
          renamed = true;
        } else {
          insts[kept++] = id;
        }
      }
      insts.resize(kept);
    }
    if (renamed) renaming_.apply(f_);
  }

 private:
  /// One operation that was seen, or a leaf that was stored.
  struct Entry {
    InstId inst;
    BlockId block;
    ValueId list;  // of a read: the oldest list that it could have been read from
    std::uint32_t next = 0;
  };

  bool eligible(const Inst& inst) const {
    switch (inst.op) {
      case Op::Payload:
      case Op::BoxPeek:
      case Op::EnumTag:
      case Op::ListPeek:
      case Op::MapPeek:
      case Op::MapPeekKey: return true;
      case Op::ListGet:
      case Op::ListLoad:
      case Op::ListStore: break;
      case Op::ConstString:
      case Op::ConstVariant:
      case Op::ConstValue: return false;
      default:
        if (!info(inst.op).is_pure && !(inst.op >= Op::Add && inst.op <= Op::Convert)) return false;
        if (inst.result_count != 1) return false;
    }
    if (inst.op == Op::ListStore) return !context_.counted(f_, f_.operands_of(inst)[2]);
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      if (context_.counted(f_, f_.result(inst, k))) return false;
    }
    return inst.result_count > 0;
  }

  static bool reads_list(Op op) { return op == Op::ListGet || op == Op::ListLoad || op == Op::ListPeek; }

  const Inst* constant(ValueId v) const {
    const InstId id = f_.value(v).inst;
    return id.valid() && f_.inst(id).op == Op::ConstInt ? &f_.inst(id) : nullptr;
  }
  bool differ(ValueId a, ValueId b) const {
    const Inst* x = constant(a);
    const Inst* y = constant(b);
    return x != nullptr && y != nullptr && x->imm != y->imm;
  }

  /// The oldest list whose element at `index`, or leaf of it, is that of `list`.
  ValueId oldest(ValueId list, ValueId index, std::uint64_t leaf, bool whole) const {
    for (;;) {
      const InstId id = f_.value(list).inst;
      if (!id.valid() || f_.inst(id).op != Op::ListStore) return list;
      const Inst& store = f_.inst(id);
      auto operands = f_.operands_of(store);
      const bool same_leaf = whole || store.imm == leaf;
      if (same_leaf && !differ(operands[1], index)) return list;
      list = operands[0];
    }
  }

  std::uint64_t key_of(const Inst& inst, ValueId list) const {
    std::uint64_t key = hash_combine(static_cast<std::uint64_t>(inst.op), inst.imm);
    key = hash_combine(key, inst.type.index);
    std::uint32_t k = 0;
    for (ValueId v : f_.operands_of(inst)) key = hash_combine(key, k++ == 0 && list.valid() ? list.index : v.index);
    return key;
  }

  bool same(const Inst& a, const Entry& entry, ValueId list) const {
    const Inst& b = f_.inst(entry.inst);
    if (b.op != a.op || b.imm != a.imm || b.type != a.type || b.operand_count != a.operand_count) return false;
    if (b.result_count != a.result_count || entry.list != list) return false;
    for (std::uint32_t k = list.valid() ? 1 : 0; k < a.operand_count; ++k) {
      if (f_.operands_of(a)[k] != f_.operands_of(b)[k]) return false;
    }
    return a.result_count == 0 || f_.type(f_.result(a)) == f_.type(f_.result(b));
  }

  void enter(std::uint64_t key, Entry entry) {
    std::uint32_t& head = heads_[key & (heads_.size() - 1)];
    entry.next = head;
    head = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back(entry);
  }

  bool merge(InstId id, BlockId block) {
    const Inst& inst = f_.inst(id);
    if (inst.op == Op::ListStore) return note_store(id, block), false;
    ValueId list;
    if (reads_list(inst.op)) {
      list = oldest(f_.operands_of(inst)[0], f_.operands_of(inst)[1], inst.imm, inst.op != Op::ListLoad);
    }
    const std::uint64_t key = key_of(inst, list);
    for (std::uint32_t e = heads_[key & (heads_.size() - 1)]; e != 0; e = entries_[e].next) {
      const Entry& entry = entries_[e];
      const Inst& before = f_.inst(entry.inst);
      if (before.op == Op::ListStore) {
        if (inst.op != Op::ListLoad || !stored(inst, before, entry, list) || !cfg_.dominates(entry.block, block)) {
          continue;
        }
        renaming_.rename(f_.result(inst), renaming_(f_.operands_of(before)[2]));
        return true;
      }
      if (!same(inst, entry, list) || !cfg_.dominates(entry.block, block)) continue;
      for (std::uint32_t k = 0; k < inst.result_count; ++k) renaming_.rename(f_.result(inst, k), f_.result(before, k));
      return true;
    }
    enter(key, {id, block, list});
    return false;
  }

  /// What was stored is what a load from the changed list gives.
  void note_store(InstId id, BlockId block) {
    const Inst& store = f_.inst(id);
    Inst load = store;
    load.op = Op::ListLoad;
    load.type = TypeId();
    load.operand_count = 2;
    const ValueId list = f_.result(store);
    enter(key_of(load, list), {id, block, list});
  }
  bool stored(const Inst& load, const Inst& store, const Entry& entry, ValueId list) const {
    return store.imm == load.imm && entry.list == list && f_.operands_of(store)[1] == f_.operands_of(load)[1];
  }

  Function& f_;
  PassContext& context_;
  Renaming renaming_;
  const Cfg& cfg_;
  std::vector<std::uint32_t> heads_;  // first entry of each key; 0: none
  std::vector<Entry> entries_;
};

}  // namespace

void merge_repeats(Function& f, PassContext& context) { Merger(f, context).run(); }

}  // namespace noodle::nir
