// Places: what may be changed, assignment, and the rule that no two of a call's places overlap.

#include <algorithm>

#include "base/text.h"
#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

namespace {

syntax::BinaryOp operator_of(syntax::AssignOp op) {
  using syntax::AssignOp;
  using syntax::BinaryOp;
  switch (op) {
    case AssignOp::Set:
    case AssignOp::Add: return BinaryOp::Add;
    case AssignOp::Subtract: return BinaryOp::Subtract;
    case AssignOp::Multiply: return BinaryOp::Multiply;
    case AssignOp::Divide: return BinaryOp::Divide;
    case AssignOp::Remainder: return BinaryOp::Remainder;
    case AssignOp::Power: return BinaryOp::Power;
    case AssignOp::MatMul: return BinaryOp::MatMul;
    case AssignOp::BitOr: return BinaryOp::BitOr;
    case AssignOp::BitAnd: return BinaryOp::BitAnd;
    case AssignOp::BitXor: return BinaryOp::BitXor;
    case AssignOp::ShiftLeft: return BinaryOp::ShiftLeft;
    case AssignOp::ShiftRight: return BinaryOp::ShiftRight;
  }
  return BinaryOp::Add;
}

}  // namespace

// ---- paths

PlacePath BodyChecker::path_of(const Expr* place) {
  // Fields are collected from the outside in; an index makes all below it one.
  PlacePath path;
  while (place != nullptr) {
    switch (place->kind) {
      case ExprKind::Local:
        path.root = static_cast<const LocalExpr*>(place)->local;
        path.valid = true;
        std::reverse(path.fields.begin(), path.fields.end());
        return path;
      case ExprKind::Field:
        path.fields.push_back(static_cast<const FieldExpr*>(place)->field);
        place = static_cast<const FieldExpr*>(place)->base;
        break;
      case ExprKind::Index:
        path.fields.clear();
        path.exact = false;
        place = static_cast<const IndexExpr*>(place)->base;
        break;
      case ExprKind::MapAt:
        path.fields.clear();
        path.exact = false;
        place = static_cast<const MapAtExpr*>(place)->base;
        break;
      case ExprKind::MapSet:
      case ExprKind::MapGet:
        path.fields.clear();
        path.exact = false;
        place = static_cast<const MapIndexExpr*>(place)->base;
        break;
      default: return path;
    }
  }
  return path;
}

bool BodyChecker::overlap(const PlacePath& a, const PlacePath& b) {
  std::size_t shared = std::min(a.fields.size(), b.fields.size());
  return std::equal(a.fields.begin(), a.fields.begin() + static_cast<std::ptrdiff_t>(shared), b.fields.begin());
}

Hold BodyChecker::hold_of(const Expr* place, source::Span where, const char* holder) {
  return {frame_, path_of(place), where, holder};
}

void BodyChecker::check_held(const Expr* use) {
  if (holds_.empty() || use == nullptr) return;
  PlacePath path = path_of(use);
  if (!path.valid) return;
  for (const Hold& hold : holds_) {
    if (!hold.path.valid || !overlap(hold.path, path)) continue;
    LocalId root = path.root;
    Frame* frame = frame_;
    while (frame != hold.frame && frame != nullptr && root.valid()) {
      root = frame->facts[root.index].outer;
      frame = frame->outer;
    }
    if (frame != hold.frame || root != hold.path.root) continue;
    const Local& local = frame->body->locals[root.index];
    std::string name(text(local.name));
    failed_ = true;
    if (use->span.file == held_reported_.file && use->span.begin == held_reported_.begin) return;
    held_reported_ = use->span;
    report(Code::PlaceHeld, use->span, "`" + name + "` is held by " + hold.holder + " and can't be used meanwhile")
        .note(hold.where, "held from here")
        .help(hold.holder[1] == 'm' || hold.holder[1] == 'f'
                  ? "use the names that the pattern binds, or copy what is needed before"
                  : "copy what the block needs before the call");
    return;
  }
}

void BodyChecker::check_exclusive(std::span<const Arg> args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!args[i].is_mut) continue;
    PlacePath first = path_of(args[i].value);
    if (!first.valid) continue;
    for (std::size_t k = i + 1; k < args.size(); ++k) {
      if (!args[k].is_mut) continue;
      PlacePath second = path_of(args[k].value);
      if (!second.valid || first.root != second.root || !overlap(first, second)) continue;
      source::Diagnostic& problem = report(Code::OverlappingPlaces, args[k].value->span,
                                           "`" + std::string(context_.source_text(args[k].value->span)) +
                                               "` overlaps another place that this call may change");
      problem.label("overlaps the other place").note(args[i].value->span, "the other place");
      if (!first.exact && !second.exact) {
        problem.help("two elements of a list are exchanged with `list.swap(i, j)`");
      } else {
        problem.help("places of one call must differ by their variable or by a field");
      }
      return;
    }
  }
}

