// The text of every value: a type's own to_string governs; else numbers and strings have natives, and
// for anything with parts a function is derived that prints it as its literal.

#include "compiler/nir/instantiator.h"

namespace noodle::nir {

ValueId Instantiator::integer(Builder& b, std::int64_t n) {
  const TypeId type = prim(TypeKind::I64);
  return b.value(Op::ConstInt, {}, type, type, static_cast<std::uint64_t>(n));
}

ValueId Instantiator::string(Builder& b, std::string_view text) {
  const TypeId type = prim(TypeKind::String);
  return b.value(Op::ConstString, {}, type, type, symbol(text).index);
}

ValueId Instantiator::call_native(Builder& b, std::string_view name, std::span<const ValueId> args, TypeId result) {
  std::vector<Param> params;
  for (ValueId v : args) params.push_back({b.f.type(v), Ownership::Borrowed});
  const std::uint64_t id = native(name, std::move(params), {result});
  return b.value(Op::CallNative, args, result, {}, id);
}

ValueId Instantiator::number_as(Builder& b, ValueId number, TypeKind to) {
  const TypeId target = prim(to);
  const TypeKind from = types.kind(b.f.type(number));
  if (from == to) return number;
  const bool widens = sema::is_integer(from) && sema::is_integer(to);
  return b.value(widens ? Op::ConvertWrap : Op::Convert, {number}, target, target);
}

ValueId Instantiator::text_of(Builder& b, TypeId type, std::span<const ValueId> value, bool quoted) {
  const TypeId text = prim(TypeKind::String);
  const TypeKind kind = types.kind(type);
  switch (kind) {
    case TypeKind::String: return quoted ? call_native(b, "string.quote", value, text) : value[0];
    case TypeKind::Bytes: return call_native(b, "bytes.quote", value, text);
    case TypeKind::Bool: return call_native(b, "bool.to_string", value, text);
    case TypeKind::F64: return call_native(b, "float.to_string", value, text);
    case TypeKind::F32: return call_native(b, "f32.to_string", value, text);
    case TypeKind::F16: return call_native(b, "f16.to_string", value, text);
    case TypeKind::BF16: return call_native(b, "bf16.to_string", value, text);
    case TypeKind::Function: return string(b, "<function>");
    case TypeKind::Any: {
      const ValueId receiver = value[0];
      return b.value(Op::CallAny, {receiver}, text, {}, any_text_method(type));
    }
    default: break;
  }
  if (sema::is_integer(kind)) {
    const bool is_signed = sema::is_signed_integer(kind);
    const ValueId wide = number_as(b, value[0], is_signed ? TypeKind::I64 : TypeKind::U64);
    return call_native(b, is_signed ? "int.to_string" : "uint.to_string", std::span(&wide, 1), text);
  }
  if (type == types.unit()) return string(b, "()");
  if (kind == TypeKind::Never || kind == TypeKind::Error) return string(b, "");
  const sema::FunctionRef own = program.own_to_string(type);
  const InstanceId function =
      own.function.valid() ? instance(own.function, own.arguments, b.span) : text_function(type);
  return b.value(Op::Call, value, text, {}, function.index);
}

ValueId Instantiator::formatted(Builder& b, TypeId type, std::span<const ValueId> value, Symbol spec) {
  const TypeId text = prim(TypeKind::String);
  const TypeKind kind = types.kind(type);
  ValueId args[2];
  const char* name = "string.format";
  if (sema::is_integer(kind)) {
    const bool is_signed = sema::is_signed_integer(kind);
    name = is_signed ? "int.format" : "uint.format";
    args[0] = number_as(b, value[0], is_signed ? TypeKind::I64 : TypeKind::U64);
  } else if (sema::is_float(kind)) {
    name = "float.format";
    args[0] = number_as(b, value[0], TypeKind::F64);
  } else {
    args[0] = text_of(b, type, value, false);
  }
  args[1] = string(b, types.names().text(spec));
  return call_native(b, name, args, text);
}

void Instantiator::build_text(Function& f, TypeId type) {
  Builder b(f);
  Values value = params_of(b, f);
  const TypeKind kind = types.kind(type);
  if (kind == TypeKind::List) return build_text_list(b, type, value[0]);
  if (kind == TypeKind::Map) return build_text_map(b, type, value[0]);
  build_text_body(b, type, value);
}

/// The fields of a struct, tuple or variant, between its brackets.
ValueId Instantiator::text_of_fields(Builder& b, TypeId type, std::uint32_t variant, std::span<const ValueId> value) {
  const auto fields = layout.fields(type, variant);
  const sema::NominalId id = types.nominal_of(type);
  const bool is_tuple = !id.valid();
  const bool is_struct = !is_tuple && !types.nominal(id).is_enum;
  Values pieces;
  std::string pending;
  if (!is_tuple) pending = types.names().text(types.nominal(id).variants[variant].name);
  const bool bare = !is_tuple && !is_struct && fields.empty();
  if (!bare) pending += is_struct ? (fields.empty() ? " {" : " { ") : "(";
  for (std::uint32_t k = 0; k < fields.size(); ++k) {
    if (k) pending += ", ";
    if (is_struct) {
      pending += types.names().text(types.nominal(id).variants[variant].fields[k].name);
      pending += ": ";
    }
    if (!pending.empty()) pieces.push_back(string(b, pending));
    pending.clear();
    const LeafRange range = layout.field_leaves(type, variant, k);
    pieces.push_back(text_of(b, fields[k], value.subspan(range.first, range.count), true));
  }
  if (!bare) pending += is_struct ? (fields.empty() ? "}" : " }") : ")";
  if (!pending.empty()) pieces.push_back(string(b, pending));
  if (pieces.size() == 1) return pieces[0];
  return b.value(Op::StringConcat, pieces, prim(TypeKind::String));
}

void Instantiator::build_text_body(Builder& b, TypeId type, const Values& value) {
  Values content = value;
  const bool boxed = types.kind(type) == TypeKind::Nominal && layout.is_boxed(type);
  if (boxed) {
    const Types inner = leaves(layout.flat(type));
    const Inst peek = b.f.inst(b.emit(Op::BoxPeek, value, inner, type));
    content.clear();
    for (std::uint32_t k = 0; k < peek.result_count; ++k) content.push_back(b.f.result(peek, k));
  }
  const sema::NominalId id = types.nominal_of(type);
  if (!id.valid() || !types.nominal(id).is_enum) {
    const ValueId text = text_of_fields(b, type, 0, content);
    b.ret(std::span(&text, 1));
    return;
  }
  const auto count = layout.variant_count(type);
  const InstId branch = b.emit(Op::Switch, std::span(content.data(), 1), {});
  std::vector<BlockId> blocks;
  for (std::uint32_t v = 0; v < count; ++v) {
    blocks.push_back(b.new_block());
    b.add_edge(branch, blocks.back());
  }
  for (std::uint32_t v = 0; v < count; ++v) {
    b.at = blocks[v];
    const auto payload_types = layout.payload(type, v);
    Values fields;
    if (!payload_types.empty()) {
      const Inst payload = b.f.inst(b.emit(Op::Payload, std::span(content.data(), 1), payload_types, {}, v));
      for (std::uint32_t k = 0; k < payload.result_count; ++k) fields.push_back(b.f.result(payload, k));
    }
    const ValueId text = text_of_fields(b, type, v, fields);
    b.ret(std::span(&text, 1));
  }
}

namespace {

/// The shape of the loops below: a text that grows, and where the loop stands.
struct TextLoop {
  BlockId head, body, done;
  ValueId text, at;  // parameters of head
};

}  // namespace

void Instantiator::build_text_list(Builder& b, TypeId type, ValueId list) {
  const TypeId text = prim(TypeKind::String), i64 = prim(TypeKind::I64);
  const TypeId element = types[type].arguments[0];
  TextLoop l;
  const ValueId length = b.value(Op::ListLen, {list}, i64);
  const ValueId start[] = {string(b, "["), integer(b, 0)};
  l.head = b.new_block();
  l.body = b.new_block();
  l.done = b.new_block();
  const BlockId comma = b.new_block(), item = b.new_block();
  b.jump(l.head, start);
  l.text = b.add_param(l.head, text);
  l.at = b.add_param(l.head, i64);
  b.at = l.head;
  b.branch(b.value(Op::Lt, {l.at, length}, prim(TypeKind::Bool)), l.body, l.done);

  b.at = l.body;
  const ValueId first = b.value(Op::Eq, {l.at, integer(b, 0)}, prim(TypeKind::Bool));
  const ValueId so_far = b.add_param(item, text);
  const InstId fork = b.emit(Op::Branch, std::span(&first, 1), {});
  b.add_edge(fork, item, std::span(&l.text, 1));
  b.add_edge(fork, comma);
  b.at = comma;
  const ValueId separated = b.value(Op::StringAppend, {l.text, string(b, ", ")}, text);
  b.jump(item, std::span(&separated, 1));

  b.at = item;
  const Types element_leaves = leaves(element);
  const ValueId get[] = {list, l.at};
  const Inst peek = b.f.inst(b.emit(Op::ListPeek, get, element_leaves));
  Values value;
  for (std::uint32_t k = 0; k < peek.result_count; ++k) value.push_back(b.f.result(peek, k));
  const ValueId piece = text_of(b, element, value, true);
  const ValueId longer = b.value(Op::StringAppend, {so_far, piece}, text);
  const ValueId next[] = {longer, b.value(Op::Add, {l.at, integer(b, 1)}, i64)};
  b.jump(l.head, next);

  b.at = l.done;
  const ValueId whole = b.value(Op::StringAppend, {l.text, string(b, "]")}, text);
  b.ret(std::span(&whole, 1));
}

void Instantiator::build_text_map(Builder& b, TypeId type, ValueId map) {
  const TypeId text = prim(TypeKind::String), i64 = prim(TypeKind::I64);
  TextLoop l;
  const ValueId open = string(b, "{");
  const ValueId zero = integer(b, 0);
  const ValueId begin = b.value(Op::MapNext, {map, zero}, i64);
  const ValueId start[] = {open, begin};
  l.head = b.new_block();
  l.body = b.new_block();
  l.done = b.new_block();
  const BlockId comma = b.new_block(), item = b.new_block();
  b.jump(l.head, start);
  l.text = b.add_param(l.head, text);
  l.at = b.add_param(l.head, i64);
  b.at = l.head;
  b.branch(b.value(Op::Ge, {l.at, integer(b, 0)}, prim(TypeKind::Bool)), l.body, l.done);

  b.at = l.body;
  const ValueId first = b.value(Op::Eq, {l.at, begin}, prim(TypeKind::Bool));
  const ValueId so_far = b.add_param(item, text);
  const InstId fork = b.emit(Op::Branch, std::span(&first, 1), {});
  b.add_edge(fork, item, std::span(&l.text, 1));
  b.add_edge(fork, comma);
  b.at = comma;
  const ValueId separated = b.value(Op::StringAppend, {l.text, string(b, ", ")}, text);
  b.jump(item, std::span(&separated, 1));

  b.at = item;
  const auto part = [&](Op op, TypeId of) {
    const Types part_leaves = leaves(of);
    const ValueId operands[] = {map, l.at};
    const Inst peek = b.f.inst(b.emit(op, operands, part_leaves));
    Values value;
    for (std::uint32_t k = 0; k < peek.result_count; ++k) value.push_back(b.f.result(peek, k));
    return text_of(b, of, value, true);
  };
  const TypeId key_type = types[type].arguments[0], value_type = types[type].arguments[1];
  const ValueId key = part(Op::MapPeekKey, key_type);
  const ValueId value = part(Op::MapPeek, value_type);
  const ValueId entry = b.value(Op::StringConcat, {key, string(b, ": "), value}, text);
  const ValueId longer = b.value(Op::StringAppend, {so_far, entry}, text);
  const ValueId following = b.value(Op::Add, {l.at, integer(b, 1)}, i64);
  const ValueId next[] = {longer, b.value(Op::MapNext, {map, following}, i64)};
  b.jump(l.head, next);

  b.at = l.done;
  const ValueId whole = b.value(Op::StringAppend, {l.text, string(b, "}")}, text);
  b.ret(std::span(&whole, 1));
}

}  // namespace noodle::nir
