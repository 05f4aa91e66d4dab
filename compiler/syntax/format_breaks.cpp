// Where a line that is too long is broken.
//
// The outermost construct of the line is broken first, as people do: statements that share the line, then
// bodies in braces, then a condition before its operators, a chain of calls before its dots, arithmetic behind
// its operators, and what stands in brackets a part a line. What breaks all of the line into parts that are
// short enough is preferred to what only helps. A line that nothing would help stays as it is: strings are
// never broken, and brackets around one are not worth two lines if that does not make it fit.

#include <algorithm>

#include "compiler/syntax/formatter_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {

constexpr std::size_t kTableItem = 24;  // the widest element of a list that is filled
constexpr std::size_t kTableLeast = 6;  // how many elements such a list has
constexpr std::size_t kShortReceiver = 8;

/// How tightly an operator binds that a line may be broken behind; 0 for others.
int arithmetic_level(const Token& token) {
  if (in_types(token) || (token.flags & Token::kPrefix)) return 0;
  switch (token.kind) {
    case EqualEqual:
    case BangEqual: return 1;
    case Pipe: return 2;
    case Caret: return 3;
    case Amp: return 4;
    case Plus:
    case Minus:
    case PlusPercent:
    case MinusPercent: return 5;
    case Star:
    case Slash:
    case Percent:
    case At:
    case StarPercent: return 6;
    default: return 0;
  }
}

int logical_level(TokenKind kind) {
  return kind == QuestionQuestion ? 1 : kind == PipePipe ? 2 : kind == AmpAmp ? 3 : 0;
}

/// Whether the value of a statement or arm begins behind it.
bool starts_value(TokenKind kind) {
  switch (kind) {
    case FatArrow:
    case Equal:
    case PlusEqual:
    case MinusEqual:
    case StarEqual:
    case SlashEqual: return true;
    default: return false;
  }
}

}  // namespace

bool Breaker::run() {
  find_groups();
  if (split_statements() || open_bodies()) return true;
  if (const Places items = behind_commas(); !items.empty()) return apply(items);
  const Places choices[] = {logical(), chain(), arithmetic()};
  for (const Places& places : choices) {
    if (!places.empty() && fits(places, 1)) return apply(places);
  }
  const Group* list = widest(true);
  if (list != nullptr && fits(parts_of(*list), 1)) return break_group(*list);
  const Places value = after_equals();
  if (!value.empty() && fits(value, 1)) return apply(value);
  const Group* single = widest(false);
  if (single != nullptr && fits(parts_of(*single), 1)) return break_group(*single);
  if (list != nullptr) return break_group(*list);
  for (const Places& places : choices) {
    if (!places.empty()) return apply(places);
  }
  return single != nullptr && has_inside(*single) && break_group(*single);
}

void Breaker::find_groups() {
  std::vector<std::size_t> open;  // indices of groups
  for (std::size_t i = line_.first; i < line_.end; ++i) {
    const Piece& piece = pieces_[i];
    if (!open.empty() && groups_[open.back()].close == i) open.pop_back();
    depths_.push_back(open.size());
    if (separates_parts(piece)) {
      if (!open.empty()) ++groups_[open.back()].commas;
      commas_.push_back(i);
    }
    // One that is empty, or whose content begins on the next line, is not to be broken.
    if (!is_open(*piece.token) || i + 1 == line_.end || piece.partner == i + 1) continue;
    const bool closes_here = piece.partner != Piece::kNone && piece.partner < line_.end;
    groups_.push_back({.open = i,
                       .depth = open.size(),
                       .close = closes_here ? piece.partner : Piece::kNone,
                       .parent = open.empty() ? Piece::kNone : open.back()});
    open.push_back(groups_.size() - 1);
  }
  find_tops();
}

void Breaker::find_tops() {
  for (Group& group : groups_) group.top = group.parent == Piece::kNone || (groups_[group.parent].top && hugs(group));
}

// Whether a group ends together with the group around it and speaks for it: `f(x => { … })`, `Ok(Point { … })`. A
// body beside other parts does so when it is a lambda's, and one in parentheses that only group never.
bool Breaker::hugs(const Group& group) const {
  const Group& around = groups_[group.parent];
  if (is_body(*pieces_[around.open].token) || group.close == Piece::kNone) return false;
  if (around.close != group.close + 1) return false;
  if (!is_body(*pieces_[group.open].token)) return around.commas == 0;
  if (around.commas != 0) return is_of_lambda(group);
  return pieces_[around.open].kind() != ParenOpen || is_call(around.open);
}

// Whether a bracket stands right behind what it calls or indexes.
bool Breaker::is_call(std::size_t open) const {
  if (open == line_.first) return false;
  const Piece& before = pieces_[open - 1];
  const bool is_glued = pieces_[open].column == before.column + before.width;
  return is_glued && !is_open(*before.token) && !is_prefix(*before.token);
}

