#include "compiler/syntax/formatter.h"

#include <algorithm>

#include "compiler/syntax/formatter_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {

bool closes_types(const Token& token) {
  return in_types(token) && token.kind >= Greater && token.kind <= GreaterGreaterEqual;
}

TokenKind opening_of(TokenKind close) {
  return close == ParenClose ? ParenOpen : close == BracketClose ? BracketOpen : BraceOpen;
}

// How many lists of type arguments a token opens; less than none when it closes them.
int angles(const Token& token) {
  if (!in_types(token)) return 0;
  switch (token.kind) {
    case Less: return 1;
    case Greater:
    case GreaterEqual: return -1;
    case GreaterGreater:
    case GreaterGreaterEqual: return -2;
    default: return 0;
  }
}

std::string_view trimmed(std::string_view text) {
  while (text.ends_with(' ') || text.ends_with('\t') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

Formatter::Formatter(const ParsedFile& parsed) : parsed_(parsed), text_(parsed.text) {
  const std::size_t line = text_.find("#!");
  if (line == 0 || (line == 3 && text_.starts_with("\xEF\xBB\xBF"))) {
    start_ = static_cast<std::uint32_t>(std::min(text_.find('\n', line), text_.size()));
    head_ = trimmed(text_.substr(line, start_ - line));
  }
  make_pieces();
  drop_commas();
  erase_dropped();
}

void Formatter::make_pieces() {
  const std::vector<Token>& tokens = parsed_.tokens;
  std::vector<std::size_t> open;
  std::vector<int> types{0};  // in each open bracket, how many lists of type arguments are open
  for (std::size_t i = 0; tokens[i].kind != EndOfFile; ++i) {
    Piece piece{&tokens[i], &tokens[i]};
    if (tokens[i].kind == StringBegin) {
      std::size_t depth = 0;
      for (;; ++i) {
        if (tokens[i].kind == StringBegin) ++depth;
        if (tokens[i].kind == StringEnd && --depth == 0) break;
        if (tokens[i + 1].kind == EndOfFile) break;
      }
      piece.last = &tokens[i];
    }
    piece.width = characters(text_.substr(piece.token->begin, piece.last->end - piece.token->begin));
    const std::size_t index = pieces_.size();
    if (is_close(tokens[i]) && !types.empty()) types.pop_back();
    const int open_types = types.empty() ? 0 : types.back();
    piece.in_types = open_types > 0;
    if (!types.empty()) types.back() = std::max(0, open_types + angles(tokens[i]));
    if (is_open(tokens[i])) types.push_back(0);
    if (is_open(*piece.token)) open.push_back(index);
    if (is_close(*piece.token) && !open.empty() && pieces_[open.back()].kind() == opening_of(piece.kind())) {
      piece.partner = open.back();
      pieces_[open.back()].partner = index;
      open.pop_back();
    }
    pieces_.push_back(piece);
  }
}

// A line break separates the parts of a body as well as a comma does; one of the two is enough.
void Formatter::drop_commas() {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    Piece& piece = pieces_[i];
    if (is_open(*piece.token) && piece.partner != Piece::kNone) open.push_back(i);
    if (is_close(*piece.token) && !open.empty() && piece.partner == open.back()) open.pop_back();
    if (!separates_parts(piece) || open.empty() || i + 1 == pieces_.size()) continue;
    const bool parts = pieces_[open.back()].token->flags & Token::kParts && pieces_[open.back()].kind() == BraceOpen;
    piece.dropped |= parts && (begins_line(i + 1) || is_close(*pieces_[i + 1].token));
  }
}

void Formatter::erase_dropped() {
  std::vector<std::size_t> moved(pieces_.size());  // where each is afterwards
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i) moved[i] = pieces_[i].dropped ? kept : kept++;
  if (kept == pieces_.size()) return;
  std::erase_if(pieces_, [](const Piece& piece) { return piece.dropped; });
  for (Piece& piece : pieces_) {
    if (piece.partner != Piece::kNone) piece.partner = moved[piece.partner];
  }
}

std::string Formatter::run() {
  for (bool decided = true; decided;) {
    layout();
    decided = false;
    for (const Line& line : lines_) {
      if (line.width > kWidth) decided |= Breaker(pieces_, line).run();
    }
    drop_commas();
    erase_dropped();
  }
  return joined();
}

void Formatter::layout() {
  lines_.clear();
  open_.clear();
  comment_ = 0;
  end_ = start_;
  after_open_ = false;
  for (pos_ = 0; pos_ < pieces_.size(); ++pos_) {
    comments_before(pieces_[pos_].token->begin);
    place();
  }
  comments_before(static_cast<std::uint32_t>(text_.size()));
}

std::size_t Formatter::newlines_before(std::uint32_t begin) const {
  return static_cast<std::size_t>(std::count(text_.begin() + end_, text_.begin() + begin, '\n'));
}

void Formatter::new_line(std::size_t count, std::size_t indent, bool may_skip_line) {
  const bool first = lines_.empty() && head_.empty();
  if (count > 1 && may_skip_line && !after_open_ && !first) lines_.push_back({.first = pos_, .end = pos_});
  lines_.push_back({.code = std::string(indent * kIndent, ' '),
                    .first = pos_,
                    .end = pos_,
                    .indent = indent,
                    .width = indent * kIndent});
}

