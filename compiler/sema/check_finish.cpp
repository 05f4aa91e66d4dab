// What is settled when a whole body has been read: defaults of literals, bounds, equality, matches,
// and the final form of each frame.

#include <algorithm>
#include <cmath>
#include <new>

#include "compiler/sema/check_body.h"

namespace noodle::sema {
namespace {

/// Types with more parts, or nested deeper, than this are refused.
constexpr std::uint32_t kHeaviest = 2000;

/// The largest magnitude of an integer type on either side of zero.
std::uint64_t largest(TypeKind kind, bool negative) {
  int width = 8 << ((static_cast<int>(kind) - static_cast<int>(TypeKind::I8)) % 4);
  if (is_signed_integer(kind)) return (std::uint64_t{1} << (width - 1)) - (negative ? 0 : 1);
  if (negative) return 0;
  return width == 64 ? UINT64_MAX : (std::uint64_t{1} << width) - 1;
}

/// `value` rounded to a narrower format with `bits` of significand and the given exponent range.
double round_to(double value, int bits, int least, int most) {
  if (!std::isfinite(value) || value == 0) return value;
  int exponent = 0;
  std::frexp(value, &exponent);  // value = m * 2^exponent, 0.5 <= |m| < 1
  int step = std::max(exponent - bits, least - bits + 1);
  double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -step)), step);
  if (std::fabs(rounded) >= std::ldexp(1.0, most)) return std::copysign(INFINITY, value);
  return rounded;
}

double round_float(double value, TypeKind kind) {
  switch (kind) {
    case TypeKind::F32: return static_cast<float>(value);
    case TypeKind::F16: return round_to(value, 11, -13, 16);
    case TypeKind::BF16: return round_to(value, 8, -125, 128);
    default: return value;
  }
}

}  // namespace

bool BodyChecker::finish() {
  run_waiting(0, true);
  close_scope({});
  infer_.default_literals(0);
  // What is sound is looked at even when something else is wrong, so that one run says it all.
  settling_ = true;
  for (const Callee& callee : undecided_) improve(callee);
  check_obligations();
  settle_open_types();
  settle_shape_checks();
  for (auto& frame : frames_) {
    for (TypeId* slot : frame->type_slots) *slot = types_.without_shapes(infer_.zonk(*slot));
    for (Local& local : frame->body->locals) local.type = types_.without_shapes(infer_.zonk(local.type));
  }
  check_literals();
  check_matches();
  if (failed_) return false;
  for (const Unread& variable : unread_) {
    std::string name(text(variable.name));
    source::Diagnostic& problem = report(source::Code::UnusedVariable, variable.where, "`" + name + "` is never read");
    if (variable.changes) {
      problem.help("what is assigned to it has no effect");
    } else {
      problem.suggest("begin its name with `_` when this is meant", variable.where, "_" + name);
    }
  }
  for (auto& frame : frames_) finish_frame(*frame);
  return true;
}

/// Whether a type has neither errors nor open variables in it.
bool BodyChecker::is_sound(TypeId type) {
  type = infer_.zonk(type);
  return !types_.has_infer(type) && !types_.has_error(type);
}

void BodyChecker::check_obligations() {
  for (const Obligation& duty : obligations_) {
    std::vector<TypeId> arguments;
    bool sound = true;
    for (TypeId argument : duty.callee.arguments) {
      arguments.push_back(infer_.zonk(argument));
      sound = sound && is_sound(argument);
    }
    if (!sound) continue;
    if (!context_.check_bounds(duty.callee.function, arguments, scope_, duty.callee.span)) failed_ = true;
  }
  check_equalities();
  for (const Equality& order : orders_) {
    if (!is_sound(order.type) || is_ordered(infer_.zonk(order.type))) continue;
    source::Diagnostic& problem =
        report(source::Code::NotOrdered, order.where, "values of type `" + text(order.type) + "` have no order");
    TypeId type = infer_.zonk(order.type);
    if (types_.kind(type) == TypeKind::Param) {
      problem.help("add the bound: `<" + text(type) + ": Ordered>`");
    } else if (types_.is_complex(type)) {
      problem.help("compare magnitudes or parts: `a.abs() < b.abs()`");
    } else if (types_.nominal_of(type).valid() && !types_.is_option(type) && !types_.is_result(type)) {
      problem.help("implement `Ordered` for it: `fn compare(self, other: Self) -> Int`");
    }
  }
  for (const Equality& operand : integers_) {
    TypeKind kind = infer_.head_kind(operand.type);
    if (is_integer(kind) || !is_sound(operand.type)) continue;
    report(source::Code::BadOperand, operand.where,
           "`" + std::string(operand.what) + "` works on integers, not on `" + text(operand.type) + "`");
  }
  for (const FormatJob& job : formats_) {
    if (is_sound(job.type)) check_format(job.format, infer_.zonk(job.type), job.where);
  }
}