bool Breaker::is_of_lambda(const Group& body) const {
  for (std::size_t i = body.open; i-- > groups_[body.parent].open + 1;) {
    if (depth(i) != body.depth) continue;
    if (separates_parts(pieces_[i])) return false;
    if (pieces_[i].kind() == FatArrow) return true;
  }
  return false;
}

bool Breaker::split_statements() {
  bool decided = false;
  for (std::size_t i = line_.first; i + 1 < line_.end; ++i) {
    if (pieces_[i].kind() != Semicolon || depth(i) != 0) continue;
    pieces_[i].dropped = true;
    pieces_[i + 1].breaks = true;
    decided = true;
  }
  return decided;
}

bool Breaker::open_bodies() {
  bool decided = false;
  for (const Group& group : groups_) {
    if (!group.top || group.close == Piece::kNone || !is_body(*pieces_[group.open].token)) continue;
    decided = true;
    for (const Group& branch : groups_) {  // and the other branches of an `if` that hugs
      if (branch.parent == group.parent && is_body(*pieces_[branch.open].token) && branch.close != Piece::kNone &&
          !separated(branch.open, group.open)) {
        open_body(branch.open);
      }
    }
  }
  return decided;
}

// Whether a comma that separates parts lies between two brackets of one depth.
bool Breaker::separated(std::size_t first, std::size_t second) const {
  return std::ranges::any_of(
      commas_, [&](std::size_t comma) { return comma > first && comma < second && depth(comma) == depth(first); });
}

void Breaker::open_body(std::size_t open) {
  const std::size_t close = pieces_[open].partner;
  std::size_t first = open + 1;
  if (!(pieces_[open].token->flags & Token::kParts)) {  // a block's parameters stay beside its brace
    std::size_t arrow = first + 1;
    if (pieces_[first].kind() == ParenOpen && pieces_[first].partner != Piece::kNone)
      arrow = pieces_[first].partner + 1;
    if (arrow < close && pieces_[arrow].kind() == FatArrow) first = arrow + 1;
  }
  pieces_[first].breaks = true;
  pieces_[close].breaks = true;
  for (std::size_t i = first; i < close; ++i) {
    if (is_open(*pieces_[i].token) && pieces_[i].partner != Piece::kNone) {
      i = pieces_[i].partner;
      continue;
    }
    const bool parts = pieces_[open].token->flags & Token::kParts;
    if (pieces_[i].kind() != Semicolon && !(parts && separates_parts(pieces_[i]))) continue;
    pieces_[i].dropped = true;
    pieces_[i + 1].breaks = true;
  }
}

// Behind commas of a list that began on an earlier line.
Breaker::Places Breaker::behind_commas() const {
  Places places;
  for (std::size_t comma : commas_) {
    if (depth(comma) == 0 && comma + 1 < line_.end) places.push_back(comma + 1);
  }
  return places;
}

// Before the loosest of `??`, `||` and `&&`.
Breaker::Places Breaker::logical() const {
  Places places;
  int loosest = 0;
  for (std::size_t i = line_.first + 1; i < line_.end; ++i) {
    const int level = in_types(*pieces_[i].token) || depth(i) != 0 ? 0 : logical_level(pieces_[i].kind());
    if (level == 0 || (loosest != 0 && level > loosest)) continue;
    if (level < loosest) places.clear();
    loosest = level;
    places.push_back(i);
  }
  return places;
}

// Before the dots of two or more calls, when nothing else joins them.
Breaker::Places Breaker::chain() const {
  Places places;
  std::size_t begin = line_.first;
  for (std::size_t i = line_.first; i + 2 < line_.end; ++i) {
    const Token& token = *pieces_[i].token;
    if (depth(i) != 0) continue;
    const bool is_name = i > line_.first && pieces_[i - 1].kind() == Dot;
    if (starts_value(token.kind) || (is_keyword(token.kind) && !is_name && token.kind != SelfValue)) {
      begin = i + 1;
      places.clear();
    } else if (is_operator(token)) {
      return {};
    }
    if (token.kind != Dot || !is_word(pieces_[i + 1].kind())) continue;
    const Token& behind = *pieces_[i + 2].token;
    if (behind.kind != ParenOpen && !(behind.kind == Less && in_types(behind))) continue;
    const bool short_receiver = places.empty() && i == begin + 1 && pieces_[begin].width <= kShortReceiver;
    if (!short_receiver && i > line_.first) places.push_back(i);
  }
  return places.size() < 2 ? Places() : places;
}

Breaker::Places Breaker::arithmetic() const {
  Places places;
  int loosest = 0;
  for (std::size_t i = line_.first + 1; i + 1 < line_.end; ++i) {
    const int level = depth(i) != 0 ? 0 : arithmetic_level(*pieces_[i].token);
    if (level == 0 || (loosest != 0 && level > loosest)) continue;
    if (level < loosest) places.clear();
    loosest = level;
    places.push_back(i + 1);
  }
  return places;
}

