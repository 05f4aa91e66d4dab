#include "nbc/operands.h"

namespace noodle::nbc {
namespace {

bool is_handle(What what) {
  switch (what) {
    case What::Enum:
    case What::List:
    case What::SortableList:
    case What::Map:
    case What::Box:
    case What::BoxOfEnum:
    case What::Fn:
    case What::Any:
    case What::Handle:
    case What::TaskOf: return true;
    default: return false;
  }
}

}  // namespace

void Operands::begin_function(const Function& function, const FlowState& state) {
  function_ = &function;
  state_ = &state;
  stamps_.assign(state.slots(), 0);
  stamp_ = 0;
}

std::string Operands::expected(std::uint16_t slot, std::string_view what) const {
  return state_->name(slot) + " where " + std::string(what) + " belongs";
}

bool Operands::resolve(const Inst& inst) {
  accesses_.clear();
  cursor_ = 0;
  const OpInfo& info = *inst.op_info;
  // Slots first, so that the handle's type may be asked for whatever the order of operands.
  for (const Operand& operand : info.all()) {
    if (operand.role == Role::Imm || operand.place == Place::List) continue;
    std::uint32_t slot = inst.raw(operand.place);
    if (slot >= state_->slots()) return fail(Rule::SlotRange, "slot " + std::to_string(slot));
    if (!state_->type(slot).valid()) return fail(Rule::SlotHead, "slot " + std::to_string(slot));
    if (is_handle(operand.what)) handle_ = static_cast<std::uint16_t>(slot);
  }
  // Then what stands in tables, then what depends on both.
  for (const Operand& operand : info.all()) {
    if (operand.role == Role::Imm && !immediate(inst, operand)) return false;
  }
  for (const Operand& operand : info.all()) {
    if (is_handle(operand.what) && !single(inst, operand)) return false;
  }
  for (const Operand& operand : info.all()) {
    if (operand.role == Role::Imm) {
      if (operand.what == What::LeafIndex) {
        auto element = types_.flatten(types_[state_->type(handle_)].element);
        if (inst.y() >= element.size()) return fail(Rule::MemberIndex, "leaf " + std::to_string(inst.y()));
      }
    } else if (operand.place == Place::List) {
      if (!sequence(inst, operand)) return false;
    } else if (!is_handle(operand.what) && !single(inst, operand)) {
      return false;
    }
  }
  if (info.has_list) {
    if (cursor_ != inst.list_size()) {
      return fail(Rule::ListLength,
                  std::to_string(inst.list_size()) + " slots listed, " + std::to_string(cursor_) + " demanded");
    }
    if (!(info.flags & nbc::Call) && !overlaps(inst)) return false;
  }
  return true;
}

// One operand that stands in the instruction's own words.
bool Operands::single(const Inst& inst, const Operand& operand) {
  auto slot = static_cast<std::uint16_t>(inst.raw(operand.place));
  if (!leaf_is(slot, operand.what, inst)) return false;
  Role role = operand.role;
  if (role == Role::Args) {
    // call.any: the method says whether it takes the any or borrows it.
    const Signature* s = signature_of_call(inst);
    role = types_.counted(state_->type(slot)) && !s->params[0].borrowed ? Role::Take : Role::In;
    if (s->params[0].type != state_->type(slot)) return fail(Rule::OperandType, expected(slot, "another any"));
  }
  accesses_.push_back({slot, role});
  return true;
}

bool Operands::leaf_is(std::uint16_t slot, What what, const Inst& inst) {
  TypeId type = state_->type(slot);
  Kind kind = types_.kind(type);
  auto wrong = [&](std::string_view name) { return fail(Rule::OperandType, expected(slot, name)); };
  auto same = [&](TypeId other) { return type == other ? true : wrong(type_name(m_, other)); };
  auto handle = [&](Kind k, std::string_view name) {
    if (kind != k) return wrong(name);
    return state_->is_head(slot) ? true : fail(Rule::HandleHead, state_->name(slot));
  };
  switch (what) {
    case What::Leaf: {
      // move, copy, borrow: the machine learns the type from the side that is a whole register.
      std::uint16_t other = inst.b();
      return state_->is_head(slot) || state_->is_head(other) ? true : fail(Rule::MoveHead, state_->name(slot));
    }
    case What::Same: return same(state_->type(inst.raw(inst.op_info->operands[0].place)));
    case What::SameB: return same(state_->type(inst.b()));
    case What::TypeOperand: return same(TypeId(inst.uimm()));
    case What::Head: return state_->is_head(slot) ? true : fail(Rule::SlotHead, state_->name(slot));
    case What::ConstantType: return same(m_.constants[inst.uimm()].type);
    case What::IntOrBool: return is_integer(kind) || kind == Kind::Bool ? true : wrong("an integer or bool");
    case What::Signed: return is_signed(kind) ? true : wrong("a signed integer");
    case What::Unsigned: return is_unsigned(kind) || kind == Kind::Bool ? true : wrong("an unsigned integer or bool");
    case What::PairFrom: return same(TypeId(std::size_t(inst.c() >> 8)));
    case What::PairTo: return same(TypeId(std::size_t(inst.c() & 0xFF)));
    case What::Enum:
      if (kind != Kind::Enum) return wrong("an enum");
      if (inst.op() == Op::EnumMake && !state_->is_head(slot)) return fail(Rule::HandleHead, state_->name(slot));
      if (inst.op() == Op::SwitchEnum && types_[type].variants.size() != inst.target_count()) {
        return fail(Rule::SwitchTargets, std::to_string(inst.target_count()) + " for " +
                                             std::to_string(types_[type].variants.size()) + " variants");
      }
      if (inst.op() == Op::EnumMake && inst.c() >= types_[type].variants.size()) {
        return fail(Rule::MemberIndex, "variant " + std::to_string(inst.c()));
      }
      return true;
    case What::List: return handle(Kind::List, "a list");
    case What::SortableList:
      if (!handle(Kind::List, "a list of numbers, bools or strings")) return false;
      return types_.kind(types_[type].element) <= Kind::String ? true : wrong("a list of numbers, bools or strings");
    case What::Map: return handle(Kind::Map, "a map");
    case What::Box: return handle(Kind::Box, "a box");
    case What::BoxOfEnum:
      if (!handle(Kind::Box, "a box of an enum")) return false;
      return types_.kind(types_[type].element) == Kind::Enum ? true : wrong("a box of an enum");
    case What::Fn: return handle(Kind::Fn, "a closure");
    case What::Any:
      if (!handle(Kind::Any, "an any")) return false;
      if (inst.op() == Op::AnyNew && types_[type].trait != m_.vtables[inst.x()].trait) return wrong("the vtable's any");
      if (inst.op() == Op::CallAny && inst.c() >= m_.traits[types_[type].trait.index].methods.size()) {
        return fail(Rule::MemberIndex, "method " + std::to_string(inst.c()));
      }
      return true;
    case What::Handle: return handle(Kind::Handle, "a handle");
    case What::TaskOf: return handle(Kind::Handle, "a handle") && gives(state_->type(inst.b()), type);
    case What::ElementLeaf: {
      auto element = types_.flatten(types_[state_->type(handle_)].element);
      return inst.y() < element.size() ? same(element[inst.y()].type)
                                       : fail(Rule::MemberIndex, "leaf " + std::to_string(inst.y()));
    }
    default: return same(TypeId(static_cast<std::size_t>(what)));  // one fixed type
  }
}

bool Operands::immediate(const Inst& inst, const Operand& operand) {
  auto index = [&](std::size_t size) {
    std::uint32_t at = inst.raw(operand.place);
    return at < size ? true : fail(Rule::TableIndex, std::to_string(at));
  };
  switch (operand.what) {
    case What::Number: return integer_fits(inst);
    case What::NonZero16: return inst.c() != 0 ? true : fail(Rule::ImmediateRange, "0");
    case What::Type: return index(types_.size());
    case What::EquatableType:
      if (!index(types_.size())) return false;
      return facts_.equatable[inst.x()] ? true : fail(Rule::NotEquatable, type_name(m_, TypeId(inst.x())));
    case What::Constant: return index(m_.constants.size());
    case What::Function: return index(m_.functions.size());
    case What::Native: return index(m_.natives.size());
    case What::VTable: return index(m_.vtables.size());
    case What::StringIndex:
      if (!index(m_.strings.size())) return false;
      return facts_.valid_utf8[inst.uimm()] ? true : fail(Rule::StringUtf8, "a panic's text");
    case What::NumberPair:
    case What::IntegerPair:
    case What::IntegerTargetPair: return pair(inst, operand);
    default: return true;  // targets were checked with the words; members need the handle's type
  }
}

bool Operands::integer_fits(const Inst& inst) {
  if (inst.op() != Op::Int) return true;
  std::int64_t v = inst.imm();
  bool fits = true;
  switch (types_.kind(state_->type(inst.a()))) {
    case Kind::Bool: fits = v == 0 || v == 1; break;
    case Kind::I8: fits = v == static_cast<std::int8_t>(v); break;
    case Kind::I16: fits = v == static_cast<std::int16_t>(v); break;
    case Kind::U8: fits = v >= 0 && v <= UINT8_MAX; break;
    case Kind::U16: fits = v >= 0 && v <= UINT16_MAX; break;
    case Kind::U32:
    case Kind::U64: fits = v >= 0; break;
    default: break;
  }
  return fits ? true : fail(Rule::ImmediateRange, std::to_string(v));
}

bool Operands::pair(const Inst& inst, const Operand& operand) {
  unsigned from = inst.c() >> 8, to = inst.c() & 0xFF;
  auto number = [](unsigned k) { return k < kKinds && (is_integer(Kind(k)) || is_float(Kind(k))); };
  auto integer = [](unsigned k) { return k < kKinds && is_integer(Kind(k)); };
  bool right = number(from) && number(to);
  if (operand.what == What::IntegerPair) right = integer(from) && integer(to);
  if (operand.what == What::IntegerTargetPair) right = number(from) && integer(to);
  return right ? true : fail(Rule::ConversionPair, std::to_string(from) + " to " + std::to_string(to));
}

// Results share no slot with listed inputs, so that the machine may write while it still reads.
bool Operands::overlaps(const Inst& inst) {
  // One instruction has either input lists or a result list, never both, calls apart.
  for (const Operand& operand : inst.op_info->all()) {
    if (operand.place == Place::List && operand.role != Role::In && operand.role != Role::Take) return true;
  }
  ++stamp_;
  for (std::uint32_t i = 0; i < inst.list_size(); ++i) stamps_[inst.list(i)] = stamp_;
  for (const Access& access : accesses_) {
    if (access.role != Role::Out && access.role != Role::View) continue;
    for (std::uint32_t s = access.slot; s < access.slot + types_.slots(state_->type(access.slot)); ++s) {
      if (stamps_[s] == stamp_) return fail(Rule::ListOverlap, state_->name(s));
    }
  }
  return true;
}

}  // namespace noodle::nbc