// ---- what may change

void BodyChecker::not_a_place(const Expr* expr, const char* what) {
  source::Diagnostic& problem = report(Code::NotAPlace, expr->span, std::string(what) + ", but this is not a place");
  switch (expr->kind) {
    case ExprKind::MapGet:
      problem.label("`map[key]` reads an `Option`").help("a place inside a map is `map.at(key, or: default)`");
      break;
    case ExprKind::Slice: problem.label("a slice is a new value"); break;
    case ExprKind::Call:
    case ExprKind::CallValue:
    case ExprKind::CallBlock: problem.label("a call gives a new value").help("put it in a `var` first"); break;
    case ExprKind::Const: problem.label("a constant never changes").help("copy it into a `var`"); break;
    default: problem.help("put the value in a `var` first"); break;
  }
}

bool BodyChecker::is_place(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::Local:
    case ExprKind::MapAt: return true;
    case ExprKind::Field: return is_place(static_cast<const FieldExpr*>(expr)->base);
    case ExprKind::Index: return is_place(static_cast<const IndexExpr*>(expr)->base);
    default: return false;
  }
}

bool BodyChecker::require_place(Expr* place, const char* what) {
  Expr* at = place;
  while (true) {
    switch (at->kind) {
      case ExprKind::Local: {
        LocalId id = static_cast<LocalExpr*>(at)->local;
        return require_changeable(frame_, id, at->span, what);
      }
      case ExprKind::Field: at = static_cast<FieldExpr*>(at)->base; break;
      case ExprKind::Index: {
        auto* index = static_cast<IndexExpr*>(at);
        const TypeKind kind = infer_.head_kind(index->base->type);
        if (kind != TypeKind::List && kind != TypeKind::Bytes) {
          report(Code::NotAPlace, at->span, std::string(what) + ", but this is not a place")
              .label(a_type(index->base->type) + " can't be changed in place");
          return false;
        }
        at = index->base;
        break;
      }
      case ExprKind::MapAt: return true;  // its map has been looked at already
      case ExprKind::MapSet: at = static_cast<MapIndexExpr*>(at)->base; break;
      default:
        if (is_error(at->type)) {
          failed_ = true;
        } else {
          not_a_place(at, what);
        }
        return false;
    }
  }
}

bool BodyChecker::require_changeable(Frame* frame, LocalId id, source::Span where, const char* what) {
  LocalFacts& facts = frame->facts[id.index];
  Local& local = frame->body->locals[id.index];
  std::string name(text(local.name));
  if (is_error(local.type)) {
    failed_ = true;
    return true;
  }
  if (facts.assignable) return true;
  if (facts.origin == Origin::Capture) {
    if (frame->kind == FrameKind::Lambda) {
      report(Code::CaptureChanged, where, "`" + name + "` was captured by this lambda and can't be changed inside it")
          .note(local.span, "the variable is outside")
          .help("a lambda keeps a copy: return the new value instead, or use a loop");
      return false;
    }
    // A block changes the variables around it: they travel into it and back.
    if (!require_changeable(frame->outer, facts.outer, where, what)) return false;
    Local& outer = frame->outer->body->locals[facts.outer.index];
    outer.captured_mut = true;
    local.kind = LocalKind::MutParam;
    facts.assignable = true;
    return true;
  }
  source::Diagnostic& problem = report(Code::AssignImmutable, where, "`" + name + "` may not change");
  switch (facts.origin) {
    case Origin::Let:
      problem.label(what).note(local.span, "declared with `let`");
      if (facts.keyword.valid()) problem.suggest("declare it with `var`", facts.keyword, "var");
      break;
    case Origin::Param:
      problem.label(what);
      if (facts.keyword.valid()) {
        problem.note(local.span, "a parameter without `mut`").suggest("mark the parameter", facts.keyword, "mut ");
        if (name != "self") problem.help("copy it into a variable: `var copy = " + name + "`, or");
      } else {
        problem.help("copy it into a variable: `var copy = " + name +
                     "`; where a `mut` parameter is passed, write `(mut " + name + ") => …`");
      }
      break;
    case Origin::Loop:
      problem.label(what)
          .note(local.span, "a loop variable is a copy")
          .help("to change the elements of a list, write `for mut " + name + " in …`");
      break;
    case Origin::Match:
      if (local.kind == LocalKind::MutAlias) {
        problem.label(what).help("a guard only looks: change it in the arm");
        break;
      }
      problem.label(what)
          .note(local.span, "bound by a pattern, a copy")
          .help("to change what is matched, write `match mut` and `mut " + name + "` in the pattern");
      break;
    default: problem.label(what); break;
  }
  return false;
}

