// Any bytes are read as TOML, as a value of any JSON and as a struct. What was read prints as TOML, and any JSON as
// JSON, that reads back equal and prints the same, and nothing is left over, also where reading failed.

#include "runtime/data/testing/documents.h"
#include "runtime/data/toml.h"

namespace {

using namespace noodle;
using namespace noodle::data;

void must_read(Documents& documents, const Shape& shape, std::string_view text, Value& into) {
  std::string problem;
  if (read_toml(documents.account, shape, text, {.strict = true, .check_utf8 = true}, into.at(), problem) !=
      Outcome::Done) {
    fail(problem.c_str(), text);
  }
}

void check_toml(Documents& documents, const Shape& shape, Value& read, std::string_view text) {
  std::string printed, again;
  if (const std::string problem = write_toml(shape, read.at(), printed); !problem.empty()) fail(problem.c_str(), text);
  Value back(documents.account, shape);
  must_read(documents, shape, printed, back);
  if (!read.equals(back)) fail("reads back differently", printed);
  write_toml(shape, back.at(), again);
  if (again != printed) fail("prints differently", printed);
}

void check_json(Documents& documents, const Shape& shape, Value& read, std::string_view text) {
  std::string printed, problem;
  if (!write_json(shape, read.at(), {}, printed)) fail("can't be printed", text);
  Value back(documents.account, shape);
  if (read_json(documents.account, shape, printed, {.check_utf8 = true}, back.at(), problem) != Outcome::Done) {
    fail(problem.c_str(), printed);
  }
}

void check(Documents& documents, const Shape& shape, std::string_view text) {
  Value read(documents.account, shape);
  std::string problem;
  if (read_toml(documents.account, shape, text, {.strict = true, .check_utf8 = true}, read.at(), problem) !=
      Outcome::Done) {
    if (problem.empty()) fail("no problem is told", text);
    return;
  }
  check_toml(documents, shape, read, text);
  if (shape.form == Form::Tree) check_json(documents, shape, read, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Documents documents;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(documents, documents.tree(), text);
  check(documents, documents.record(), text);
  documents.check_empty(text);
  return 0;
}
