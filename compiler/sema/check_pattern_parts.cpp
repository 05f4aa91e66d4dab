// Patterns with parts of their own: variants, structs, lists and alternatives.

#include <algorithm>

#include "base/text.h"
#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

Entity BodyChecker::pattern_entity(std::span<const syntax::Name> path, TypeId type, bool& reported) {
  reported = false;
  for (const syntax::Name& name : path) {
    if (!name.symbol.valid()) {
      reported = failed_ = true;
      return {};
    }
  }
  if (path.empty()) return {};
  if (path.size() == 1) {
    Entity entity = resolve_name(path[0], type);
    if (entity.kind == Entity::Kind::Unusable) reported = failed_ = true;
    if (entity) context_.note_use(span(path[0].range), entity, infer_.zonk(type));
    return entity;
  }
  Entity entity = context_.lookup(scope_, path[0].symbol);
  for (std::size_t i = 1; i < path.size() && entity; ++i) {
    context_.note_use(span(path[i - 1].range), entity);
    if (entity.kind == Entity::Kind::Module) {
      entity = context_.lookup_in(scope_.module, entity.module(), path[i], span(path[i].range));
      if (!entity) reported = failed_ = true;
    } else if (entity.kind == Entity::Kind::Nominal) {
      NominalId decl = entity.nominal();
      entity = context_.variant_of(decl, path[i].symbol);
      if (!entity) {
        unknown_member(types_.nominal(decl, variables(context_.type_arity({Entity::Kind::Nominal, decl.index}),
                                                      span(path[i].range), "")),
                       path[i], Code::UnknownAssociated);
        reported = true;
      }
    } else if (entity.kind != Entity::Kind::Unusable) {
      entity = {};
    }
  }
  if (entity.kind == Entity::Kind::Unusable) reported = failed_ = true;
  if (entity && !reported) context_.note_use(span(path.back().range), entity, infer_.zonk(type));
  return entity;
}

Pattern* BodyChecker::variant_pattern(const syntax::VariantPattern* pattern, TypeId type, const PatternMode& mode,
                                      Bound& bound, const Bound* others) {
  source::Span where = span(pattern->range);
  bool reported = false;
  Entity entity = pattern_entity(pattern->path, type, reported);
  if (entity.kind == Entity::Kind::Const && !pattern->has_arguments)
    return constant_pattern(entity.constant(), type, where);
  if (entity.kind != Entity::Kind::Variant) {
    if (!reported) {
      const syntax::Name& name = pattern->path.back();
      std::string word(text(name.symbol));
      source::Span name_span = span(name.range);
      source::Diagnostic& problem =
          report(Code::UnknownPatternName, name_span, "`" + word + "` is no variant and no constant");
      std::vector<std::string_view> candidates;
      NominalId id = types_.nominal_of(infer_.head(type));
      if (id.valid() && context_.nominal(id).is_enum) {
        for (const VariantInfo& variant : context_.nominal(id).variants) candidates.push_back(text(variant.name));
      }
      if (entity.kind == Entity::Kind::Nominal) {
        problem.help("a struct is matched with its fields: `" + word + " { … }`");
      } else if (!context_.suggest_near(problem, name_span, word, candidates) && !pattern->has_arguments) {
        problem.help("a name that binds the value begins with a small letter");
      }
    }
    bind_anyway(pattern, mode, bound);
    return wildcard(type, where);
  }
  NominalId decl = entity.nominal();
  std::uint32_t arity = context_.type_arity({Entity::Kind::Nominal, decl.index});
  std::vector<TypeId> arguments;
  for (std::uint32_t i = 0; i < arity; ++i) arguments.push_back(infer_.fresh());
  TypeId made = types_.nominal(decl, arguments);
  std::vector<FieldInfo> fields = context_.nominal(decl).variants[entity.variant].fields;
  std::string name = "`" + std::string(text(context_.nominal(decl).variants[entity.variant].name)) + "`";
  std::string what = "the variant " + name + " of `" + std::string(text(context_.nominal(decl).name)) + "`";
  if (!pattern_agrees(type, made, where, what.c_str())) {
    bind_anyway(pattern, mode, bound);
    return wildcard(type, where);
  }
  std::vector<Pattern*> parts(fields.size(), nullptr);
  std::size_t next = 0;
  bool wrong = false;
  for (const syntax::FieldPattern& part : pattern->arguments) {
    std::size_t at = SIZE_MAX;
    if (part.label.symbol.valid()) {
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].name == part.label.symbol) at = i;
      }
      if (at == SIZE_MAX) {
        source::Span label = span(part.label.range);
        std::vector<std::string_view> names;
        for (const FieldInfo& field : fields) names.push_back(text(field.name));
        source::Diagnostic& problem =
            report(Code::UnknownField, label, name + " has no value `" + std::string(text(part.label.symbol)) + "`");
        context_.suggest_near(problem, label, text(part.label.symbol), names);
        bind_anyway(part.pattern, mode, bound);
        continue;
      }
    } else {
      while (next < fields.size() && parts[next] != nullptr) ++next;
      at = next;
    }
    if (at >= fields.size() || parts[at] != nullptr) {
      wrong = true;
      bind_anyway(part.pattern, mode, bound);
      continue;
    }
    TypeId field = context_.field_type(infer_.zonk(made), entity.variant, static_cast<std::uint32_t>(at));
    parts[at] = pattern_in(part.pattern, field, mode, bound, others);
  }
  bool missing = std::find(parts.begin(), parts.end(), nullptr) != parts.end();
  if (wrong || missing) {
    source::Diagnostic& problem = report(Code::WrongPatternCount, where,
                                         name + " holds " + count_of(fields.size(), "value") +
                                             ", but the pattern names " + std::to_string(pattern->arguments.size()));
    problem.note(context_.nominal(decl).variants[entity.variant].span, "declared here");
    if (!pattern->has_arguments) {
      std::string all = "(";
      for (std::size_t i = 0; i < fields.size(); ++i) all += i == 0 ? "_" : ", _";
      problem.suggest("match any values", {where.file, where.end, where.end}, all + ")");
    }
    return wildcard(type, where);
  }
  auto* node = make_pattern<VariantPattern>(PatternKind::Variant, made, where);
  node->variant = entity.variant;
  node->fields = keep(parts);
  return node;
}

