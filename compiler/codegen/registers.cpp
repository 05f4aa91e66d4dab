#include "compiler/codegen/registers.h"

#include <algorithm>

#include "base/flat_map.h"

namespace noodle::codegen {

using nir::BlockId;
using nir::Op;
using nir::ValueId;

bool changes_in_place(Op op) {
  switch (op) {
    case Op::BoxTake:
    case Op::BoxPut:
    case Op::AnyTake:
    case Op::AnyPut:
    case Op::StringAppend:
    case Op::ListStore:
    case Op::ListSet:
    case Op::ListTake:
    case Op::ListPut:
    case Op::ListPush:
    case Op::ListPop:
    case Op::ListInsert:
    case Op::ListRemove:
    case Op::ListAppend:
    case Op::ListSwap:
    case Op::ListReverse:
    case Op::ListSort:
    case Op::ListClear:
    case Op::ListReserve:
    case Op::MapInsert:
    case Op::MapRemove:
    case Op::MapSlot:
    case Op::MapTake:
    case Op::MapPut:
    case Op::MapClear: return true;
    default: return false;
  }
}

namespace {

/// A stretch [begin, end) of the function's positions. Every instruction has four: it reads at the
/// first, writes at the second; the rest keeps what may not share a register with its results.
struct Segment {
  std::uint32_t begin;
  std::uint32_t end;
};
using Segments = std::vector<Segment>;
constexpr std::uint32_t kStep = 4;

/// Whether two sets of stretches overlap; a small one is looked up in a large one.
bool intersect(const Segments& a, const Segments& b) {
  if (a.size() > b.size()) return intersect(b, a);
  auto from = b.begin();
  for (const Segment& s : a) {
    from = std::lower_bound(from, b.end(), s.begin, [](const Segment& t, std::uint32_t at) { return t.end <= at; });
    if (from == b.end()) return false;
    if (from->begin < s.end) return true;
  }
  return false;
}

/// Adds one stretch to a set, joined with those that it touches.
void add(Segments& into, Segment s) {
  auto first = std::lower_bound(into.begin(), into.end(), s.begin,
                                [](const Segment& t, std::uint32_t at) { return t.end < at; });
  auto last = first;
  for (; last != into.end() && last->begin <= s.end; ++last) {
    s.begin = std::min(s.begin, last->begin);
    s.end = std::max(s.end, last->end);
  }
  if (first == last) {
    into.insert(first, s);
  } else {
    *first = s;
    into.erase(first + 1, last);
  }
}

void join(Segments& into, const Segments& other) {
  for (const Segment& s : other) add(into, s);
}

/// Operations whose results may take the register of an operand that dies there: those that are one
/// instruction with no list, and calls.
bool shares_registers(Op op) {
  if (op >= Op::Call && op <= Op::CallAny) return true;
  if (op >= Op::Add && op <= Op::Abs) return true;
  return op == Op::Jump || op == Op::Ret || op == Op::Drop || op == Op::SlotStore;
}

class Assigner {
 public:
  Assigner(const nir::Function& f, const nir::Liveness& live, std::span<const ValueId> owners, const BlockOrder& order,
           const Selection& selection, Types& types, nbc::FunctionBuilder& code)
      : f_(f), live_(live), owners_(owners), order_(order), selection_(selection), types_(types), code_(code) {}

  std::expected<Registers, std::string> run() {
    number();
    find_ranges();
    coalesce();
    pin_slots();
    assign();
    if (slots_ > nbc::kMaxSlots) {
      return std::unexpected("the function `" + std::string(types_.layout().types().names().text(f_.name)) +
                             "` needs " + std::to_string(slots_) + " register slots at once; the limit is " +
                             std::to_string(nbc::kMaxSlots) + ". Split it into smaller functions");
    }
    return std::move(result_);
  }

 private:
  bool needs_register(ValueId v) const {
    const nir::Value& value = f_.value(v);
    return !value.inst.valid() || !selection_.is_folded(value.inst);
  }

  void number() {
    begin_.assign(f_.blocks.size(), 0);
    end_.assign(f_.blocks.size(), 0);
    std::uint32_t at = 0;
    for (BlockId block : order_.blocks) {
      begin_[block.index] = at;
      at += kStep * static_cast<std::uint32_t>(f_.block(block).insts.size() + 1);
      end_[block.index] = at;
    }
    last_ = at;
  }

  void extend(ValueId v, std::uint32_t begin, std::uint32_t end) {
    Segments& s = ranges_[v.index];
    // Blocks are gone through in order, so new stretches lie behind or touch the last one.
    if (!s.empty() && s.back().end >= begin) {
      s.back().end = std::max(s.back().end, end);
    } else {
      s.push_back({begin, end});
    }
  }

