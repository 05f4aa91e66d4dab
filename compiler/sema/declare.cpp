// What a declaration is: fields and variants, traits, the heads of impls, signatures of functions.
// Nothing here asks whether a bound holds or an impl fits, so that these answers never run in
// circles; that is left to declare_check.cpp.

#include <algorithm>

#include "base/hash.h"
#include "compiler/sema/database.h"

namespace noodle::sema {

using source::Code;

namespace {

/// The fingerprint of an answer: everything that its readers can see, but no places.
class Fingerprint {
 public:
  Fingerprint& operator<<(std::uint64_t value) {
    hash_ = hash_combine(hash_, value);
    return *this;
  }
  Fingerprint& operator<<(std::string_view text) { return *this << hash_bytes(text); }
  Fingerprint& operator<<(TypeId type) { return *this << std::uint64_t{type.index}; }
  Fingerprint& operator<<(const std::vector<TypeParamDecl>& params) {
    for (const TypeParamDecl& param : params) {
      *this << param.name.index << param.bounds.size() << std::uint64_t{param.is_vague};
      for (const TraitRef& bound : param.bounds) *this << bound;
    }
    return *this;
  }
  Fingerprint& operator<<(const TraitRef& trait) {
    *this << std::uint64_t{trait.trait.index};
    for (TypeId argument : trait.arguments) *this << argument;
    return *this;
  }
  std::uint64_t value() const { return hash_; }

 private:
  Fingerprint& operator<<(std::uint32_t value) { return *this << std::uint64_t{value}; }
  std::uint64_t hash_ = 0;
};

/// The names in the shapes of a signature.
class SignatureLengths final : public LengthNames {
 public:
  SignatureLengths(Database& db, std::size_t first) : db_(db), first_(first) {}

  TypeId length_named(Symbol name, source::Span where, bool computed) override {
    auto at = std::ranges::find(names, name);
    if (at == names.end() && in_result) {
      const std::string text = "`" + std::string(db_.names.text(name)) + "`";
      db_.report(Code::BadShape, where, text + " stands in the result alone, so nothing says which length it is")
          .help("name it in a parameter's shape, too, or write `_` for any length");
      return db_.types.any_length();
    }
    if (at == names.end() && computed) {
      db_.report(Code::BadShape, where, "no axis before is `" + std::string(db_.names.text(name)) + "` long")
          .help("what is computed with is an axis of its own first, of this parameter or one before it");
      return db_.types.any_length();
    }
    if (at == names.end()) at = names.insert(at, name);
    return db_.types.param(static_cast<std::uint32_t>(first_ + static_cast<std::size_t>(at - names.begin())), name);
  }

  std::vector<Symbol> names;
  bool in_result = false;

