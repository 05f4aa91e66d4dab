// Making values of every type, and choosing operands.

#include <bit>

#include "nbc/testing/function_generator.h"

namespace noodle::nbc::testing {

std::uint32_t FunctionGenerator::fresh(TypeId type, Held held) {
  Var v;
  v.slot = f_.reg(type);
  v.type = type;
  v.held = held;
  v.scope = scope_;
  vars_.push_back(v);
  return static_cast<std::uint32_t>(vars_.size() - 1);
}

std::uint32_t FunctionGenerator::small_integer() {
  std::uint32_t v = fresh(kI64, Held::Set);
  f_.integer(vars_[v].slot, random_.below(3));
  return v;
}

std::uint32_t FunctionGenerator::make_number(TypeId type) {
  std::uint32_t v = fresh(type, Held::Set);
  std::uint16_t slot = vars_[v].slot;
  Kind kind = types().kind(type);
  ModuleBuilder& b = world_.builder;
  double value = random_.chance(10) ? __builtin_nan("") : static_cast<double>(random_.below(9)) - 3;
  switch (kind) {
    case Kind::Bool: f_.integer(slot, random_.below(2)); break;
    case Kind::F64: f_.constant(slot, b.f64(value)); break;
    case Kind::F32: f_.constant(slot, b.f32(static_cast<float>(value))); break;
    case Kind::F16:
    case Kind::BF16: f_.constant(slot, b.scalar(type, random_.below(0x10000))); break;
    default:
      if (random_.chance(10)) {
        std::uint64_t all = is_signed(kind) ? ~0ull : random_.below(200);
        f_.constant(slot, b.scalar(type, all));
      } else {
        f_.integer(slot, random_.below(4));
      }
  }
  return v;
}

// Makes a value for each leaf and lists its slots, as operands that are consumed.
void FunctionGenerator::take_made(std::span<const Leaf> leaves, int depth, Slots& slots) {
  for (const Leaf& leaf : leaves) {
    std::uint32_t v = make(leaf.type, depth + 1);
    add_slots(slots, v);
    if (vars_[v].held == Held::Owned) vars_[v].held = Held::Empty;
    vars_[v].busy = true;
  }
}

std::uint32_t FunctionGenerator::make_list(TypeId type, int depth) {
  auto element = types().flatten(types()[type].element);
  std::vector<Leaf> leaves(element.begin(), element.end());
  Slots slots;
  if (depth < 3 && !leaves.empty()) {
    for (std::uint32_t n = random_.below(4); n > 0; --n) take_made(leaves, depth, slots);
  }
  std::uint32_t v = fresh(type, Held::Owned);
  f_.list(Op::ListLit, vars_[v].slot, 0, slots);
  return v;
}

std::uint32_t FunctionGenerator::make_map(TypeId type, int depth) {
  std::uint32_t room = small_integer();
  std::uint32_t v = fresh(type, Held::Owned);
  f_.abc(Op::MapNew, vars_[v].slot, vars_[room].slot);
  for (std::uint32_t n = depth < 3 ? random_.below(3) : 0; n > 0; --n) {
    Slots slots;
    for (TypeId part : {types()[type].element, types()[type].value}) {
      auto leaves = types().flatten(part);
      take_made(std::vector<Leaf>(leaves.begin(), leaves.end()), depth, slots);
    }
    f_.list(Op::MapInsert, vars_[v].slot, 0, slots);
  }
  return v;
}

std::uint32_t FunctionGenerator::make_enum(TypeId type, int depth) {
  std::size_t variants = types()[type].variants.size();
  auto variant = static_cast<std::uint16_t>(depth > 3 ? 0 : random_.below(variants));
  auto payload = types().payload(type, variant);
  Slots slots;
  take_made(std::vector<Leaf>(payload.begin(), payload.end()), depth, slots);
  std::uint32_t v = fresh(type, counted(type) ? Held::Owned : Held::Set);
  f_.list(Op::EnumMake, vars_[v].slot, variant, slots);
  return v;
}

std::uint32_t FunctionGenerator::make_boxed(TypeId type, int depth) {
  const TypeId inside = types()[type].element;
  if (types().kind(inside) == Kind::Enum && random_.chance(30)) {
    const std::uint32_t variant = random_.below(types()[inside].variants.size());
    if (types().payload(inside, variant).empty()) {
      const std::uint32_t v = fresh(type, Held::Owned);
      f_.constant(vars_[v].slot, world_.builder.boxed_variant(type, variant));
      return v;
    }
  }
  auto content = types().flatten(types()[type].element);
  Slots slots;
  take_made(std::vector<Leaf>(content.begin(), content.end()), depth, slots);
  std::uint32_t v = fresh(type, Held::Owned);
  f_.list(Op::BoxNew, vars_[v].slot, 0, slots);
  return v;
}

std::uint32_t FunctionGenerator::make_closure(TypeId type, int depth) {
  Signature want = flatten_signature(types(), type);
  std::uint32_t start = random_.below(world_.closures.size());
  for (std::size_t i = 0; i < world_.closures.size(); ++i) {
    FunctionId id = world_.closures[(start + i) % world_.closures.size()];
    const Signature have = world_.module().function(id).signature;
    if (have.params.size() < want.params.size() || have.results != want.results) continue;
    std::size_t captures = have.params.size() - want.params.size();
    if (!std::equal(want.params.begin(), want.params.end(), have.params.begin() + static_cast<long>(captures)))
      continue;
    if (captures == 0 && random_.chance(70)) {
      std::uint32_t v = fresh(type, Held::Owned);
      f_.constant(vars_[v].slot, world_.builder.function_value(type, id));
      return v;
    }
    std::vector<Leaf> leaves;
    for (std::size_t c = 0; c < captures; ++c) leaves.push_back({have.params[c].type, 0, 0});
    Slots slots;
    take_made(leaves, depth, slots);
    std::uint32_t v = fresh(type, Held::Owned);
    f_.list_xyz(Op::FnNew, vars_[v].slot, 0, id.index, 0, slots);
    return v;
  }
  std::uint32_t v = fresh(type, Held::Owned);
  f_.abc(Op::Zero, vars_[v].slot);
  return v;
}

std::uint32_t FunctionGenerator::make_any(TypeId type, int depth) {
  const auto& vtables = world_.module().vtables;
  std::uint32_t at = random_.below(vtables.size());
  while (vtables[at].trait != types()[type].trait) at = (at + 1) % static_cast<std::uint32_t>(vtables.size());
  auto content = types().flatten(vtables[at].concrete);
  Slots slots;
  take_made(std::vector<Leaf>(content.begin(), content.end()), depth, slots);
  std::uint32_t v = fresh(type, Held::Owned);
  f_.list_xyz(Op::AnyNew, vars_[v].slot, 0, at, 0, slots);
  return v;
}

// A new register with a value of the type, owned where it is counted.
std::uint32_t FunctionGenerator::make(TypeId type, int depth) {
  Kind kind = types().kind(type);
  if (is_scalar(kind)) return make_number(type);
  if (kind == Kind::String || kind == Kind::Bytes) {
    static constexpr std::string_view kTexts[] = {"", "a", "short", "longer than fifteen bytes", "naïve €"};
    std::uint32_t v = fresh(type, Held::Owned);
    std::string_view text = kTexts[random_.below(5)];
    f_.constant(vars_[v].slot, kind == Kind::String ? world_.builder.text(text) : world_.builder.bytes(text));
    return v;
  }
  if (random_.chance(4) || depth > 5) {
    std::uint32_t v = fresh(type, counted(type) ? Held::Owned : Held::Set);
    f_.abc(Op::Zero, vars_[v].slot);
    return v;
  }
  switch (kind) {
    case Kind::List: return make_list(type, depth);
    case Kind::Map: return make_map(type, depth);
    case Kind::Enum: return make_enum(type, depth);
    case Kind::Box: return make_boxed(type, depth);
    case Kind::Fn: return make_closure(type, depth);
    case Kind::Handle: {
      const std::uint32_t room = small_integer();
      const std::uint32_t v = fresh(type, Held::Owned);
      f_.abc(Op::ChannelNew, vars_[v].slot, vars_[room].slot);
      return v;
    }
    default: return make_any(type, depth);
  }
}

void FunctionGenerator::add_slots(Slots& slots, std::uint32_t var) {
  for (std::uint32_t i = 0; i < types().slots(vars_[var].type); ++i) {
    slots.push_back(static_cast<std::uint16_t>(vars_[var].slot + i));
  }
}

// Reading a view needs its owner to stay, too.
void FunctionGenerator::use(std::uint32_t var) {
  vars_[var].busy = true;
  if (vars_[var].held == Held::Borrowed) vars_[vars_[var].owner].busy = true;
}

void FunctionGenerator::release_busy() {
  for (Var& v : vars_) v.busy = v.claimed = false;
}

// What hangs on a value ends when it is moved, changed or written.
void FunctionGenerator::touch(std::uint32_t var) {
  for (std::size_t i = 0; i < vars_.size(); ++i) {
    if (i != var && vars_[i].held == Held::Borrowed && vars_[i].owner == var) vars_[i].held = Held::Empty;
  }
}

std::uint32_t FunctionGenerator::input(TypeId type, bool head) {
  if (!random_.chance(20)) {
    std::uint32_t start = random_.below(vars_.size() + 1);
    for (std::size_t i = 0; i < vars_.size(); ++i) {
      auto at = static_cast<std::uint32_t>((start + i) % vars_.size());
      const Var& v = vars_[at];
      if (v.type == type && readable(v) && (v.head || !head)) {
        use(at);
        return at;
      }
    }
  }
  std::uint32_t made = make(type);
  use(made);
  return made;
}

// An owned value that the instruction will consume; of uncounted types any value.
std::uint32_t FunctionGenerator::owned(TypeId type) {
  if (!counted(type)) return input(type, false);
  if (random_.chance(60)) {
    for (std::uint32_t i = 0; i < vars_.size(); ++i) {
      Var& v = vars_[i];
      if (v.type == type && v.held == Held::Owned && v.scope == scope_ && !v.busy && !v.locked && v.head) {
        v.busy = v.claimed = true;
        return i;
      }
    }
  }
  std::uint32_t made = make(type);
  vars_[made].busy = vars_[made].claimed = true;
  return made;
}

// An owned register that may be changed in place, of any scope.
std::uint32_t FunctionGenerator::changeable(TypeId type) {
  std::uint32_t start = random_.below(vars_.size() + 1);
  for (std::size_t i = 0; i < vars_.size(); ++i) {
    auto at = static_cast<std::uint32_t>((start + i) % vars_.size());
    Var& v = vars_[at];
    if (v.type == type && v.held == Held::Owned && !v.busy && !v.locked && v.head) {
      v.busy = v.claimed = true;
      return at;
    }
  }
  std::uint32_t made = make(type);
  vars_[made].busy = vars_[made].claimed = true;
  return made;
}

std::uint32_t FunctionGenerator::output(TypeId type, bool head) {
  if (random_.chance(50)) {
    for (std::uint32_t i = 0; i < vars_.size(); ++i) {
      Var& v = vars_[i];
      bool free = v.held == Held::Empty || v.held == Held::Set;
      bool mine = v.scope == scope_ || v.held == Held::Set;
      if (v.type == type && free && mine && !v.busy && !v.locked && (v.head || !head)) {
        v.busy = true;
        return i;
      }
    }
  }
  std::uint32_t made = fresh(type, Held::Empty);
  vars_[made].busy = true;
  return made;
}

}  // namespace noodle::nbc::testing