void Formatter::comments_before(std::uint32_t begin) {
  for (; comment_ < parsed_.comments.size() && parsed_.comments[comment_].range.begin < begin; ++comment_) {
    const Range range = parsed_.comments[comment_].range;
    if (range.begin < end_) continue;  // inside an interpolation
    const std::string_view comment = trimmed(text_.substr(range.begin, range.end - range.begin));
    const std::size_t lines = newlines_before(range.begin);
    if (lines > 0 || lines_.empty()) {
      new_line(lines, inside(), true);
      lines_.back().code += comment;
    } else {
      const std::size_t line_begin = text_.rfind('\n', range.begin) + 1;
      lines_.back().comment = comment;
      lines_.back().written_column = characters(text_.substr(line_begin, range.begin - line_begin));
    }
    end_ = range.end;
    after_open_ = false;
  }
}

void Formatter::place() {
  Piece& piece = pieces_[pos_];
  std::size_t lines = newlines_before(piece.token->begin);
  if (piece.breaks) lines = std::max<std::size_t>(lines, 1);
  bool blank = false;
  if (lines > 0 || lines_.empty()) {
    new_line(lines, line_indent(), !is_close(*piece.token));
  } else if (pos_ > 0) {
    blank = space_between(parsed_, *pieces_[pos_ - 1].last, *piece.token);
  }
  if (is_open(*piece.token)) {
    open_.push_back({piece.kind(), lines_.back().indent});
  } else if (is_close(*piece.token) && !open_.empty() && open_.back().kind == opening_of(piece.kind())) {
    open_.pop_back();
  }
  after_open_ = is_open(*piece.token);
  write(piece, blank);
  end_ = piece.last->end;
}

void Formatter::write(Piece& piece, bool blank) {
  Line& line = lines_.back();
  if (blank) line.code += ' ', ++line.width;
  piece.column = line.width;
  const std::string_view spelling = text_.substr(piece.token->begin, piece.last->end - piece.token->begin);
  if (closes_types(*piece.token) && (piece.kind() == GreaterEqual || piece.kind() == GreaterGreaterEqual)) {
    line.code += spelling.substr(0, spelling.size() - 1);
    line.code += " =";
    ++line.width;
  } else {
    line.code += spelling;
  }
  if (piece.adds_comma) line.code += ',', ++line.width;
  line.width += piece.width;
  line.end = pos_ + 1;
}

// Of a line that begins with the current piece.
std::size_t Formatter::line_indent() const {
  const Token& here = *pieces_[pos_].token;
  if (is_close(here)) {
    std::size_t i = pos_, depth = open_.size(), base = inside();
    for (; i < pieces_.size() && is_close(*pieces_[i].token) && depth > 0; ++i) {
      if (i > pos_ && begins_line(i)) break;
      if (open_[depth - 1].kind != opening_of(pieces_[i].kind())) break;
      base = open_[--depth].base;
    }
    return base;
  }
  const bool leads = here.kind == Dot || (here.kind == QuestionQuestion && !in_types(here)) || here.kind == AmpAmp ||
                     here.kind == PipePipe;
  const Token* before = pos_ > 0 ? pieces_[pos_ - 1].last : nullptr;
  const bool follows = before != nullptr && !ends_block_parameters(pos_ - 1) &&
                       (is_operator(*before) || (is_prefix(*before) && before->kind != At));
  return inside() + (leads || follows ? 1 : 0);
}

// Whether this is the arrow of `{ item =>`, behind which a block's statements begin.
bool Formatter::ends_block_parameters(std::size_t piece) const {
  if (pieces_[piece].kind() != FatArrow || piece < 2) return false;
  std::size_t first = piece - 1;
  if (pieces_[first].kind() == ParenClose && pieces_[first].partner != Piece::kNone) first = pieces_[first].partner;
  if (first == 0) return false;
  const Token& brace = *pieces_[first - 1].token;
  return is_body(brace) && !(brace.flags & Token::kParts);
}

bool Formatter::begins_line(std::size_t piece) const {
  return pieces_[piece].breaks || pieces_[piece].token->newline_before();
}

// Comments behind code stand two blanks from it; those that the writer has put in one column stay in one.
std::string Formatter::joined() {
  std::string out = head_;
  const auto code_end = [](const Line& line) { return line.width; };
  for (std::size_t i = 0; i < lines_.size();) {
    std::size_t end = i + 1, column = code_end(lines_[i]);
    if (!lines_[i].comment.empty()) {
      while (end < lines_.size() && !lines_[end].comment.empty() &&
             lines_[end].written_column == lines_[i].written_column) {
        column = std::max(column, code_end(lines_[end++]));
      }
    }
    for (; i < end; ++i) {
      if (!out.empty()) out += '\n';
      out += lines_[i].code;
      if (lines_[i].comment.empty()) continue;
      out.append(column + 2 - lines_[i].width, ' ');
      out += lines_[i].comment;
    }
  }
  if (!out.empty()) out += '\n';
  return out;
}

std::string format(const ParsedFile& parsed) { return Formatter(parsed).run(); }

}  // namespace noodle::syntax