// ---- assignment

Expr* BodyChecker::assign_place(const syntax::Expr* target, bool compound, bool& handled,
                                const syntax::AssignStmt* stmt) {
  handled = false;
  if (target->kind == syntax::ExprKind::Name) {
    const auto* name = static_cast<const syntax::NameExpr*>(target);
    if (Binding* binding = find_local(name->name.symbol)) {
      // Writing alone is no use.
      Binding at = *binding;
      bool used = at.frame->facts[at.local.index].used;
      Expr* place = use_local(at, span(target));
      if (frame_ == at.frame) at.frame->facts[at.local.index].used = used;
      return place;
    }
    Entity entity = context_.lookup(scope_, name->name.symbol);
    source::Span where = span(target);
    std::string word(text(name->name.symbol));
    if (!entity) {
      std::vector<std::string_view> locals;
      for (Symbol symbol : visible_) locals.push_back(text(symbol));
      if (nearest(word, locals).empty()) {
        report(Code::UnknownName, where, "there is no `" + word + "` here")
            .label("not found in this scope")
            .help("to declare it, write `var " + word + " = …`, or `let` when it stays as it is");
      } else {
        context_.report_unknown_name(scope_, name->name.symbol, where, locals);
      }
      failed_ = true;
      return error_expr(where);
    }
    if (entity.kind == Entity::Kind::Const) {
      context_.note_use(where, entity);
      if (is_error(context_.constant_type(entity.constant()))) {
        failed_ = true;
      } else {
        report(Code::AssignImmutable, where, "`" + word + "` is a constant and never changes");
      }
      return error_expr(where);
    }
    report(Code::NotAPlace, where, "`" + word + "` is not a variable");
    return error_expr(where);
  }
  if (target->kind == syntax::ExprKind::Index) {
    const auto* index = static_cast<const syntax::IndexExpr*>(target);
    bool chain = in_chain_;
    Expr* base = check_base(index->base);
    in_chain_ = chain;
    check_held(base);
    TypeKind kind = known(base, "index it") ? infer_.head_kind(base->type) : TypeKind::Error;
    if (kind == TypeKind::Nominal || kind == TypeKind::Param) {
      handled = true;
      return assign_indexed(stmt, index, base);
    }
    return index_on(index, base, !compound);
  }
  return check(target);
}

Expr* BodyChecker::check_assign(const syntax::AssignStmt* stmt) {
  source::Span where = span(stmt->range);
  const syntax::Expr* target = without_parens(stmt->place);
  if (target == nullptr) return error_expr(where);
  bool compound = stmt->op != syntax::AssignOp::Set;
  bool handled = false;
  Expr* place = assign_place(target, compound, handled, stmt);
  if (handled) return place;
  if (is_error(place->type)) {
    failed_ = true;
    if (stmt->value != nullptr && stmt->value->kind != syntax::ExprKind::Lambda) check(stmt->value);
    return error_expr(where);
  }
  if (compound && place->kind == ExprKind::MapGet) {
    const auto* get = static_cast<const MapIndexExpr*>(place);
    source::Span after = get->base->span;
    source::Diagnostic& problem =
        report(Code::NotAPlace, place->span, "`map[key]` reads an `Option`, so it can't be changed in place");
    problem.suggest("say what a missing key begins with", {after.file, after.end, place->span.end},
                    ".at(" + std::string(context_.source_text(get->key->span)) + ", or: …)");
    check(stmt->value);
    return error_expr(where);
  }
  bool good = require_place(place, "changed here");
  auto* node = make<AssignExpr>(ExprKind::Assign, unit(), where);
  node->place = place;
  Because because{place->span, "this place holds " + a_type(place->type)};
  if (!compound) {
    node->value = check_as(stmt->value, place->type, &because);
    if (is_never(node->value->type)) node->type = never();
    return good ? node : error_expr(where);
  }
  syntax::BinaryOp op = operator_of(stmt->op);
  source::Span op_span = span(stmt->op_range);
  bool floating = false;
  node->has_op = true;
  node->op = op;
  if (is_number_type(place->type, floating) && op != syntax::BinaryOp::MatMul) {
    node->value = check_as(stmt->value, place->type, &because);
    if (op == syntax::BinaryOp::BitOr || op == syntax::BinaryOp::BitAnd || op == syntax::BinaryOp::BitXor ||
        op == syntax::BinaryOp::ShiftLeft || op == syntax::BinaryOp::ShiftRight) {
      integers_.push_back({place->type, op_span, "this operator"});
    }
    return good ? node : error_expr(where);
  }
  Expr* value = check(stmt->value);
  node->value = value;
  if (!known(place, "calculate with it") || is_error(value->type)) return error_expr(where);
  TypeId result;
  if (!operator_impl(operator_trait(op), place->type, value->type, node->op_call, result)) {
    bad_operand(op, op_span, place, value);
    return error_expr(where);
  }
  const std::string name = "`" + std::string(syntax::spelling(op)) + "`";
  result = shaped_result(shape_rule(node->op_call), result, {{{"left", place}, {"right", value}}}, op_span, name);
  if (is_error(result)) return error_expr(where);
  if (!fits(result, place->type)) {
    const bool shapes_differ = infer_.could_unify(types_.without_shapes(infer_.zonk(result)), place->type);
    report(shapes_differ ? Code::ShapeMismatch : Code::TypeMismatch, op_span,
           "this gives " + a_type(result) + ", but the place holds " + a_type(place->type))
        .note(place->span, because.text);
    return error_expr(where);
  }
  return good ? node : error_expr(where);
}

