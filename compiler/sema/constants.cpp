// Constants: their types, and their values by evaluating the typed initialiser.
//
// What may stand in a constant is exactly what this evaluates: literals, operators, constructors and
// other constants. Whatever would panic at run time is an error here.

#include <cmath>
#include <limits>

#include "base/hash.h"
#include "compiler/sema/database.h"

namespace noodle::sema {

using source::Code;

namespace {

using Kind = ConstValue::Kind;
using syntax::BinaryOp;

/// The canonical bits: sign- or zero-extended from the type's width.
std::uint64_t wrapped(std::uint64_t bits, TypeKind kind) {
  const unsigned width = width_of(kind);
  if (width == 64) return bits;
  bits &= (std::uint64_t{1} << width) - 1;
  if (is_signed_integer(kind) && (bits >> (width - 1)) != 0) bits |= ~std::uint64_t{0} << width;
  return bits;
}

__int128 wide(std::uint64_t bits, TypeKind kind) {
  return is_signed_integer(kind) ? static_cast<__int128>(static_cast<std::int64_t>(bits)) : static_cast<__int128>(bits);
}

/// A double rounded to the float type, ties to even.
double rounded(double value, TypeKind kind) {
  if (kind == TypeKind::F32) return static_cast<double>(static_cast<float>(value));
  if (kind == TypeKind::F64 || !std::isfinite(value) || value == 0) return value;
  const int precision = kind == TypeKind::F16 ? 11 : 8;
  const int least = kind == TypeKind::F16 ? -14 : -126;
  int exponent = 0;
  std::frexp(value, &exponent);
  const int unit = std::max(exponent - precision, least - precision + 1);
  const double result = std::ldexp(std::nearbyint(std::ldexp(value, -unit)), unit);
  const double largest = kind == TypeKind::F16 ? 65504.0 : 3.3895313892515355e38;
  return std::fabs(result) > largest ? std::copysign(std::numeric_limits<double>::infinity(), value) : result;
}

/// Order of two values of one type: -1, 0, 1; `unordered` for NaN. IEEE at the leaves.
struct Ordering {
  int order = 0;
  bool unordered = false;
};

bool equal_values(const ConstValue& a, const ConstValue& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::Int:
    case Kind::Bool: return a.bits == b.bits;
    case Kind::Float: return a.number == b.number;
    case Kind::String: return a.text == b.text;
    case Kind::Unit: return true;
    default: break;
  }
  if (a.variant != b.variant || a.parts.size() != b.parts.size()) return false;
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    if (!equal_values(a.parts[i], b.parts[i])) return false;
  }
  return true;
}

/// Evaluates one initialiser.
class Evaluator {
 public:
  explicit Evaluator(Database& db) : db_(db) {}

  /// The value; nothing after a report.
  std::unique_ptr<ConstValue> run(const Expr& root) {
    auto value = std::make_unique<ConstValue>();
    return evaluate(root, *value) ? std::move(value) : nullptr;
  }

 private:
  TypeKind kind(TypeId type) const { return db_.types.kind(type); }

  bool panics(const Expr& at, std::string why) {
    db_.report(Code::ConstantPanics, at.span, std::move(why)).label("this can't be computed");
    return false;
  }
  bool not_constant(const Expr& at, std::string_view what) {
    db_.report(Code::NotConstant, at.span, std::string(what) + " can't stand in a constant")
        .help("constants hold literals, operators, constructors and other constants");
    return false;
  }
  std::string type_text(TypeId type) const { return db_.types.text(type); }

