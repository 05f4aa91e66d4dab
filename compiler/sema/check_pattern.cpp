// Patterns: what they bind, and whether they fit the type of the value.

#include <algorithm>

#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

namespace {

bool capitalised(std::string_view name) { return !name.empty() && name[0] >= 'A' && name[0] <= 'Z'; }

}  // namespace

Pattern* BodyChecker::check_pattern(const syntax::Pattern* pattern, TypeId type, const PatternMode& mode, bool* sound) {
  Bound bound;
  bool failed = failed_;
  failed_ = is_error(type);
  Pattern* result = pattern_in(pattern, type, mode, bound, nullptr);
  if (sound != nullptr) *sound = !failed_;
  failed_ = failed_ || failed;
  for (const auto& [name, id] : bound) bind(id);
  return result;
}

void BodyChecker::irrefutable(Pattern* pattern, source::Span where, const char* what, bool sound) {
  if (pattern->kind == PatternKind::Bind || pattern->kind == PatternKind::Wildcard) return;
  matches_.push_back({nullptr, pattern, nullptr, where, what, sound});
}

Pattern* BodyChecker::wildcard(TypeId type, source::Span where) {
  return make_pattern<Pattern>(PatternKind::Wildcard, type, where);
}

Pattern* BodyChecker::pattern_in(const syntax::Pattern* pattern, TypeId type, const PatternMode& mode, Bound& bound,
                                 const Bound* others) {
  using Kind = syntax::PatternKind;
  if (pattern == nullptr) {
    failed_ = true;
    return wildcard(type, {});
  }
  source::Span where = span(pattern->range);
  switch (pattern->kind) {
    case Kind::Error: failed_ = broken_pattern_ = true; return wildcard(error_type(), where);
    case Kind::Wildcard: return wildcard(type, where);
    case Kind::Name: return name_pattern(static_cast<const syntax::NamePattern*>(pattern), type, mode, bound, others);
    case Kind::Literal: return literal_pattern(static_cast<const syntax::LiteralPattern*>(pattern), type);
    case Kind::Range: return range_pattern(static_cast<const syntax::RangePattern*>(pattern), type);
    case Kind::Tuple:
      return tuple_pattern(static_cast<const syntax::TuplePattern*>(pattern), type, mode, bound, others);
    case Kind::Variant:
      return variant_pattern(static_cast<const syntax::VariantPattern*>(pattern), type, mode, bound, others);
    case Kind::Struct:
      return struct_pattern(static_cast<const syntax::StructPattern*>(pattern), type, mode, bound, others);
    case Kind::List: return list_pattern(static_cast<const syntax::ListPattern*>(pattern), type, mode, bound, others);
    case Kind::Or: return or_pattern(static_cast<const syntax::OrPattern*>(pattern), type, mode, bound, others);
    case Kind::Rest:
      report(Code::PatternMismatch, where, "`..` stands in list patterns only");
      return wildcard(type, where);
  }
  return wildcard(type, where);
}

void BodyChecker::bind_anyway(const syntax::Pattern* pattern, const PatternMode& mode, Bound& bound) {
  using Kind = syntax::PatternKind;
  failed_ = true;
  if (pattern == nullptr) return;
  auto bind_one = [&](const syntax::Name& name, source::Span where) {
    if (name.symbol.valid() && !capitalised(text(name.symbol))) {
      LocalId id = add_local(LocalKind::Var, name.symbol, error_type(), where, Origin::Hidden);
      bound.emplace_back(name.symbol, id);
    }
  };
  switch (pattern->kind) {
    case Kind::Name: {
      const auto* name = static_cast<const syntax::NamePattern*>(pattern);
      bind_one(name->name, span(name->name.range));
      return;
    }
    case Kind::Rest: {
      const auto* rest = static_cast<const syntax::RestPattern*>(pattern);
      bind_one(rest->name, span(rest->name.range));
      return;
    }
    case Kind::Tuple:
      for (const auto* part : static_cast<const syntax::TuplePattern*>(pattern)->elements)
        bind_anyway(part, mode, bound);
      return;
    case Kind::List:
      for (const auto* part : static_cast<const syntax::ListPattern*>(pattern)->elements)
        bind_anyway(part, mode, bound);
      return;
    case Kind::Variant:
      for (const auto& part : static_cast<const syntax::VariantPattern*>(pattern)->arguments) {
        bind_anyway(part.pattern, mode, bound);
      }
      return;
    case Kind::Struct:
      for (const auto& part : static_cast<const syntax::StructPattern*>(pattern)->fields) {
        bind_anyway(part.pattern, mode, bound);
      }
      return;
    case Kind::Or: {
      const auto* alternatives = static_cast<const syntax::OrPattern*>(pattern);
      if (!alternatives->alternatives.empty()) bind_anyway(alternatives->alternatives[0], mode, bound);
      return;
    }
    default: return;
  }
}