Expr* BodyChecker::assign_indexed(const syntax::AssignStmt* stmt, const syntax::IndexExpr* target, Expr* base) {
  // `p[i] = v` on a type of the program: `p.set_index(i, v)`. With an operator, i and v are put
  // into variables first, so that each is evaluated once.
  source::Span where = span(stmt->range);
  TraitId trait = types_.known.index_set;
  TypeId type = infer_.zonk(base->type);
  Expr* key = check_key(target->index);
  bool compound = stmt->op != syntax::AssignOp::Set;
  std::vector<std::vector<TypeId>> candidates;
  if (trait.valid()) candidates = open_arguments_of(trait, type);
  const std::vector<TypeId>* chosen = nullptr;
  for (const std::vector<TypeId>& arguments : candidates) {
    if (arguments.size() == 2 && infer_.could_unify(arguments[0], key->type)) {
      chosen = &arguments;
      break;
    }
  }
  if (chosen != nullptr) infer_.unify((*chosen)[0], key->type);
  if (chosen == nullptr || context_.trait(trait).methods.empty() ||
      !takes_key(trait, type, (*chosen)[0], (*chosen)[1])) {
    if (!is_error(key->type)) {
      report(Code::NotIndexable, span(target), a_type(type) + " can't be assigned to by index")
          .help("implement `IndexSet<" + text(key->type) + ", …>` for it");
    }
    check(stmt->value);
    return error_expr(where);
  }
  bool good = require_place(base, "changed here");
  std::vector<TypeId> arguments{type, (*chosen)[0], (*chosen)[1]};
  FunctionRef set = make_ref(context_.trait(trait).methods[0], arguments);
  Because because{span(target), "this place holds " + a_type((*chosen)[1])};
  if (!compound) {
    Expr* value = check_as(stmt->value, (*chosen)[1], &because);
    if (!good) return error_expr(where);
    return call_expr(set, unit(), {{0, true, base}, {1, false, key}, {2, false, value}}, where);
  }
  std::vector<Expr*> statements;
  LocalId key_local = hold(key, key->span, statements);
  FunctionRef get;
  TypeId element;
  Expr* value = check(stmt->value);
  if (is_error(value->type)) return error_expr(where);
  if (!index_impl(type, key->type, get, element)) {
    report(Code::NotIndexable, span(target), a_type(type) + " can't be read by index").help("implement `Index` for it");
    return error_expr(where);
  }
  // Literals on the right take the element's type before it is bound.
  bool floating = false;
  if (is_number_type(element, floating) && infer_.is_literal(value->type)) infer_.unify(value->type, element);
  LocalId value_local = hold(value, value->span, statements);
  Expr* read = call_expr(get, element, {{0, false, base}, {1, false, local_expr(key_local, key->span)}}, where);
  Expr* sum = binary_on(operator_of(stmt->op), span(stmt->op_range), read, local_expr(value_local, value->span), where);
  sum = agree(sum, (*chosen)[1], &because);
  if (!good || is_error(sum->type)) return error_expr(where);
  statements.push_back(
      call_expr(set, unit(), {{0, true, base}, {1, false, local_expr(key_local, key->span)}, {2, false, sum}}, where));
  auto* block = make<BlockExpr>(ExprKind::Block, unit(), where);
  block->statements = keep(statements);
  return block;
}

}  // namespace noodle::sema
