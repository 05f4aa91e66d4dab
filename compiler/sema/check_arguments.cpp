// Arguments: which parameter each fills, the order in which they are checked, `mut` marks, defaults
// and block arguments.

#include "base/text.h"
#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

namespace {

constexpr std::size_t kNone = SIZE_MAX;

}  // namespace

bool BodyChecker::check_arguments(const syntax::CallExpr* call, std::span<const CallParam> params, std::size_t first,
                                  std::string_view what, const Callee* callee, Expr* receiver, std::vector<Arg>& out) {
  std::size_t count = call->arguments.size();
  std::vector<std::size_t> fills(count, kNone);
  std::vector<source::Span> given(params.size());
  bool good = true;
  std::size_t next = first;
  bool has_block_param = params.size() > first && params.back().kind == syntax::ParamKind::Block;
  std::size_t extra = 0;
  for (std::size_t i = first; i + 1 < params.size(); ++i) {
    if (params[i].kind != syntax::ParamKind::Block) continue;
    failed_ = true;  // a block that is not last was reported where it is declared
    return false;
  }

  // Which parameter each argument fills.
  for (std::size_t i = 0; i < count; ++i) {
    const syntax::Argument& argument = call->arguments[i];
    std::size_t at = kNone;
    if (argument.label.symbol.valid()) {
      for (std::size_t p = first; p < params.size(); ++p) {
        if (params[p].name.valid() && params[p].name == argument.label.symbol) at = p;
      }
      if (at == kNone) {
        source::Span where = span(argument.label.range);
        std::string word(text(argument.label.symbol));
        source::Diagnostic& problem =
            report(Code::UnknownArgument, where, std::string(what) + " has no parameter `" + word + "`");
        std::vector<std::string_view> names;
        for (std::size_t p = first; p < params.size(); ++p) names.push_back(text(params[p].name));
        context_.suggest_near(problem, where, word, names);
        good = false;
        continue;
      }
    } else {
      while (next < params.size() && given[next].valid()) ++next;
      if (next >= params.size()) {
        ++extra;
        continue;
      }
      at = next++;
    }
    source::Span where = span(argument.value);
    if (given[at].valid()) {
      report(Code::DuplicateArgument, where, "`" + std::string(text(params[at].name)) + "` gets two arguments")
          .note(given[at], "the first is here");
      good = false;
      continue;
    }
    given[at] = where;
    fills[i] = at;
  }
  if (call->block != nullptr && has_block_param && !given[params.size() - 1].valid()) {
    given[params.size() - 1] = span(call->block->range);
  } else if (call->block != nullptr) {
    report(Code::BlockArgumentMisuse, span(call->block->range), std::string(what) + " takes no block")
        .help(
            "a function takes a block when its last parameter is declared `block body: …`; else "
            "write a lambda as an argument");
    good = false;
  }
  source::Span call_span = span(call);
  source::Span callee_span = span(call->callee);
  if (extra != 0) {
    std::size_t wanted = params.size() - first - (has_block_param ? 1 : 0);
    source::Span where = span(call->arguments[count - 1].value);
    for (std::size_t i = 0; i < count; ++i) {
      if (fills[i] == kNone && !call->arguments[i].label.symbol.valid()) {
        where = span(call->arguments[i].value);
        break;
      }
    }
    source::Diagnostic& problem =
        report(Code::WrongArgumentCount, where,
               std::string(what) + " takes " + count_of(wanted, "argument") + ", not " + std::to_string(count));
    problem.label("one too many");
    if (callee != nullptr) problem.note(context_.function(callee->function).span, "declared here");
    good = false;
  }
  std::string missing;
  for (std::size_t p = first; p < params.size(); ++p) {
    if (given[p].valid() || params[p].default_value.valid()) continue;
    if (params[p].kind == syntax::ParamKind::Block) {
      if (good) {
        report(Code::BlockArgumentMisuse, callee_span, std::string(what) + " needs a block")
            .help("give it in braces behind the arguments: `f(…) { … }`");
      }
      good = false;
      continue;
    }
    missing += missing.empty() ? "" : ", ";
    TypeId type = infer_.zonk(params[p].type);
    if (types_.has_infer(type) && callee != nullptr) type = context_.function(callee->function).params[p].shaped;
    if (is_error(type)) good = false;  // its declaration has an error of its own
    missing += params[p].name.valid() ? "`" + std::string(text(params[p].name)) + ": " + text(type) + "`"
                                      : a_type(params[p].type);
  }
  if (!missing.empty() && good) {
    source::Diagnostic& problem =
        report(Code::WrongArgumentCount, callee_span, std::string(what) + " still needs " + missing);
    if (callee != nullptr) problem.note(context_.function(callee->function).span, "declared here");
  }
  if (!missing.empty()) good = false;

  // Lambdas last: their parameters' types may come from the other arguments.
  std::vector<Expr*> values(count, nullptr);
  auto check_one = [&](std::size_t i) {
    const syntax::Argument& argument = call->arguments[i];
    if (fills[i] == kNone) {
      if (argument.value->kind != syntax::ExprKind::Lambda) check(argument.value);
      return;
    }
    const CallParam& param = params[fills[i]];
    Because because;
    if (param.span.valid()) because = {param.span, "the parameter has type " + declared_type(param, fills[i], callee)};
    if (param.kind == syntax::ParamKind::Block) {
      const syntax::Expr* value = argument.value;
      Binding* binding = value->kind == syntax::ExprKind::Name
                             ? find_local(static_cast<const syntax::NameExpr*>(value)->name.symbol)
                             : nullptr;
      if (binding != nullptr && binding->frame->body->locals[binding->local.index].kind == LocalKind::BlockParam) {
        Binding at = *binding;
        bool in_lambda = false;
        for (Frame* f = frame_; f != at.frame; f = f->outer) in_lambda = in_lambda || f->kind == FrameKind::Lambda;
        if (!in_lambda) {
          context_.note_local(span(value), at.frame->body->locals[at.local.index].span, param.type);
          LocalId id = reach(frame_, at);
          frame_->facts[id.index].used = true;
          values[i] = agree(local_expr(id, span(value)), param.type, &because);
          return;
        }
      }
      report(Code::BlockArgumentMisuse, span(value), "a block parameter takes a block, not a value")
          .help(
              "write the block in braces behind the call, or pass on a block parameter by its "
              "name");
      if (value->kind != syntax::ExprKind::Lambda) check(value);
      good = false;
      return;
    }
    if (param.kind == syntax::ParamKind::Mut) {
      values[i] = check_mut_argument(argument, param, because);
      return;
    }
    if (argument.is_mut) {
      report(Code::NeedlessMut, span(argument.value), "this parameter is not `mut`")
          .label("the call does not change it")
          .help("remove the mark `mut`");
      good = false;
    }
    values[i] = check_as(argument.value, param.type, &because);
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (call->arguments[i].value->kind != syntax::ExprKind::Lambda) check_one(i);
  }
  if (callee != nullptr) improve(*callee);
  for (std::size_t i = 0; i < count; ++i) {
    if (good && call->arguments[i].value->kind == syntax::ExprKind::Lambda) check_one(i);
  }
  if (!good) {
    failed_ = true;
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (values[i] == nullptr) return false;
    auto param = static_cast<std::uint32_t>(fills[i]);
    out.push_back({param, params[fills[i]].kind == syntax::ParamKind::Mut, values[i]});
  }
  if (call->block != nullptr) {
    // While the block runs, the call holds the places that it was given `mut`.
    std::size_t holds = holds_.size();
    for (const Arg& arg : out) {
      if (arg.is_mut) holds_.push_back(hold_of(arg.value, arg.value->span, "this call"));
    }
    (void)receiver;
    TypeId type = params.back().type;
    Expr* block = check_block_argument(call->block, type, span(call->block->range));
    holds_.resize(holds);
    if (block == nullptr) return false;
    out.push_back({static_cast<std::uint32_t>(params.size() - 1), false, block});
  }
  // Defaults come after what is written, in the order of the parameters.
  for (std::size_t p = first; p < params.size(); ++p) {
    if (given[p].valid() || callee == nullptr) continue;
    FunctionId value = params[p].default_value;
    std::size_t takes = context_.function(value).type_params.size();
    std::span<const TypeId> arguments(callee->arguments);
    FunctionRef ref = make_ref(value, arguments.subspan(0, std::min(takes, arguments.size())));
    out.push_back({static_cast<std::uint32_t>(p), false, call_expr(ref, params[p].type, {}, call_span)});
  }
  return true;
}

