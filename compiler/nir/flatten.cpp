#include "compiler/nir/flatten.h"

#include <bit>

#include "compiler/nir/cfg.h"

namespace noodle::nir {

void flatten(Instantiator& in, const Function& generic, std::span<const TypeId> arguments, Function& f) {
  Flattener(in, generic, arguments, f).run();
}

void Flattener::set(ValueId generic, std::span<const ValueId> leaves) {
  if (!pool_.empty() && leaves.data() >= pool_.data() && leaves.data() < pool_.data() + pool_.size()) {
    ranges_[generic.index] = {static_cast<std::uint32_t>(leaves.data() - pool_.data()),
                              static_cast<std::uint32_t>(leaves.size())};
    return;
  }
  ranges_[generic.index] = {static_cast<std::uint32_t>(pool_.size()), static_cast<std::uint32_t>(leaves.size())};
  pool_.insert(pool_.end(), leaves.begin(), leaves.end());
}

void Flattener::run() {
  ranges_.resize(g_.values.size());
  for (const Slot& slot : g_.slots) {
    const auto first = static_cast<std::uint32_t>(b.f.slots.size());
    for (TypeId leaf : in_.leaves(concrete(slot.type))) b.f.slots.push_back({leaf, slot.name});
    slots_.push_back({first, static_cast<std::uint32_t>(b.f.slots.size()) - first});
  }
  b.f.regions = g_.regions;
  b.f.sites = g_.sites;
  b.f.blocks.resize(g_.blocks.size());
  for (std::size_t k = 0; k < g_.blocks.size(); ++k) {
    for (ValueId param : g_.blocks[k].params) {
      Values leaves;
      for (TypeId leaf : in_.leaves(type_of(param))) {
        leaves.push_back(b.add_param(BlockId(k), leaf));
        b.f.value(leaves.back()).name = g_.value(param).name;
      }
      set(param, leaves);
    }
  }
  for (std::size_t k = 0; k < b.f.params.size(); ++k)
    b.f.value(b.f.blocks[0].params[k]).ownership = b.f.params[k].ownership;
  // Definitions come before their uses in this order.
  const Cfg cfg(g_);
  for (BlockId id : cfg.order()) block(id);
  for (std::size_t k = 0; k < b.f.blocks.size(); ++k) {
    if (cfg.reachable(BlockId(k))) continue;
    b.at = BlockId(k);
    b.emit(Op::Unreachable, {}, {});
  }
}

void Flattener::block(BlockId id) {
  b.at = id;
  b.f.block(id).insts.reserve(g_.block(id).insts.size());
  for (InstId at : g_.block(id).insts) {
    const Inst& inst = g_.inst(at);
    b.region = inst.region;
    b.span = inst.span;
    b.site = inst.site;
    instruction(inst);
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      const Symbol name = g_.value(g_.result(inst, k)).name;
      if (!name.valid()) continue;
      for (ValueId leaf : get(g_.result(inst, k)))
        if (!b.f.value(leaf).name.valid()) b.f.value(leaf).name = name;
    }
  }
}

Values Flattener::emit(Op op, const Values& operands, const Types& results, TypeId type, std::uint64_t imm) {
  const Inst inst = b.f.inst(b.emit(op, operands, results, type, imm));
  Values out;
  for (std::uint32_t k = 0; k < inst.result_count; ++k) out.push_back(b.f.result(inst, k));
  return out;
}

void Flattener::emit_for(const Inst& inst, Op op, const Values& operands, TypeId type, std::uint64_t imm) {
  result_types_.clear();
  std::uint32_t first = static_cast<std::uint32_t>(pool_.size());
  for (std::uint32_t k = 0; k < inst.result_count; ++k) {
    const std::size_t before = result_types_.size();
    in_.leaves(type_of(g_.result(inst, k)), result_types_);
    const auto count = static_cast<std::uint32_t>(result_types_.size() - before);
    ranges_[inst.first_result + k] = {first, count};
    first += count;
  }
  const Inst& made = b.f.inst(b.emit(op, operands, result_types_, type, imm));
  for (std::uint32_t k = 0; k < made.result_count; ++k) pool_.push_back(b.f.result(made, k));
}

void Flattener::plain(const Inst& inst) {
  plain_operands_.clear();
  for (ValueId v : g_.operands_of(inst)) {
    const auto leaves = get(v);
    plain_operands_.insert(plain_operands_.end(), leaves.begin(), leaves.end());
  }
  emit_for(inst, inst.op, plain_operands_, concrete(inst.type), inst.imm);
}

