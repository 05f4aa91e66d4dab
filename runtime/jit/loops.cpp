#include "runtime/jit/loops.h"

#include <algorithm>

namespace noodle::jit {

using nbc::Inst;
using nbc::Kind;
using nbc::Op;

namespace {

struct Jump {
  std::uint32_t from;
  std::uint32_t to;
};

bool converts_plainly(const Inst& inst) {
  const auto from = static_cast<Kind>(inst.c() >> 8), to = static_cast<Kind>(inst.c() & 0xFF);
  return (is_integer(from) && (is_integer(to) || to == Kind::F64)) || (from == Kind::F64 && to == Kind::I64);
}

class Finder {
 public:
  explicit Finder(const FunctionView& view) : v_(view) {}

  std::vector<PlainLoop> run() {
    for (std::uint32_t pc = 0; pc < v_.function.code.size(); pc += v_.at(pc).words()) {
      v_.for_each_target(v_.at(pc), [&](std::uint32_t target) { jumps_.push_back({pc, target}); });
    }
    std::vector<PlainLoop> loops;
    for (const Jump& jump : jumps_) {
      if (jump.to > jump.from) continue;
      PlainLoop loop{.head = jump.to, .latch = jump.from, .lists = {}, .counter = {}};
      if (is_closed(loop) && gather(loop)) loops.push_back(std::move(loop));
    }
    return loops;
  }

 private:
  // Entered at its head alone, with no loop inside and one jump back.
  bool is_closed(const PlainLoop& loop) const {
    for (const Jump& jump : jumps_) {
      if (!loop.contains(jump.to)) continue;
      const bool inside = loop.contains(jump.from);
      if (!inside && jump.to != loop.head) return false;
      if (inside && jump.to <= jump.from && jump.from != loop.latch) return false;
    }
    return std::ranges::none_of(v_.function.cleanups,
                                [&](const nbc::Cleanup& cleanup) { return loop.contains(cleanup.handler); });
  }

  bool is_leader(std::uint32_t pc) const {
    return std::ranges::any_of(jumps_, [&](const Jump& jump) { return jump.to == pc; });
  }

  bool gather(PlainLoop& loop) const {
    SlotSet written(v_.facts.slots());
    Accesses accesses;
    std::uint32_t before_latch = loop.head;
    for (std::uint32_t pc = loop.head; pc <= loop.latch;) {
      const Inst inst = v_.at(pc);
      if (!is_plain(v_, inst) || !v_.accesses(inst, accesses)) return false;
      for (const Slots& run : accesses.writes) {
        if (!changes_elements(inst) || run.first != inst.b()) written.add(run);
      }
      if (pc != loop.latch) before_latch = pc;
      pc += inst.words();
    }
    count(loop, before_latch, written);
    lists(loop, written);
    return true;
  }

  static bool changes_elements(const Inst& inst) {
    return inst.op() == Op::ListStore || inst.op() == Op::ListSet || inst.op() == Op::ListPut ||
           inst.op() == Op::ListTake;
  }
  static bool reads_elements(const Inst& inst) {
    return inst.op() == Op::ListGet || inst.op() == Op::ListPeek || inst.op() == Op::ListLoad;
  }

  // i += 1, or another number, and back to the head while it is below a bound.
  void count(PlainLoop& loop, std::uint32_t before_latch, const SlotSet& written) const {
    const Inst latch = v_.at(loop.latch), add = v_.at(before_latch);
    if (latch.op() != Op::JltI64 && latch.op() != Op::JltImmI64) return;
    if (before_latch == loop.latch || is_leader(loop.latch)) return;
    Counter counter{.slot = latch.a(), .bound = {}, .step = {}, .step_pc = before_latch};
    counter.bound.number = static_cast<std::int16_t>(latch.b());
    if (latch.op() == Op::JltI64) counter.bound.slot = latch.b();
    if (!is_step(add, counter) || is_written(loop, before_latch, counter.slot)) return;
    for (const Steady* steady : {&counter.bound, &counter.step}) {
      if (steady->slot && written.has(*steady->slot)) return;
    }
    loop.counter = counter;
  }

  // Whether an instruction only adds to a counter; notes how much.
  static bool is_step(const Inst& add, Counter& counter) {
    if (add.a() != counter.slot) return false;
    if (add.op() == Op::AddImmI64) {
      counter.step.number = static_cast<std::int16_t>(add.c());
      return add.b() == counter.slot && counter.step.number > 0;
    }
    if (add.op() != Op::AddI64) return false;
    counter.step.slot = add.b() == counter.slot ? add.c() : add.b();
    return (add.b() == counter.slot) != (add.c() == counter.slot);
  }

