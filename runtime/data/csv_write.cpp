#include <algorithm>

#include "runtime/data/base64.h"
#include "runtime/data/csv.h"

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
  bool number(const Shape& shape, const std::byte* at);

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

bool CsvWriter::number(const Shape& shape, const std::byte* at) {
  const std::uint64_t word =
      shape.width == 8 ? *reinterpret_cast<const std::uint64_t*>(at) : value::load_scalar(shape.kind, at);
  switch (shape.kind) {
    case Kind::F16: out_ += value::print_f16(static_cast<std::uint16_t>(word)); break;
    case Kind::BF16: out_ += value::print_bf16(static_cast<std::uint16_t>(word)); break;
    case Kind::F32: out_ += value::print_f32(value::as_f32(word)); break;
    case Kind::F64: out_ += value::print_f64(value::as_f64(word)); break;
    default:
      out_ += shape.form == Form::Int ? value::print_int(static_cast<std::int64_t>(word)) : value::print_uint(word);
      break;
  }
  return true;
}

bool CsvWriter::cell(const Shape& shape, const std::byte* base, bool is_some) {
  const std::byte* at = base + shape.offset;
  const auto* words = reinterpret_cast<const std::uint64_t*>(at);
  switch (shape.form) {
    case Form::Text: text(value::string_view(words), is_some); return true;
    case Form::Bool: out_ += *reinterpret_cast<const std::uint8_t*>(at) != 0 ? "true" : "false"; return true;
    case Form::Int:
    case Form::Uint:
    case Form::Float: return number(shape, at);
    case Form::Bytes: {
      const memory::ArrayObject* bytes = value::list_at(*words);
      std::string base64;
      if (bytes != nullptr) append_base64({reinterpret_cast<const char*>(bytes->data()), bytes->length}, base64);
      text(base64, is_some);
      return true;
    }
    case Form::Enum: {
      const Choice& choice = shape.choices[read_tag(shape, base)];
      if (choice.parts.size() != 0) break;
      text(choice.name, is_some);
      return true;
    }
    case Form::Option:
      if (read_tag(shape, base) == shape.none) return true;
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
    const memory::ArrayObject* cells = value::list_at(*reinterpret_cast<const std::uint64_t*>(base + row.offset));
    for (std::uint64_t i = 0; cells != nullptr && i < cells->length; ++i) {
      next();
      if (!cell(*row.element, cells->data() + i * row.type->object.stride)) return false;
    }
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
