#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "runtime/data/csv.h"

namespace noodle::data {

namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::size_t kRow = std::size_t{4} << 10;  // where one is wanted

std::string_view without_plus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

/// Puts one row after the other into a list.
class RowReader {
 public:
  RowReader(Builder& build, const Shape& row, const std::vector<std::string_view>& columns, bool is_ragged)
      : build_(build), row_(row), columns_(columns), is_ragged_(is_ragged) {}

  /// Finds the columns of the fields.
  bool prepare();
  bool put(std::span<const Cell> cells, std::byte* base);

 private:
  bool misfit(const Shape& shape, const Cell& cell) {
    return build_.fail("expected " + expected(shape) + ", found " + (cell.text.empty() ? "nothing" : shown(cell.text)));
  }
  bool cell(const Shape& shape, std::byte* base, const Cell& cell);
  bool number(const Shape& shape, std::byte* base, const Cell& cell);
  bool fields(std::span<const Cell> cells, std::byte* base);
  bool entries(std::span<const Cell> cells, std::byte* base);
  bool fits(std::size_t cells);

  Builder& build_;
  const Shape& row_;
  const std::vector<std::string_view>& columns_;
  bool is_ragged_;
  std::vector<std::size_t> column_of_;  // by field
};

bool RowReader::prepare() {
  if (row_.form != Form::Struct) return true;
  for (const Part& part : row_.parts) {
    const auto found = std::ranges::find(columns_, part.name);
    if (found == columns_.end() && part.shape->form != Form::Option) {
      std::string names;
      for (const std::string_view name : columns_) names += (names.empty() ? "" : ", ") + shown(name);
      return build_.fail("there is no column " + shown(part.name) + "; there are " + names);
    }
    if (found != columns_.end() && std::find(found + 1, columns_.end(), part.name) != columns_.end()) {
      return build_.fail("there are two columns " + shown(part.name));
    }
    column_of_.push_back(static_cast<std::size_t>(found - columns_.begin()));
  }
  return true;
}

bool RowReader::number(const Shape& shape, std::byte* base, const Cell& cell) {
  const std::string_view text = without_plus(cell.text);
  const char *first = text.data(), *last = text.data() + text.size();
  if (shape.form == Form::Float) {
    const std::optional<double> number = value::parse_float(text);
    const bool is_word = text.find_first_of("iInN") != std::string_view::npos;
    if (!number || (!is_word && !std::isfinite(*number))) return misfit(shape, cell);
    if (is_word) {
      build_.put_not_finite(shape, base, *number);
      return true;
    }
    return build_.put_float(shape, base, *number, text);
  }
  if (shape.form == Form::Int) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(first, last, number);
    if (error == std::errc() && end == last) return build_.put_int(shape, base, number, text);
    return misfit(shape, cell);
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(first, last, number);
  if (error == std::errc() && end == last) return build_.put_uint(shape, base, number, text);
  return misfit(shape, cell);
}

bool RowReader::cell(const Shape& shape, std::byte* base, const Cell& cell) {
  switch (shape.form) {
    case Form::Text: return build_.put_text(shape, base, cell.text);
    case Form::Bytes: return build_.put_bytes(shape, base, cell.text);
    case Form::Int:
    case Form::Uint:
    case Form::Float: return number(shape, base, cell);
    case Form::Bool: {
      const bool yes = is_one_of(cell.text, {"true", "True", "TRUE", "1"});
      if (!yes && !is_one_of(cell.text, {"false", "False", "FALSE", "0"})) return misfit(shape, cell);
      build_.put_bool(shape, base, yes);
      return true;
    }
    case Form::Enum: {
      const Choice* choice = build_.choose(shape, base, cell.text);
      return choice != nullptr && (choice->parts.size() == 0 || misfit(shape, cell));
    }
    case Form::Option:
      if (cell.text.empty() && !cell.is_quoted) {
        build_.put_tag(shape, base, shape.none);
        return true;
      }
      build_.put_tag(shape, base, shape.some);
      return this->cell(*shape.element, base, cell);
    default: break;
  }
  return build_.fail("a cell can't be " + expected(shape));
}

// Whether a row has as many cells as there are columns.
bool RowReader::fits(std::size_t cells) {
  if (is_ragged_ || cells == columns_.size()) return true;
  return build_.fail("expected " + count_of(columns_.size(), "cell") + ", found " + std::to_string(cells));
}

bool RowReader::fields(std::span<const Cell> cells, std::byte* base) {
  if (!fits(cells.size())) return false;
  for (std::size_t i = 0; i < row_.parts.size(); ++i) {
    const Part& part = row_.parts[i];
    const std::size_t column = column_of_[i];
    const bool done = column < cells.size() ? cell(*part.shape, base, cells[column]) : build_.fill_missing(part, base);
    if (!done) return column < cells.size() ? build_.in_field(part.name) : false;
  }
  return true;
}

bool RowReader::entries(std::span<const Cell> cells, std::byte* base) {
  if (!fits(cells.size())) return false;
  for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i) {
    std::byte* place = build_.add_entry(row_, base, columns_[i]);
    if (place == nullptr) return false;
    if (!cell(*row_.element, place, cells[i])) return build_.in_field(columns_[i]);
  }
  return true;
}