  bool evaluate_all(std::span<Expr* const> from, std::vector<ConstValue>& to) {
    to.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (!evaluate(*from[i], to[i])) return false;
    }
    return true;
  }

  bool set_int(const Expr& at, __int128 value, ConstValue& out) {
    if (!fits_integer(value, kind(at.type))) return panics(at, "this overflows `" + type_text(at.type) + "`");
    out.kind = Kind::Int;
    out.bits = static_cast<std::uint64_t>(value);
    return true;
  }
  bool set_float(const Expr& at, double value, ConstValue& out) {
    out.kind = Kind::Float;
    out.number = rounded(value, kind(at.type));
    return true;
  }
  bool set_bool(bool value, ConstValue& out) {
    out.kind = Kind::Bool;
    out.bits = value ? 1 : 0;
    return true;
  }

  bool evaluate(const Expr& expr, ConstValue& out) {
    out.type = expr.type;
    switch (expr.kind) {
      case ExprKind::Int:
        out.kind = Kind::Int;
        out.bits = static_cast<const IntExpr&>(expr).bits;
        return true;
      case ExprKind::Float: return set_float(expr, static_cast<const FloatExpr&>(expr).value, out);
      case ExprKind::Bool: return set_bool(static_cast<const BoolExpr&>(expr).value, out);
      case ExprKind::String:
        out.kind = Kind::String;
        out.text = db_.kept.copy(static_cast<const StringExpr&>(expr).text);
        return true;
      case ExprKind::Unit: out.kind = Kind::Unit; return true;
      case ExprKind::Const: {
        const ConstValue* value = db_.context.constant_value(static_cast<const ConstExpr&>(expr).constant);
        if (value == nullptr) return false;
        out = *value;
        return true;
      }
      case ExprKind::Tuple:
      case ExprKind::List:
        out.kind = expr.kind == ExprKind::Tuple ? Kind::Tuple : Kind::List;
        return evaluate_all(static_cast<const SequenceExpr&>(expr).elements, out.parts);
      case ExprKind::Map: return evaluate_map(static_cast<const MapExpr&>(expr), out);
      case ExprKind::Variant: return evaluate_variant(static_cast<const VariantExpr&>(expr), out);
      case ExprKind::Field: {
        const auto& field = static_cast<const FieldExpr&>(expr);
        ConstValue base;
        if (!evaluate(*field.base, base)) return false;
        if (field.field >= base.parts.size()) return false;
        ConstValue part = std::move(base.parts[field.field]);
        out = std::move(part);
        return true;
      }
      case ExprKind::Unary: return evaluate_unary(static_cast<const UnaryExpr&>(expr), out);
      case ExprKind::Binary: return evaluate_binary(static_cast<const BinaryExpr&>(expr), out);
      case ExprKind::Compare: return evaluate_compare(static_cast<const CompareExpr&>(expr), out);
      case ExprKind::Equal: {
        const auto& equal = static_cast<const EqualExpr&>(expr);
        ConstValue a;
        ConstValue b;
        if (!evaluate(*equal.left, a) || !evaluate(*equal.right, b)) return false;
        return set_bool(equal_values(a, b) != equal.negated, out);
      }
      case ExprKind::And:
      case ExprKind::Or: {
        const auto& logic = static_cast<const LogicExpr&>(expr);
        if (!evaluate(*logic.left, out)) return false;
        if ((out.bits != 0) == (expr.kind == ExprKind::Or)) return true;
        return evaluate(*logic.right, out);
      }
      case ExprKind::Convert: return evaluate_convert(static_cast<const ConvertExpr&>(expr), out);
      case ExprKind::Call: return evaluate_call(static_cast<const CallExpr&>(expr), out);
      case ExprKind::Block: {
        const auto& block = static_cast<const BlockExpr&>(expr);
        if (block.statements.empty() && block.tail != nullptr) return evaluate(*block.tail, out);
        return not_constant(expr, "a block");
      }
      case ExprKind::Format: return not_constant(expr, "an interpolated string");
      case ExprKind::Function:
      case ExprKind::Lambda: return not_constant(expr, "a function");
      case ExprKind::ToAny: return not_constant(expr, "an `any`");
      default: return not_constant(expr, "this");
    }
  }

  bool evaluate_map(const MapExpr& map, ConstValue& out) {
    out.kind = Kind::Map;
    std::vector<ConstValue> entries;
    if (!evaluate_all(map.entries, entries)) return false;
    // Later equal keys replace earlier values, in the earlier place.
    for (std::size_t i = 0; i + 1 < entries.size(); i += 2) {
      std::size_t at = 0;
      while (at < out.parts.size() && !equal_values(out.parts[at], entries[i])) at += 2;
      if (at < out.parts.size()) {
        out.parts[at + 1] = std::move(entries[i + 1]);
      } else {
        out.parts.push_back(std::move(entries[i]));
        out.parts.push_back(std::move(entries[i + 1]));
      }
    }
    return true;
  }

  bool evaluate_variant(const VariantExpr& variant, ConstValue& out) {
    out.kind = Kind::Variant;
    out.variant = variant.variant;
    out.parts.resize(variant.values.size());
    for (std::size_t i = 0; i < variant.values.size(); ++i) {
      const std::uint32_t field = variant.fields[i];
      if (field >= out.parts.size() || !evaluate(*variant.values[i], out.parts[field])) return false;
    }
    return true;
  }

  bool evaluate_unary(const UnaryExpr& unary, ConstValue& out) {
    ConstValue value;
    if (!evaluate(*unary.operand, value)) return false;
    if (unary.op == UnaryOp::Not) return set_bool(value.bits == 0, out);
    if (value.kind == Kind::Float) return set_float(unary, -value.number, out);
    return set_int(unary, -wide(value.bits, kind(unary.operand->type)), out);
  }

  bool evaluate_compare(const CompareExpr& compare, ConstValue& out) {
    ConstValue a;
    ConstValue b;
    if (!evaluate(*compare.left, a) || !evaluate(*compare.right, b)) return false;
    Ordering found;
    if (!order(compare.left->type, a, b, found)) return not_constant(compare, "a comparison of this type");
    if (found.unordered) return set_bool(false, out);
    switch (compare.op) {
      case BinaryOp::Less: return set_bool(found.order < 0, out);
      case BinaryOp::LessEqual: return set_bool(found.order <= 0, out);
      case BinaryOp::Greater: return set_bool(found.order > 0, out);
      default: return set_bool(found.order >= 0, out);
    }
  }

  /// False when the type's order is not the language's own.
  bool order(TypeId type, const ConstValue& a, const ConstValue& b, Ordering& out) const {
    const auto by = [](const auto& x, const auto& y) { return x < y ? -1 : x > y ? 1 : 0; };
    switch (a.kind) {
      case Kind::Int: out.order = by(wide(a.bits, kind(type)), wide(b.bits, kind(type))); return true;
      case Kind::Float:
        out.unordered = std::isnan(a.number) || std::isnan(b.number);
        out.order = by(a.number, b.number);
        return true;
      case Kind::String: out.order = by(a.text, b.text); return true;
      case Kind::Unit: return true;
      case Kind::Tuple:
        for (std::size_t i = 0; i < a.parts.size() && out.order == 0 && !out.unordered; ++i) {
          if (!order(db_.types[type].arguments[i], a.parts[i], b.parts[i], out)) return false;
        }
        return true;
      default: return false;
    }
  }

  bool evaluate_binary(const BinaryExpr& binary, ConstValue& out) {
    ConstValue a;
    ConstValue b;
    if (!evaluate(*binary.left, a) || !evaluate(*binary.right, b)) return false;
    if (a.kind == Kind::Float) return evaluate_float(binary, a.number, b.number, out);
    if (a.kind == Kind::Bool) return evaluate_bits_of_bool(binary, a.bits, b.bits, out);
    if (a.kind != Kind::Int) return not_constant(binary, "this operator");
    const TypeKind type = kind(binary.type);
    const __int128 x = wide(a.bits, type);
    const __int128 y = wide(b.bits, kind(binary.right->type));
    const auto set_bits = [&](std::uint64_t bits) {
      out.kind = Kind::Int;
      out.bits = wrapped(bits, type);
      return true;
    };
    switch (binary.op) {
      case BinaryOp::Add: return set_int(binary, x + y, out);
      case BinaryOp::Subtract: return set_int(binary, x - y, out);
      case BinaryOp::Multiply: {
        // Two 64-bit numbers multiply within 128 bits, unsigned ones just not as a signed result.
        if (!is_signed_integer(type) &&
            static_cast<unsigned __int128>(x) * static_cast<unsigned __int128>(y) >> 64 != 0) {
          return panics(binary, "this overflows `" + type_text(binary.type) + "`");
        }
        return set_int(binary, x * y, out);
      }
      case BinaryOp::Divide:
      case BinaryOp::Remainder:
        if (y == 0) return panics(binary, "this divides by zero");
        if (binary.op == BinaryOp::Divide) return set_int(binary, x / y, out);
        return set_int(binary, x % y, out);
      case BinaryOp::Power: return evaluate_power(binary, x, y, out);
      case BinaryOp::AddWrap: return set_bits(a.bits + b.bits);
      case BinaryOp::SubtractWrap: return set_bits(a.bits - b.bits);
      case BinaryOp::MultiplyWrap: return set_bits(a.bits * b.bits);
      case BinaryOp::BitAnd: return set_bits(a.bits & b.bits);
      case BinaryOp::BitOr: return set_bits(a.bits | b.bits);
      case BinaryOp::BitXor: return set_bits(a.bits ^ b.bits);
      case BinaryOp::ShiftLeft:
      case BinaryOp::ShiftRight: {
        if (y < 0 || y >= width_of(type)) {
          return panics(binary, "a shift by " + std::to_string(static_cast<long long>(y)) +
                                    " is outside the width of `" + type_text(binary.type) + "`");
        }
        const auto count = static_cast<unsigned>(y);
        if (binary.op == BinaryOp::ShiftLeft) return set_bits(a.bits << count);
        return set_bits(static_cast<std::uint64_t>(x >> count));
      }
      default: return not_constant(binary, "this operator");
    }
  }

  bool evaluate_bits_of_bool(const BinaryExpr& binary, std::uint64_t a, std::uint64_t b, ConstValue& out) {
    switch (binary.op) {
      case BinaryOp::BitAnd: return set_bool((a & b) != 0, out);
      case BinaryOp::BitOr: return set_bool((a | b) != 0, out);
      case BinaryOp::BitXor: return set_bool(a != b, out);
      default: return not_constant(binary, "this operator");
    }
  }

  bool evaluate_power(const BinaryExpr& binary, __int128 base, __int128 exponent, ConstValue& out) {
    if (exponent < 0) return panics(binary, "an integer can't have a negative exponent");
    __int128 result = 1;
    // Beyond 64 doublings only 0, 1 and -1 stay in range.
    if (base == 0 || base == 1) return set_int(binary, exponent == 0 ? 1 : base, out);
    if (base == -1) return set_int(binary, exponent % 2 == 0 ? 1 : -1, out);
    for (__int128 i = 0; i < exponent; ++i) {
      // The factors have 64 bits; as unsigned numbers they can't leave 128.
      const auto product = static_cast<unsigned __int128>(result) * static_cast<unsigned __int128>(base);
      result = static_cast<__int128>(product);
      const bool lost = base > 0 && product >> 64 != 0;
      if (lost || !fits_integer(result, kind(binary.type)))
        return panics(binary, "this overflows `" + type_text(binary.type) + "`");
    }
    return set_int(binary, result, out);
  }

  bool evaluate_float(const BinaryExpr& binary, double x, double y, ConstValue& out) {
    switch (binary.op) {
      case BinaryOp::Add: return set_float(binary, x + y, out);
      case BinaryOp::Subtract: return set_float(binary, x - y, out);
      case BinaryOp::Multiply: return set_float(binary, x * y, out);
      case BinaryOp::Divide: return set_float(binary, x / y, out);
      case BinaryOp::Remainder: return set_float(binary, std::fmod(x, y), out);
      case BinaryOp::Power: return set_float(binary, std::pow(x, y), out);
      default: return not_constant(binary, "this operator");
    }
  }

  bool evaluate_convert(const ConvertExpr& convert, ConstValue& out) {
    ConstValue value;
    if (!evaluate(*convert.operand, value)) return false;
    if (convert.mode == Conversion::Try) return not_constant(convert, "`try`");
    const TypeKind to = kind(convert.type);
    const TypeKind from = kind(convert.operand->type);
    if (is_float(to))
      return set_float(convert, value.kind == Kind::Float ? value.number : static_cast<double>(wide(value.bits, from)),
                       out);
    const auto refuse = [&] { return panics(convert, "the value does not fit `" + type_text(convert.type) + "`"); };
    if (value.kind == Kind::Float) {
      const double whole = std::trunc(value.number);
      if (convert.mode == Conversion::Wrap) return not_constant(convert, "`wrap` of a float");
      if (!(std::fabs(whole) < 18446744073709551616.0) || !fits_integer(static_cast<__int128>(whole), to))
        return refuse();
      return set_int(convert, static_cast<__int128>(whole), out);
    }
    if (convert.mode == Conversion::Checked) {
      if (!fits_integer(wide(value.bits, from), to)) return refuse();
      return set_int(convert, wide(value.bits, from), out);
    }
    out.kind = Kind::Int;
    out.bits = wrapped(value.bits, to);
    return true;
  }

  /// `+` on strings is a call of the library; no other call is constant.
  bool evaluate_call(const CallExpr& call, ConstValue& out) {
    FunctionRef callee = call.callee;
    const FunctionInfo* info = &db_.function(callee.function);
    if (info->kind == FunctionKind::TraitMethod) {
      callee = db_.resolve_method(callee);
      if (!callee.function.valid()) return not_constant(call, "a call");
      info = &db_.function(callee.function);
    }
    if (info->intrinsic != "string.concat" || call.args.size() != 2) {
      return not_constant(call, "a call of `" + std::string(db_.names.text(info->name)) + "`");
    }
    ConstValue a;
    ConstValue b;
    if (!evaluate(*call.args[0].value, a) || !evaluate(*call.args[1].value, b)) return false;
    out.kind = Kind::String;
    if (a.text.size() + b.text.size() > (std::size_t{1} << 24))
      return panics(call, "this string is too long for a constant");
    out.text = db_.kept.copy(std::string(a.text) + std::string(b.text));
    return true;
  }

  Database& db_;
};

