#include "compiler/sema/types.h"

#include <algorithm>

#include "base/hash.h"

namespace noodle::sema {

namespace {

/// A type's text is cut here, since a type may share a part many times over.
constexpr std::size_t kLongestText = 300;

constexpr TypeKind kLastPrimitive = TypeKind::Bytes;

std::uint64_t hash_of(const TypeData& data) {
  std::uint64_t hash = hash_combine(static_cast<std::uint64_t>(data.kind) + 1, data.index);
  if (data.mut_mask != 0) hash = hash_combine(hash, data.mut_mask);
  for (TypeId argument : data.arguments) hash = hash_combine(hash, argument.index);
  return hash;
}

bool same(const TypeData& a, const TypeData& b) {
  return a.kind == b.kind && a.index == b.index && a.mut_mask == b.mut_mask &&
         std::ranges::equal(a.arguments, b.arguments) && (a.kind != TypeKind::Param || a.name == b.name);
}

TypeData data_of(TypeKind kind, std::span<const TypeId> arguments = {}, std::uint32_t index = 0) {
  TypeData data;
  data.kind = kind;
  data.index = index;
  data.arguments = arguments;
  return data;
}

std::string_view primitive_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::Never: return "Never";
    case TypeKind::Bool: return "Bool";
    case TypeKind::I8: return "i8";
    case TypeKind::I16: return "i16";
    case TypeKind::I32: return "i32";
    case TypeKind::I64: return "Int";
    case TypeKind::U8: return "u8";
    case TypeKind::U16: return "u16";
    case TypeKind::U32: return "u32";
    case TypeKind::U64: return "u64";
    case TypeKind::F16: return "f16";
    case TypeKind::BF16: return "bf16";
    case TypeKind::F32: return "f32";
    case TypeKind::F64: return "Float";
    case TypeKind::String: return "String";
    case TypeKind::Bytes: return "Bytes";
    default: return "_";
  }
}

}  // namespace

TypeTable::TypeTable(Interner& names) : names_(names) {
  for (std::size_t kind = 0; kind <= static_cast<std::size_t>(kLastPrimitive); ++kind) {
    const TypeData data = data_of(static_cast<TypeKind>(kind));
    types_.push_back(data);
    facts_.emplace_back().has_error = data.kind == TypeKind::Error;
    hashes_.push_back(hash_of(data));
    table_.add(hashes_.back(), static_cast<std::uint32_t>(kind), [this](std::uint32_t id) { return hashes_[id]; });
  }
  unit_ = tuple({});
}

TypeId TypeTable::intern(const TypeData& data) {
  const std::uint64_t hash = hash_of(data);
  const std::uint32_t known = table_.find(hash, [&](std::uint32_t id) { return same(types_[id], data); });
  if (known != IdTable::kNone) return TypeId(known);
  Facts facts;
  facts.has_params = data.kind == TypeKind::Param;
  facts.has_infer = data.kind == TypeKind::Infer;
  facts.has_error = data.kind == TypeKind::Error;
  facts.has_shape = data.kind == TypeKind::Nominal && data.arguments.size() == 2 && this->known.tensor.valid() &&
                    data.index == this->known.tensor.index;
  for (TypeId argument : data.arguments) {
    const Facts& inner = facts_[argument.index];
    facts.depth = std::max<std::uint16_t>(facts.depth, static_cast<std::uint16_t>(inner.depth + 1));
    facts.weight = std::min<std::uint32_t>(facts.weight + inner.weight, 1'000'000);
    facts.has_params |= inner.has_params;
    facts.has_infer |= inner.has_infer;
    facts.has_error |= inner.has_error;
    facts.has_shape |= inner.has_shape;
  }
  if (facts.depth > kDeepest) {
    overflowed_ = true;
    return primitive(TypeKind::Error);
  }
  TypeData kept = data;
  kept.arguments = arena_.copy(data.arguments);
  const TypeId id(types_.size());
  types_.push_back(kept);
  facts_.push_back(facts);
  table_.add(hash, id.index, [this](std::uint32_t other) { return hashes_[other]; });
  hashes_.push_back(hash);
  return id;
}

TypeId TypeTable::tuple(std::span<const TypeId> elements) { return intern(data_of(TypeKind::Tuple, elements)); }

TypeId TypeTable::list(TypeId element) { return intern(data_of(TypeKind::List, {&element, 1})); }

TypeId TypeTable::map(TypeId key, TypeId value) {
  const TypeId arguments[] = {key, value};
  return intern(data_of(TypeKind::Map, arguments));
}

