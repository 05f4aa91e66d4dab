// Blocks, branches, loops, switches and cleanups of random functions.

#include <array>

#include "nbc/testing/function_generator.h"

namespace noodle::nbc::testing {

constexpr std::uint32_t kMostSlots = 3000;

FunctionGenerator::FunctionGenerator(World& world, Random& random, FunctionId id, bool calls)
    : world_(world),
      random_(random),
      f_(world.builder, id),
      signature_(world.module().function(id).signature),
      calls_(calls) {
  for (std::size_t i = 0; i < signature_.params.size(); ++i) {
    const Param& p = signature_.params[i];
    Var v;
    v.slot = f_.param(i);
    v.type = p.type;
    v.held = !counted(p.type) ? Held::Set : p.borrowed ? Held::Borrowed : Held::Owned;
    v.owner = static_cast<std::uint32_t>(i);
    vars_.push_back(v);
  }
}

void FunctionGenerator::run(std::uint32_t statements) {
  Label begin = f_.label(), end = f_.label();
  f_.bind(begin);
  while (statements-- > 0) statement(0);
  return_results();
  f_.bind(end);
  if (!vars_.empty() && vars_[0].head && random_.chance(50)) {
    f_.local(world_.builder.string("first"), vars_[0].type, vars_[0].slot, begin, end);
  }
  finish_handlers();
  f_.finish();
}

void FunctionGenerator::statement(int depth) {
  if (f_.slots() > kMostSlots) return;
  if (random_.chance(10)) {
    std::uint32_t inlined = 0;
    if (random_.chance(20)) inlined = f_.inlined_call(world_.builder.string("inlined"), 0, 7, 3);
    f_.line(0, ++lines_, 1 + random_.below(40), inlined);
  }
  if (depth < 3 && random_.chance(25)) {
    forget_payloads();
    switch (random_.below(6)) {
      case 0: return if_else(depth);
      case 1: return loop(depth);
      case 2: return switch_int(depth);
      case 3:
      case 4: return switch_enum(depth);
      default: return guarded(depth);
    }
  }
  for (int tries = 0; tries < 8 && !any_instruction(); ++tries) release_busy();
}

// Where edges meet, refinements end, and with them payload leaves and what hangs on them.
void FunctionGenerator::forget_payloads() {
  for (Var& v : vars_) {
    if (!v.head || (v.held == Held::Borrowed && vars_[v.owner].locked)) v.held = Held::Empty;
  }
}

// Drops what the block made; nothing of it can be named afterwards.
void FunctionGenerator::close_scope(std::uint32_t scope) {
  for (std::uint32_t i = 0; i < vars_.size(); ++i) {
    if (vars_[i].scope != scope) continue;
    if (vars_[i].held == Held::Owned && vars_[i].head) drop(i);
    vars_[i].held = Held::Empty;
  }
  for (Var& v : vars_) {
    if (v.held == Held::Borrowed && vars_[v.owner].scope == scope && scope != 0) v.held = Held::Empty;
  }
}

void FunctionGenerator::block(int depth, std::uint32_t statements) {
  std::uint32_t around = scope_;
  scope_ = ++scopes_;
  while (statements-- > 0) statement(depth);
  close_scope(scope_);
  scope_ = around;
}

// A conditional branch of any kind.
void FunctionGenerator::branch_to(Label target) {
  Op op = Op::BrTrue;
  do {
    op = Op(random_.below(kOpCount));
  } while (!(info(op).flags & Branch) || (info(op).flags & End));
  const Operand& first = info(op).operands[0];
  TypeId type(static_cast<std::size_t>(first.what));
  std::uint16_t a = vars_[input(type, false)].slot;
  if (info(op).operands[1].what == What::Target) {
    op == Op::BrTrue ? f_.br_true(a, target) : f_.br_false(a, target);
  } else if (info(op).operands[1].role == Role::Imm) {
    f_.compare_jump(op, a, static_cast<std::uint16_t>(random_.below(4)), target);
  } else {
    std::uint16_t b = vars_[input(type, false)].slot;
    f_.compare_jump(op, a, b, target);
  }
  release_busy();
}

void FunctionGenerator::if_else(int depth) {
  Label other = f_.label(), end = f_.label();
  branch_to(other);
  std::vector<Var> before = vars_;
  switch (random_.below(8)) {
    case 0:
      if (unwinding_) break;
      leave_early();
      vars_.resize(before.size());
      std::copy(before.begin(), before.end(), vars_.begin());
      f_.bind(other);
      return;
    case 1: {
      std::uint32_t text = input(kString, false);
      switch (random_.below(3)) {
        case 0: f_.abc(Op::Panic, vars_[text].slot); break;
        case 1: f_.panic_text("a chosen panic"); break;
        default: f_.abc(Op::Unreachable);
      }
      vars_ = before;
      release_busy();
      f_.bind(other);
      return;
    }
    default: break;
  }
  block(depth + 1, 1 + random_.below(4));
  f_.jump(end);
  f_.bind(other);
  block(depth + 1, random_.below(4));
  f_.bind(end);
}

void FunctionGenerator::loop(int depth) {
  // A loop may end views of what it changes: none is carried in.
  for (std::uint32_t i = 0; i < vars_.size(); ++i) {
    if (vars_[i].held == Held::Borrowed && vars_[i].owner != i) vars_[i].held = Held::Empty;
  }
  std::uint32_t counter = fresh(kI64, Held::Set);
  vars_[counter].locked = true;
  std::uint16_t slot = vars_[counter].slot;
  f_.integer(slot, 0);
  const std::uint32_t carried = carried_borrow();
  Label head = f_.label(), end = f_.label();
  f_.bind(head);
  block(depth + 1, 1 + random_.below(4));
  if (carried != kNoVar) f_.reborrow(vars_[carried].slot, vars_[vars_[carried].owner].slot);
  f_.abc(Op::AddImmI64, slot, slot, 1);
  auto times = static_cast<std::uint16_t>(1 + random_.below(3));
  if (random_.chance(50)) {
    f_.compare_jump(Op::JltImmI64, slot, times, head);
  } else {
    f_.compare_jump(Op::JgeImmI64, slot, times, end);
    f_.jump(head);
  }
  f_.bind(end);
  if (carried != kNoVar) vars_[carried].locked = false;
}

// A register borrowed from one of the parameters, which a loop is to reborrow in every round.
std::uint32_t FunctionGenerator::carried_borrow() {
  if (random_.chance(50)) return kNoVar;
  for (std::uint32_t i = 0; i < signature_.params.size(); ++i) {
    const Var& p = vars_[i];
    // An enum would be unlocked behind a switch on it.
    const bool fits = p.held == Held::Borrowed && p.owner == i && types().kind(p.type) != Kind::Enum;
    if (!fits || random_.chance(30)) continue;
    const std::uint32_t carried = fresh(p.type, Held::Borrowed);
    vars_[carried].owner = i;
    vars_[carried].locked = true;
    f_.borrow(vars_[carried].slot, vars_[i].slot);
    return carried;
  }
  return kNoVar;
}

void FunctionGenerator::switch_int(int depth) {
  std::uint32_t v = input(kI64, false);
  release_busy();
  std::vector<Label> targets;
  for (std::uint32_t n = 1 + random_.below(4); n > 0; --n) targets.push_back(f_.label());
  Label end = f_.label();
  f_.switch_int(vars_[v].slot, targets);
  for (Label target : targets) {
    f_.bind(target);
    block(depth + 1, random_.below(3));
    f_.jump(end);
  }
  f_.bind(end);
}

// One arm: 0 reads the payload, 1 moves it out, 2 takes a leaf out and puts it back.
void FunctionGenerator::arm(std::uint32_t var, std::uint16_t variant, int mode, int depth) {
  std::uint32_t around = scope_;
  scope_ = ++scopes_;
  auto view = types().payload(vars_[var].type, variant);
  std::vector<Leaf> payload(view.begin(), view.end());
  for (const Leaf& leaf : payload) {
    auto slot = static_cast<std::uint16_t>(vars_[var].slot + 1 + leaf.slot);
    if (mode == 1 && counted(leaf.type)) {
      if (random_.chance(30)) {
        f_.imm(Op::Drop, slot, leaf.type.index);
      } else {
        std::uint32_t to = fresh(leaf.type, Held::Owned);
        f_.move(vars_[to].slot, slot);
      }
      continue;
    }
    if (mode == 2 && counted(leaf.type)) {
      std::uint16_t out = f_.reg(leaf.type);
      f_.move(out, slot);
      if (types().kind(leaf.type) == Kind::String) f_.constant(f_.reg(kString), world_.builder.text("!"));
      f_.move(slot, out);
      if (types().kind(leaf.type) == Kind::String) {
        std::uint16_t more = static_cast<std::uint16_t>(f_.slots() - 2);
        f_.abc(Op::StringAppend, slot, more);
        f_.imm(Op::Drop, more, kString.index);
      }
      continue;
    }
    Var leaf_var;
    leaf_var.slot = slot;
    leaf_var.type = leaf.type;
    leaf_var.held = !counted(leaf.type) ? Held::Set : Held::Borrowed;
    leaf_var.head = false;
    leaf_var.locked = true;
    leaf_var.scope = scope_;
    leaf_var.owner = vars_[var].held == Held::Borrowed ? vars_[var].owner : var;
    vars_.push_back(leaf_var);
  }
  for (std::uint32_t n = random_.below(4); n > 0; --n) statement(depth + 1);
  close_scope(scope_);
  scope_ = around;
}

void FunctionGenerator::switch_enum(int depth) {
  TypeId type = random_type(What::Enum);
  std::uint32_t var = input(type, true);
  release_busy();
  bool mine = vars_[var].held == Held::Owned && !vars_[var].locked;
  int mode = 0;
  if (mine && vars_[var].scope == scope_ && random_.chance(50)) mode = 1;
  if (mine && mode == 0 && random_.chance(50)) mode = 2;
  std::vector<Label> targets;
  for (std::size_t n = types()[type].variants.size(); n > 0; --n) targets.push_back(f_.label());
  Label end = f_.label();
  f_.switch_enum(vars_[var].slot, targets);
  bool was_locked = vars_[var].locked;
  vars_[var].locked = true;
  touch(var);
  if (mode == 1) vars_[var].held = Held::Empty;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    f_.bind(targets[k]);
    arm(var, static_cast<std::uint16_t>(k), mode, depth);
    f_.jump(end);
  }
  f_.bind(end);
  vars_[var].locked = was_locked;
}