std::uint64_t fingerprint(const ConstValue& value) {
  std::uint64_t hash = hash_combine(static_cast<std::uint64_t>(value.kind) + 1, value.type.index);
  hash = hash_combine(hash_combine(hash, value.bits), value.variant);
  hash = hash_combine(hash, hash_bytes({reinterpret_cast<const char*>(&value.number), sizeof value.number}));
  hash = hash_combine(hash, hash_bytes(value.text));
  for (const ConstValue& part : value.parts) hash = hash_combine(hash, fingerprint(part));
  return hash;
}

}  // namespace

std::uint64_t Database::answer_const_type(ConstId id) {
  ask(QueryKind::ConstText, id.index);
  ConstEntry& entry = consts[id.index];
  entry.type = types.primitive(TypeKind::Error);
  entry.declared = TypeId();
  if (!entry.alive || entry.syntax == nullptr) return 0;
  if (entry.syntax->type != nullptr) {
    entry.declared = resolve_unshaped(*entry.syntax->type, Scope{entry.module, {}, TypeId()});
    entry.type = entry.declared;
    return entry.type.index;
  }
  const auto outcome = queries.ask({QueryKind::ConstValue, id.index});
  if (outcome != Queries::Outcome::Current) {
    report_const_cycle(id);
  } else if (entry.body != nullptr && entry.body->root != nullptr) {
    entry.type = entry.body->root->type;
  }
  return entry.type.index;
}

