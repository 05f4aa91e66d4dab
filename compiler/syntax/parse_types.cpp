// Types, and the rule that tells type arguments from a comparison.

#include <algorithm>

#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {

/// Whether a token may stand between the brackets of a shape.
bool is_of_shape(TokenKind kind) {
  return kind == Identifier || kind == Integer || kind == Comma || kind == DotDot || kind == Plus || kind == Minus ||
         kind == Star;
}

}  // namespace

Type* Parser::bad_type() { return make<Type>(TypeKind::Error, prev_end_); }

Type* Parser::type() {
  const Nest nest(*this);
  const std::uint32_t first = begin();
  Type* made = type_operand();
  while ((at(Question) || at(QuestionQuestion)) && !newline()) {
    const bool twice = at(QuestionQuestion);
    mark(Token::kTypeAngle);
    advance();
    made = make<OptionType>(TypeKind::Option, first, made);
    grow();
    if (twice) {
      --made->range.end;
      made = make<OptionType>(TypeKind::Option, first, made);
      grow();
    }
  }
  return made;
}

Type* Parser::type_operand() {
  const std::uint32_t first = begin();
  switch (kind_) {
    case Identifier:
      if (spelling() != "_") return path_type();
      break;
    case SelfType: advance(); return make<Type>(TypeKind::Self, first);
    case Any: {
      advance();
      PathType* trait = path_type();
      return make<AnyType>(TypeKind::Any, first, trait);
    }
    case ParenOpen: return paren_type();
    default: break;
  }
  if (stopped_) return bad_type();
  const bool same_line = !token().newline_before();
  auto* problem = error(Code::ExpectedType, missing_place(), "expected a type, found " + found());
  if (problem != nullptr && same_line) {
    if (at(BracketOpen)) problem->help("a list's type is written `List<Int>`");
    if (at(Fn)) problem->help("a function's type is written `(Int, Int) -> Bool`");
    if (at(Amp) || at(Star)) problem->help("there are no references: a value is passed as `Int`, and changed as `mut`");
    if (at(Mut)) problem->help("`mut` stands in front of a parameter's name");
    if (at(Question)) problem->help("`?` stands behind a type: `Int?`");
  }
  return bad_type();
}

PathType* Parser::path_type() {
  const std::uint32_t first = begin();
  const std::span<const Name> names = path(2, "a type");
  List<Type> arguments;
  if (at(Less) && !newline()) arguments = type_arguments();
  return make<PathType>(TypeKind::Path, first, names, arguments);
}

// `()`, `(A, B)`, `(A, mut B) -> C`, or a type in parentheses.
Type* Parser::paren_type() {
  const std::uint32_t first = begin();
  const Range opening = range();
  Sequence<FunctionTypeParam> parts(type_parts_);
  Range marked{};
  {
    const Context context(*this, true, Head::None);
    advance();
    while (!at(ParenClose) && !at_end() && !recovering_) {
      FunctionTypeParam part{at(Mut), nullptr};
      if (part.is_mut) {
        marked = range();
        advance();
      }
      if (at(Identifier) && peek() == Colon) {
        auto* problem = error(Code::UnexpectedToken, range(), "the parameters of a function's type have no names");
        if (problem != nullptr) problem->help("write only their types: `(Int, Int) -> Bool`");
      }
      part.type = type();
      parts.push(part);
      if (!eat(Comma)) break;
    }
  }
  expect_closing(ParenClose, opening);
  if (at(Arrow) && !newline()) {
    const std::span<const FunctionTypeParam> params = parts.finish(out_.arena);
    advance();
    Type* result = type();
    return make<FunctionType>(TypeKind::Function, first, params, result);
  }
  if (marked.end != 0) {
    error(Code::UnexpectedToken, marked, "`mut` stands only before the parameters of a function's type");
  }
  if (parts.size() == 1) return parts[0].type;
  Sequence<Type*> elements(types_);
  for (std::size_t i = 0; i < parts.size(); ++i) elements.push(parts[i].type);
  return make<TupleType>(TypeKind::Tuple, first, List<Type>(elements.finish(out_.arena)));
}

List<Type> Parser::type_arguments() {
  const Context context(*this, true, Head::None);
  const Range opening = range();
  Sequence<Type*> list(types_);
  mark(Token::kTypeAngle);
  advance();
  while (!at_closing_angle() && !at_end() && !recovering_) {
    list.push(at(BracketOpen) && !list.empty() ? shape_type() : type());
    if (!eat(Comma)) break;
  }
  if (list.empty()) error(Code::ExpectedType, range(), "expected a type between `<` and `>`");
  close_angle(opening);
  return list.finish(out_.arena);
}

// `[batch, 784]`, `[_, 3]`, `[.., 2 * n]`, `[]`.
ShapeType* Parser::shape_type() {
  const Context context(*this, true, Head::None);
  const std::uint32_t first = begin();
  const Range opening = range();
  Sequence<ShapeLength> lengths(shape_lengths_);
  advance();
  while (!at(BracketClose) && !at_end() && !recovering_) {
    ShapeLength length{range(), {}};
    if (!eat(DotDot) && !shape_length(length)) break;
    lengths.push(length);
    if (!eat(Comma)) break;
  }
  expect_closing(BracketClose, opening);
  return make<ShapeType>(TypeKind::Shape, first, lengths.finish(out_.arena));
}

