#pragma once

// CSV (RFC 4180) and what is commonly called so: rows of cells from bytes, and text from rows.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/build.h"

namespace noodle::data {

/// How a document is written; `\0` stands for no such character.
struct Dialect {
  char separator = ',';
  char quote = '"';
  char comment = '\0';  // begins lines that are passed over
  bool trim = false;    // spaces around cells don't count
  bool ragged = false;  // rows may be longer or shorter than there are columns
  bool crlf = false;    // written lines end so
};

/// One cell of a row. What was in quotes is a text, even when it is empty.
struct Cell {
  std::string_view text;
  bool is_quoted = false;
};

/// Finds the rows of bytes, one after the other.
class CsvScanner {
 public:
  enum class Found : std::uint8_t { Row, End, Unfinished, Wrong };

  CsvScanner(std::string_view bytes, const Dialect& dialect, std::int64_t line)
      : dialect_(dialect), at_(bytes.data()), end_(bytes.data() + bytes.size()), line_(line) {}

  /// The next row; blank lines and comments are none. With `is_last` the bytes' end ends it, else a row that goes up
  /// to there is unfinished, and nothing has happened.
  Found next(bool is_last);
  /// The cells of the row, until the next one.
  std::span<const Cell> cells() const { return cells_; }
  const char* at() const { return at_; }
  /// The line in which the row began, from 1; of what is wrong, that of the quote that is not closed.
  std::int64_t row_line() const { return row_line_; }
  std::int64_t line() const { return line_; }

 private:
  Found row(bool is_last);
  bool plain_cell();
  Found quoted_cell();
  bool skip_line(bool is_last);
  bool end_line(bool is_last);
  void skip_spaces();

  const Dialect& dialect_;
  const char* at_;
  const char* end_;
  std::int64_t line_;
  std::int64_t row_line_ = 0;
  std::vector<Cell> cells_;
  std::deque<std::string> texts_;  // of cells that don't stand in the document as they are
};

/// What to read rows from: bytes from `from` on, the last ones of the document or not, and what the columns are
/// called.
struct CsvSource {
  std::string_view bytes;
  std::size_t from = 0;
  bool is_last = true;
  std::int64_t line = 1;
  std::vector<std::string_view> columns;
};

/// How much to read at once.
enum class CsvAmount : std::uint8_t { One, Some, All };

/// Appends rows to a list, and moves `source` behind them when all are right. False, with `problem`, when something is
/// wrong with the next row, or, without, when memory ended; the rows before it have been read.
bool read_csv(Builder& build, const Shape& row, const TypeInfo& list_type, std::uint64_t* list, CsvSource& source,
              const Dialect& dialect, CsvAmount amount, std::string& problem);

/// Whether rows of this shape take their cells by the columns' names.
bool goes_by_name(const Shape& row);

/// Appends rows as text, with a first one of the names where they have some and it is wanted; gives what can't be
/// written, empty when all could.
std::string write_csv(const Shape& row, std::uint64_t list, const Dialect& dialect, bool header, std::string& out);

}  // namespace noodle::data
