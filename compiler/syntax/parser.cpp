#include "compiler/syntax/parser.h"

#include <algorithm>

#include "base/text.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {
constexpr std::size_t kMostShown = 40;

bool opens(TokenKind kind) {
  return kind == ParenOpen || kind == BracketOpen || kind == BraceOpen || kind == StringBegin;
}
bool closes(TokenKind kind) {
  return kind == ParenClose || kind == BracketClose || kind == BraceClose || kind == StringEnd;
}
TokenKind partner(TokenKind close) {
  switch (close) {
    case ParenClose: return ParenOpen;
    case BracketClose: return BracketOpen;
    case BraceClose: return BraceOpen;
    default: return StringBegin;
  }
}
// Drops what `close` closes, with all that was left open inside it; false when it closes nothing.
bool close_bracket(std::vector<TokenKind>& open, TokenKind close) {
  const TokenKind want = partner(close);
  auto it = std::find(open.rbegin(), open.rend(), want);
  if (it == open.rend()) return false;
  // A `)` or `]` never closes a brace that was opened later.
  if (want != BraceOpen && want != StringBegin && std::find(open.rbegin(), it, BraceOpen) != it) return false;
  open.erase((it + 1).base(), open.end());
  return true;
}
// Whether a line that begins with this goes on with the statement before it.
bool continues_line(TokenKind kind) {
  return kind == Dot || kind == QuestionQuestion || kind == AmpAmp || kind == PipePipe || kind == Else;
}
}  // namespace

Parser::Parser(Interner& names, ParsedFile& out, source::DiagnosticSink& sink)
    : names_(names), out_(out), sink_(sink), tokens_(out.tokens), kind_(tokens_[0].kind) {}

// ---- the cursor

void Parser::advance() {
  prev_end_ = token().end;
  half_ = 0;
  if (pos_ + 1 < tokens_.size()) ++pos_;
  kind_ = token().kind;
}

bool Parser::eat(TokenKind kind) {
  if (kind_ != kind) return false;
  advance();
  return true;
}

void Parser::split(TokenKind rest) {
  prev_end_ = begin() + 1;
  ++half_;
  kind_ = rest;
}

// ---- bounds

void Parser::too_deep() {
  if (stopped_) return;
  recovering_ = false;
  if (auto* problem = error(Code::TooDeep, range(), "this is nested too deeply")) {
    problem->help("give a name to a part of it, or move a part into a function");
  }
  stop();
}

void Parser::stop() {
  stopped_ = true;
  recovering_ = true;
  half_ = 0;
  pos_ = tokens_.size() - 1;
  kind_ = EndOfFile;
}

// ---- errors and recovery

source::Diagnostic* Parser::error(Code code, Range range, std::string message) {
  if (recovering_) return nullptr;
  recovering_ = true;
  if (kind_ == Error) return nullptr;  // the lexer said what is wrong here
  return &sink_.report(code, span(range), std::move(message));
}

source::Diagnostic* Parser::complain(Code code, Range range, std::string message) {
  if (recovering_) return nullptr;
  return &sink_.report(code, span(range), std::move(message));
}

std::string Parser::found() const {
  if (kind_ != EndOfFile && token().newline_before() && half_ == 0) return "the end of the line";
  return found_here();
}

// The same where a new line is where something should begin.
std::string Parser::found_here() const {
  if (kind_ == EndOfFile) return "the end of the file";
  if (kind_ == Identifier || kind_ == Integer || kind_ == Float || kind_ == Duration || kind_ == Size) {
    const std::string_view what = spelling();
    if (what.size() <= kMostShown) return "`" + std::string(what) + "`";
  }
  return std::string(describe(kind_));
}

Range Parser::missing_place() const {
  if (pos_ > 0 && half_ == 0 && (kind_ == EndOfFile || token().newline_before())) {
    return tokens_[pos_ - 1].range();
  }
  return range();
}

bool Parser::expect(TokenKind kind, std::string_view after) {
  if (eat(kind)) return true;
  error(Code::UnexpectedToken, missing_place(),
        "expected " + std::string(describe(kind)) + " " + std::string(after) + ", found " + found());
  return false;
}

bool Parser::expect_closing(TokenKind kind, Range opening) {
  if (!lost_ && eat(kind)) return true;
  const std::string close(describe(kind));
  const bool ended = kind_ == EndOfFile || token().newline_before() || closes(kind_);
  if (!ended) {
    if (report_foreign_operator()) return false;
    auto* problem = error(Code::UnexpectedToken, range(),
                          (kind == BraceClose ? "expected " : "expected `,` or ") + close + ", found " + found());
    if (problem != nullptr && at(BracketOpen)) problem->help("type arguments stand between `<` and `>`: `List<Int>`");
  } else if (auto* problem = error(Code::MissingClosing, missing_place(), close + " is missing here")) {
    problem->note(span(opening), "to close this");
    const std::uint32_t where = prev_end_;
    problem->suggest("close it", span({where, where}), close.substr(1, 1));
  }
  return false;
}

