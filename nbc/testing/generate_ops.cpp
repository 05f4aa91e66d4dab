// Random instructions, made from what opcodes.def says of their operands.

#include "nbc/testing/function_generator.h"

namespace noodle::nbc::testing {
namespace {

bool is_handle(What what) {
  return what == What::Enum || what == What::List || what == What::SortableList || what == What::Map ||
         what == What::Box || what == What::BoxOfEnum || what == What::Fn || what == What::Any || what == What::Handle;
}

// Operands that say how much to allocate stay small.
bool wants_small(Op op) {
  switch (op) {
    case Op::ListNew:
    case Op::MapNew:
    case Op::ListFilled:
    case Op::ListReserve:
    case Op::ChannelNew:
    case Op::MapReserve: return true;
    default: return false;
  }
}

}  // namespace

TypeId FunctionGenerator::random_type(What what) {
  auto fits = [&](TypeId t) {
    Kind kind = types().kind(t);
    switch (what) {
      case What::IntOrBool: return is_integer(kind) || kind == Kind::Bool;
      case What::Signed: return is_signed(kind);
      case What::Unsigned: return is_unsigned(kind) || kind == Kind::Bool;
      case What::Enum: return kind == Kind::Enum;
      case What::List: return kind == Kind::List;
      case What::SortableList: return kind == Kind::List && types().kind(types()[t].element) <= Kind::String;
      case What::Map: return kind == Kind::Map;
      case What::Box: return kind == Kind::Box;
      case What::BoxOfEnum: return kind == Kind::Box && types().kind(types()[t].element) == Kind::Enum;
      case What::Fn: return kind == Kind::Fn;
      case What::Any: return kind == Kind::Any;
      case What::Handle: return kind == Kind::Handle;
      default: return true;
    }
  };
  std::uint32_t start = random_.below(world_.leaves.size());
  while (!fits(world_.leaves[start])) start = (start + 1) % static_cast<std::uint32_t>(world_.leaves.size());
  return world_.leaves[start];
}

bool FunctionGenerator::any_instruction() {
  Op op = Op(random_.below(kOpCount));
  std::uint8_t flags = info(op).flags;
  if (op == Op::TaskNew) return start_task();
  if (flags & (End | Branch | Reserved) || op == Op::Reborrow) return false;  // that one comes with loops
  if (flags & nbc::Call) return calls_ && call(op);
  return instruction(op);
}

bool FunctionGenerator::instruction(Op op) {
  const OpInfo& info = nbc::info(op);
  // Choices that several operands share.
  TypeId handle, first, second;
  std::uint32_t x = 0, imm = 0;
  std::uint16_t c = 0, y = 0;
  unsigned from = 0, to = 0;
  TypeId whole;  // the type operand
  for (const Operand& operand : info.all()) {
    if (is_handle(operand.what)) handle = random_type(operand.what);
  }
  for (const Operand& operand : info.all()) {
    switch (operand.what) {
      case What::Signed16: c = static_cast<std::uint16_t>(random_.below(5)); break;
      case What::NonZero16: c = static_cast<std::uint16_t>(1 + random_.below(5)); break;
      case What::Variant: c = static_cast<std::uint16_t>(random_.below(types()[handle].variants.size())); break;
      case What::Constant:
        if (world_.module().constants.empty()) return false;
        imm = random_.below(world_.module().constants.size());
        break;
      case What::Number: imm = random_.below(2); break;
      case What::NumberPair:
      case What::IntegerPair:
      case What::IntegerTargetPair: {
        bool ints = operand.what == What::IntegerPair;
        from = 1 + random_.below(ints ? 8 : 12);
        to = 1 + random_.below(operand.what == What::NumberPair ? 12 : 8);
        c = pair_of(static_cast<std::uint8_t>(from), static_cast<std::uint8_t>(to));
        break;
      }
      case What::LeafIndex: {
        auto element = types().flatten(types()[handle].element);
        if (element.empty()) return false;
        y = static_cast<std::uint16_t>(random_.below(element.size()));
        break;
      }
      case What::VTable:
      case What::Type:
      case What::EquatableType:
        if (operand.place == Place::Imm) break;  // drop: follows from its operand
        if (handle.valid()) {                    // of an any: one of its trait's concrete types
          const auto& vtables = world_.module().vtables;
          x = random_.below(vtables.size());
          while (vtables[x].trait != types()[handle].trait) x = (x + 1) % static_cast<std::uint32_t>(vtables.size());
          whole = vtables[x].concrete;
          if (operand.what == What::Type) x = whole.index;
        } else {
          // Local values of few types, so that some are found.
          const bool few = op == Op::LocalPush || op == Op::LocalGet;
          // A handle's hash is its address, by which runs would differ.
          do {
            whole = world_.comparable[random_.below(few ? 6 : world_.comparable.size())];
          } while (op == Op::Hash && types().kind(whole) == Kind::Handle);
          x = whole.index;
        }
        break;
      default: break;
    }
  }
  if (op == Op::FnNew) {
    std::uint32_t v = make_closure(handle, 1);
    release_busy();
    return vars_[v].held == Held::Owned;
  }
  if (op == Op::Drop) {
    std::uint32_t v = owned(random_type(What::Leaf));
    if (!vars_[v].head || vars_[v].locked) return release_busy(), false;
    drop(v);
    return release_busy(), true;
  }
  bool pick_leaf = info.operands[0].what == What::Leaf;
  if (pick_leaf || info.operands[0].what == What::Head) first = random_type(What::Leaf);
  if (info.operands[0].what == What::IntOrBool) first = random_type(What::IntOrBool);
  for (const Operand& operand : info.all()) {
    bool by_b = operand.place == Place::B &&
                (operand.what == What::IntOrBool || operand.what == What::Signed || operand.what == What::Unsigned);
    if (by_b) second = random_type(operand.what);
  }

  auto type_of = [&](const Operand& operand) -> TypeId {
    switch (operand.what) {
      case What::Leaf:
      case What::Head: return first;
      case What::Same: return first.valid() ? first : handle;
      case What::SameB: return second;
      case What::ConstantType: return world_.module().constants[imm].type;
      case What::IntOrBool:
      case What::Signed:
      case What::Unsigned: return second.valid() ? second : first;
      case What::PairFrom: return TypeId(std::size_t(from));
      case What::PairTo: return TypeId(std::size_t(to));
      case What::ElementLeaf: return types().flatten(types()[handle].element)[y].type;
      default: return is_handle(operand.what) ? handle : TypeId(static_cast<std::size_t>(operand.what));
    }
  };
  auto leaves_of = [&](What what) {
    std::span<const Leaf> leaves;
    switch (what) {
      case What::Payload: leaves = types().payload(handle, c); break;
      case What::Value: leaves = types().flatten(types()[handle].value); break;
      case What::Concrete:
      case What::OfType: leaves = types().flatten(whole); break;
      case What::Strings: leaves = types().flatten(kString); break;
      default: leaves = types().flatten(types()[handle].element);
    }
    return std::vector<Leaf>(leaves.begin(), leaves.end());
  };

  struct Effect {
    std::uint32_t var;
    Role role;
  };
  std::vector<Effect> effects;
  Slots list;
  std::uint16_t place[kMaxOperands] = {};
  std::uint32_t viewed = UINT32_MAX;
  auto choose = [&](TypeId type, Role role, bool head) {
    std::uint32_t v = 0;
    switch (role) {
      case Role::Mut: v = changeable(type); break;
      case Role::Take: v = owned(type); break;
      case Role::In: {
        // Most indices and all sizes are small, so that programs get somewhere before they panic.
        bool small = type == kI64 && (handle.valid() || op == Op::LocalPop) && (wants_small(op) || random_.chance(75));
        v = small ? small_integer() : input(type, head);
        break;
      }
      default: v = output(type, head);
    }
    effects.push_back({v, role});
    return v;
  };
  // Changed and consumed values first: what is read afterwards must not be among them.
  static constexpr Role kOrder[] = {Role::Mut, Role::Take, Role::In, Role::Out, Role::View};
  Slots lists[kMaxOperands];
  for (Role role : kOrder) {
    for (std::size_t i = 0; i < info.operand_count; ++i) {
      const Operand& operand = info.operands[i];
      if (operand.role != role) continue;
      if (operand.place == Place::List) {
        if (operand.what == What::Handles) {
          for (std::uint32_t n = random_.below(4); n > 0; --n)
            add_slots(lists[i], choose(random_type(What::Handle), role, false));
          continue;
        }
        bool many = operand.what == What::Elements || operand.what == What::Strings;
        std::uint32_t times = many ? random_.below(4) : 1;
        if (many && leaves_of(operand.what).empty()) times = 0;
        while (times-- > 0) {
          for (const Leaf& leaf : leaves_of(operand.what)) add_slots(lists[i], choose(leaf.type, role, false));
        }
        continue;
      }
      // Moves name one whole register: keep both sides whole but sometimes read a payload leaf.
      bool head = is_handle(operand.what) || operand.what == What::Head || role == Role::Out || role == Role::View ||
                  (pick_leaf && random_.chance(50));
      std::uint32_t v = choose(type_of(operand), role, head);
      place[i] = vars_[v].slot;
      if (operand.place == Place::B && role == Role::In) viewed = v;
    }
  }
  for (const Slots& part : lists) list.insert(list.end(), part.begin(), part.end());

  std::uint16_t a = 0, b = 0, z = 0;
  for (std::size_t i = 0; i < info.operand_count; ++i) {
    if (info.operands[i].role == Role::Imm) continue;
    switch (info.operands[i].place) {
      case Place::A: a = place[i]; break;
      case Place::B: b = place[i]; break;
      case Place::C: c = place[i]; break;
      case Place::Y: y = place[i]; break;
      case Place::Z: z = place[i]; break;
      default: break;
    }
  }
  if (info.has_list && info.fixed_words == 2) {
    f_.list_xyz(op, b, c, x, y, list);
  } else if (info.has_list) {
    f_.list(op, b, c, list);
  } else if (info.fixed_words == 2) {
    f_.abc_xyz(op, a, b, c, x, y, z);
  } else if (info.used_first >> 32 == 0xFFFFFFFF && info.operands[info.operand_count - 1].place == Place::Imm) {
    f_.imm(op, a, imm);
  } else {
    f_.abc(op, a, b, c);
  }

  for (const Effect& e : effects) {
    if (e.role == Role::Take && vars_[e.var].held == Held::Owned) vars_[e.var].held = Held::Empty;
    if (e.role == Role::Take || e.role == Role::Mut) touch(e.var);
  }
  for (const Effect& e : effects) {
    if (e.role != Role::Out && e.role != Role::View) continue;
    Var& v = vars_[e.var];
    touch(e.var);
    if (!counted(v.type)) {
      v.held = Held::Set;
    } else if (e.role == Role::Out) {
      v.held = Held::Owned;
    } else {
      v.held = Held::Borrowed;
      v.owner = vars_[viewed].held == Held::Borrowed ? vars_[viewed].owner : viewed;
    }
  }
  release_busy();
  return true;
}

// A task for one of the closures' types that take nothing; its scope may not be open.
bool FunctionGenerator::start_task() {
  const TypeId task = random_type(What::Handle);
  TypeId fn;
  for (TypeId t : world_.leaves) {
    if (types().kind(t) != Kind::Fn || !types()[t].params.empty()) continue;
    const auto& results = types()[t].results;
    const auto leaves = types().flatten(types()[task].element);
    if (results.size() == leaves.size() && (leaves.empty() || results[0] == leaves[0].type)) fn = t;
  }
  if (!fn.valid()) return false;
  const std::uint32_t closure = owned(fn), scope = input(kI64, true);
  if (!vars_[closure].head || !vars_[scope].head) return release_busy(), false;
  const std::uint32_t out = output(task, true);
  f_.abc(Op::TaskNew, vars_[out].slot, vars_[closure].slot, vars_[scope].slot);
  if (vars_[closure].held == Held::Owned) vars_[closure].held = Held::Empty;
  touch(closure);
  touch(out);
  vars_[out].held = Held::Owned;
  return release_busy(), true;
}

bool FunctionGenerator::call(Op op) {
  Module& m = world_.module();
  Signature s;
  std::uint32_t imm = 0;
  std::uint32_t handle = 0;
  std::uint16_t method = 0;
  std::size_t skip = 0;
  bool self_taken = false;
  if (op == Op::Call) {
    if (world_.callable.empty()) return false;
    imm = world_.callable[random_.below(world_.callable.size())].index;
    s = m.functions[imm].signature;
  } else if (op == Op::CallNative) {
    imm = world_.natives[random_.below(world_.natives.size())].index;
    s = m.natives[imm].signature;
  } else if (op == Op::CallFn) {
    handle = input(random_type(What::Fn), true);
    s = flatten_signature(types(), vars_[handle].type);
  } else {
    TypeId any = random_type(What::Any);
    const auto& methods = m.traits[types()[any].trait.index].methods;
    method = static_cast<std::uint16_t>(random_.below(methods.size()));
    s = methods[method].signature;
    skip = 1;
    self_taken = !s.params[0].borrowed;
    handle = self_taken ? owned(any) : input(any, true);
    if (!vars_[handle].head) return release_busy(), false;
  }
  Slots list;
  std::vector<std::uint32_t> taken, results;
  if (self_taken) taken.push_back(handle);
  for (std::size_t i = skip; i < s.params.size(); ++i) {
    bool borrow = s.params[i].borrowed || !counted(s.params[i].type);
    std::uint32_t v = borrow ? input(s.params[i].type, false) : owned(s.params[i].type);
    if (!borrow) taken.push_back(v);
    add_slots(list, v);
  }
  for (TypeId r : s.results) {
    results.push_back(output(r, true));
    add_slots(list, results.back());
  }
  switch (op) {
    case Op::Call:
    case Op::CallNative: f_.list_imm(op, imm, list); break;
    default: f_.list(op, vars_[handle].slot, method, list);
  }
  for (std::uint32_t v : taken) {
    if (vars_[v].held == Held::Owned) vars_[v].held = Held::Empty;
    touch(v);
  }
  for (std::uint32_t v : results) {
    touch(v);
    vars_[v].held = counted(vars_[v].type) ? Held::Owned : Held::Set;
  }
  release_busy();
  return true;
}

void FunctionGenerator::drop(std::uint32_t var) {
  f_.imm(Op::Drop, vars_[var].slot, vars_[var].type.index);
  if (vars_[var].held == Held::Owned) vars_[var].held = Held::Empty;
  touch(var);
}

}  // namespace noodle::nbc::testing
