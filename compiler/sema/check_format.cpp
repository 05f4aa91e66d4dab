// Strings: plain, or with values in them, and whether their formats fit.

#include "base/format_spec.h"
#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

Expr* BodyChecker::check_string(const syntax::StringExpr* expr) {
  source::Span where = span(expr);
  bool plain = true;
  for (const syntax::StringPart& part : expr->parts) plain = plain && part.expr == nullptr;
  TypeId type = primitive(TypeKind::String);
  Arena& arena = frame_->body->arena;
  if (plain) {
    auto* node = make<StringExpr>(ExprKind::String, type, where);
    if (expr->parts.size() == 1) {
      node->text = arena.copy(expr->parts[0].text);
    } else {
      std::string all;
      for (const syntax::StringPart& part : expr->parts) all += part.text;
      node->text = arena.copy(std::string_view(all));
    }
    return node;
  }
  bool chain = in_chain_;
  in_chain_ = false;
  std::vector<FormatPart> parts;
  for (const syntax::StringPart& part : expr->parts) {
    if (part.expr == nullptr) {
      parts.push_back({arena.copy(part.text), nullptr, {}});
      continue;
    }
    Expr* value = check(part.expr);
    FormatPart out{{}, value, {}};
    if (part.format_range.end > part.format_range.begin || !part.format.empty()) {
      out.format = frame_->body->arena.copy(part.format);
      formats_.push_back({out.format, value->type, span(part.format_range)});
    }
    parts.push_back(out);
  }
  in_chain_ = chain;
  auto* node = make<FormatExpr>(ExprKind::Format, type, where);
  node->parts = keep(parts);
  return node;
}

void BodyChecker::check_format(std::string_view format, TypeId type, source::Span where) {
  auto wrong = [&](std::string message, std::string help) {
    report(Code::BadFormat, where, std::move(message)).help(std::move(help));
  };
  const std::string most = "at most " + std::to_string(kMostFormatWidth);
  const auto spec = parse_format(format);
  if (!spec) {
    switch (spec.error()) {
      case FormatProblem::WideWidth: return wrong("this width is too large", most);
      case FormatProblem::WidePrecision: return wrong("this precision is too large", most);
      case FormatProblem::NoPrecision:
        return wrong("a number is missing after `.`", "write the number of places, as in `.3f`");
      case FormatProblem::NoFormat: break;
    }
    return wrong("`" + std::string(format) + "` is not a format",
                 "a format is `[fill][< ^ >][+][0][width][,][.precision][x X b o d f e E %]`, such "
                 "as `>8`, `04`, `.3f`");
  }
  bool floating = false;
  bool number = is_number_type(type, floating);
  TypeKind kind = types_.kind(type);
  bool is_param = kind == TypeKind::Param;
  bool integer = number && !floating;
  std::string name = a_type(type);
  bool precision = spec->precision >= 0;
  char letter = spec->kind;
  if (!number && (spec->plus || spec->zero || spec->commas)) {
    return wrong("`+`, `,` and leading zeros are for numbers, but this is " + name,
                 "align a text with `<`, `^` or `>`");
  }
  std::string_view of_integers = "xXbod";
  if (letter != 0 && letter != 's' && of_integers.find(letter) != std::string_view::npos && !integer) {
    return wrong(std::string("`") + letter + "` formats integers, but this is " + name,
                 is_float(kind) ? "convert it with `.to_int()` first" : "write the value without a format");
  }
  bool wants_float = letter == 'f' || letter == 'e' || letter == 'E' || letter == '%';
  if ((wants_float || precision) && !(number && (floating || is_param))) {
    return wrong(std::string(precision ? "a precision" : "`" + std::string(1, letter) + "`") +
                     " is for floats, but this is " + name,
                 integer ? "convert it first, as in `{f64(x):.2f}`" : "write the value without a format");
  }
  if (letter == 's' && kind != TypeKind::String)
    return wrong("`s` formats strings, but this is " + name, "leave out the `s`");
}

}  // namespace noodle::sema
