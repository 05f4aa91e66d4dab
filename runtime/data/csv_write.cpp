#include <algorithm>

#include "runtime/data/csv.h"
#include "runtime/data/write.h"

namespace noodle::data {

namespace {

class CsvWriter {
 public:
  CsvWriter(const Dialect& dialect, std::string& out) : dialect_(dialect), out_(out) {}

  void names(const Shape& row);
  bool row(const Shape& row, const std::byte* base);
  std::string take_problem() { return std::move(problem_); }

 private:
  void begin() {
    cells_ = 0;
    start_ = out_.size();
  }
  void next() {
    if (cells_++ != 0) out_ += dialect_.separator;
  }
  void end();
  void text(std::string_view text, bool is_some);
  bool cell(const Shape& shape, const std::byte* base, bool is_some = false);

  const Dialect& dialect_;
  std::string& out_;
  std::size_t cells_ = 0;
  std::size_t start_ = 0;
  std::string problem_;
};

// A row of one cell with nothing in it would read as a blank line.
void CsvWriter::end() {
  if (cells_ == 1 && out_.size() == start_) out_.append(2, dialect_.quote);
  out_ += dialect_.crlf ? std::string_view("\r\n") : std::string_view("\n");
}

void CsvWriter::text(std::string_view text, bool is_some) {
  const auto is_special = [&](char c) {
    return c == dialect_.separator || c == dialect_.quote || c == '\n' || c == '\r';
  };
  const bool is_quoted =
      text.empty() ? is_some
                   : std::ranges::any_of(text, is_special) || text.front() == ' ' || text.back() == ' ' ||
                         text.front() == '\t' || text.back() == '\t' ||
                         (cells_ == 1 && (text.front() == dialect_.comment || text.starts_with("\xEF\xBB\xBF")));
  if (!is_quoted) {
    out_ += text;
    return;
  }
  out_ += dialect_.quote;
  for (const char c : text) {
    if (c == dialect_.quote) out_ += c;
    out_ += c;
  }
  out_ += dialect_.quote;
}

bool CsvWriter::cell(const Shape& shape, const std::byte* base, bool is_some) {
  switch (shape.form) {
    case Form::Text: text(read_text(shape, base), is_some); return true;
    case Form::Bool: out_ += read_bool(shape, base) ? "true" : "false"; return true;
    case Form::Int:
    case Form::Uint:
    case Form::Float: append_number(shape, base, out_); return true;
    case Form::Bytes: {
      std::string base64;
      append_bytes(shape, base, base64);
      text(base64, is_some);
      return true;
    }
    case Form::Enum: {
      const Choice& choice = read_choice(shape, base);
      if (choice.parts.size() != 0) break;
      text(choice.name, is_some);
      return true;
    }
    case Form::Option:
      if (is_none(shape, base)) return true;
      return cell(*shape.element, base, true);
    default: break;
  }
  problem_ = "a cell can't hold " + expected(shape);
  return false;
}

void CsvWriter::names(const Shape& row) {
  begin();
  for (const Part& part : row.parts) {
    next();
    text(part.name, false);
  }
  end();
}

bool CsvWriter::row(const Shape& row, const std::byte* base) {
  begin();
  if (row.form == Form::Struct || row.form == Form::Tuple) {
    for (const Part& part : row.parts) {
      next();
      if (!cell(*part.shape, base)) return false;
    }
  } else if (row.form == Form::List) {
    const bool done = for_each_element(row, base, [&](const std::byte* at) {
      next();
      return cell(*row.element, at);
    });
    if (!done) return false;
  } else {
    next();
    if (!cell(row, base)) return false;
  }
  end();
  return true;
}

}  // namespace

std::string write_csv(const Shape& row, std::uint64_t list, const Dialect& dialect, bool header, std::string& out) {
  CsvWriter writer(dialect, out);
  if (header && row.form == Form::Struct) writer.names(row);
  const memory::ArrayObject* rows = value::list_at(list);
  for (std::uint64_t i = 0; rows != nullptr && i < rows->length; ++i) {
    if (!writer.row(row, rows->data() + i * row.type->size)) return writer.take_problem();
  }
  return {};
}

}  // namespace noodle::data