bool BodyChecker::pattern_agrees(TypeId type, TypeId pattern_type, source::Span where, const char* what) {
  if (is_error(type) || is_error(pattern_type)) {
    failed_ = true;
    return false;
  }
  if (infer_.unify(type, pattern_type)) return true;
  if (is_never(type)) return true;
  source::Diagnostic& problem =
      report(Code::PatternMismatch, where, std::string(what) + " can't match " + a_type(type));
  problem.label("the value is " + a_type(type));
  if (types_.is_option(infer_.head(type)) && infer_.could_unify(types_[infer_.head(type)].arguments[0], pattern_type)) {
    problem.suggest("match the value inside", {where.file, where.begin, where.begin}, "Some(")
        .also({where.file, where.end, where.end}, ")");
  }
  return false;
}

// ---- names

Pattern* BodyChecker::bind_name(const syntax::Name& name, TypeId type, LocalKind kind, const PatternMode& mode,
                                source::Span where, Bound& bound, const Bound* others) {
  for (const auto& [seen, id] : bound) {
    if (seen != name.symbol) continue;
    report(Code::DuplicateBinding, where, "`" + std::string(text(name.symbol)) + "` is bound twice in this pattern")
        .note(local(id).span, "first here")
        .help("compare with a guard: `(a, b) if a == b`");
    return wildcard(type, where);
  }
  LocalId id;
  if (others != nullptr) {
    for (const auto& [seen, known_id] : *others) {
      if (seen != name.symbol) continue;
      id = known_id;
      if (!infer_.unify(local(id).type, type)) {
        report(Code::AlternativesDiffer, where,
               "`" + std::string(text(name.symbol)) + "` is " + a_type(type) + " here and " + a_type(local(id).type) +
                   " in the first alternative")
            .note(local(id).span, "bound here");
      }
    }
  }
  if (!id.valid()) {
    id = add_local(kind, name.symbol, type, where, mode.origin);
    LocalFacts& facts = frame_->facts[id.index];
    facts.keyword = mode.keyword;
    context_.note_local(where, where, infer_.zonk(type));
  }
  bound.emplace_back(name.symbol, id);
  auto* node = make_pattern<BindPattern>(PatternKind::Bind, type, where);
  node->local = id;
  frame_->local_slots.push_back(&node->local);
  return node;
}

Pattern* BodyChecker::name_pattern(const syntax::NamePattern* pattern, TypeId type, const PatternMode& mode,
                                   Bound& bound, const Bound* others) {
  source::Span where = span(pattern->name.range);
  if (!pattern->name.symbol.valid()) {
    failed_ = true;
    return wildcard(type, where);
  }
  std::string name(text(pattern->name.symbol));
  if (capitalised(name)) {
    syntax::VariantPattern variant{};
    variant.range = pattern->range;
    variant.path = std::span<const syntax::Name>(&pattern->name, 1);
    return variant_pattern(&variant, type, mode, bound, others);
  }
  LocalKind kind = mode.kind;
  if (pattern->is_mut) {
    if (mode.in_mut || mode.kind == LocalKind::MutAlias) {
      kind = LocalKind::MutAlias;
    } else {
      source::Diagnostic& problem = report(Code::MutPatternMisplaced, span(pattern->range), "`mut` can't stand here");
      if (mode.origin == Origin::Match) {
        problem.help("only `match mut` gives out places: `match mut value { … }`");
      } else if (mode.origin == Origin::Loop) {
        problem.help("to change the elements, write `mut` before the whole pattern: `for mut … in …`");
      } else {
        problem.help("a variable that may change is declared with `var`");
      }
      kind = LocalKind::Var;  // so that changing it is not reported as well
    }
  }
  return bind_name(pattern->name, type, kind, mode, where, bound, others);
}

