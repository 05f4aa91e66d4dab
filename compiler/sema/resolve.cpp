// Written types and bounds to types: names, numbers of arguments, `Self`, `any`.

#include <algorithm>

#include "base/text.h"
#include "compiler/sema/database.h"

namespace noodle::sema {

using source::Code;

namespace {

std::string_view kind_word(Entity::Kind kind) {
  switch (kind) {
    case Entity::Kind::Function: return "a function";
    case Entity::Kind::Const: return "a constant";
    case Entity::Kind::Variant: return "a variant";
    case Entity::Kind::Field: return "a field";
    case Entity::Kind::Module: return "a module";
    case Entity::Kind::Trait: return "a trait";
    case Entity::Kind::Nominal: return "a struct or enum";
    case Entity::Kind::TypeParam: return "a type parameter";
    default: return "a type";
  }
}

}  // namespace

std::uint32_t Database::arity(Entity entity) const {
  switch (entity.kind) {
    case Entity::Kind::Nominal: return nominals[entity.index].arity;
    case Entity::Kind::Trait: return traits[entity.index].arity;
    case Entity::Kind::Builtin:
      switch (static_cast<TypeKind>(entity.index)) {
        case TypeKind::List:
        case TypeKind::Handle:
        case TypeKind::Tensor: return 1;
        case TypeKind::Map: return 2;
        default: return 0;
      }
    default: return 0;
  }
}

TypeId Database::make_type(Entity entity, std::span<const TypeId> arguments, const Scope& scope, source::Span where) {
  const TypeId error = types.primitive(TypeKind::Error);
  if (entity.kind == Entity::Kind::Unusable || entity.kind == Entity::Kind::None) return error;
  if (entity.kind == Entity::Kind::NotYet) {
    context.report_not_in_build(where, "`" + std::string(sources.text(where)) + "`");
    return error;
  }
  if (!entity.is_type()) return error;
  const std::uint32_t wanted = arity(entity);
  if (arguments.size() != wanted) {
    std::string name(entity.kind == Entity::Kind::Builtin ? sources.text(where) : entity_name(entity));
    if (const std::size_t cut = name.find('<'); cut != std::string::npos) name.resize(cut);
    if (entity.kind == Entity::Kind::TypeParam) name = names.text(scope.type_params[entity.index].name);
    auto& diagnostic = report(
        Code::WrongTypeArity, where,
        "`" + name + "` takes " + count_of(wanted, "type argument") + ", not " + std::to_string(arguments.size()));
    if (entity.kind == Entity::Kind::Nominal) {
      diagnostic.note(types.nominal(entity.nominal()).span, "declared here");
    } else if (wanted == 1) {
      diagnostic.help("write the element's type, as in `List<Int>`");
    } else if (wanted == 2) {
      diagnostic.help("write the types of keys and values, as in `Map<String, Int>`");
    }
    return error;
  }
  switch (entity.kind) {
    case Entity::Kind::Nominal: return types.nominal(entity.nominal(), arguments);
    case Entity::Kind::TypeParam: return types.param(entity.index, scope.type_params[entity.index].name);
    default: break;
  }
  switch (const auto kind = static_cast<TypeKind>(entity.index)) {
    case TypeKind::List: return types.list(arguments[0]);
    case TypeKind::Handle: return types.handle(arguments[0]);
    case TypeKind::Tensor: return types.tensor(arguments[0]);
    case TypeKind::Map: return types.map(arguments[0], arguments[1]);
    default: return types.primitive(kind);
  }
}

/// What the name of a type or trait means; Unusable after a report.
Entity Database::resolve_type_name(std::span<const syntax::Name> path, const Scope& scope, bool wants_trait) {
  if (path.empty()) return {Entity::Kind::Unusable};
  const syntax::Name& first = path.front();
  const source::Span where = span(scope.module, first.range);
  const auto fits = [&](const Entity& entity) {
    return entity.kind == Entity::Kind::NotYet || entity.kind == Entity::Kind::Unusable ||
           (wants_trait ? entity.kind == Entity::Kind::Trait : entity.is_type());
  };
  Entity entity = lookup(scope, first.symbol);
  if (!entity) {
    report_unknown(scope, first.symbol, where, {}, wants_trait ? "trait " : "type ");
    return {Entity::Kind::Unusable};
  }
  source::Span last = where;
  if (path.size() > 1) {
    if (entity.kind != Entity::Kind::Module) {
      if (entity.kind != Entity::Kind::Unusable && entity.kind != Entity::Kind::NotYet) {
        report(Code::NotAType, where,
               "`" + std::string(names.text(first.symbol)) + "` is " + std::string(kind_word(entity.kind)) +
                   ", not a module")
            .help("before the dot of a type stands a module's name");
      } else if (entity.kind == Entity::Kind::NotYet) {
        return entity;
      }
      return {Entity::Kind::Unusable};
    }
    note_use(where, entity, TypeId());
    last = span(scope.module, path[1].range);
    entity = lookup_in(scope.module, entity.module(), path[1], last);
  }
  if (fits(entity)) {
    if (entity.kind != Entity::Kind::Unusable) note_use(last, entity, TypeId());
    return entity;
  }
  const std::string name(names.text(path.back().symbol));
  if (wants_trait) {
    report(Code::NotATrait, last, "`" + name + "` is " + std::string(kind_word(entity.kind)) + ", not a trait");
    return {Entity::Kind::Unusable};
  }
  auto& diagnostic =
      report(Code::NotAType, last, "`" + name + "` is " + std::string(kind_word(entity.kind)) + ", not a type");
  if (entity.kind == Entity::Kind::Trait) {
    diagnostic.suggest("a value of any type that implements it is", {last.file, where.begin, where.begin}, "any ");
    diagnostic.help("a type parameter with this bound, `<T: " + name + ">`, takes one such type");
  } else if (entity.kind == Entity::Kind::Variant) {
    const std::string enum_name(names.text(nominals[entity.index].name));
    diagnostic.suggest("its type is the enum", last, enum_name);
  }
  return {Entity::Kind::Unusable};
}

TypeId Database::resolve(const syntax::Type& type, const Scope& scope) {
  const TypeId error = types.primitive(TypeKind::Error);
  const source::Span where = span(scope.module, type.range);
  switch (type.kind) {
    case syntax::TypeKind::Error: return error;
    case syntax::TypeKind::Self:
      if (scope.self_type.valid()) return scope.self_type;
      report(Code::NoSelfType, where, "there is no `Self` here")
          .help("`Self` stands for the type of the `impl` or trait around it; write the type's name");
      return error;
    case syntax::TypeKind::Path: {
      const auto& path = static_cast<const syntax::PathType&>(type);
      const Entity entity = resolve_type_name(path.path, scope, false);
      std::vector<TypeId> arguments;
      bool whole = true;
      const syntax::ShapeType* shape = nullptr;
      for (const syntax::Type* argument : path.arguments) {
        if (argument->kind == syntax::TypeKind::Shape) {
          if (shape != nullptr) whole = resolve(*argument, scope) != error;  // one is enough
          shape = static_cast<const syntax::ShapeType*>(argument);
          continue;
        }
        arguments.push_back(resolve(*argument, scope));
        whole &= arguments.back() != error;
      }
      if (entity.kind == Entity::Kind::NotYet) return make_type(entity, {}, scope, where);
      const TypeId made = make_type(entity, arguments, scope, where);
      if (whole && types.is_tensor(made) && !types.is_element(arguments[0])) {
        report(Code::BadElement, span(scope.module, path.arguments[0]->range),
               "a tensor has no elements of type `" + types.text(arguments[0]) + "`")
            .help(std::string(types.help_with_element(arguments[0])));
        return error;
      }
      if (!whole || made == error || shape == nullptr) return whole ? made : error;
      if (types.is_tensor(made)) return types.with_shape(made, resolve_shape(*shape, scope));
      report(Code::BadShape, span(scope.module, shape->range), "`" + types.text(made) + "` has no shape")
          .help("only a tensor's type has one, as in `Tensor<f32, [2, 3]>`");
      return error;
    }
    case syntax::TypeKind::Shape:
      report(Code::BadShape, where, "no shape can stand here")
          .help("a tensor's type has one, behind that of its elements, as in `Tensor<f32, [2, 3]>`");
      return error;
    case syntax::TypeKind::Tuple: {
      std::vector<TypeId> elements;
      for (const syntax::Type* element : static_cast<const syntax::TupleType&>(type).elements) {
        elements.push_back(resolve(*element, scope));
        if (elements.back() == error) return error;
      }
      return types.tuple(elements);
    }
    case syntax::TypeKind::Option: {
      const auto* element = static_cast<const syntax::OptionType&>(type).element;
      const TypeId inner = element == nullptr ? error : resolve(*element, scope);
      return inner == error || !types.known.option.valid() ? error : types.option(inner);
    }
    case syntax::TypeKind::Function: {
      const auto& function = static_cast<const syntax::FunctionType&>(type);
      std::vector<TypeId> params;
      std::uint64_t mask = 0;
      bool whole = true;
      for (std::size_t i = 0; i < function.params.size(); ++i) {
        if (function.params[i].is_mut && i < 64) mask |= std::uint64_t{1} << i;
        params.push_back(function.params[i].type == nullptr ? error : resolve(*function.params[i].type, scope));
        whole &= params.back() != error;
      }
      const TypeId result = function.result == nullptr ? types.unit() : resolve(*function.result, scope);
      return whole && result != error ? types.function(params, mask, result) : error;
    }
    case syntax::TypeKind::Any: {
      const auto* trait_path = static_cast<const syntax::AnyType&>(type).trait;
      if (trait_path == nullptr) return error;
      const auto trait_ref = resolve_trait(*trait_path, scope);
      if (!trait_ref) return error;
      ask(QueryKind::TraitText, trait_ref->trait.index);
      const TraitDecl& decl = types.trait(trait_ref->trait);
      if (!decl.any_allowed) {
        report(Code::NotAnyTrait, where, "the trait `" + std::string(names.text(decl.name)) + "` can't be `any`")
            .note(decl.span, "it uses `Self` beside the receiver, or has a method without one, or a generic one")
            .help("take a type parameter with this bound instead: `<T: " + std::string(names.text(decl.name)) + ">`");
        return error;
      }
      return types.any(trait_ref->trait, trait_ref->arguments);
    }
  }
  return error;
}

TypeId Database::resolve_unshaped(const syntax::Type& type, const Scope& scope) {
  const TypeId resolved = resolve(type, scope);
  if (!types.has_shape(resolved)) return resolved;
  report(Code::BadShape, span(scope.module, type.range), "no shape can stand here")
      .label("`" + types.text(resolved) + "`")
      .help("impls, traits and constants are for tensors of every shape: write `" +
            types.text(types.without_shapes(resolved)) + "`");
  return types.without_shapes(resolved);
}

TypeId Database::resolve_shape(const syntax::ShapeType& shape, const Scope& scope) {
  std::vector<TypeId> lengths;
  bool has_rest = false;
  for (const syntax::ShapeLength& length : shape.lengths) {
    if (!length.parts.empty()) {
      lengths.push_back(resolve_length(length, scope));
    } else if (has_rest) {
      report(Code::BadShape, span(scope.module, length.range), "`..` stands in a shape once")
          .help("it is for any number of axes: nothing says which belong to the one and which to the other");
    } else {
      lengths.push_back(types.any_lengths());
      has_rest = true;
    }
  }
  return types.shape(lengths);
}

/// `n`, `2 * n + 1`; `any_length` after a report.
TypeId Database::resolve_length(const syntax::ShapeLength& length, const Scope& scope) {
  if (length.parts.size() == 1) return resolve_length_part(length.parts[0], scope, false);
  std::vector<TypeId> terms;
  std::vector<TypeId> factors;
  char sign = '+';
  for (const syntax::LengthPart& part : length.parts) {
    if (part.op != '*' && !factors.empty()) {
      terms.push_back(types.product(sign == '-' ? -1 : 1, factors));
      factors.clear();
    }
    if (part.op != '*') sign = part.op;
    factors.push_back(resolve_length_part(part, scope, true));
    if (types.kind(factors.back()) == TypeKind::AnyLength) return factors.back();
  }
  terms.push_back(types.product(sign == '-' ? -1 : 1, factors));
  const TypeId sum = types.sum(terms);
  const source::Span where = span(scope.module, length.range);
  if (types.kind(sum) == TypeKind::AnyLength) {
    report(Code::BadShape, where, "this length is too much to compute with")
        .help("it has more than 16 terms, or numbers beyond an `Int`: write `_` for any length");
  } else if (types.kind(sum) == TypeKind::Length && static_cast<std::int64_t>(types[sum].mut_mask) < 0) {
    report(Code::BadShape, where, "a length of " + types.text(sum)).help("a length is an `Int` that is not negative");
    return types.any_length();
  }
  return sum;
}

TypeId Database::resolve_length_part(const syntax::LengthPart& length, const Scope& scope, bool computed) {
  const source::Span where = span(scope.module, length.range);
  const auto wrong = [&](std::string message, std::string help) {
    report(Code::BadShape, where, std::move(message)).help(std::move(help));
    return types.any_length();
  };
  if (length.literal != nullptr) {
    if (length.literal->kind != syntax::ExprKind::Int) return types.any_length();
    const auto& literal = static_cast<const syntax::IntExpr&>(*length.literal);
    if (!literal.overflow && literal.magnitude <= INT64_MAX) return types.length(literal.magnitude);
    return wrong("no tensor is as long as that", "a length is an `Int`");
  }
  const std::string name(names.text(length.name));
  if (name == "_" && computed) return wrong("nothing can be computed with `_`", "name the length, or write `_` alone");
  if (name == "_") return types.any_length();
  if (name[0] < 'A' || name[0] > 'Z') {
    if (scope.lengths != nullptr) return scope.lengths->length_named(length.name, where, computed);
    return wrong(
        "`" + name + "` stands for no length here",
        "names for lengths belong to a function's parameters or a `let`; elsewhere write a number, a constant, "
        "or `_` for any length");
  }
  const Entity entity = lookup(scope, length.name);
  if (!entity) {
    report_unknown(scope, length.name, where, {}, "constant ");
    return types.any_length();
  }
  if (entity.kind != Entity::Kind::Const)
    return wrong("`" + name + "` is " + std::string(kind_word(entity.kind)) + ", not a length",
                 "a capitalised name in a shape is a constant's");
  note_use(where, entity, TypeId());
  const ConstValue* value = context.constant_value(entity.constant());
  if (value == nullptr) return types.any_length();
  if (value->kind != ConstValue::Kind::Int || static_cast<std::int64_t>(value->bits) < 0)
    return wrong("`" + name + "` is no length", "a length is an `Int` that is not negative");
  return types.length(value->bits);
}

std::optional<TraitRef> Database::resolve_trait(const syntax::PathType& path, const Scope& scope) {
  const Entity entity = resolve_type_name(path.path, scope, true);
  std::vector<TypeId> arguments;
  bool whole = true;
  for (const syntax::Type* argument : path.arguments) {
    arguments.push_back(resolve_unshaped(*argument, scope));
    whole &= arguments.back() != types.primitive(TypeKind::Error);
  }
  const source::Span where = span(scope.module, path.range);
  if (entity.kind == Entity::Kind::NotYet) {
    context.report_not_in_build(where, "`" + std::string(sources.text(where)) + "`");
    return std::nullopt;
  }
  if (entity.kind != Entity::Kind::Trait || !whole) return std::nullopt;
  const std::uint32_t wanted = arity(entity);
  if (arguments.size() != wanted) {
    report(Code::WrongTypeArity, where,
           "`" + std::string(entity_name(entity)) + "` takes " + count_of(wanted, "type argument") + ", not " +
               std::to_string(arguments.size()))
        .note(types.trait(entity.trait()).span, "declared here");
    return std::nullopt;
  }
  return TraitRef{entity.trait(), context.keep(arguments)};
}

/// Bounds of struct and enum parameters, and keys of maps, in a type that was resolved already.
bool Database::check_well_formed(TypeId type, const Scope& scope, source::Span where) {
  if (types.has_infer(type)) return true;
  const TypeData data = types[type];
  for (TypeId argument : data.arguments) {
    if (!check_well_formed(argument, scope, where)) return false;
  }
  if (data.kind == TypeKind::Map && !has_equality(data.arguments[0])) {
    report(Code::BadKey, where, "`" + types.text(data.arguments[0]) + "` can't be a key")
        .help("keys need equality, which functions and `any` values don't have");
    return false;
  }
  if (data.kind != TypeKind::Nominal || !nominals[data.index].has_bounds) return true;
  TraitRef failed;
  std::size_t param = 0;
  const auto params = nominal(NominalId(data.index)).params;
  if (satisfies_bounds(params, data.arguments, scope, 0, &failed, &param) != Fits::No) return true;
  const NominalDecl& decl = types.nominal(NominalId(data.index));
  report(Code::BoundNotMet, where,
         "`" + types.text(data.arguments[param]) + "` does not implement `" + text(failed) + "`")
      .note(decl.span, "`" + std::string(names.text(decl.name)) + "` needs it of `" +
                           std::string(names.text(params[param].name)) + "`");
  return false;
}

void Database::record(RecordedUse use) {
  if (queries.running().empty()) return;
  const QueryKey key = queries.key(queries.running().back());
  uses[static_cast<std::uint64_t>(key.kind) << 32 | key.index].push_back(use);
}

/// What an import may be needed for.
bool Database::is_of_other_module(source::Span where, Entity entity, const Declared* item) const {
  if (entity.kind == Entity::Kind::Module) return true;
  if (item == nullptr) return false;
  const ModuleEntry& module = modules[item->module.index];
  return module.origin != ModuleOrigin::Core && module.file != where.file;
}

void Database::note_local(source::Span where, source::Span definition, TypeId type) {
  if (keeps_uses) record({where, {}, definition, type});
}

/// Keeps what was resolved where, for editors, and warns of what is deprecated.
void Database::note_use(source::Span where, Entity entity, TypeId type) {
  const Declared* item = declared(entity);
  if (keeps_uses || is_of_other_module(where, entity, item)) record({where, entity, {}, type});
  // A field or variant is not the item that it belongs to, which is named beside it.
  if (item == nullptr || item->item == nullptr || entity.kind == Entity::Kind::Field) return;
  for (const syntax::Attribute& attribute : item->item->attributes) {
    if (names.text(attribute.name.symbol) != "deprecated") continue;
    std::string since;
    std::string instead;
    for (const syntax::AttributeArgument& argument : attribute.arguments) {
      if (argument.value == nullptr || argument.value->kind != syntax::ExprKind::String) continue;
      const auto parts = static_cast<const syntax::StringExpr*>(argument.value)->parts;
      const std::string value(parts.empty() ? std::string_view() : parts[0].text);
      if (names.text(argument.label.symbol) == "since") since = value;
      if (names.text(argument.label.symbol) == "use") instead = value;
    }
    auto& diagnostic =
        report(Code::Deprecated, where,
               "`" + std::string(sources.text(where)) + "` is deprecated" + (since.empty() ? "" : " since " + since));
    if (!instead.empty()) diagnostic.suggest("use `" + instead + "` instead", where, instead);
  }
}

}  // namespace noodle::sema