TypeId TypeTable::handle(TypeId content) { return intern(data_of(TypeKind::Handle, {&content, 1})); }

TypeId TypeTable::tensor(TypeId element) { return intern(data_of(TypeKind::Tensor, {&element, 1})); }

bool TypeTable::is_part(TypeId variable, TypeId type) const {
  if (kind(variable) != TypeKind::Infer || !facts_[type.index].has_infer) return false;
  return std::ranges::any_of(types_[type.index].arguments,
                             [&](TypeId part) { return part == variable || is_part(variable, part); });
}

TypeId TypeTable::nominal(NominalId decl, std::span<const TypeId> arguments) {
  return intern(data_of(TypeKind::Nominal, arguments, decl.index));
}

TypeId TypeTable::function(std::span<const TypeId> params, std::uint64_t mut_mask, TypeId result) {
  std::vector<TypeId> arguments(params.begin(), params.end());
  arguments.push_back(result);
  TypeData data = data_of(TypeKind::Function, arguments);
  data.mut_mask = mut_mask;
  return intern(data);
}

TypeId TypeTable::any(TraitId trait, std::span<const TypeId> arguments) {
  return intern(data_of(TypeKind::Any, arguments, trait.index));
}

TypeId TypeTable::param(std::uint32_t position, Symbol name) {
  TypeData data = data_of(TypeKind::Param, {}, position);
  data.name = name;
  return intern(data);
}

TypeId TypeTable::infer(std::uint32_t number) { return intern(data_of(TypeKind::Infer, {}, number)); }

TypeId TypeTable::block(FunctionId body, std::span<const TypeId> arguments) {
  return intern(data_of(TypeKind::Block, arguments, body.index));
}

TypeId TypeTable::flat(TypeId nominal) { return intern(data_of(TypeKind::Flat, {&nominal, 1})); }

TypeId TypeTable::shape(std::span<const TypeId> lengths) { return intern(data_of(TypeKind::Shape, lengths)); }

TypeId TypeTable::length(std::uint64_t number) {
  TypeData data = data_of(TypeKind::Length);
  data.mut_mask = number;
  return intern(data);
}

TypeId TypeTable::any_length() { return intern(data_of(TypeKind::AnyLength)); }

TypeId TypeTable::any_lengths() { return intern(data_of(TypeKind::AnyLengths)); }

bool TypeTable::is_element(TypeId type) const {
  const TypeKind of = kind(type);
  const auto is_open = [](TypeKind k) {
    return k == TypeKind::Param || k == TypeKind::Infer || k == TypeKind::Error || k == TypeKind::Never;
  };
  if (is_complex(type)) {
    const TypeKind part = kind(types_[type.index].arguments[0]);
    return part == TypeKind::F32 || part == TypeKind::F64 || is_open(part);
  }
  return of == TypeKind::Bool || sema::is_number(of) || is_open(of);
}

std::string_view TypeTable::help_with_element(TypeId type) const {
  switch (kind(type)) {
    case TypeKind::String: return "elements are numbers, `Bool` or `Complex`: keep texts in a `List<String>`";
    case TypeKind::List:
      return "elements are numbers, `Bool` or `Complex`: rows of rows are axes, as in `tensor.asarray([[1, 2], [3, "
             "4]])`";
    default: break;
  }
  if (is_complex(type)) {
    return "complex elements have parts of `f32` or `Float`";
  }
  return "elements are numbers, `Bool` or `Complex`: keep such values in a list, or a tensor for each of their fields";
}

TypeId TypeTable::with_shape(TypeId tensor, TypeId shape) {
  const TypeId arguments[] = {types_[tensor.index].arguments[0], shape};
  return nominal(known.tensor, arguments);
}

TypeId TypeTable::without_shapes(TypeId type) {
  if (!facts_[type.index].has_shape) return type;
  const auto arguments = types_[type.index].arguments.first(is_tensor(type) ? 1 : types_[type.index].arguments.size());
  std::vector<TypeId> inner;
  inner.reserve(arguments.size());
  for (TypeId argument : arguments) inner.push_back(without_shapes(argument));
  return with_arguments(type, inner);
}

TypeId TypeTable::option(TypeId element) { return nominal(known.option, {&element, 1}); }

TypeId TypeTable::result(TypeId ok, TypeId error) {
  const TypeId arguments[] = {ok, error};
  return nominal(known.result, arguments);
}

