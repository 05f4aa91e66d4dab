// The first bytes say how CSV is written, the rest are read as rows of texts, at once and in pieces, which must be the
// same, and as structs. Rows of texts are written as CSV that reads back equal, and nothing is left over.

#include <algorithm>

#include "runtime/data/csv.h"
#include "runtime/data/testing/documents.h"

namespace {

using namespace noodle;
using namespace noodle::data;

/// A list of rows, released at the end.
struct Rows {
  Rows(memory::Account& account, const Shape& row, const TypeInfo& type) : account(account), row(row), type(type) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  memory::Account& account;
  const Shape& row;
  const TypeInfo& type;
  std::uint64_t list = 0;
  std::string problem;

  ~Rows() { value::list_clear(account, &list); }
  bool read(CsvSource& source, const Dialect& dialect, CsvAmount amount) {
    Builder build(account);
    return read_csv(build, row, type, &list, source, dialect, amount, problem);
  }
};

// Reads a document of which so many bytes come at a time.
void read_in_pieces(Rows& rows, std::string_view text, std::size_t size, const Dialect& dialect) {
  CsvSource source;
  for (std::size_t end = 0;;) {
    end = std::min(text.size(), end + size);
    source.bytes = text.substr(0, end);
    source.is_last = end == text.size();
    if (!rows.read(source, dialect, CsvAmount::All) || source.is_last) return;
  }
}

Dialect dialect_of(const std::uint8_t* data) {
  constexpr std::string_view kSeparators = ",;\t| ", kQuotes = "\"'\"\"", kComments = "#\0\0%";
  return {.separator = kSeparators[data[0] % 5],
          .quote = kQuotes[data[1] % 4],
          .comment = kComments[data[1] / 4 % 4],
          .trim = data[2] % 2 != 0,
          .ragged = data[2] / 2 % 2 != 0,
          .crlf = data[2] / 4 % 2 != 0};
}

void check(Documents& documents, const std::uint8_t* data, std::string_view text) {
  const Dialect dialect = dialect_of(data);
  const nbc::TypeId row = documents.texts();
  const Shape& shape = documents.of(row);
  const TypeInfo& type = documents.info(documents.rows());
  Rows whole(documents.account, shape, type), parts(documents.account, shape, type);
  CsvSource source{.bytes = text, .columns = {}};
  const bool done = whole.read(source, dialect, CsvAmount::All);
  if (done != whole.problem.empty()) fail("no problem is told", text);
  read_in_pieces(parts, text, data[3] % 16 + 1, dialect);
  if (whole.problem != parts.problem) fail((whole.problem + " or " + parts.problem).c_str(), text);
  const auto same = [&](Rows& a, Rows& b) {
    return value::equal_slots(type, &a.list, &b.list, value::FloatRule::Total, documents.account.hash_seed);
  };
  if (!same(whole, parts)) fail("pieces differ", text);

  std::string written;
  if (!write_csv(shape, whole.list, dialect, false, written).empty()) fail("can't be written", text);
  Rows again(documents.account, shape, type);
  CsvSource back{.bytes = written, .columns = {}};
  if (!again.read(back, dialect, CsvAmount::All)) fail(again.problem.c_str(), written);
  if (!same(whole, again)) fail("reads back differently", written);

  Rows records(documents.account, documents.record(), documents.info(documents.records()));
  CsvSource typed{.bytes = text, .columns = {"n", "text", "maybe"}};
  records.read(typed, dialect, CsvAmount::Some);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  Documents documents;
  const std::string_view text(reinterpret_cast<const char*>(data) + 4, size - 4);
  check(documents, data, text);
  documents.check_empty(text);
  return 0;
}