Pattern* BodyChecker::struct_pattern(const syntax::StructPattern* pattern, TypeId type, const PatternMode& mode,
                                     Bound& bound, const Bound* others) {
  source::Span where = span(pattern->range);
  if (pattern->path.empty()) {  // the parser has said so
    failed_ = true;
    bind_anyway(pattern, mode, bound);
    return wildcard(type, where);
  }
  bool reported = false;
  Entity entity = pattern_entity(pattern->path, infer_.head(type), reported);
  if (entity.kind == Entity::Kind::Variant) {
    // A struct and a variant may share a name.
    Entity again = pattern->path.size() == 1 ? context_.lookup(scope_, pattern->path[0].symbol) : Entity{};
    if (again.kind == Entity::Kind::Nominal) entity = again;
  }
  if (entity.kind != Entity::Kind::Nominal || context_.nominal(entity.nominal()).is_enum) {
    if (!reported) {
      source::Diagnostic& problem = report(Code::UnknownPatternName, where, "this names no struct");
      if (entity.kind == Entity::Kind::Variant) {
        problem.help("the values of a variant stand in parentheses");
      } else if (pattern->path.size() == 1) {
        const std::vector<std::string_view> names = context_.visible_names(scope_);
        context_.suggest_near(problem, span(pattern->path[0].range), text(pattern->path[0].symbol), names);
      }
    }
    bind_anyway(pattern, mode, bound);
    return wildcard(type, where);
  }
  NominalId decl = entity.nominal();
  std::vector<TypeId> arguments;
  std::uint32_t arity = context_.type_arity(entity);
  for (std::uint32_t i = 0; i < arity; ++i) arguments.push_back(infer_.fresh());
  TypeId made = types_.nominal(decl, arguments);
  std::string name = "`" + std::string(text(context_.nominal(decl).name)) + "`";
  std::string what = "the struct " + name;
  if (!pattern_agrees(type, made, where, what.c_str())) {
    bind_anyway(pattern, mode, bound);
    return wildcard(type, where);
  }
  std::vector<FieldInfo> fields = context_.nominal(decl).variants[0].fields;
  std::vector<Pattern*> parts(fields.size(), nullptr);
  for (const syntax::FieldPattern& part : pattern->fields) {
    source::Span label = span(part.label.range);
    std::size_t at = 0;
    while (at < fields.size() && fields[at].name != part.label.symbol) ++at;
    if (at == fields.size()) {
      std::vector<std::string_view> names;
      for (const FieldInfo& field : fields) names.push_back(text(field.name));
      source::Diagnostic& problem =
          report(Code::UnknownField, label, name + " has no field `" + std::string(text(part.label.symbol)) + "`");
      context_.suggest_near(problem, label, text(part.label.symbol), names);
      bind_anyway(part.pattern, mode, bound);
      continue;
    }
    auto index = static_cast<std::uint32_t>(at);
    if (!context_.field_visible(scope_.module, decl, 0, index)) {
      report(Code::PrivateMember, label,
             "the field `" + std::string(text(part.label.symbol)) + "` is private to its module");
    }
    if (parts[at] != nullptr) {
      report(Code::DuplicateField, label,
             "`" + std::string(text(part.label.symbol)) + "` stands twice in this pattern");
      bind_anyway(part.pattern, mode, bound);
      continue;
    }
    TypeId field = context_.field_type(infer_.zonk(made), 0, index);
    context_.note_use(label, {Entity::Kind::Field, decl.index, 0, index}, field);
    parts[at] = pattern_in(part.pattern, field, mode, bound, others);
  }
  std::string missing;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] != nullptr) continue;
    missing += (missing.empty() ? "`" : ", `") + std::string(text(fields[i].name)) + "`";
    parts[i] = wildcard(context_.field_type(infer_.zonk(made), 0, static_cast<std::uint32_t>(i)), where);
  }
  const bool misnamed =
      pattern->fields.size() + static_cast<std::size_t>(std::ranges::count(missing, ',')) >= fields.size();
  if (!missing.empty() && !pattern->has_rest && !(failed_ && misnamed)) {
    const bool bare = pattern->fields.empty();
    const std::uint32_t behind = bare ? where.end - 1 : span(pattern->fields.back().pattern->range).end;
    report(Code::WrongPatternCount, where, "this pattern leaves out " + missing)
        .suggest("leave them out on purpose", {where.file, behind, behind}, bare ? ".. " : ", ..");
  }
  auto* node = make_pattern<VariantPattern>(PatternKind::Variant, made, where);
  node->fields = keep(parts);
  return node;
}

