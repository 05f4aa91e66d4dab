// Calls of @intrinsic functions become operations.

#include <string_view>

#include "compiler/nir/flatten.h"

namespace noodle::nir {

namespace {

enum class Form : std::uint8_t {
  Value,    // operands to result
  Makes,    // the same, and the operation wants the result's type
  OfType,   // the same, and the operation wants the type argument
  Changes,  // the first operand is `mut`; the operation gives it back first, then the result
};

struct Intrinsic {
  std::string_view name;
  Op op;
  Form form;
};

constexpr Intrinsic kIntrinsics[] = {
    {"list.with_capacity", Op::ListNew, Form::Makes},
    {"list.filled", Op::ListFilled, Form::Makes},
    {"list.len", Op::ListLen, Form::Value},
    {"list.get", Op::ListGet, Form::Value},
    {"list.set", Op::ListSet, Form::Changes},
    {"list.push", Op::ListPush, Form::Changes},
    {"list.pop", Op::ListPop, Form::Changes},
    {"list.insert", Op::ListInsert, Form::Changes},
    {"list.remove", Op::ListRemove, Form::Changes},
    {"list.slice", Op::ListSlice, Form::Value},
    {"list.append", Op::ListAppend, Form::Changes},
    {"list.swap", Op::ListSwap, Form::Changes},
    {"list.reverse", Op::ListReverse, Form::Changes},
    {"list.sort", Op::ListSort, Form::Changes},
    {"list.clear", Op::ListClear, Form::Changes},
    {"list.reserve", Op::ListReserve, Form::Changes},
    {"map.len", Op::MapLen, Form::Value},
    {"map.find", Op::MapFind, Form::Value},
    {"map.insert", Op::MapInsert, Form::Changes},
    {"map.remove", Op::MapRemove, Form::Changes},
    {"map.next", Op::MapNext, Form::Value},
    {"map.key", Op::MapKey, Form::Value},
    {"map.value", Op::MapValue, Form::Value},
    {"map.clear", Op::MapClear, Form::Changes},
    {"string.len", Op::StringLen, Form::Value},
    {"string.byte_len", Op::StringByteLen, Form::Value},
    {"string.concat", Op::StringConcat, Form::Value},
    {"string.equal", Op::StringEq, Form::Value},
    {"string.compare", Op::StringCmp, Form::Value},
    {"float.sqrt", Op::Sqrt, Form::Value},
    {"float.floor", Op::Floor, Form::Value},
    {"float.ceil", Op::Ceil, Form::Value},
    {"float.abs", Op::Abs, Form::Value},
    {"task.await", Op::TaskAwait, Form::Value},
    {"task.settle", Op::TaskSettle, Form::Value},
    {"channel.send", Op::ChannelSend, Form::Value},
    {"channel.try_send", Op::ChannelTrySend, Form::Value},
    {"channel.receive", Op::ChannelReceive, Form::Value},
    {"channel.try_receive", Op::ChannelTryReceive, Form::Value},
    {"select", Op::Select, Form::Value},
    {"local.push", Op::LocalPush, Form::OfType},
    {"local.pop", Op::LocalPop, Form::Value},
    {"local.get", Op::LocalGet, Form::OfType},
};

}  // namespace

void Flattener::intrinsic(const Inst& inst, std::string_view name, const Types& arguments) {
  for (const Intrinsic& entry : kIntrinsics) {
    if (entry.name != name) continue;
    if (entry.form != Form::Changes) {
      TypeId type;
      if (entry.form == Form::Makes) type = type_of(g_.result(inst));
      if (entry.form == Form::OfType) type = arguments[0];
      return emit_for(inst, entry.op, all_operands(inst), type, 0);
    }
    const TypeId changed = type_of_operand(inst, 0);
    Types results{changed};
    in_.leaves(type_of(g_.result(inst)), results);
    const Values values = emit(entry.op, all_operands(inst), results);
    // map.remove tells more than a caller may want; the operation's results are what they are.
    set_result(inst, 0, std::span(values).subspan(1));
    return set_result(inst, 1, values[0]);
  }
  const TypeId type = arguments.empty() ? TypeId() : arguments[0];
  if (name == "list.new" || name == "map.new") {
    const TypeId made = type_of(g_.result(inst));
    const Op op = name == "list.new" ? Op::ListNew : Op::MapNew;
    return set_result(inst, 0, b.value(op, {in_.integer(b, 0)}, made, made));
  }
  if (name == "task.new" || name == "channel.new") {
    // The library's Task and Channel are structs of one handle.
    const TypeId made = in_.leaves(type_of(g_.result(inst)))[0];
    const Op op = name == "task.new" ? Op::TaskNew : Op::ChannelNew;
    return set_result(inst, 0, b.value(op, all_operands(inst), made, made));
  }
  if (name == "number.zero") {
    Values leaves;
    for (TypeId leaf : in_.leaves(type)) leaves.push_back(b.value(Op::Zero, {}, leaf, leaf));
    return set_result(inst, 0, leaves);
  }
  if (name == "number.to_float") {
    return set_result(inst, 0, in_.number_as(b, operand(inst, 0)[0], TypeKind::F64));
  }
  if (name == "value.to_string" || name == "value.show")
    return set_result(inst, 0, in_.text_of(b, type, operand(inst, 0), name == "value.show"));
  if (name == "value.compare") return set_result(inst, 0, in_.compare(b, type, operand(inst, 0), operand(inst, 1)));
  auto answer = [&](bool yes) {
    const TypeId boolean = in_.prim(TypeKind::Bool);
    set_result(inst, 0, b.value(Op::ConstInt, {}, boolean, boolean, yes));
  };
  const TypeKind kind = type.valid() ? in_.types.kind(type) : TypeKind::Error;
  if (name == "list.sorts_natively") return answer(kind >= TypeKind::Bool && kind <= TypeKind::String);
  if (name == "list.holds_texts") return answer(kind == TypeKind::String);
  if (name == "list.holds_ints") return answer(kind == TypeKind::I64);
  if (name == "list.holds_floats") return answer(kind == TypeKind::F64);
  if (name == "list.as_texts" || name == "list.as_ints" || name == "list.as_floats") {
    // Of any other list it is never asked for: `holds_texts` and the like guard it.
    const TypeId list = type_of(g_.result(inst));
    if (in_.types[list].arguments[0] == type) return set_result(inst, 0, operand(inst, 0)[0]);
    return set_result(inst, 0, b.value(Op::Zero, {}, list, list));
  }
  if (name == "error.is_core" || name == "error.as_core") {
    const TypeId error = in_.types.nominal(in_.types.known.error, {});
    const sema::FunctionId from = in_.types.trait(in_.types.known.from).methods[0];
    const Types both{error, type};
    const Instantiator::Target target = in_.resolve(from, both);
    const bool converts = target.function != from;
    if (name == "error.is_core") return answer(type == error || converts);
    if (type == error) return set_result(inst, 0, operand(inst, 0));
    if (converts) return call_target(inst, target);
    // Of any other type it is never asked for: `is_core` guards it.
    Values leaves;
    for (TypeId leaf : in_.leaves(error)) leaves.push_back(b.value(Op::Zero, {}, leaf, leaf));
    return set_result(inst, 0, leaves);
  }
  if (name == "value.check_data") return in_.check_data(type, inst.span);
  if (name == "value.equal") {
    check_equality(type, inst.span);
    return set_result(inst, 0, in_.equal(b, type, operand(inst, 0), operand(inst, 1)));
  }
  if (name == "value.hash") {
    check_equality(type, inst.span);
    const TypeId u64 = in_.prim(TypeKind::U64), i64 = in_.prim(TypeKind::I64);
    const ValueId hash = b.value(Op::Hash, operand(inst, 0), u64, type);
    return set_result(inst, 0, b.value(Op::ConvertWrap, {hash}, i64, i64));
  }
  in_.fail(source::Code::TypeTooLarge, inst.span, "this build has no intrinsic `" + std::string(name) + "`", "");
  emit_for(inst, Op::Zero, {}, {}, 0);
}

}  // namespace noodle::nir