  void find_ranges() {
    ranges_.resize(f_.values.size());
    std::vector<bool> out(f_.values.size(), false);
    std::vector<std::uint32_t> last_read(f_.values.size(), 0);
    std::vector<ValueId> ended;
    for (BlockId block : order_.blocks) {
      std::vector<ValueId> live_out;
      for (const nir::Edge& edge : f_.edges_of(f_.terminator(block))) {
        for (ValueId v : live_.live_in(edge.target)) {
          if (!out[v.index]) live_out.push_back(v);
          out[v.index] = true;
        }
      }
      auto define = [&](ValueId v, std::uint32_t at) {
        if (needs_register(v)) extend(v, at, out[v.index] ? end_[block.index] : at + 1);
      };
      for (ValueId v : live_.live_in(block)) define(v, begin_[block.index]);
      for (ValueId v : f_.block(block).params) define(v, begin_[block.index]);
      std::uint32_t at = begin_[block.index] + kStep;
      for (nir::InstId id : f_.block(block).insts) {
        const nir::Inst& inst = f_.inst(id);
        if (!selection_.is_folded(id)) {
          const std::uint32_t until = shares_registers(inst.op) ? at + 1 : at + 2;
          const ValueId changed = changes_in_place(inst.op) ? f_.operands_of(inst)[0] : ValueId();
          auto read = [&](ValueId v) {
            if (needs_register(v) && !out[v.index]) extend_to(v, v == changed ? at + 1 : until);
            for (ValueId o = owners_[v.index]; o.valid(); o = owners_[o.index]) {
              if (!out[o.index]) extend_to(o, at + 2);
            }
          };
          selection_.each_read(inst, read);
          for (const nir::Edge& edge : f_.edges_of(inst)) {
            for (ValueId v : f_.arguments_of(edge)) read(v);
          }
          for (std::uint32_t k = 0; k < inst.result_count; ++k) define(f_.result(inst, k), at + 1);
        }
        at += kStep;
      }
      for (ValueId v : live_out) out[v.index] = false;
    }
    // A borrowed parameter stays: the caller owns it, and borrows hang on its register.
    for (std::size_t i = 0; i < f_.params.size(); ++i) {
      ValueId v = f_.blocks[0].params[i];
      if (f_.params[i].ownership == nir::Ownership::Borrowed && types_.layout().counted(f_.params[i].type)) {
        ranges_[v.index] = {{0, last_}};
      }
    }
    keep_carried_borrows();
  }

  /// A borrow that a loop hands on has its register to itself there: nothing but `reborrow` may write it.
  void keep_carried_borrows() {
    for (BlockId latch : order_.blocks) {
      for (const nir::Edge& edge : f_.edges_of(f_.terminator(latch))) {
        if (begin_[edge.target.index] > begin_[latch.index]) continue;
        for (ValueId v : f_.block(edge.target).params) {
          const bool borrowed = f_.value(v).ownership == nir::Ownership::Borrowed;
          if (!borrowed || !types_.layout().counted(f_.type(v)) || ranges_[v.index].empty()) continue;
          const std::uint32_t end = std::max(end_[latch.index], ranges_[v.index].back().end);
          ranges_[v.index] = {{begin_[edge.target.index], end}};
        }
      }
    }
  }
  void extend_to(ValueId v, std::uint32_t end) {
    Segments& s = ranges_[v.index];
    if (!s.empty()) s.back().end = std::max(s.back().end, end);
  }

  // --------------------------------------------------------------------------------- coalescing

  std::uint32_t find(std::uint32_t v) {
    while (class_[v] != v) v = class_[v] = class_[class_[v]];
    return v;
  }

  void try_join(ValueId a, ValueId b) {
    if (f_.type(a) != f_.type(b) || !needs_register(a) || !needs_register(b)) return;
    std::uint32_t x = find(a.index);
    std::uint32_t y = find(b.index);
    if (x == y || (fixed_[x] && fixed_[y]) || intersect(ranges_[x], ranges_[y])) return;
    if (ranges_[x].size() < ranges_[y].size()) std::swap(x, y);
    class_[y] = x;
    fixed_[x] = fixed_[x] || fixed_[y];
    join(ranges_[x], ranges_[y]);
    Segments().swap(ranges_[y]);
  }

  void coalesce() {
    class_.resize(f_.values.size());
    fixed_.assign(f_.values.size(), false);
    for (std::uint32_t v = 0; v < class_.size(); ++v) class_[v] = v;
    for (std::uint32_t i = 0; i < f_.blocks[0].params.size(); ++i) {
      fixed_[f_.blocks[0].params[i].index] = true;
    }
    // Inner loops first: there a move costs most.
    std::vector<BlockId> blocks = order_.blocks;
    std::stable_sort(blocks.begin(), blocks.end(),
                     [&](BlockId a, BlockId b) { return order_.depth[a.index] > order_.depth[b.index]; });
    for (BlockId block : blocks) {
      for (nir::InstId id : f_.block(block).insts) {
        const nir::Inst& inst = f_.inst(id);
        if (changes_in_place(inst.op)) try_join(f_.operands_of(inst)[0], f_.result(inst));
        if (inst.op >= Op::Call && inst.op <= Op::CallAny) join_call(inst);
        for (const nir::Edge& edge : f_.edges_of(inst)) {
          for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
            try_join(f_.arguments_of(edge)[k], f_.block(edge.target).params[k]);
          }
        }
      }
    }
  }

