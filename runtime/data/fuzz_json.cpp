// Any bytes are read as JSON, as a value of any JSON and as a struct. What was read prints as JSON that reads back
// equal and prints the same, and nothing is left over, also where reading failed.

#include "runtime/data/json.h"
#include "runtime/data/testing/documents.h"

namespace {

using namespace noodle;
using namespace noodle::data;

void check(Documents& documents, const Shape& shape, std::string_view text, const ReadOptions& options) {
  Value first(documents.account, shape);
  std::string problem;
  if (read_json(documents.account, shape, text, options, first.at(), problem) != Outcome::Done) {
    if (problem.empty()) fail("no problem is told", text);
    return;
  }
  for (const std::int64_t indent : {0, 1}) {
    std::string printed, again;
    if (!write_json(shape, first.at(), {.indent = indent}, printed)) fail("can't be printed", text);
    Value second(documents.account, shape);
    if (read_json(documents.account, shape, printed, {.check_utf8 = true}, second.at(), problem) != Outcome::Done) {
      fail(problem.c_str(), printed);
    }
    if (!first.equals(second)) fail("reads back differently", printed);
    write_json(shape, second.at(), {.indent = indent}, again);
    if (again != printed) fail("prints differently", printed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Documents documents;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool is_strict = size % 2 == 0;
  check(documents, documents.tree(), text, {.strict = is_strict, .check_utf8 = true});
  check(documents, documents.record(), text, {.strict = is_strict, .check_utf8 = true});
  documents.check_empty(text);
  return 0;
}