 private:
  Database& db_;
  std::size_t first_;
};

}  // namespace

std::string_view attribute_text(const syntax::Attribute& attribute) {
  if (attribute.arguments.size() != 1 || attribute.arguments[0].value == nullptr) return {};
  if (attribute.arguments[0].value->kind != syntax::ExprKind::String) return {};
  const auto parts = static_cast<const syntax::StringExpr*>(attribute.arguments[0].value)->parts;
  return parts.empty() ? std::string_view() : parts[0].text;
}

std::vector<TypeParamDecl> Database::declare_params(ModuleId module, std::span<const syntax::TypeParam> params,
                                                    std::vector<TypeParamDecl> outer, TypeId self) {
  const std::size_t first = outer.size();
  for (const syntax::TypeParam& param : params) {
    for (std::size_t i = first; i < outer.size(); ++i) {
      if (outer[i].name != param.name.symbol || !param.name.symbol.valid()) continue;
      report(Code::DuplicateName, span(module, param.name.range),
             "two type parameters are named `" + std::string(names.text(param.name.symbol)) + "`")
          .note(span(module, params[i - first].name.range), "the first is here");
    }
    outer.push_back({param.name.symbol, {}});
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    for (const syntax::PathType* bound : params[i].bounds) {
      if (bound == nullptr) continue;
      const Scope scope{module, outer, self};
      const auto trait_ref = resolve_trait(*bound, scope);
      if (trait_ref) outer[first + i].bounds.push_back(*trait_ref);
      outer[first + i].is_vague |= !trait_ref;
    }
  }
  return outer;
}

void Database::declare_fields(std::span<const syntax::FieldDecl> fields, const Scope& scope,
                              std::vector<FieldInfo>& out) {
  for (const syntax::FieldDecl& field : fields) {
    FieldInfo info;
    info.name = field.name.symbol;
    info.shaped = field.type == nullptr ? types.primitive(TypeKind::Error) : resolve(*field.type, scope);
    info.type = types.without_shapes(info.shaped);
    info.is_private = field.is_private;
    info.span = span(scope.module, field.name.range);
    out.push_back(info);
  }
}

std::uint64_t Database::answer_nominal(NominalId id) {
  ask(QueryKind::NominalText, id.index);
  const NominalEntry& entry = nominals[id.index];
  if (!entry.alive || entry.item == nullptr) {
    types.nominal(id).variants.clear();
    return 0;
  }
  const ModuleId module = entry.module;
  const syntax::Item* item = entry.item;
  std::vector<TypeParamDecl> params = declare_params(module, entry.params, {}, TypeId());
  std::vector<TypeId> own;
  for (std::size_t i = 0; i < params.size(); ++i)
    own.push_back(types.param(static_cast<std::uint32_t>(i), params[i].name));
  const Scope scope{module, params, types.nominal(id, own)};
  std::vector<VariantInfo> variants;
  if (item->kind == syntax::ItemKind::Struct) {
    const auto& decl = static_cast<const syntax::StructItem&>(*item);
    VariantInfo& variant = variants.emplace_back();
    variant.name = decl.name.symbol;
    variant.span = span(module, decl.name.range);
    declare_fields(decl.fields, scope, variant.fields);
  } else {
    for (const syntax::VariantDecl& decl : static_cast<const syntax::EnumItem&>(*item).variants) {
      VariantInfo& variant = variants.emplace_back();
      variant.name = decl.name.symbol;
      variant.span = span(module, decl.name.range);
      declare_fields(decl.fields, scope, variant.fields);
    }
  }
  Fingerprint print;
  print << params << variants.size();
  for (const VariantInfo& variant : variants) {
    print << std::uint64_t{variant.name.index} << variant.fields.size();
    for (const FieldInfo& field : variant.fields) {
      print << std::uint64_t{field.name.index} << field.shaped << std::uint64_t{field.is_private};
    }
  }
  NominalDecl& decl = types.nominal(id);
  decl.params = std::move(params);
  decl.variants = std::move(variants);
  return print.value();
}

std::uint64_t Database::answer_trait(TraitId id) {
  ask(QueryKind::TraitText, id.index);
  const TraitEntry& entry = traits[id.index];
  if (!entry.alive || entry.syntax == nullptr) return 0;
  const TypeId self = types.param(0, self_name);
  std::vector<TypeParamDecl> params = declare_params(entry.module, entry.syntax->type_params, {{self_name, {}}}, self);
  params.erase(params.begin());
  Fingerprint print;
  TraitDecl& decl = types.trait(id);
  print << params << std::uint64_t{decl.any_allowed};
  for (FunctionId method : decl.methods) print << std::uint64_t{method.index};
  decl.params = std::move(params);
  return print.value();
}

std::uint64_t Database::answer_impl(ImplId id) {
  ask(QueryKind::ImplText, id.index);
  ImplEntry& entry = impls[id.index];
  entry.usable = false;
  if (!entry.alive || entry.syntax == nullptr) return 0;
  const syntax::ImplItem& item = *entry.syntax;
  ImplInfo& info = entry.info;
  // The target is read before the bounds, which may mention Self.
  std::vector<TypeParamDecl> names_only;
  for (const syntax::TypeParam& param : item.type_params) names_only.push_back({param.name.symbol, {}});
  info.target = item.target == nullptr ? types.primitive(TypeKind::Error)
                                       : resolve_unshaped(*item.target, Scope{entry.module, names_only, TypeId()});
  info.type_params = declare_params(entry.module, item.type_params, {}, info.target);
  info.span = item.target == nullptr ? span(entry.module, item.range) : span(entry.module, item.target->range);
  info.has_trait = item.trait != nullptr;
  entry.usable = types.kind(info.target) != TypeKind::Error;
  if (item.trait != nullptr) {
    const auto trait_ref = resolve_trait(*item.trait, Scope{entry.module, info.type_params, info.target});
    info.trait = trait_ref.value_or(TraitRef{});
    entry.usable &= trait_ref.has_value();
  }
  Fingerprint print;
  print << info.type_params << info.target << std::uint64_t{info.has_trait} << std::uint64_t{entry.usable}
        << info.trait;
  for (FunctionId method : info.methods) print << std::uint64_t{method.index};
  return print.value();
}

/// Fills in the FunctionInfo of a function, method or trait method.
void Database::declare_function(FunctionId id) {
  FunctionEntry& entry = functions[id.index];
  const syntax::FunctionItem& item = *entry.syntax;
  const ModuleId module = entry.module;
  FunctionInfo info;
  info.kind = FunctionKind::Function;
  info.name = item.name.symbol;
  info.module = module;
  info.is_pub = item.is_pub;
  info.has_body = item.body != nullptr;
  info.span = span(module, item.name.range);
  info.qualified_name = names.text(item.name.symbol);
  std::vector<TypeParamDecl> outer;
  TypeId self;
  if (entry.impl.valid()) {
    const ImplInfo& impl_info = impl(entry.impl).info;
    outer = impl_info.type_params;
    self = impl_info.target;
    info.kind = FunctionKind::Method;
    if (impl_info.has_trait) {
      info.trait = impl_info.trait.trait;
      info.is_pub = true;
    }
    const NominalId nominal_id = types.nominal_of(self);
    const std::string target =
        nominal_id.valid() ? std::string(names.text(types.nominal(nominal_id).name)) : types.text(self);
    info.qualified_name = target.substr(0, target.find('<')) + "." + info.qualified_name;
  } else if (entry.trait.valid()) {
    const TraitDecl& decl = trait(entry.trait);
    self = types.param(0, self_name);
    std::vector<TypeId> own;
    for (std::size_t i = 0; i < decl.params.size(); ++i) {
      own.push_back(types.param(static_cast<std::uint32_t>(i + 1), decl.params[i].name));
    }
    outer.push_back({self_name, {TraitRef{entry.trait, context.keep(own)}}});
    outer.insert(outer.end(), decl.params.begin(), decl.params.end());
    info.kind = FunctionKind::TraitMethod;
    info.trait = entry.trait;
    info.is_pub = true;
    info.qualified_name = std::string(names.text(decl.name)) + "." + info.qualified_name;
  }
  info.owner = self;
  info.type_params = declare_params(module, item.type_params, std::move(outer), self);
  SignatureLengths lengths(*this, info.type_params.size());
  const Scope scope{module, info.type_params, self, &lengths};
  for (const syntax::Param& param : item.params) {
    ParamInfo& out = info.params.emplace_back();
    out.name = param.is_self ? names.intern("self") : param.name.symbol;
    out.kind = param.kind;
    out.is_self = param.is_self;
    out.span = span(module, param.is_self ? param.range : param.name.range);
    if (param.is_self) {
      out.type = self.valid() ? self : types.primitive(TypeKind::Error);
      if (!self.valid()) {
        report(Code::BadSelfParameter, out.span, "`self` needs an `impl` or `trait` around the function")
            .help("give the parameter a name and a type, or move the function into `impl Type { … }`");
      }
    } else {
      out.type = param.type == nullptr ? types.primitive(TypeKind::Error) : resolve(*param.type, scope);
    }
    out.shaped = out.type;
    out.type = types.without_shapes(out.shaped);
    if (param.kind == syntax::ParamKind::Block && types.kind(out.type) != TypeKind::Function &&
        types.kind(out.type) != TypeKind::Error && param.type != nullptr) {
      report(Code::BlockArgumentMisuse, span(module, param.type->range), "a block parameter needs a function's type")
          .help("write its parameters and result, as in `block body: (Int) -> ()`");
      out.type = out.shaped = types.primitive(TypeKind::Error);
    }
    for (std::size_t i = 0; i + 1 < info.params.size(); ++i) {
      if (info.params[i].name == out.name && out.name.valid()) {
        report(Code::DuplicateName, out.span, "two parameters are named `" + std::string(names.text(out.name)) + "`")
            .note(info.params[i].span, "the first is here");
        break;
      }
    }
  }
  lengths.in_result = true;
  info.shaped_result = item.result == nullptr ? types.unit() : resolve(*item.result, scope);
  info.result = types.without_shapes(info.shaped_result);
  info.lengths = std::move(lengths.names);
  for (const ParamInfo& param : info.params) {
    if (std::ranges::find(info.lengths, param.name) == info.lengths.end()) continue;
    report(Code::BadShape, param.span, "`" + std::string(names.text(param.name)) + "` is a parameter and a length")
        .help("in the body both would be values of this name: give one of them another");
  }
  const bool in_library = modules[module.index].origin != ModuleOrigin::User;
  for (const syntax::Attribute& attribute : item.attributes) {
    const std::string_view name = names.text(attribute.name.symbol);
    if (name == "inline") info.inline_hint = true;
    if (in_library && name == "native") info.native = kept.copy(attribute_text(attribute));
    if (in_library && name == "intrinsic") info.intrinsic = kept.copy(attribute_text(attribute));
    if (in_library && name == "shape") info.shape = kept.copy(attribute_text(attribute));
  }
  // Default arguments are functions of their own, so that callers call them.
  FunctionEntry& stored = functions[id.index];
  std::vector<FunctionId> defaults = stored.defaults;
  defaults.resize(item.params.size());
  stored.info = std::move(info);
  for (std::uint32_t i = 0; i < item.params.size(); ++i) {
    if (item.params[i].default_value == nullptr) {
      defaults[i] = FunctionId();
      continue;
    }
    if (!defaults[i].valid()) {
      defaults[i] = new_function();
      FunctionEntry& made = functions[defaults[i].index];
      made.module = module;
      made.parent = id;
      made.default_of = i;
    }
    FunctionInfo& hidden = functions[defaults[i].index].info;
    const FunctionInfo& owner = functions[id.index].info;
    hidden.kind = FunctionKind::Default;
    hidden.name = owner.params[i].name;
    hidden.module = module;
    hidden.type_params = owner.type_params;
    hidden.result = owner.params[i].type;
    hidden.shaped_result = owner.params[i].shaped;
    hidden.owner = owner.owner;
    hidden.has_body = true;
    hidden.qualified_name = owner.qualified_name + "." + std::string(names.text(owner.params[i].name));
    hidden.span = owner.params[i].span;
    functions[id.index].info.params[i].default_value = defaults[i];
  }
  functions[id.index].defaults = std::move(defaults);
}

std::uint64_t Database::answer_signature(FunctionId id) {
  FunctionEntry& entry = functions[id.index];
  if (entry.parent.valid()) {
    // A default argument changes with its function; lambdas and blocks are told by their parent.
    if (entry.info.kind == FunctionKind::Default) ask(QueryKind::Signature, entry.parent.index);
    return (Fingerprint() << entry.info.type_params << entry.info.result << entry.info.shaped_result).value();
  }
  ask(QueryKind::HeaderText, id.index);
  if (!entry.alive || (entry.syntax == nullptr && entry.test == nullptr)) {
    if (!entry.info.result.valid()) entry.info.result = types.primitive(TypeKind::Error);
    return 0;
  }
  if (entry.test != nullptr) {
    FunctionInfo info;
    info.kind = FunctionKind::Test;
    info.module = entry.module;
    info.result = info.shaped_result = types.unit();
    info.has_body = true;
    info.test_name = kept.copy(entry.test->name);
    info.qualified_name = (entry.test->is_bench ? "bench \"" : "test \"") + std::string(entry.test->name) + "\"";
    info.span = span(entry.module, entry.test->name_range);
    entry.info = std::move(info);
    return hash_bytes(entry.info.test_name);
  }
  declare_function(id);
  const FunctionInfo& info = functions[id.index].info;
  Fingerprint print;
  print << static_cast<std::uint64_t>(info.kind) << std::uint64_t{info.is_pub} << info.type_params << info.shaped_result
        << std::uint64_t{info.owner.index} << std::uint64_t{info.trait.index} << info.native << info.intrinsic
        << std::uint64_t{info.has_body} << std::uint64_t{info.inline_hint} << info.params.size();
  for (const ParamInfo& param : info.params) {
    print << std::uint64_t{param.name.index} << param.shaped << static_cast<std::uint64_t>(param.kind)
          << std::uint64_t{param.default_value.index} << std::uint64_t{param.is_self};
  }
  for (const syntax::Attribute& attribute : functions[id.index].syntax->attributes) {
    print << sources.text(span(info.module, attribute.range));
  }
  return print.value();
}

Scope Database::scope_of(FunctionId id) {
  FunctionId at = id;
  while (functions[at.index].parent.valid()) at = functions[at.index].parent;
  const FunctionInfo& info = function(at);
  return {functions[at.index].module, info.type_params, info.owner};
}

std::uint64_t Database::answer_body(FunctionId id) {
  FunctionEntry& entry = functions[id.index];
  entry.body.reset();
  entry.hidden_used = 0;
  if (entry.parent.valid() && entry.info.kind != FunctionKind::Default) return queries.revision();
  if (entry.parent.valid()) {
    ask(QueryKind::HeaderText, entry.parent.index);
    ask(QueryKind::Signature, entry.parent.index);
    if (!functions[entry.parent.index].alive) return 0;
  } else {
    ask(QueryKind::BodyText, id.index);
    if (!entry.alive) return 0;
  }
  const FunctionInfo& info = function(id);
  if (!info.has_body) return 0;
  types.clear_overflow();
  std::unique_ptr<Body> body = check_function_body(context, id);
  if (types.overflowed()) {
    types.clear_overflow();
    report(Code::TypeTooLarge, functions[id.index].info.span,
           "a type in this body nests more than " + std::to_string(TypeTable::kDeepest) + " deep");
    body.reset();
  }
  functions[id.index].body = std::move(body);
  // Nobody leans on what is in a body, so every answer counts as a new one.
  return queries.computed(QueryKind::Body);
}

}  // namespace noodle::sema