// A range whose unwinding runs a handler that keeps some registers.
void FunctionGenerator::guarded(int depth) {
  if (unwinding_) return;
  Handler handler{f_.label(), {}};
  for (std::uint32_t i = 0; i < vars_.size() && handler.kept.size() < 3; ++i) {
    const Var& v = vars_[i];
    // Of a borrowed parameter its own value is kept, none that has taken its place.
    bool borrowed = i < signature_.params.size() && signature_.params[i].borrowed && counted(v.type);
    bool fits = borrowed ? v.held == Held::Borrowed && v.owner == i : v.held == Held::Owned || v.held == Held::Set;
    if (v.head && !v.locked && fits && random_.chance(30)) {
      handler.kept.push_back(i);
    }
  }
  std::vector<std::uint16_t> slots;
  for (std::uint32_t i : handler.kept) {
    vars_[i].locked = true;
    slots.push_back(vars_[i].slot);
  }
  Label first = f_.label(), end = f_.label();
  f_.bind(first);
  std::uint32_t one = small_integer();  // so that the range is never empty
  f_.abc(Op::AddI64, vars_[one].slot, vars_[one].slot, vars_[one].slot);
  block(depth + 1, 1 + random_.below(4));
  f_.bind(end);
  for (std::uint32_t i : handler.kept) vars_[i].locked = false;
  f_.cleanup(first, end, handler.at, slots);
  handlers_.push_back(std::move(handler));
}