namespace {

// What to write so that the type of `what` is known.
const char* how_to_state(std::string_view what) {
  if (what == "`None`") return "state the type, as in `let value: Int? = None`";
  if (what == "this empty list") return "state the type, as in `let items: List<Int> = []`";
  if (what == "this empty map") return "state the type, as in `let counts: Map<String, Int> = {}`";
  if (what.find("of this lambda") != std::string_view::npos) {
    return "state the type, as in `let next: (Int) -> Int = x => x + 1`";
  }
  if (what == "`Ok`" || what == "`Err`") return "state the type, as in `let result: Result<Int, String> = Ok(1)`";
  return "state the type of what this becomes, or write the type arguments behind the name: `name<Int>`";
}

}  // namespace

void BodyChecker::settle_open_types() {
  if (failed_) return;
  std::vector<TypeId> reported;
  for (const OpenType& open : open_) {
    TypeId type = infer_.zonk(open.type);
    if (!types_.has_infer(type)) continue;
    TypeId root = infer_.head(type);
    if (types_.kind(root) != TypeKind::Infer) continue;  // its parts have entries of their own
    if (std::find(reported.begin(), reported.end(), root) != reported.end()) continue;
    reported.push_back(root);
    const bool is_argument = open.what.starts_with("the type argument") || open.what.starts_with("a type argument") ||
                             open.what.find("` of `") != std::string::npos;
    report(source::Code::CannotInfer, open.where,
           (is_argument ? "" : "the type of ") + open.what + " can't be told from here")
        .label("nothing says which type this is")
        .help(how_to_state(open.what));
  }
}

void BodyChecker::check_literals() {
  for (const Literal& literal : literals_) {
    Expr* node = literal.node;
    TypeId type = infer_.zonk(node->type);
    TypeKind kind = types_.kind(type);
    source::Span where = node->span;
    if (!is_number(kind) && kind != TypeKind::Param) continue;
    auto too_large = [&](TypeKind as) {
      source::Diagnostic& problem = report(source::Code::LiteralOutOfRange, where,
                                           "this number does not fit `" + context_.text(types_.primitive(as)) + "`");
      if (is_integer(as)) {
        std::uint64_t low = largest(as, true);
        problem.label("from " + std::string(low != 0 ? "-" : "") + std::to_string(low) + " to " +
                      std::to_string(largest(as, false)));
      }
    };
    // A type parameter that stands for numbers: the literal is converted in each instance.
    TypeKind made = kind == TypeKind::Param ? (literal.floating ? TypeKind::F64 : TypeKind::I64) : kind;
    Expr* at = node;
    if (kind == TypeKind::Param) {
      auto* pair = static_cast<LiteralNode*>(node);
      auto* convert = new (node) ConvertExpr{{ExprKind::Convert, type, where}, Conversion::Checked, nullptr};
      at = new (&pair->plain) IntExpr{{ExprKind::Int, types_.primitive(made), where}, 0};
      convert->operand = at;
    }
    TypeId at_type = types_.primitive(made);
    if (is_float(made)) {
      double value = literal.floating ? literal.value : static_cast<double>(literal.magnitude);
      if (!literal.floating && literal.negative) value = -value;
      double rounded = round_float(value, made);
      if (literal.overflow || !std::isfinite(rounded)) too_large(made);
      new (at) FloatExpr{{ExprKind::Float, at_type, where}, rounded};
    } else {
      if (literal.overflow || literal.magnitude > largest(made, literal.negative)) too_large(made);
      std::uint64_t bits = literal.negative ? 0 - literal.magnitude : literal.magnitude;
      new (at) IntExpr{{ExprKind::Int, at_type, where}, bits};
    }
  }
}

void BodyChecker::check_equalities() {
  for (const Equality& equality : equalities_) {
    TypeId type = infer_.zonk(equality.type);
    if (!is_sound(type) || context_.has_equality(type)) continue;
    report(source::Code::NoEquality, equality.where,
           "values of type `" + text(type) + "` can't be compared for equality")
        .label("holds a function or an `any`")
        .help("compare the parts that matter instead");
  }
}

