// Any bytes are read as TOML, as a value of any JSON and as a struct. What was read as any JSON prints as JSON that
// reads back, and nothing is left over, also where reading failed.

#include "runtime/data/testing/documents.h"
#include "runtime/data/toml.h"

namespace {

using namespace noodle;
using namespace noodle::data;

void check(Documents& documents, const Shape& shape, std::string_view text) {
  Value read(documents.account, shape);
  std::string problem;
  if (read_toml(documents.account, shape, text, {.strict = true, .check_utf8 = true}, read.at(), problem) !=
      Outcome::Done) {
    if (problem.empty()) fail("no problem is told", text);
    return;
  }
  if (shape.form != Form::Tree) return;
  std::string printed;
  if (!write_json(shape, read.at(), {}, printed)) fail("can't be printed", text);
  Value again(documents.account, shape);
  if (read_json(documents.account, shape, printed, {.check_utf8 = true}, again.at(), problem) != Outcome::Done) {
    fail(problem.c_str(), printed);
  }
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