void Flattener::instruction(const Inst& inst) {
  if (info(inst.op).is_terminator) return terminator(inst);
  switch (inst.op) {
    case Op::ConstInt:
    case Op::ConstFloat:
    case Op::ConstString:
    case Op::ConstValue:
    case Op::Zero: return constants(inst);
    case Op::StructMake:
    case Op::StructGet:
    case Op::StructWith: return structs(inst);
    case Op::EnumMake:
    case Op::Payload:
    case Op::EnumOpen: return enums(inst);
    case Op::BoxNew:
    case Op::BoxPeek:
    case Op::BoxOpen:
    case Op::BoxTake:
    case Op::BoxPut: return boxes(inst);
    case Op::Call: return call(inst);
    case Op::CallNative: {
      // Named by lowering itself; all borrow but one.
      const std::string_view name = in_.types.names().text(Symbol(inst.imm));
      const Values args = all_operands(inst);
      std::vector<Param> params;
      for (ValueId v : args) params.push_back({b.f.type(v), Ownership::Borrowed});
      if (name == "bytes.set") params[0].ownership = Ownership::Owned;
      Types results;
      for (std::uint32_t k = 0; k < inst.result_count; ++k) in_.leaves(type_of(g_.result(inst, k)), results);
      return emit_for(inst, Op::CallNative, args, {}, in_.native(name, std::move(params), std::move(results)));
    }
    case Op::CallValue: return call_value(inst);
    case Op::CallBlock: return call_block(inst);
    case Op::ClosureMake: return closure(inst);
    case Op::ToAny: return to_any(inst);
    case Op::Lt:
    case Op::Le:
    case Op::Gt:
    case Op::Ge:
    case Op::Convert:
    case Op::ConvertWrap: return numbers(inst);
    case Op::Equal:
    case Op::Compare:
    case Op::ToString:
    case Op::Show:
    case Op::FormatValue:
    case Op::Hash: return strings(inst);
    case Op::ListLit: return list_literal(inst);
    case Op::SlotStore:
    case Op::SlotLoad:
    case Op::SlotDrop: return slots(inst);
    default: return plain(inst);
  }
}

// ------------------------------------------------------------------------------- constants, parts

void Flattener::constants(const Inst& inst) {
  const TypeId type = concrete(inst.type);
  if (inst.op == Op::ConstValue) return emit_for(inst, Op::ConstValue, {}, type, in_.constant(g_.constants[inst.imm]));
  if (inst.op == Op::Zero) {
    Values leaves;
    for (TypeId leaf : in_.leaves(type)) leaves.push_back(b.value(Op::Zero, {}, leaf, leaf));
    return set_result(inst, 0, leaves);
  }
  // A literal of a parameter's type may turn out to be a float.
  if (inst.op == Op::ConstInt && sema::is_float(kind_of(type))) {
    const auto x = static_cast<double>(static_cast<std::int64_t>(inst.imm));
    return set_result(inst, 0, b.value(Op::ConstFloat, {}, type, type, std::bit_cast<std::uint64_t>(x)));
  }
  plain(inst);
}

void Flattener::structs(const Inst& inst) {
  if (inst.op == Op::StructMake) {
    const TypeId type = concrete(inst.type);
    const Values leaves = all_operands(inst);
    if (kind_of(type) == TypeKind::Nominal && in_.layout.is_boxed(type))
      return set_result(inst, 0, b.value(Op::BoxNew, leaves, type, type));
    return set_result(inst, 0, leaves);
  }
  const TypeId type = type_of_operand(inst, 0);
  const auto field = static_cast<std::uint32_t>(inst.imm);
  LeafRange range;
  const bool boxed = kind_of(type) == TypeKind::Nominal && in_.layout.is_boxed(type);
  if (kind_of(type) == TypeKind::Block) {
    const auto captures = in_.captures(type);
    for (std::uint32_t k = 0; k < field; ++k)
      range.first += static_cast<std::uint32_t>(in_.leaves(captures[k].type).size());
    range.count = static_cast<std::uint32_t>(in_.leaves(captures[field].type).size());
  } else {
    range = in_.layout.field_leaves(type, 0, field);
  }
  Values leaves = operand(inst, 0);
  if (inst.op == Op::StructGet) {
    if (boxed) leaves = emit(Op::BoxPeek, leaves, in_.leaves(in_.layout.flat(type)), type);
    return set_result(inst, 0, std::span(leaves).subspan(range.first, range.count));
  }
  ValueId box;
  if (boxed) {
    Types content = in_.leaves(in_.layout.flat(type));
    content.insert(content.begin(), type);
    leaves = emit(Op::BoxTake, leaves, content, type);
    box = leaves[0];
    leaves.erase(leaves.begin());
  }
  const Values replacement = operand(inst, 1);
  for (std::uint32_t k = 0; k < range.count; ++k) leaves[range.first + k] = replacement[k];
  if (boxed) {
    leaves.insert(leaves.begin(), box);
    leaves = emit(Op::BoxPut, leaves, {type}, type);
  }
  set_result(inst, 0, leaves);
}