  /// A call that takes values over and gives them back changed: nothing is saved by one register for
  /// both, but the loop around it then needs no move.
  void join_call(const nir::Inst& inst) {
    auto operands = f_.operands_of(inst);
    std::uint32_t k = inst.result_count;
    for (std::uint32_t i = inst.operand_count; i-- > 0 && k > 0;) {
      if (f_.type(operands[i]) != f_.type(f_.result(inst, k - 1))) continue;
      if (live_ends_at(operands[i], inst)) {
        try_join(operands[i], f_.result(inst, k - 1));
        --k;
      }
    }
  }
  bool live_ends_at(ValueId v, const nir::Inst& inst) {
    const Segments& a = ranges_[find(v.index)];
    const Segments& b = ranges_[find(f_.result(inst).index)];
    return !a.empty() && !b.empty() && !intersect(a, b);
  }

  // --------------------------------------------------------------------------------- assignment

  struct Register {
    std::uint16_t slot;
    Segments taken;
  };

  void pin_slots() {
    for (const nir::Slot& slot : f_.slots) {
      auto& heads = result_.of_slot.emplace_back();
      for (sema::TypeId leaf : types_.layout().leaves(slot.type)) heads.push_back(new_register(types_.map(leaf)));
    }
  }

  std::uint16_t new_register(nbc::TypeId type) {
    if (code_.slots() + nbc::kMaxTypeSlots > UINT16_MAX) {
      slots_ = code_.slots();
      return 0;
    }
    std::uint16_t slot = code_.reg(type);
    slots_ = code_.slots();
    return slot;
  }

  void assign() {
    result_.of_value.assign(f_.values.size(), Registers::kNone);
    FlatMap<std::uint32_t, std::vector<Register>> by_type;  // by nbc type
    auto registers = [&](nbc::TypeId type) -> std::vector<Register>& {
      return by_type.try_emplace(type.index).first->second;
    };
    std::vector<std::uint32_t> classes;
    for (std::uint32_t v = 0; v < class_.size(); ++v) {
      if (class_[v] == v && !ranges_[v].empty() && !fixed_[v]) classes.push_back(v);
    }
    std::vector<std::uint16_t> of_class(class_.size(), Registers::kNone);
    for (std::uint32_t i = 0; i < f_.blocks[0].params.size(); ++i) {
      const std::uint32_t c = find(f_.blocks[0].params[i].index);
      of_class[c] = code_.param(i);
      registers(types_.map(f_.params[i].type)).push_back({code_.param(i), ranges_[c]});
    }
    slots_ = code_.slots();
    std::sort(classes.begin(), classes.end(), [&](std::uint32_t a, std::uint32_t b) {
      const std::uint32_t x = ranges_[a].front().begin, y = ranges_[b].front().begin;
      return x != y ? x < y : a < b;
    });
    for (std::uint32_t c : classes) {
      nbc::TypeId type = types_.map(f_.values[c].type);
      auto& candidates = registers(type);
      Register* found = nullptr;
      for (Register& r : candidates) {
        if (!intersect(r.taken, ranges_[c])) {
          found = &r;
          break;
        }
      }
      if (found == nullptr) {
        candidates.push_back({new_register(type), {}});
        found = &candidates.back();
      }
      join(found->taken, ranges_[c]);
      of_class[c] = found->slot;
    }
    for (std::uint32_t v = 0; v < class_.size(); ++v) {
      if (needs_register(ValueId(v))) result_.of_value[v] = of_class[find(v)];
    }
  }

  const nir::Function& f_;
  const nir::Liveness& live_;
  std::span<const ValueId> owners_;
  const BlockOrder& order_;
  const Selection& selection_;
  Types& types_;
  nbc::FunctionBuilder& code_;
  Registers result_;
  std::vector<std::uint32_t> begin_, end_;
  std::uint32_t last_ = 0;
  std::vector<Segments> ranges_;
  std::vector<std::uint32_t> class_;
  std::vector<bool> fixed_;
  std::uint32_t slots_ = 0;
};

}  // namespace

std::expected<Registers, std::string> assign_registers(const nir::Function& f, const nir::Liveness& live,
                                                       std::span<const ValueId> owners, const BlockOrder& order,
                                                       const Selection& selection, Types& types,
                                                       nbc::FunctionBuilder& code) {
  return Assigner(f, live, owners, order, selection, types, code).run();
}

}  // namespace noodle::codegen