void BodyChecker::check_matches() {
  for (const MatchJob& job : matches_) {
    std::vector<CoverageArm> arms;
    TypeId type;
    if (job.match != nullptr) {
      type = job.match->subject->type;
      for (const MatchArm& arm : job.match->arms) arms.push_back({arm.pattern, arm.guard != nullptr});
    } else {
      type = job.pattern->type;
      arms.push_back({job.pattern, false});
    }
    type = infer_.zonk(type);
    if (types_.kind(type) == TypeKind::Never || !job.sound || !is_sound(type)) continue;
    Coverage coverage = check_coverage(types_, *this, type, arms);
    if (coverage.too_complex) {
      report(source::Code::MatchTooComplex, job.where, "whether this covers every value takes too long to find out")
          .help("split it into smaller matches");
      continue;
    }
    if (job.match == nullptr) {
      if (coverage.missing.empty()) continue;
      report(source::Code::RefutablePattern, job.where,
             "this pattern does not match every value of `" + text(type) + "`")
          .label("`" + coverage.missing.front() + "` is not covered")
          .help(std::string(job.what) + " needs a pattern that always matches; use `match` here");
      continue;
    }
    for (std::size_t i = 0; i < arms.size(); ++i) {
      if (coverage.reachable[i]) continue;
      source::Diagnostic& problem =
          report(source::Code::UnreachableArm, arms[i].pattern->span, "this arm can never match");
      if (coverage.hollow[i]) {
        problem.label("this range holds nothing").help("write the smaller bound first");
      } else {
        problem.label("what it matches is taken by the arms above").help("remove the arm, or move it up");
      }
    }
    if (coverage.missing.empty()) continue;
    std::string list;
    for (std::size_t i = 0; i < coverage.missing.size(); ++i) {
      if (i != 0) list += i + 1 == coverage.missing.size() && !coverage.more_missing ? " and " : ", ";
      list += "`" + coverage.missing[i] + "`";
    }
    if (coverage.more_missing) list += ", …";
    source::Diagnostic& problem = report(source::Code::NotExhaustive, job.where, "this `match` does not cover " + list);
    problem.label("of type `" + text(type) + "`");
    std::vector<std::string> missing = coverage.missing;
    if (coverage.more_missing) missing = {"_"};
    suggest_arms(problem, *job.syntax, missing);
  }
}

void BodyChecker::suggest_arms(source::Diagnostic& problem, const syntax::MatchExpr& match,
                               std::span<const std::string> missing) {
  if (match.arms.empty()) return;
  // The new arms follow the last one, as it stands: on the same line or on lines of their own.
  source::Span last = span(match.arms.back().range);
  source::Span before{last.file, last.begin - std::min(last.begin, 200u), last.begin};
  std::string_view lead = context_.source_text(before);
  std::size_t line = lead.rfind('\n');
  lead = line == std::string_view::npos ? std::string_view() : lead.substr(line + 1);
  bool alone = line != std::string_view::npos && lead.find_first_not_of(" \t") == std::string_view::npos;
  std::string added;
  for (const std::string& pattern : missing) {
    added += alone ? "\n" + std::string(lead) : ", ";
    added += pattern + " => panic(\"not handled\")";
  }
  problem.suggest("add what is missing", {last.file, last.end, last.end}, added);
}

void BodyChecker::check_size(TypeId type, source::Span where) {
  if (types_.weight(type) <= kHeaviest) return;
  report(source::Code::TypeTooLarge, where, "the type of this value has too many parts")
      .help("name a part of it as a struct, or put it in a list");
}

void BodyChecker::finish_frame(Frame& frame) {
  Body& body = *frame.body;
  // Captures first, then the parameters, then all others in the order in which they were made.
  std::vector<LocalId> order = frame.captures;
  order.insert(order.end(), frame.params.begin(), frame.params.end());
  std::vector<bool> placed(body.locals.size(), false);
  for (LocalId id : order) placed[id.index] = true;
  for (std::size_t i = 0; i < body.locals.size(); ++i) {
    if (!placed[i]) order.push_back(LocalId(i));
  }
  std::vector<LocalId> renumbered(body.locals.size());
  std::vector<Local> locals;
  locals.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    renumbered[order[i].index] = LocalId(i);
    locals.push_back(body.locals[order[i].index]);
  }
  body.locals = std::move(locals);
  body.param_count = static_cast<std::uint32_t>(frame.captures.size() + frame.params.size());
  for (LocalId* slot : frame.local_slots) *slot = renumbered[slot->index];
  if (!frame.hidden.valid()) return;
  FunctionInfo& info = context_.hidden_info(frame.hidden);
  info.result = types_.without_shapes(infer_.zonk(frame.result));
  info.params.clear();
  for (std::size_t i = 0; i < body.param_count; ++i) {
    const Local& local = body.locals[i];
    ParamInfo param;
    param.name = local.name;
    param.type = local.type;
    param.kind = local.kind == LocalKind::MutParam     ? syntax::ParamKind::Mut
                 : local.kind == LocalKind::BlockParam ? syntax::ParamKind::Block
                                                       : syntax::ParamKind::Plain;
    param.span = local.span;
    info.params.push_back(std::move(param));
  }
  context_.set_hidden_body(frame.hidden, std::move(frame.body));
}

}  // namespace noodle::sema
