#include "compiler/codegen/types.h"

namespace noodle::codegen {

using sema::TypeKind;

nbc::TypeId Types::map(sema::TypeId type) {
  if (auto it = mapped_.find(type); it != mapped_.end()) return it->second;
  if (mapping_) return map_now(type);
  mapping_ = true;
  nbc::TypeId id = map_now(type);
  while (!pending_.empty()) {
    auto [next, reserved] = pending_.back();
    pending_.pop_back();
    define(next, reserved);
  }
  mapping_ = false;
  return id;
}

nbc::TypeId Types::map_now(sema::TypeId type) {
  const auto& table = layout_.types();
  TypeKind kind = table.kind(type);
  auto declare = [&](nbc::Kind as) {
    nbc::TypeId id = module_.types().declare(as);
    mapped_[type] = id;
    pending_.emplace_back(type, id);
    return id;
  };
  switch (kind) {
    case TypeKind::Bool: return nbc::kBool;
    case TypeKind::I8: return nbc::kI8;
    case TypeKind::I16: return nbc::kI16;
    case TypeKind::I32: return nbc::kI32;
    case TypeKind::I64: return nbc::kI64;
    case TypeKind::U8: return nbc::kU8;
    case TypeKind::U16: return nbc::kU16;
    case TypeKind::U32: return nbc::kU32;
    case TypeKind::U64: return nbc::kU64;
    case TypeKind::F16: return nbc::kF16;
    case TypeKind::BF16: return nbc::kBF16;
    case TypeKind::F32: return nbc::kF32;
    case TypeKind::F64: return nbc::kF64;
    case TypeKind::String: return nbc::kString;
    case TypeKind::Bytes: return nbc::kBytes;
    case TypeKind::List: return declare(nbc::Kind::List);
    case TypeKind::Map: return declare(nbc::Kind::Map);
    case TypeKind::Handle: return declare(nbc::Kind::Handle);
    case TypeKind::Tensor: return declare(nbc::Kind::Tensor);
    case TypeKind::Function: return declare(nbc::Kind::Fn);
    case TypeKind::Any: return mapped_[type] = module_.types().any(trait(type));
    case TypeKind::Nominal:
      if (layout_.is_boxed(type)) return declare(nbc::Kind::Box);
      return map_nominal(type, false);
    case TypeKind::Flat: return map_nominal(type, true);
    case TypeKind::Tuple: {
      std::vector<nbc::TypeId> parts;
      const auto arguments = table[type].arguments;
      for (sema::TypeId part : arguments) parts.push_back(map(part));
      return mapped_[type] = module_.tuple_type(parts);
    }
    default: return mapped_[type] = module_.types().unit();
  }
}

std::vector<nbc::Field> Types::fields(sema::TypeId type, std::uint32_t variant) {
  const auto& table = layout_.types();
  std::vector<nbc::Field> result;
  auto types = layout_.fields(type, variant);
  const auto& decl = table.nominal(table.nominal_of(layout_.described(type)));
  for (std::size_t i = 0; i < types.size(); ++i) {
    nbc::TypeId mapped = map(types[i]);
    std::string_view name = table.names().text(decl.variants[variant].fields[i].name);
    result.push_back(module_.field(name, mapped));
  }
  return result;
}

nbc::TypeId Types::map_nominal(sema::TypeId type, bool flat) {
  const auto& table = layout_.types();
  sema::TypeId described = layout_.described(type);
  std::string name = table.text(described);
  if (flat) name = "flat " + name;
  const auto& decl = table.nominal(table.nominal_of(described));
  if (!decl.is_enum) {
    auto parts = fields(type, 0);
    return keep(type, module_.struct_type(name, std::move(parts)));
  }
  std::vector<nbc::Variant> variants;
  for (std::uint32_t v = 0; v < decl.variants.size(); ++v) {
    auto parts = fields(type, v);
    variants.push_back({module_.string(table.names().text(decl.variants[v].name)), std::move(parts)});
  }
  if (variants.empty()) variants.push_back({module_.string("never"), {}});  // nbc has no empty enums
  return keep(type, module_.enum_type(name, std::move(variants)));
}

/// A refused type (too wide, too deep) stands as a scalar until the error comes out.
nbc::TypeId Types::keep(sema::TypeId type, nbc::TypeId id) {
  if (!id.valid()) failed_ = true;
  return mapped_[type] = id.valid() ? id : nbc::kI64;
}

void Types::define(sema::TypeId type, nbc::TypeId id) {
  const auto& table = layout_.types();
  nbc::Type made;
  made.kind = module_.types().kind(id);
  switch (made.kind) {
    case nbc::Kind::Handle:
    case nbc::Kind::Tensor:
    case nbc::Kind::List: made.element = map(table[type].arguments[0]); break;
    case nbc::Kind::Map:
      made.element = map(table[type].arguments[0]);
      made.value = map(table[type].arguments[1]);
      break;
    case nbc::Kind::Box: made.element = map(layout_.flat(type)); break;
    default: {
      auto signature = layout_.signature(type);
      for (std::size_t i = 0; i < signature.params.size(); ++i) {
        made.params.push_back(param(signature.params[i], signature.owned[i]));
      }
      for (sema::TypeId leaf : signature.results) made.results.push_back(map(leaf));
    }
  }
  module_.types().define(id, std::move(made));
}

nbc::TraitId Types::trait(sema::TypeId any) {
  if (auto it = traits_.find(any); it != traits_.end()) return it->second;
  nbc::TraitId id = module_.trait(layout_.types().text(any), {});
  traits_[any] = id;
  new_traits_.push_back(any);
  return id;
}

}  // namespace noodle::codegen
