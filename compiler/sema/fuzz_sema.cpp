// Any text is parsed and checked in finite time, without a crash; what passes has all its bodies.

#include <cstdint>
#include <string>

#include "compiler/sema/program.h"

namespace {

class OneFile final : public noodle::sema::ModuleLoader {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  std::optional<std::string> load(std::string_view path) override {
    if (path != "main.noodle") return std::nullopt;
    return text_;
  }

 private:
  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noodle;
  if (size > 20'000) return 0;
  Interner names;
  source::SourceMap sources;
  source::DiagnosticSink sink;
  OneFile loader(std::string(reinterpret_cast<const char*>(data), size));
  sema::Program program(names, sources, sink, loader);
  if (!program.open("main.noodle")) return 0;
  program.check_all();
  if (sink.has_errors()) {
    // Editors ask about broken programs, too.
    if (size != 0) program.symbol_at(sources.find("main.noodle"), static_cast<std::uint32_t>(data[0] * size / 256));
    return 0;
  }
  const sema::FunctionId main = program.main_function();
  if (main.valid() && program.body(main) == nullptr) __builtin_trap();
  return 0;
}