std::uint64_t Database::answer_const_value(ConstId id) {
  ask(QueryKind::ConstText, id.index);
  ConstEntry& entry = consts[id.index];
  entry.value.reset();
  entry.body.reset();
  if (!entry.alive || entry.syntax == nullptr || entry.syntax->value == nullptr) return 0;
  TypeId declared;
  if (entry.syntax->type != nullptr) {
    declared = context.constant_type(id);
    // An error in the written type was reported; the value is checked by itself then.
    if (types.kind(declared) == TypeKind::Error) declared = TypeId();
  }
  entry.body = check_constant_body(context, id, declared);
  if (entry.body == nullptr || entry.body->root == nullptr) return 0;
  entry.value = Evaluator(*this).run(*entry.body->root);
  if (entry.value == nullptr) return 1;
  if (declared.valid()) entry.value->type = declared;
  return fingerprint(*entry.value);
}

/// Says how a constant depends on itself, naming each on the way, or that the chain is too long.
void Database::report_const_cycle(ConstId id) {
  std::vector<ConstId> chain;
  bool inside = false;
  for (std::uint32_t node : queries.running()) {
    const QueryKey key = queries.key(node);
    if (key.kind != QueryKind::ConstValue) continue;
    inside |= key.index == id.index;
    if (inside) chain.push_back(ConstId(key.index));
  }
  const ConstEntry& entry = consts[id.index];
  if (entry.syntax == nullptr) return;
  if (chain.empty()) {
    report(Code::ConstantsTooDeep, span(entry.module, entry.syntax->name.range),
           "the constants that lead to `" + std::string(names.text(entry.name)) + "` form too long a chain")
        .help("declare each constant after those that it uses");
    return;
  }
  std::string message = "the value of `" + std::string(names.text(entry.name)) + "` depends on itself: ";
  for (ConstId link : chain) message += "`" + std::string(names.text(consts[link.index].name)) + "` → ";
  message += "`" + std::string(names.text(entry.name)) + "`";
  auto& diagnostic = report(Code::ConstantCycle, span(entry.module, entry.syntax->name.range), std::move(message));
  diagnostic.label("its value depends on itself");
  for (std::size_t i = 1; i < chain.size() && i < 8; ++i) {
    const ConstEntry& link = consts[chain[i].index];
    if (link.syntax != nullptr) diagnostic.note(span(link.module, link.syntax->name.range), "by way of this one");
  }
}

}  // namespace noodle::sema
