// Any bytes go in; the tree must be whole, and a file without errors must be formatted to one that
// parses to the same tree and is formatted to itself.

#include <cstdio>
#include <cstdlib>

#include "compiler/syntax/formatter.h"
#include "compiler/syntax/printer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noodle;
  source::SourceMap sources;
  const source::FileId file = sources.add("fuzz.noodle", std::string(reinterpret_cast<const char*>(data), size));
  source::DiagnosticSink sink;
  Interner names;
  const syntax::ParsedFile parsed = syntax::parse(names, sources.text(file), file, sink);
  const std::string tree = syntax::print_tree(names, parsed);
  const std::string once = syntax::format(parsed);
  source::render_json(sources, sink);
  if (sink.has_errors()) return 0;
  const source::FileId again = sources.add("again.noodle", once);
  const syntax::ParsedFile reparsed = syntax::parse(names, sources.text(again), again, sink);
  if (sink.has_errors() || syntax::print_tree(names, reparsed) != tree || syntax::format(reparsed) != once) {
    std::fprintf(stderr, "formatted:\n%s\n%s", once.c_str(), source::render_text(sources, sink, false).c_str());
    std::abort();
  }
  return 0;
}