void FunctionGenerator::leave_early() { return_results(); }

void FunctionGenerator::return_results() {
  Slots list;
  for (TypeId r : signature_.results) {
    std::uint32_t v = counted(r) ? owned(r) : input(r, false);
    add_slots(list, v);
  }
  for (std::uint32_t i = 0; i < vars_.size(); ++i) {
    if (vars_[i].held == Held::Owned && vars_[i].head && !vars_[i].claimed) drop(i);
  }
  f_.list(Op::Ret, 0, 0, list);
  release_busy();
}

void FunctionGenerator::finish_handlers() {
  unwinding_ = true;
  for (std::size_t h = 0; h < handlers_.size(); ++h) {
    scope_ = ++scopes_;
    for (Var& v : vars_) {
      v.held = Held::Empty;
      v.locked = false;
    }
    for (std::uint32_t i : handlers_[h].kept) {
      Var& v = vars_[i];
      bool parameter = i < signature_.params.size() && signature_.params[i].borrowed;
      v.held = !counted(v.type) ? Held::Set : parameter ? Held::Borrowed : Held::Owned;
      v.scope = scope_;
    }
    f_.bind(handlers_[h].at);
    for (std::uint32_t n = random_.below(3); n > 0; --n) statement(2);
    close_scope(scope_);
    f_.abc(Op::Resume);
  }
}

}  // namespace noodle::nbc::testing