bool TypeTable::has_params(TypeId type) const { return facts_[type.index].has_params; }
bool TypeTable::has_infer(TypeId type) const { return facts_[type.index].has_infer; }
bool TypeTable::has_error(TypeId type) const { return facts_[type.index].has_error; }

TypeId TypeTable::with_arguments(TypeId type, std::span<const TypeId> arguments) {
  TypeData data = types_[type.index];
  if (data.kind == TypeKind::LengthSum) return sum(arguments);
  if (data.kind == TypeKind::LengthTerm) return product(static_cast<std::int64_t>(data.mut_mask), arguments);
  data.arguments = arguments;
  return intern(data);
}

TypeId TypeTable::substitute(TypeId type, std::span<const TypeId> arguments) {
  if (arguments.empty() || !facts_[type.index].has_params) return type;
  TypeData data = types_[type.index];  // a copy: the table may grow below
  if (data.kind == TypeKind::Param) {
    return data.index < arguments.size() && arguments[data.index].valid() ? arguments[data.index] : type;
  }
  std::vector<TypeId> inner;
  inner.reserve(data.arguments.size());
  bool changed = false;
  for (TypeId argument : data.arguments) {
    inner.push_back(substitute(argument, arguments));
    changed |= inner.back() != argument;
  }
  return changed ? with_arguments(type, inner) : type;
}

// ---------------------------------------------------------------------------------------- text

bool TypeTable::append_list(std::string& out, std::span<const TypeId> types) const {
  bool first = true;
  for (TypeId type : types) {
    if (!first) out += ", ";
    first = false;
    if (!append_text(out, type)) return false;
  }
  return true;
}

bool TypeTable::append_text(std::string& out, TypeId id) const {
  if (out.size() > kLongestText) return false;
  if (!id.valid()) {
    out += '_';
    return true;
  }
  const TypeData& type = types_[id.index];
  const auto arguments = [&](std::string_view name) {
    out += name;
    if (type.arguments.empty()) return true;
    out += '<';
    if (!append_list(out, type.arguments)) return false;
    out += '>';
    return true;
  };
  switch (type.kind) {
    case TypeKind::Tuple:
      out += '(';
      if (!append_list(out, type.arguments)) return false;
      out += type.arguments.size() == 1 ? ",)" : ")";
      return true;
    case TypeKind::List: return arguments("List");
    case TypeKind::Map: return arguments("Map");
    case TypeKind::Handle: return arguments("Handle");
    case TypeKind::Tensor: return arguments("Elements");
    case TypeKind::Nominal: {
      const NominalDecl& decl = nominals_[type.index];
      if (NominalId(type.index) != known.option || type.arguments.size() != 1) return arguments(names_.text(decl.name));
      const TypeKind inner = kind(type.arguments[0]);
      const bool group = inner == TypeKind::Function || inner == TypeKind::Any;
      if (group) out += '(';
      if (!append_text(out, type.arguments[0])) return false;
      out += group ? ")?" : "?";
      return true;
    }
    case TypeKind::Function: {
      out += '(';
      for (std::size_t i = 0; i + 1 < type.arguments.size(); ++i) {
        if (i != 0) out += ", ";
        if (i < 64 && (type.mut_mask >> i & 1) != 0) out += "mut ";
        if (!append_text(out, type.arguments[i])) return false;
      }
      out += ") -> ";
      return append_text(out, type.arguments.back());
    }
    case TypeKind::Any: out += "any "; return arguments(names_.text(traits_[type.index].name));
    case TypeKind::Param: out += names_.text(type.name); return true;
    case TypeKind::Infer: out += '_'; return true;
    case TypeKind::Block: out += "block"; return true;
    case TypeKind::Flat: return arguments("flat");
    case TypeKind::Shape:
      out += '[';
      if (!append_list(out, type.arguments)) return false;
      out += ']';
      return true;
    case TypeKind::Length:
    case TypeKind::LengthTerm:
    case TypeKind::LengthSum: return append_length(out, id);
    case TypeKind::AnyLengths: out += ".."; return true;
    default: out += primitive_name(type.kind); return true;
  }
}

std::string TypeTable::text(TypeId type) const {
  std::string out;
  if (!append_text(out, type)) out += "…";
  return out;
}

NominalId TypeTable::add_nominal(NominalDecl decl) {
  nominals_.push_back(std::move(decl));
  return NominalId(nominals_.size() - 1);
}

TraitId TypeTable::add_trait(TraitDecl decl) {
  traits_.push_back(std::move(decl));
  return TraitId(traits_.size() - 1);
}

}  // namespace noodle::sema
