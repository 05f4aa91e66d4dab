// Everything that is not a number, a look into an enum, or a way out of a block.

#include <bit>

#include "compiler/codegen/emitter.h"
#include "compiler/codegen/floats.h"

namespace noodle::codegen {

using nir::Inst;
using nir::Op;
using nir::ValueId;
using sema::TypeKind;

Emitter::Reg Emitter::scratch(nbc::TypeId type) {
  for (auto [known, head] : scratch_) {
    if (known == type) return head;
  }
  Reg head = code_.reg(type);
  scratch_.emplace_back(type, head);
  return head;
}

std::vector<Emitter::Reg> Emitter::operand_heads(const Inst& inst, std::uint32_t from) const {
  std::vector<Reg> heads;
  for (std::uint32_t k = from; k < inst.operand_count; ++k) heads.push_back(in(inst, k));
  return heads;
}
std::vector<Emitter::Reg> Emitter::result_heads(const Inst& inst) const {
  std::vector<Reg> heads;
  for (std::uint32_t k = 0; k < inst.result_count; ++k) heads.push_back(out(inst, k));
  return heads;
}
std::vector<Emitter::Reg> Emitter::operand_slots(const Inst& inst, std::uint32_t from) {
  return code_.expand(operand_heads(inst, from));
}
std::vector<Emitter::Reg> Emitter::result_slots(const Inst& inst, std::uint32_t from) {
  std::vector<Reg> heads = result_heads(inst);
  heads.erase(heads.begin(), heads.begin() + from);
  return code_.expand(heads);
}

Emitter::Reg Emitter::in_place(const Inst& inst) {
  const Reg to = out(inst);
  if (to != in(inst, 0)) code_.move(to, in(inst, 0));
  return to;
}

void Emitter::emit(nir::BlockId block, const Inst& inst) {
  switch (inst.op) {
    case Op::ConstInt:
    case Op::ConstFloat:
    case Op::ConstString:
    case Op::ConstVariant:
    case Op::Zero: return emit_constant(inst);
    case Op::EnumMake:
      return code_.list(nbc::Op::EnumMake, out(inst), static_cast<Reg>(inst.imm), operand_slots(inst, 0));
    case Op::Payload:
    case Op::EnumOpen: return emit_payload(block, inst);
    case Op::EnumTag: return code_.abc(nbc::Op::EnumTag, out(inst), in(inst, 0));
    case Op::Call:
    case Op::CallNative:
    case Op::CallValue:
    case Op::CallAny:
    case Op::ClosureMake: return emit_call(inst);
    case Op::SlotStore:
    case Op::SlotLoad:
    case Op::SlotDrop: return emit_slot(inst);
    case Op::Equal:
    case Op::Hash: return emit_whole(inst);
    case Op::Keep: return;
    case Op::Copy: return code_.copy(out(inst), in(inst, 0));
    case Op::Drop: return code_.drop(in(inst, 0));
    default: break;
  }
  if (inst.op >= Op::BoxNew && inst.op <= Op::BoxPut) return emit_box_or_any(inst);
  if (inst.op >= Op::ToAny && inst.op <= Op::AnyPut) return emit_box_or_any(inst);
  if (inst.op >= Op::Add && inst.op <= Op::Abs) return emit_number(inst);
  if (inst.op >= Op::StringConcat && inst.op <= Op::StringCmp) return emit_string(inst);
  if (inst.op >= Op::ListNew && inst.op <= Op::ListReserve) return emit_list(inst);
  if (inst.op >= Op::ScopeOpen && inst.op <= Op::Select) return emit_task(inst);
  if (inst.op >= Op::LocalPush && inst.op <= Op::LocalGet) return emit_local(inst);
  emit_map(inst);
}

void Emitter::emit_constant(const Inst& inst) {
  auto& builder = context_.builder;
  if (inst.op == Op::Zero) {
    for (Reg head : result_heads(inst)) code_.abc(nbc::Op::Zero, head);
    return;
  }
  const Reg to = out(inst);
  if (inst.op == Op::ConstString) {
    return code_.constant(to, builder.text(layout_.types().names().text(Symbol(inst.imm))));
  }
  if (inst.op == Op::ConstVariant) {
    return code_.constant(to, builder.boxed_variant(type_of(f_.result(inst)), static_cast<std::uint32_t>(inst.imm)));
  }
  if (inst.op == Op::ConstInt) return code_.integer(to, static_cast<std::int64_t>(inst.imm));
  const double number = std::bit_cast<double>(inst.imm);
  const nbc::TypeId type = type_of(f_.result(inst));
  std::uint64_t bits = inst.imm;
  switch (kind(f_.result(inst))) {
    case TypeKind::F32: bits = std::bit_cast<std::uint32_t>(static_cast<float>(number)); break;
    case TypeKind::F16: bits = f16_bits(number); break;
    case TypeKind::BF16: bits = bf16_bits(number); break;
    default: break;
  }
  code_.constant(to, builder.scalar(type, bits));
}

void Emitter::emit_call(const Inst& inst) {
  switch (inst.op) {
    case Op::Call: return code_.call(context_.functions[inst.imm], operand_heads(inst, 0), result_heads(inst));
    case Op::CallNative:
      return code_.call_native(context_.natives[inst.imm], operand_heads(inst, 0), result_heads(inst));
    case Op::CallValue: return code_.call_fn(in(inst, 0), operand_heads(inst, 1), result_heads(inst));
    case Op::CallAny: {
      const auto method = static_cast<Reg>(context_.module.any_methods[inst.imm].method);
      return code_.call_any(in(inst, 0), method, operand_heads(inst, 1), result_heads(inst));
    }
    default: break;
  }
  const nbc::FunctionId body = context_.functions[inst.imm];
  if (inst.operand_count > 0) {
    return code_.list_xyz(nbc::Op::FnNew, out(inst), 0, body.index, 0, operand_slots(inst, 0));
  }
  code_.constant(out(inst), context_.builder.function_value(type_of(f_.result(inst)), body));
}

void Emitter::emit_slot(const Inst& inst) {
  const auto& heads = registers_.of_slot[inst.imm];
  auto leaves = layout_.leaves(f_.slots[inst.imm].type);
  for (std::uint32_t k = 0; k < heads.size(); ++k) {
    const bool is_counted = layout_.counted(leaves[k]);
    if (inst.op == Op::SlotLoad) {
      is_counted ? code_.copy(out(inst, k), heads[k]) : code_.move(out(inst, k), heads[k]);
      continue;
    }
    if (is_counted) code_.drop(heads[k]);
    if (inst.op == Op::SlotStore) {
      code_.move(heads[k], in(inst, k));
    } else {
      code_.abc(nbc::Op::Zero, heads[k]);
    }
  }
}

void Emitter::emit_box_or_any(const Inst& inst) {
  const auto type = [&] { return types_.map(inst.type).index; };
  switch (inst.op) {
    case Op::BoxNew: return code_.list(nbc::Op::BoxNew, out(inst), 0, operand_slots(inst, 0));
    case Op::BoxPeek: return code_.list(nbc::Op::BoxPeek, in(inst, 0), 0, result_slots(inst, 0));
    case Op::BoxOpen: return code_.list(nbc::Op::BoxOpen, in(inst, 0), 0, result_slots(inst, 0));
    case Op::BoxTake: return code_.list(nbc::Op::BoxTake, in_place(inst), 0, result_slots(inst, 1));
    case Op::BoxPut: return code_.list(nbc::Op::BoxPut, in_place(inst), 0, operand_slots(inst, 1));
    case Op::ToAny: {
      const nbc::VTableId table = context_.vtables[inst.imm];
      return code_.list_xyz(nbc::Op::AnyNew, out(inst), 0, table.index, 0, operand_slots(inst, 0));
    }
    case Op::AnyPeek: return code_.list_xyz(nbc::Op::AnyPeek, in(inst, 0), 0, type(), 0, result_slots(inst, 0));
    case Op::AnyTake: return code_.list_xyz(nbc::Op::AnyTake, in_place(inst), 0, type(), 0, result_slots(inst, 1));
    default: return code_.list_xyz(nbc::Op::AnyPut, in_place(inst), 0, type(), 0, operand_slots(inst, 1));
  }
}

void Emitter::emit_string(const Inst& inst) {
  switch (inst.op) {
    case Op::StringConcat: return code_.list(nbc::Op::StringConcat, out(inst), 0, operand_slots(inst, 0));
    case Op::StringAppend: return code_.abc(nbc::Op::StringAppend, in_place(inst), in(inst, 1));
    case Op::StringLen: return code_.abc(nbc::Op::StringLen, out(inst), in(inst, 0));
    case Op::StringByteLen: return code_.abc(nbc::Op::StringByteLen, out(inst), in(inst, 0));
    case Op::StringEq: return code_.abc(nbc::Op::StringEq, out(inst), in(inst, 0), in(inst, 1));
    default: return code_.abc(nbc::Op::StringCmp, out(inst), in(inst, 0), in(inst, 1));
  }
}

void Emitter::emit_whole(const Inst& inst) {
  const TypeKind k = layout_.types().kind(inst.type);
  if (inst.op == Op::Equal && k == TypeKind::String) {
    return code_.abc(nbc::Op::StringEq, out(inst), in(inst, 0), in(inst, 1));
  }
  if (inst.op == Op::Equal && (sema::is_integer(k) || k == TypeKind::Bool)) {
    return code_.abc(nbc::Op::EqInt, out(inst), in(inst, 0), in(inst, 1));
  }
  const nbc::Op as = inst.op == Op::Equal ? nbc::Op::Eq : nbc::Op::Hash;
  code_.list_xyz(as, out(inst), 0, types_.map(inst.type).index, 0, operand_slots(inst, 0));
}

void Emitter::emit_list(const Inst& inst) {
  switch (inst.op) {
    case Op::ListNew: return code_.abc(nbc::Op::ListNew, out(inst), in(inst, 0));
    case Op::ListLit: return code_.list(nbc::Op::ListLit, out(inst), 0, operand_slots(inst, 0));
    case Op::ListFilled: return code_.list(nbc::Op::ListFilled, out(inst), in(inst, 0), operand_slots(inst, 1));
    case Op::ListLen: return code_.abc(nbc::Op::ListLen, out(inst), in(inst, 0));
    case Op::ListGet: return code_.list(nbc::Op::ListGet, in(inst, 0), in(inst, 1), result_slots(inst, 0));
    case Op::ListPeek: return code_.list(nbc::Op::ListPeek, in(inst, 0), in(inst, 1), result_slots(inst, 0));
    case Op::ListLoad:
      return code_.abc_xyz(nbc::Op::ListLoad, out(inst), in(inst, 0), in(inst, 1), 0, static_cast<Reg>(inst.imm));
    case Op::ListSlice: return code_.abc_xyz(nbc::Op::ListSlice, out(inst), in(inst, 0), in(inst, 1), 0, in(inst, 2));
    default: break;
  }
  const Reg list = in_place(inst);
  switch (inst.op) {
    case Op::ListStore:
      return code_.abc_xyz(nbc::Op::ListStore, in(inst, 2), list, in(inst, 1), 0, static_cast<Reg>(inst.imm));
    case Op::ListSet: return code_.list(nbc::Op::ListSet, list, in(inst, 1), operand_slots(inst, 2));
    case Op::ListPut: return code_.list(nbc::Op::ListPut, list, in(inst, 1), operand_slots(inst, 2));
    case Op::ListInsert: return code_.list(nbc::Op::ListInsert, list, in(inst, 1), operand_slots(inst, 2));
    case Op::ListTake: return code_.list(nbc::Op::ListTake, list, in(inst, 1), result_slots(inst, 1));
    case Op::ListRemove: return code_.list(nbc::Op::ListRemove, list, in(inst, 1), result_slots(inst, 1));
    case Op::ListPush: return code_.list(nbc::Op::ListPush, list, 0, operand_slots(inst, 1));
    case Op::ListPop: return code_.list(nbc::Op::ListPop, list, 0, result_slots(inst, 1));
    case Op::ListAppend: return code_.abc(nbc::Op::ListAppend, list, in(inst, 1));
    case Op::ListSwap: return code_.abc(nbc::Op::ListSwap, list, in(inst, 1), in(inst, 2));
    case Op::ListReverse: return code_.abc(nbc::Op::ListReverse, list);
    case Op::ListSort: return code_.abc(nbc::Op::ListSort, list);
    case Op::ListClear: return code_.abc(nbc::Op::ListClear, list);
    default: return code_.abc(nbc::Op::ListReserve, list, in(inst, 1));
  }
}

void Emitter::emit_map(const Inst& inst) {
  switch (inst.op) {
    case Op::MapNew: return code_.abc(nbc::Op::MapNew, out(inst), in(inst, 0));
    case Op::MapLen: return code_.abc(nbc::Op::MapLen, out(inst), in(inst, 0));
    case Op::MapFind: return code_.list(nbc::Op::MapFind, out(inst), in(inst, 0), operand_slots(inst, 1));
    case Op::MapNext: return code_.abc(nbc::Op::MapNext, out(inst), in(inst, 0), in(inst, 1));
    case Op::MapKey: return code_.list(nbc::Op::MapKey, in(inst, 0), in(inst, 1), result_slots(inst, 0));
    case Op::MapValue: return code_.list(nbc::Op::MapValue, in(inst, 0), in(inst, 1), result_slots(inst, 0));
    case Op::MapPeekKey: return code_.list(nbc::Op::MapPeekKey, in(inst, 0), in(inst, 1), result_slots(inst, 0));
    case Op::MapPeek: return code_.list(nbc::Op::MapPeek, in(inst, 0), in(inst, 1), result_slots(inst, 0));
    default: break;
  }
  const Reg map = in_place(inst);
  switch (inst.op) {
    case Op::MapInsert: return code_.list(nbc::Op::MapInsert, map, 0, operand_slots(inst, 1));
    case Op::MapRemove: return code_.list(nbc::Op::MapRemove, out(inst, 1), map, operand_slots(inst, 1));
    case Op::MapSlot:
      return code_.list_xyz(nbc::Op::MapSlot, map, out(inst, 1), 0, out(inst, 2), operand_slots(inst, 1));
    case Op::MapTake: return code_.list(nbc::Op::MapTake, map, in(inst, 1), result_slots(inst, 1));
    case Op::MapPut: return code_.list(nbc::Op::MapPut, map, in(inst, 1), operand_slots(inst, 2));
    default: return code_.abc(nbc::Op::MapClear, map);
  }
}

void Emitter::emit_task(const Inst& inst) {
  switch (inst.op) {
    case Op::ScopeOpen: return code_.abc(nbc::Op::ScopeOpen, out(inst));
    case Op::ScopeEnter: return code_.abc(nbc::Op::ScopeEnter, out(inst), out(inst, 1), in(inst, 0));
    case Op::ScopeJoin: return code_.abc(nbc::Op::ScopeJoin, in(inst, 0));
    case Op::ScopeCancel: return code_.abc(nbc::Op::ScopeCancel, in(inst, 0));
    case Op::TaskNew: return code_.abc(nbc::Op::TaskNew, out(inst), in(inst, 1), in(inst, 0));
    case Op::TaskAwait: return code_.list(nbc::Op::TaskAwait, in(inst, 0), 0, result_slots(inst, 0));
    case Op::TaskSettle: return code_.abc(nbc::Op::TaskSettle, out(inst), in(inst, 0), in(inst, 1));
    case Op::ChannelNew: return code_.abc(nbc::Op::ChannelNew, out(inst), in(inst, 0));
    case Op::ChannelSend: return code_.list(nbc::Op::ChannelSend, in(inst, 0), out(inst), operand_slots(inst, 1));
    case Op::ChannelTrySend: return code_.list(nbc::Op::ChannelTrySend, in(inst, 0), out(inst), operand_slots(inst, 1));
    case Op::ChannelReceive: return code_.list(nbc::Op::ChannelReceive, in(inst, 0), out(inst), result_slots(inst, 1));
    case Op::ChannelTryReceive:
      return code_.list(nbc::Op::ChannelTryReceive, in(inst, 0), out(inst), result_slots(inst, 1));
    default: return code_.list(nbc::Op::Select, out(inst), in(inst, 0), operand_slots(inst, 1));
  }
}

void Emitter::emit_local(const Inst& inst) {
  const auto type = [&] { return types_.map(inst.type).index; };
  switch (inst.op) {
    case Op::LocalPush: return code_.list_xyz(nbc::Op::LocalPush, out(inst), 0, type(), 0, operand_slots(inst, 0));
    case Op::LocalPop: return code_.abc(nbc::Op::LocalPop, in(inst, 0));
    default: return code_.list_xyz(nbc::Op::LocalGet, out(inst), 0, type(), 0, result_slots(inst, 1));
  }
}

}  // namespace noodle::codegen