// ---- values

Pattern* BodyChecker::constant_pattern(ConstId id, TypeId type, source::Span where) {
  TypeId constant = context_.constant_type(id);
  if (!pattern_agrees(type, constant, where, "this constant")) return wildcard(type, where);
  if (!context_.has_equality(constant)) {
    report(Code::PatternMismatch, where, "a constant of type `" + text(constant) + "` can't be a pattern")
        .help("a type that holds functions or `any` has no `==`");
    return wildcard(type, where);
  }
  auto* value = make<ConstExpr>(ExprKind::Const, constant, where);
  value->constant = id;
  auto* node = make_pattern<ConstantPattern>(PatternKind::Constant, type, where);
  node->value = value;
  return node;
}

Expr* BodyChecker::pattern_end(const syntax::Expr* expr, TypeId type) {
  Expr* value = check(expr, {.type = type});
  if (is_error(value->type) || is_error(type)) {
    failed_ = true;
    return nullptr;
  }
  if (value->kind == ExprKind::Format) {
    report(Code::PatternMismatch, value->span, "a string with `{}` can't be a pattern").help("compare with a guard");
    return nullptr;
  }
  if (!pattern_agrees(type, value->type, value->span, "this literal")) return nullptr;
  infer_.settle(type);
  return value;
}

Pattern* BodyChecker::literal_pattern(const syntax::LiteralPattern* pattern, TypeId type) {
  source::Span where = span(pattern->range);
  Expr* value = pattern_end(pattern->literal, type);
  if (value == nullptr) return wildcard(type, where);
  auto* node = make_pattern<ConstantPattern>(PatternKind::Constant, type, where);
  node->value = value;
  return node;
}

Pattern* BodyChecker::range_pattern(const syntax::RangePattern* pattern, TypeId type) {
  source::Span where = span(pattern->range);
  Expr* low = pattern->low != nullptr ? pattern_end(pattern->low, type) : nullptr;
  Expr* high = pattern->high != nullptr ? pattern_end(pattern->high, type) : nullptr;
  if ((low == nullptr) != (pattern->low == nullptr) || (high == nullptr) != (pattern->high == nullptr)) {
    return wildcard(type, where);
  }
  TypeKind kind = infer_.head_kind(type);
  if (!is_number(kind) && kind != TypeKind::String) {
    report(Code::PatternMismatch, where, "a range can't match " + a_type(type));
    return wildcard(type, where);
  }
  auto* node = make_pattern<RangePattern>(PatternKind::Range, type, where);
  node->low = low;
  node->high = high;
  node->inclusive = pattern->inclusive;
  return node;
}

// ---- structures

Pattern* BodyChecker::tuple_pattern(const syntax::TuplePattern* pattern, TypeId type, const PatternMode& mode,
                                    Bound& bound, const Bound* others) {
  source::Span where = span(pattern->range);
  std::size_t count = pattern->elements.size();
  TypeData data = types_[infer_.head(type)];
  if (data.kind == TypeKind::Infer) {
    TypeId made = types_.tuple(variables(count, where, "a part of this tuple"));
    infer_.unify(type, made);
    data = types_[made];
  }
  if (data.kind != TypeKind::Tuple || data.arguments.size() != count) {
    if (data.kind == TypeKind::Tuple) {
      report(Code::WrongPatternCount, where,
             "this pattern has " + std::to_string(count) + " parts, but the value is " + a_type(type));
    } else if (data.kind != TypeKind::Error) {
      report(Code::PatternMismatch, where, "a tuple can't match " + a_type(type)).label("the value is " + a_type(type));
    }
    bind_anyway(pattern, mode, bound);
    return wildcard(type, where);
  }
  std::vector<Pattern*> elements;
  PatternMode part_mode = mode;
  part_mode.key_first = false;
  for (std::size_t i = 0; i < count; ++i) {
    PatternMode one = part_mode;
    if (mode.key_first && i == 0) one.kind = LocalKind::Let;
    elements.push_back(pattern_in(pattern->elements[i], data.arguments[i], one, bound, others));
  }
  auto* node = make_pattern<TuplePattern>(PatternKind::Tuple, type, where);
  node->elements = keep(elements);
  return node;
}

}  // namespace noodle::sema