  // Whether a loop writes a slot before a word.
  bool is_written(const PlainLoop& loop, std::uint32_t end, std::uint32_t slot) const {
    Accesses accesses;
    for (std::uint32_t pc = loop.head; pc < end; pc += v_.at(pc).words()) {
      v_.accesses(v_.at(pc), accesses);
      for (const Slots& run : accesses.writes) {
        if (slot >= run.first && slot < run.first + run.count) return true;
      }
    }
    return false;
  }

  void lists(PlainLoop& loop, const SlotSet& written) const {
    bool straight = true;  // every turn comes here
    bool safe = true;      // and nothing can have gone wrong before
    for (std::uint32_t pc = loop.head; pc <= loop.latch;) {
      const Inst inst = v_.at(pc);
      if (pc != loop.head && is_leader(pc)) straight = false;
      const bool reads = reads_elements(inst), changes = changes_elements(inst);
      const bool is_counted = straight && loop.counter && inst.c() == loop.counter->slot;
      if ((reads || changes) && !written.has(inst.b())) {
        auto at = std::ranges::find(loop.lists, std::uint32_t{inst.b()}, &SteadyList::slot);
        if (at == loop.lists.end()) at = loop.lists.insert(at, SteadyList{.slot = inst.b()});
        at->always |= is_counted;
        at->written |= is_counted && changes;
        at->foremost |= is_counted && changes && safe;
      }
      if ((inst.op_info->flags & nbc::Panics) != 0 && !(reads && is_counted)) safe = false;
      if ((inst.op_info->flags & nbc::Branch) != 0) straight = false;
      pc += inst.words();
    }
  }

  const FunctionView& v_;
  std::vector<Jump> jumps_;
};

}  // namespace

std::vector<PlainLoop> plain_loops(const FunctionView& view) { return Finder(view).run(); }

namespace {

// Plain whatever it works on.
// clang-format off
bool is_always_plain(Op op) {
  switch (op) {
#define INT(T)                                                                                             \
    case Op::Add##T: case Op::Sub##T: case Op::Mul##T: case Op::Div##T: case Op::Rem##T: case Op::Neg##T:  \
    case Op::Shl##T: case Op::Shr##T: case Op::AddWrap##T: case Op::SubWrap##T: case Op::MulWrap##T: case Op::Not##T:
    INT(I8) INT(I16) INT(I32) INT(I64) INT(U8) INT(U16) INT(U32) INT(U64)
#undef INT
    case Op::Int: case Op::NotBool: case Op::And: case Op::Or: case Op::Xor: case Op::EqInt: case Op::NeInt:
    case Op::LtSigned: case Op::LeSigned: case Op::LtUnsigned: case Op::LeUnsigned: case Op::CmpSigned:
    case Op::CmpUnsigned: case Op::EqImmI64: case Op::NeImmI64: case Op::LtImmI64: case Op::LeImmI64:
    case Op::GtImmI64: case Op::GeImmI64: case Op::AddImmI64: case Op::SubImmI64: case Op::MulImmI64:
    case Op::DivImmI64: case Op::RemImmI64: case Op::AddF64: case Op::SubF64: case Op::MulF64: case Op::DivF64:
    case Op::NegF64: case Op::EqF64: case Op::NeF64: case Op::LtF64: case Op::LeF64: case Op::SqrtF64:
    case Op::FloorF64: case Op::CeilF64: case Op::AbsF64: case Op::Jump: case Op::BrTrue: case Op::BrFalse:
    case Op::JeqI64: case Op::JneI64: case Op::JltI64: case Op::JleI64: case Op::JeqImmI64: case Op::JneImmI64:
    case Op::JltImmI64: case Op::JleImmI64: case Op::JgtImmI64: case Op::JgeImmI64: case Op::JeqF64:
    case Op::JneF64: case Op::JltF64: case Op::JleF64: case Op::JnltF64: case Op::JnleF64: case Op::Move:
    case Op::Borrow: case Op::Reborrow: case Op::Zero: case Op::Const: case Op::EnumTag: case Op::EnumMake:
    case Op::ListLen: case Op::ListPeek: case Op::StringByteLen:
      return true;
    default: return false;
  }
}
// clang-format on

}  // namespace

bool is_plain(const FunctionView& view, const Inst& inst) {
  auto element = [&]() -> const value::TypeInfo& { return *view.type(inst.b())->element; };
  if (is_always_plain(inst.op())) return true;
  switch (inst.op()) {
    case Op::Copy: {
      const value::TypeInfo* type = view.type(inst.a()) != nullptr ? view.type(inst.a()) : view.type(inst.b());
      return type != nullptr && !type->counted;
    }
    case Op::Conv:
    case Op::Wrap: return converts_plainly(inst);
    case Op::ListGet:
    case Op::ListSet:
    case Op::ListPut:
    case Op::ListTake: return !element().counted;
    case Op::ListLoad:
    case Op::ListStore: return !element().counted;
    default: return false;
  }
}

}  // namespace noodle::jit