// Eats the comma behind an element. Where another element follows without one, says so and goes on:
// `labelled` if one of its own kind certainly begins here, or else on a line indented more than the opening's.
bool Parser::another_element(Range opening, bool labelled) {
  if (eat(Comma)) return true;
  if (recovering_ || kind_ == EndOfFile) return false;
  if (!labelled) {
    if (!token().newline_before() || !starts_expr()) return false;
    const auto start = std::lower_bound(tokens_.begin(), tokens_.end(), opening.begin,
                                        [](const Token& token, std::uint32_t begin) { return token.begin < begin; });
    if (indent(pos_) <= indent(static_cast<std::size_t>(start - tokens_.begin()))) return false;
  }
  const Range place = {prev_end_, prev_end_};
  if (auto* problem = complain(Code::UnexpectedToken, tokens_[pos_ - 1].range(), "a `,` is missing behind this")) {
    problem->suggest("elements are separated by commas, also over several lines", span(place), ",");
  }
  return true;
}

// Whether or not there is one, the caller reads on as if the brace stood here.
void Parser::expect_body_brace() {
  if (!token().newline_before() || !at(BraceOpen)) return;
  const Range place = range();
  if (auto* problem = complain(Code::BraceOnNewLine, place, "this `{` belongs on the line before")) {
    problem->suggest("a newline ends a statement, so a body begins on the line of its head",
                     span({prev_end_, place.end}), " {");
  }
}

// How far the line of a token is indented. The table is made when the first error needs it.
std::uint32_t Parser::indent(std::size_t pos) {
  if (lines_.empty()) {
    const std::string_view all = out_.text;
    for (std::size_t line = 0; line <= all.size();) {
      std::size_t at = line;
      while (at < all.size() && (all[at] == ' ' || all[at] == '\t')) ++at;
      lines_.push_back({static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(at - line)});
      const std::size_t end = all.find('\n', at);
      if (end == std::string_view::npos) break;
      line = end + 1;
    }
  }
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), tokens_[pos].begin,
                                      [](std::uint32_t begin, const Line& line) { return begin < line.begin; });
  return (after - 1)->indent;
}

// Skips to the next statement or member: the next line that is not indented more than the line of
// `start` and does not continue it, or behind a `;` (or at a `,` where `commas` separate).
void Parser::synchronise(std::size_t start, bool commas) {
  if (stopped_ || lost_) return;
  recovering_ = false;
  if (half_ != 0) advance();
  std::vector<TokenKind> open;
  for (std::size_t i = start; i < pos_; ++i) {
    if (opens(tokens_[i].kind)) {
      open.push_back(tokens_[i].kind);
    } else if (closes(tokens_[i].kind)) {
      close_bracket(open, tokens_[i].kind);
    }
  }
  const std::uint32_t margin = indent(start);
  for (; kind_ != EndOfFile; advance()) {
    const bool new_line = token().newline_before() && pos_ > start && indent(pos_) <= margin;
    if (closes(kind_)) {
      if (!close_bracket(open, kind_) && (kind_ == BraceClose || kind_ == StringEnd)) return;
    } else if (kind_ == StringMiddle && std::find(open.begin(), open.end(), StringBegin) == open.end()) {
      return;
    } else if (new_line && !continues_line(kind_)) {
      return;
    } else if (opens(kind_)) {
      open.push_back(kind_);
    } else if (open.empty() && kind_ == Semicolon) {
      advance();
      return;
    } else if (open.empty() && commas && kind_ == Comma) {
      return;
    }
  }
}

bool Parser::at_test() const {
  return (peek() == String || peek() == StringBegin) && (spelling() == "test" || spelling() == "bench");
}

bool Parser::at_item_start() const {
  switch (kind_) {
    case Fn:
    case Struct:
    case Enum:
    case Trait:
    case Impl:
    case Import:
    case Const:
    case Pub:
    case Actor:
    case At: return true;
    case Identifier: return at_test();
    default: return false;
  }
}

// A declaration at the left margin inside a body: more likely the body's brace is missing.
bool Parser::at_lost_item() const {
  const std::uint32_t begin = token().begin;
  return token().newline_before() && begin > 0 && out_.text[begin - 1] == '\n' && at_item_start();
}

