#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/data/csv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace noodle::data {

namespace {

// Where a cell without quotes ends: at the separator or at the line's end.
const char* find_cell_end(const char* at, const char* end, char separator) {
#ifdef __SSE2__
  const __m128i separators = _mm_set1_epi8(separator), line_feeds = _mm_set1_epi8('\n'), returns = _mm_set1_epi8('\r');
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i ends =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, separators), _mm_cmpeq_epi8(bytes, line_feeds)),
                     _mm_cmpeq_epi8(bytes, returns));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(ends));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  while (at != end && *at != separator && *at != '\n' && *at != '\r') ++at;
  return at;
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

}  // namespace

void CsvScanner::skip_spaces() {
  while (at_ != end_ && is_space(*at_) && *at_ != dialect_.separator) ++at_;
}

// Behind a line's end; false when it can't be told yet whether it goes on.
bool CsvScanner::end_line(bool is_last) {
  if (at_ == end_) return is_last;
  if (*at_ == '\r') {
    if (at_ + 1 == end_ && !is_last) return false;
    ++at_;
    if (at_ != end_ && *at_ == '\n') ++at_;
  } else {
    ++at_;
  }
  ++line_;
  return true;
}

bool CsvScanner::skip_line(bool is_last) {
  while (at_ != end_ && *at_ != '\n' && *at_ != '\r') ++at_;
  return end_line(is_last);
}

// A cell without quotes around it; those in its middle are what they are.
bool CsvScanner::plain_cell() {
  const char* first = at_;
  at_ = find_cell_end(at_, end_, dialect_.separator);
  const char* last = at_;
  if (dialect_.trim) {
    while (last != first && is_space(last[-1])) --last;
  }
  cells_.push_back({{first, last}, false});
  return at_ != end_;
}

// A cell in quotes. Two of them are one; what stands between the last one and the separator belongs to it.
CsvScanner::Found CsvScanner::quoted_cell() {
  const std::int64_t start_line = line_;
  const char* first = ++at_;
  std::string* text = nullptr;
  for (;;) {
    const auto* quote =
        static_cast<const char*>(std::memchr(at_, dialect_.quote, static_cast<std::size_t>(end_ - at_)));
    if (quote == nullptr) {
      row_line_ = start_line;
      return Found::Wrong;
    }
    for (const char* p = at_; p != quote; ++p) line_ += *p == '\n' || (*p == '\r' && p[1] != '\n') ? 1 : 0;
    at_ = quote + 1;
    if (at_ == end_ || *at_ != dialect_.quote) {
      if (text != nullptr) text->append(first, quote);
      if (text == nullptr) cells_.push_back({{first, quote}, true});
      break;
    }
    if (text == nullptr) text = &texts_.emplace_back();
    text->append(first, at_);
    first = ++at_;
  }
  if (dialect_.trim) skip_spaces();
  const char* rest = at_;
  at_ = find_cell_end(at_, end_, dialect_.separator);
  if (rest != at_) {
    if (text == nullptr) {
      text = &texts_.emplace_back(cells_.back().text);
      cells_.pop_back();
    }
    text->append(rest, at_);
  }
  if (text != nullptr) cells_.push_back({*text, true});
  return Found::Row;
}

CsvScanner::Found CsvScanner::row(bool is_last) {
  cells_.clear();
  if (!texts_.empty()) texts_.clear();
  for (;;) {
    if (dialect_.trim) skip_spaces();
    if (at_ != end_ && *at_ == dialect_.quote && dialect_.quote != '\0') {
      if (const Found found = quoted_cell(); found != Found::Row) return is_last ? found : Found::Unfinished;
    } else {
      plain_cell();
    }
    if (at_ == end_) return is_last ? Found::Row : Found::Unfinished;
    if (*at_ != dialect_.separator) return end_line(is_last) ? Found::Row : Found::Unfinished;
    ++at_;
  }
}

CsvScanner::Found CsvScanner::next(bool is_last) {
  for (;;) {
    const char* start = at_;
    const std::int64_t start_line = line_;
    if (at_ == end_) return Found::End;
    row_line_ = line_;
    Found found = Found::Row;
    if (*at_ == '\n' || *at_ == '\r') {
      if (end_line(is_last)) continue;
      found = Found::Unfinished;
    } else if (*at_ == dialect_.comment && dialect_.comment != '\0') {
      if (skip_line(is_last)) continue;
      found = Found::Unfinished;
    } else {
      found = row(is_last);
      // With nothing but spaces, where those don't count, a line is blank.
      const bool is_blank =
          found == Found::Row && dialect_.trim && cells_.size() == 1 && cells_[0].text.empty() && !cells_[0].is_quoted;
      if (is_blank) continue;
    }
    if (found == Found::Unfinished) {
      at_ = start;
      line_ = start_line;
    }
    return found;
  }
}

}  // namespace noodle::data