/// A parameter's type in quotes, its lengths by their names, and what those that are known are in this call.
std::string BodyChecker::declared_type(const CallParam& param, std::size_t index, const Callee* callee) {
  if (callee == nullptr || callee->lengths.empty()) return "`" + text(param.type) + "`";
  const FunctionInfo& info = context_.function(callee->function);
  std::vector<TypeId> names = callee->arguments;
  std::string known;
  for (std::size_t i = 0; i < callee->lengths.size(); ++i) {
    names.push_back(types_.param(static_cast<std::uint32_t>(names.size()), info.lengths[i]));
    const std::string length = text(callee->lengths[i]);
    if (length != "_") known += ", where `" + std::string(text(info.lengths[i])) + "` is " + length;
  }
  return "`" + text(types_.substitute(info.params[index].shaped, names)) + "`" + known;
}

Expr* BodyChecker::check_mut_argument(const syntax::Argument& argument, const CallParam& param,
                                      const Because& because) {
  bool chain = in_chain_;
  Expr* place = check_base(argument.value);
  in_chain_ = chain;
  check_held(place);
  if (is_error(place->type)) return place;
  if (!argument.is_mut && is_place(place)) {
    source::Span where = place->span;
    report(Code::MissingMut, where, "the call changes this argument, so it is marked `mut`")
        .suggest("mark it", {where.file, where.begin, where.begin}, "mut ");
    return error_expr(where);
  }
  std::string what =
      param.name.valid() ? "`" + std::string(text(param.name)) + "` is a `mut` parameter" : "a `mut` parameter";
  if (!require_place(place, what.c_str())) return error_expr(place->span);
  // No conversion: the place keeps its type.
  if (has_shape(place->type) || has_shape(param.type)) {
    if (is_error(agree_shaped(place, param.type, &because)->type)) return error_expr(place->span);
    return keeps_shape(place, param.type, because) ? place : error_expr(place->span);
  }
  if (!infer_.unify(place->type, param.type)) {
    mismatch(place, param.type, &because);
    return error_expr(place->span);
  }
  return place;
}

}  // namespace noodle::sema