Breaker::Places Breaker::after_equals() const {
  for (std::size_t i = line_.first; i + 1 < line_.end; ++i) {
    const bool is_value = pieces_[i].kind() == Equal || pieces_[i].kind() == FatArrow;
    if (is_value && depth(i) == 0 && !is_open(*pieces_[i + 1].token)) return {i + 1};
  }
  return {};
}

// The widest group of several parts, or of one; of a function's declaration its parameters.
const Breaker::Group* Breaker::widest(bool with_commas) const {
  const bool declares = std::any_of(pieces_.begin() + static_cast<std::ptrdiff_t>(line_.first),
                                    pieces_.begin() + static_cast<std::ptrdiff_t>(line_.end),
                                    [](const Piece& piece) { return piece.kind() == Fn; });
  const Group* best = nullptr;
  std::size_t most = 0;
  for (const Group& group : groups_) {
    if (!group.top || is_body(*pieces_[group.open].token) || (group.commas != 0) != with_commas) continue;
    const std::size_t wide = width(group.open, group.close == Piece::kNone ? line_.end : group.close);
    if (best != nullptr && wide <= most && !(group.parent != Piece::kNone && &groups_[group.parent] == best)) continue;
    best = &group;
    most = wide;
    if (declares) break;
  }
  return best;
}

// Where lines begin when a group is broken: its parts and its closing bracket.
Breaker::Places Breaker::parts_of(const Group& group) const {
  if (is_table(group)) return filled(group);
  Places places{group.open + 1};
  const std::size_t end = group.close == Piece::kNone ? line_.end : group.close;
  for (std::size_t comma : commas_) {
    const bool own = comma > group.open && comma + 1 < end && depth(comma) == group.depth + 1;
    if (own) places.push_back(comma + 1);
  }
  if (group.close != Piece::kNone) places.push_back(group.close);
  return places;
}

// A list of many small things is a table, with as many in a line as fit.
bool Breaker::is_table(const Group& group) const {
  if (pieces_[group.open].kind() != BracketOpen || group.close == Piece::kNone || group.commas + 1 < kTableLeast) {
    return false;
  }
  std::size_t begin = group.open + 1;
  for (std::size_t i = begin; i <= group.close; ++i) {
    if (i != group.close && (!separates_parts(pieces_[i]) || depth(i) != group.depth + 1)) continue;
    if (i > begin && width(begin, i) > kTableItem) return false;
    begin = i + 1;
  }
  return true;
}

Breaker::Places Breaker::filled(const Group& group) const {
  Places places{group.open + 1};
  const std::size_t room = kWidth - std::min(kWidth, (line_.indent + 1) * kIndent);
  std::size_t line_begin = group.open + 1, begin = line_begin;
  for (std::size_t i = begin; i <= group.close; ++i) {
    const bool ends = i == group.close || (separates_parts(pieces_[i]) && depth(i) == group.depth + 1);
    if (!ends) continue;
    if (begin > line_begin && begin < group.close && width(line_begin, i) + 1 > room) {
      places.push_back(begin);
      line_begin = begin;
    }
    begin = i + 1;
  }
  places.push_back(group.close);
  return places;
}

// Whether a group that has one part may be broken further inside.
bool Breaker::has_inside(const Group& group) const {
  const std::size_t end = group.close == Piece::kNone ? line_.end : group.close;
  for (std::size_t i = group.open + 1; i < end; ++i) {
    if (is_open(*pieces_[i].token) && pieces_[i].partner != i + 1) return true;
    const Token& token = *pieces_[i].token;
    if (arithmetic_level(token) != 0 || (!in_types(token) && logical_level(token.kind) != 0)) return true;
  }
  return false;
}

bool Breaker::break_group(const Group& group) {
  for (std::size_t place : parts_of(group)) pieces_[place].breaks = true;
  const std::size_t close = pieces_[group.open].partner;
  if (close == Piece::kNone) return true;
  pieces_[close].breaks = true;
  Piece& last = pieces_[close - 1];
  if (group.commas != 0 && last.kind() != Comma) last.adds_comma = true;
  return true;
}

// Whether every piece is short enough; those behind the first are indented by `outer` more.
bool Breaker::fits(const Places& places, std::size_t outer) const {
  std::size_t begin = line_.first;
  for (std::size_t i = 0; i <= places.size(); ++i) {
    const std::size_t end = i < places.size() ? places[i] : line_.end;
    const bool closes = begin < line_.end && is_close(*pieces_[begin].token);
    const std::size_t indent = (line_.indent + (i == 0 || closes ? 0 : outer)) * kIndent;
    if (indent + width(begin, end) > kWidth) return false;
    begin = end;
  }
  return true;
}

std::size_t Breaker::width(std::size_t first, std::size_t end) const {
  if (first >= end) return 0;
  const Piece& last = pieces_[end - 1];
  return last.column + last.width - pieces_[first].column;
}

bool Breaker::apply(const Places& places) {
  for (std::size_t place : places) pieces_[place].breaks = true;
  return true;
}

}  // namespace noodle::syntax