void Parser::statement_not_ended() {
  if (recovering_ || report_foreign_operator()) return;
  const Range here = range();
  if (at(ParenClose) || at(BracketClose)) {
    error(Code::UnexpectedClosing, here, "this " + std::string(describe(kind_)) + " closes nothing");
    return;
  }
  if (at(Comma) && previous() == Identifier) {
    std::size_t ahead = 0;
    while (token_at(ahead).kind == Comma && token_at(ahead + 1).kind == Identifier) ahead += 2;
    if (ahead != 0 && token_at(ahead).kind == FatArrow) {
      const Range names = {tokens_[pos_ - 1].begin, token_at(ahead - 1).end};
      if (auto* problem = error(Code::UnexpectedToken, names, "several parameters stand in parentheses")) {
        problem->suggest("add them", span({names.begin, names.begin}), "(").also(span({names.end, names.end}), ")");
      }
      return;
    }
  }
  if (at(BraceOpen) && previous() == Identifier) {
    if (auto* problem = error(Code::StatementNotEnded, here, "a `{` can't follow a name here")) {
      problem->help("a block is passed behind a call's parentheses: `each() { … }`");
    }
    return;
  }
  if (at(Colon)) {
    const Token& name = tokens_[pos_ - 1];
    const bool first = name.kind == Identifier && name.newline_before();
    const bool declares = first && token_at(1).kind == Identifier && peek(2) == Equal;
    if (auto* problem = error(Code::StatementNotEnded, here, "a `:` can't stand here")) {
      if (declares) return void(problem->suggest("declare a variable", span({name.begin, name.begin}), "let "));
      if (first) problem->help("a label stands before `for`, `while` or `loop` only");
      problem->help("where a statement may stand, `{` opens a block; a map is then written `({ key: value })`");
    }
    return;
  }
  if (auto* problem =
          error(Code::StatementNotEnded, here, "expected an operator or the end of the statement, found " + found())) {
    if (at(Comma)) {
      problem->help("a list is written `[a, b]`, a set `Set.from([a, b])`, a tuple `(a, b)`");
    } else if (starts_expr() || is_keyword(kind_)) {
      problem->help("a statement ends with its line; `;` separates two statements on one line");
    }
  }
}

// ---- names and texts

Name Parser::name_here() {
  const Name name{names_.intern(spelling()), range()};
  advance();
  return name;
}

Name Parser::take_name(std::string_view what) {
  if (at(Identifier) && spelling() != "_") return name_here();
  const Range place = missing_place();
  if (is_keyword(kind_) && !token().newline_before()) {
    auto* problem = error(Code::ExpectedName, range(),
                          std::string(describe(kind_)) + " is a reserved word, not " + std::string(what));
    if (problem != nullptr) problem->help("take another one, such as `" + std::string(spelling()) + "_`");
  } else {
    error(Code::ExpectedName, place, "expected " + std::string(what) + ", found " + found());
  }
  return {Symbol(), {place.end, place.end}};
}

Name Parser::take_word(std::string_view what) { return at_word() ? name_here() : take_name(what); }

std::span<const Name> Parser::path(std::size_t most, std::string_view what) {
  Sequence<Name> names(name_list_);
  names.push(take_name(what));
  while (names.size() < most && at(Dot) && is_word(peek())) {
    if (!blank_ && token_at(1).newline_before()) {
      advance();
      error(Code::ExpectedName, missing_place(), "expected a name after `.`, found the end of the line");
      break;
    }
    advance();
    names.push(name_here());
  }
  return names.finish(out_.arena);
}

std::string_view Parser::keep(std::string_view raw, bool escapes) {
  if (!escapes) return raw;
  std::string plain;
  append_unescaped(plain, raw);
  return out_.arena.copy(plain);
}

// The `///` lines between the token at `pos` and the one before it.
std::string_view Parser::doc_before(std::size_t pos) {
  if (!(tokens_[pos].flags & Token::kDocBefore)) return {};
  const auto before = [](const Comment& comment, std::uint32_t begin) { return comment.range.begin < begin; };
  const std::uint32_t after = pos == 0 ? 0 : tokens_[pos - 1].end;
  auto it = std::lower_bound(out_.comments.begin(), out_.comments.end(), after, before);
  std::string joined;
  for (; it != out_.comments.end() && it->range.begin < tokens_[pos].begin; ++it) {
    if (!it->is_doc) continue;
    std::string_view line = text(it->range).substr(3);
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (!joined.empty()) joined += '\n';
    joined += line;
  }
  return out_.arena.copy(joined);
}

std::optional<std::string_view> Parser::plain_string(std::string_view what) {
  if (at(String)) {
    const std::string_view value = keep(text(text_range(token())), token().flags & Token::kEscapes);
    advance();
    return value;
  }
  if (at(StringBegin)) {
    if (auto* problem = error(Code::PlainStringNeeded, range(), std::string(what) + " has no interpolation")) {
      problem->help("write `\\{` for a brace");
    }
    string(ExprKind::String, begin());
  } else {
    error(Code::UnexpectedToken, missing_place(), "expected " + std::string(what) + ", a string, found " + found());
  }
  return std::nullopt;
}

ParsedFile parse(Interner& names, std::string_view text, source::FileId file, source::DiagnosticSink& sink) {
  ParsedFile out;
  out.text = text;
  out.file = file;
  LexedFile lexed = lex(text, file, sink);
  out.tokens = std::move(lexed.tokens);
  out.comments = std::move(lexed.comments);
  Parser(names, out, sink).parse_file();
  return out;
}

}  // namespace noodle::syntax