bool RowReader::put(std::span<const Cell> cells, std::byte* base) {
  switch (row_.form) {
    case Form::Struct: return fields(cells, base);
    case Form::Map: return entries(cells, base);
    case Form::List:
      if (!value::list_reserve(build_.account(), *row_.type, Builder::words(row_, base), cells.size())) {
        return build_.no_memory();
      }
      for (std::size_t i = 0; i < cells.size(); ++i) {
        std::byte* place = build_.add_element(row_, base);
        if (place == nullptr) return false;
        if (!cell(*row_.element, place, cells[i])) return build_.in_element(i);
      }
      return true;
    case Form::Tuple:
      if (cells.size() != row_.parts.size()) {
        return build_.fail("expected " + count_of(row_.parts.size(), "cell") + ", found " +
                           std::to_string(cells.size()));
      }
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (!cell(*row_.parts[i].shape, base, cells[i])) return build_.in_element(i);
      }
      return true;
    default:
      if (cells.size() != 1) return build_.fail("expected one cell, found " + std::to_string(cells.size()));
      return cell(row_, base, cells[0]);
  }
}

std::byte* add_row(Builder& build, const TypeInfo& list_type, std::uint64_t* list) {
  const std::uint64_t length = value::list_length(*list);
  if (!value::list_reserve(build.account(), list_type, list, length + 1)) {
    build.no_memory();
    return nullptr;
  }
  std::byte* at = value::list_element(list_type, *list, length);
  std::memset(at, 0, list_type.object.stride);
  value::list_at(*list)->length = length + 1;
  return at;
}

// The end of a piece from `from` on, which splits no character; the bytes' end counts as one.
std::size_t piece_end(std::string_view bytes, std::size_t from, std::size_t size) {
  if (bytes.size() - from <= size) return bytes.size();
  std::size_t end = from + size;
  while (end > from && (static_cast<unsigned char>(bytes[end]) & 0xC0) == 0x80) --end;
  return end;
}

}  // namespace

bool goes_by_name(const Shape& row) { return row.form == Form::Struct || row.form == Form::Map; }

bool read_csv(Builder& build, const Shape& row, const TypeInfo& list_type, std::uint64_t* list, CsvSource& source,
              const Dialect& dialect, CsvAmount amount, std::string& problem) {
  RowReader rows(build, row, source.columns, dialect.ragged);
  const auto wrong = [&](std::int64_t line) {
    if (!build.out_of_memory()) problem = build.problem() + " at line " + std::to_string(line);
    return false;
  };
  bool is_prepared = false;
  std::size_t size = amount == CsvAmount::One ? kRow : kPiece;
  for (;;) {
    const std::size_t end = piece_end(source.bytes, source.from, size);
    const bool is_whole = end == source.bytes.size();
    std::string_view piece = source.bytes.substr(source.from, end - source.from);
    const std::size_t bad = find_invalid_utf8(piece);
    // A character that the bytes' end splits is finished by those that follow.
    const bool is_split = bad != std::string_view::npos && is_whole && !source.is_last && piece.size() - bad < 4;
    if (bad != std::string_view::npos) piece = piece.substr(0, bad);
    const bool is_last = is_whole && source.is_last && bad == std::string_view::npos;
    CsvScanner scanner(piece, dialect, source.line);
    bool any = false;
    CsvScanner::Found found = CsvScanner::Found::End;
    while (!(any && amount == CsvAmount::One) && (found = scanner.next(is_last)) == CsvScanner::Found::Row) {
      if (!std::exchange(is_prepared, true) && !rows.prepare()) return wrong(1);
      std::byte* place = add_row(build, list_type, list);
      if (place == nullptr) return false;
      if (!rows.put(scanner.cells(), place)) {
        build.clear(row, place);
        --value::list_at(*list)->length;
        return wrong(scanner.row_line());
      }
      any = true;
    }
    source.from = static_cast<std::size_t>(scanner.at() - source.bytes.data());
    source.line = scanner.line();
    if (found == CsvScanner::Found::Wrong) {
      build.fail("this quote is never closed");
      return wrong(scanner.row_line());
    }
    const bool is_enough = any && amount != CsvAmount::All;
    if (is_enough) return true;
    if (bad != std::string_view::npos && !is_split) {
      build.fail("the bytes are not UTF-8");
      return wrong(source.line);
    }
    if (is_whole) return true;
    // A row that is longer than the piece.
    size = any ? kPiece : size * 2;
  }
}

}  // namespace noodle::data