void Flattener::enums(const Inst& inst) {
  if (inst.op != Op::EnumMake) return emit_for(inst, inst.op, operand(inst, 0), {}, inst.imm);
  const TypeId type = concrete(inst.type);
  const bool boxed = in_.layout.is_boxed(type);
  const TypeId made = boxed ? in_.layout.flat(type) : type;
  ValueId value = b.value(Op::EnumMake, all_operands(inst), made, made, inst.imm);
  if (boxed) value = b.value(Op::BoxNew, {value}, type, type);
  set_result(inst, 0, value);
}

void Flattener::boxes(const Inst& inst) {
  const TypeId type = concrete(inst.type);
  if (in_.layout.is_boxed(type)) {
    if (inst.op == Op::BoxPut) return plain(inst);
    return emit_for(inst, inst.op, operand(inst, 0), type, 0);
  }
  switch (inst.op) {
    case Op::BoxTake: set_result(inst, 0, Values()); return set_result(inst, 1, operand(inst, 0));
    case Op::BoxPut: return set_result(inst, 0, operand(inst, 1));
    default: return set_result(inst, 0, operand(inst, 0));
  }
}

// -------------------------------------------------------------------------------- whole values

void Flattener::numbers(const Inst& inst) {
  const TypeId from = type_of_operand(inst, 0);
  if (inst.op == Op::Convert || inst.op == Op::ConvertWrap) {
    const TypeId to = concrete(inst.type);
    if (from == to) return set_result(inst, 0, operand(inst, 0));
    return plain(inst);
  }
  if (sema::is_number(kind_of(from)) || kind_of(from) == TypeKind::Bool) return plain(inst);
  const ValueId order = in_.compare(b, from, operand(inst, 0), operand(inst, 1));
  const ValueId zero = in_.integer(b, 0);
  set_result(inst, 0, b.value(inst.op, {order, zero}, in_.prim(TypeKind::Bool)));
}

void Flattener::check_equality(TypeId type, source::Span where) {
  if (in_.program.has_equality(type)) return;
  in_.no_equality(type, where);
}

void Flattener::strings(const Inst& inst) {
  const TypeId type = concrete(inst.type.valid() ? inst.type : g_.type(g_.operands_of(inst)[0]));
  const Values value = operand(inst, 0);
  switch (inst.op) {
    case Op::Equal:
      check_equality(type, inst.span);
      return set_result(inst, 0, in_.equal(b, type, value, operand(inst, 1)));
    case Op::Hash: {
      check_equality(type, inst.span);
      return plain(inst);
    }
    case Op::Compare: return set_result(inst, 0, in_.compare(b, type, value, operand(inst, 1)));
    case Op::FormatValue: return set_result(inst, 0, in_.formatted(b, type, value, Symbol(inst.imm)));
    default: return set_result(inst, 0, in_.text_of(b, type, value, inst.op == Op::Show));
  }
}

void Flattener::list_literal(const Inst& inst) {
  const TypeId type = concrete(inst.type);
  if (!in_.leaves(in_.types[type].arguments[0]).empty()) return plain(inst);
  // Elements without leaves can't be listed, only counted.
  const auto count = static_cast<std::int64_t>(g_.operands_of(inst).size());
  ValueId list = b.value(Op::ListNew, {in_.integer(b, count)}, type, type);
  for (std::int64_t k = 0; k < count; ++k) list = b.value(Op::ListPush, {list}, type);
  set_result(inst, 0, list);
}

void Flattener::slots(const Inst& inst) {
  const Range range = slots_[inst.imm];
  Values leaves;
  if (inst.op == Op::SlotStore) leaves = operand(inst, 0);
  for (std::uint32_t k = 0; k < range.count; ++k) {
    const TypeId type = b.f.slots[range.first + k].type;
    if (inst.op == Op::SlotStore)
      emit(Op::SlotStore, {leaves[k]}, {}, {}, range.first + k);
    else if (inst.op == Op::SlotDrop)
      emit(Op::SlotDrop, {}, {}, {}, range.first + k);
    else
      leaves.push_back(b.value(Op::SlotLoad, {}, type, {}, range.first + k));
  }
  if (inst.op == Op::SlotLoad) set_result(inst, 0, leaves);
}

void Flattener::terminator(const Inst& inst) {
  if (inst.op == Op::Ret) return ret(inst);
  const InstId id = b.emit(inst.op, all_operands(inst), {}, {}, inst.imm);
  for (const Edge& edge : g_.edges_of(inst)) {
    Values arguments;
    for (ValueId v : g_.arguments_of(edge)) {
      const auto leaves = get(v);
      arguments.insert(arguments.end(), leaves.begin(), leaves.end());
    }
    b.add_edge(id, edge.target, arguments);
  }
}

}  // namespace noodle::nir