bool Parser::shape_length(ShapeLength& length) {
  Sequence<LengthPart> parts(length_parts_);
  char op = '+';
  while (true) {
    const Range here = range();
    if (at(Identifier)) {
      parts.push({here, name_here().symbol, nullptr, op});
    } else if (at(Integer)) {
      parts.push({here, Symbol(), number(begin(), false), op});
    } else {
      auto* problem = error(Code::UnexpectedToken, missing_place(), "expected a length, found " + found());
      if (problem != nullptr) {
        problem->help(
            "a shape is made of numbers, names, `_` and `..`, and of sums and products: `Tensor<f32, [batch, 2 * n]>`");
      }
      return false;
    }
    length.range.end = here.end;
    if (!at(Plus) && !at(Minus) && !at(Star)) break;
    op = at(Plus) ? '+' : at(Minus) ? '-' : '*';
    advance();
  }
  length.parts = parts.finish(out_.arena);
  return true;
}

bool Parser::at_closing_angle() const {
  return at(Greater) || at(GreaterGreater) || at(GreaterEqual) || at(GreaterGreaterEqual);
}

// One `>`, be it the first byte of `>>`, `>=` or `>>=`.
bool Parser::close_angle(Range opening) {
  if (!at_closing_angle()) {
    if (auto* problem = error(Code::UnexpectedToken, missing_place(), "expected `,` or `>`, found " + found())) {
      problem->note(span(opening), "to close this");
    }
    return false;
  }
  mark(Token::kTypeAngle);
  switch (kind_) {
    case Greater: advance(); break;
    case GreaterGreater: split(Greater); break;
    case GreaterEqual: split(Equal); break;
    default: split(GreaterEqual); break;
  }
  return true;
}

// Whether the `<` here, glued to a name, opens type arguments: a flat scan over what types are made
// of must find its `>` with `(`, `.` or `{` behind it. One scan answers for every `<` that it passes,
// so all scans of a file together are linear.
bool Parser::opens_type_arguments() {
  const Angles& known = angles_[blank_ ? 1 : 0];
  if (pos_ < known.begin || pos_ >= known.end) scan_angles();
  return std::binary_search(known.opens.begin(), known.opens.end(), pos_);
}

void Parser::scan_angles() {
  constexpr std::size_t kParen = SIZE_MAX;
  Angles& result = angles_[blank_ ? 1 : 0];
  result.opens.clear();
  result.begin = pos_;
  std::vector<std::size_t> open;  // positions of `<`, and kParen for each `(`
  std::size_t parens = 0;
  const auto line_ends_before = [&](std::size_t i) {
    if (blank_ || parens != 0 || i == pos_ || !tokens_[i].newline_before()) return false;
    const TokenKind before = tokens_[i - 1].kind, here = tokens_[i].kind;
    return before != Comma && before != Less && before != Arrow && before != QuestionQuestion && here != Dot &&
           here != QuestionQuestion;
  };
  // Closes the innermost `<` with a `>` of token i; false when there is none or it can't be a type.
  const auto close = [&](std::size_t i, bool last_half) {
    if (open.empty() || open.back() == kParen) return false;
    const Token& next = tokens_[i + 1];  // there is one: `>` is not the end of the file
    const bool called = (next.kind == ParenOpen || next.kind == BraceOpen) && (blank_ || !next.newline_before());
    if (last_half && (called || next.kind == Dot)) result.opens.push_back(open.back());
    open.pop_back();
    return true;
  };
  std::size_t i = pos_;
  for (bool going = true; going && !line_ends_before(i); ++i) {
    switch (tokens_[i].kind) {
      case Identifier:
      case SelfType:
      case Dot:
      case Comma:
      case Question:
      case QuestionQuestion:
      case Arrow:
      case Any:
      case Mut: break;
      case Less: open.push_back(i); break;
      case Greater: going = close(i, true); break;
      case GreaterGreater: going = close(i, false) && close(i, true); break;
      case ParenOpen:
        open.push_back(kParen);
        ++parens;
        break;
      case ParenClose:
        // What was opened inside the parentheses stays a comparison.
        while (!open.empty() && open.back() != kParen) open.pop_back();
        going = !open.empty();
        if (going) {
          open.pop_back();
          --parens;
        }
        break;
      case BracketOpen:
        // A shape, which is behind a comma and has no brackets inside.
        going = tokens_[i - 1].kind == Comma && !open.empty() && open.back() != kParen;
        if (going) {
          do ++i;
          while (is_of_shape(tokens_[i].kind));
          going = tokens_[i].kind == BracketClose;
        }
        break;
      default: going = is_word(tokens_[i].kind) && tokens_[i - 1].kind == Dot; break;
    }
  }
  result.end = std::max(i, pos_ + 1);
  std::sort(result.opens.begin(), result.opens.end());
}

}  // namespace noodle::syntax