Pattern* BodyChecker::list_pattern(const syntax::ListPattern* pattern, TypeId type, const PatternMode& mode,
                                   Bound& bound, const Bound* others) {
  source::Span where = span(pattern->range);
  TypeData data = types_[infer_.head(type)];
  if (data.kind == TypeKind::Infer) {
    TypeId made = types_.list(infer_.fresh());
    infer_.unify(type, made);
    data = types_[made];
  }
  if (data.kind != TypeKind::List) {
    if (data.kind != TypeKind::Error) {
      report(Code::PatternMismatch, where, "a list can't match " + a_type(type)).label("the value is " + a_type(type));
    }
    bind_anyway(pattern, mode, bound);
    return wildcard(type, where);
  }
  TypeId element = data.arguments[0];
  std::vector<Pattern*> before;
  std::vector<Pattern*> after;
  auto* node = make_pattern<ListPattern>(PatternKind::List, type, where);
  for (const syntax::Pattern* part : pattern->elements) {
    if (part->kind != syntax::PatternKind::Rest) {
      (node->has_rest ? after : before).push_back(pattern_in(part, element, mode, bound, others));
      continue;
    }
    const auto* rest = static_cast<const syntax::RestPattern*>(part);
    source::Span rest_span = span(rest->range);
    if (node->has_rest) {
      failed_ = true;  // the parser has said so
      continue;
    }
    node->has_rest = true;
    if (rest->is_mut) {
      report(Code::MutPatternMisplaced, rest_span, "the rest of a list is a slice, which is not a place")
          .help("bind it without `mut`");
    }
    node->rest = rest->name.symbol.valid()
                     ? bind_name(rest->name, type, mode.kind == LocalKind::Var ? LocalKind::Var : LocalKind::Let, mode,
                                 span(rest->name.range), bound, others)
                     : wildcard(type, rest_span);
  }
  node->before = keep(before);
  node->after = keep(after);
  return node;
}

Pattern* BodyChecker::or_pattern(const syntax::OrPattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                                 const Bound* others) {
  source::Span where = span(pattern->range);
  std::vector<Pattern*> alternatives;
  Bound first;
  Bound known_names;
  if (others != nullptr) known_names = *others;
  for (std::size_t i = 0; i < pattern->alternatives.size(); ++i) {
    if (i == 0) {
      alternatives.push_back(pattern_in(pattern->alternatives[0], type, mode, first, others));
      known_names.insert(known_names.end(), first.begin(), first.end());
      continue;
    }
    Bound names;
    Bound extra;
    alternatives.push_back(pattern_in(pattern->alternatives[i], type, mode, names, &known_names));
    auto lacks = [&](const Bound& from, const Bound& in, source::Span at) {
      for (const auto& [name, id] : from) {
        bool found = std::any_of(in.begin(), in.end(), [&](const auto& other) { return other.first == name; });
        if (found || failed_) continue;
        if (&from == &names) extra.emplace_back(name, id);
        report(Code::AlternativesDiffer, at, "`" + std::string(text(name)) + "` is not bound in every alternative")
            .note(local(id).span, "bound here")
            .help("bind it in each alternative, or use `_`");
      }
    };
    lacks(first, names, span(pattern->alternatives[i]->range));
    lacks(names, first, span(pattern->alternatives[0]->range));
    first.insert(first.end(), extra.begin(), extra.end());  // its uses are not wrong as well
  }
  for (const auto& entry : first) {
    bool twice = std::any_of(bound.begin(), bound.end(), [&](const auto& other) { return other.first == entry.first; });
    if (twice) {
      report(Code::DuplicateBinding, where, "`" + std::string(text(entry.first)) + "` is bound twice in this pattern");
    } else {
      bound.push_back(entry);
    }
  }
  auto* node = make_pattern<OrPattern>(PatternKind::Or, type, where);
  node->alternatives = keep(alternatives);
  return node;
}

}  // namespace noodle::sema
