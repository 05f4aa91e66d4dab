#pragma once

// What the tests of sema share: a program whose files are texts, opened and checked.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "compiler/sema/program.h"

namespace noodle::sema {

class TextLoader final : public ModuleLoader {
 public:
  std::optional<std::string> load(std::string_view path) override {
    const auto it = files.find(std::string(path));
    if (it == files.end()) return std::nullopt;
    return it->second;
  }
  std::map<std::string, std::string> files;
};

/// One program from texts. The main file may take the place of one of the library.
struct TestProgram {
  explicit TestProgram(std::string main, std::map<std::string, std::string> others = {},
                       const std::string& path = "main.noodle") {
    loader.files = std::move(others);
    loader.files[path] = std::move(main);
    program = std::make_unique<Program>(names, sources, sink, loader);
    program->open(path);
  }
  /// Checks everything and gives `CODE: message` of each diagnostic, a line each, in source order.
  std::string check() {
    sink = source::DiagnosticSink();
    program->check_all();
    std::string out;
    for (const source::Diagnostic& diagnostic : sink.sorted()) {
      out += std::string(source::code_text(diagnostic.code)) + ": " + diagnostic.message + "\n";
    }
    return out;
  }
  /// The same as people see it.
  std::string rendered() { return source::render_text(sources, sink, false); }
  source::FileId file(std::string_view path = "main.noodle") const { return sources.find(path); }
  std::uint32_t offset(std::string_view text, std::size_t occurrence = 0) const {
    const std::string_view all = sources.text(file());
    std::size_t at = all.find(text);
    while (occurrence-- > 0) at = all.find(text, at + 1);
    return static_cast<std::uint32_t>(at);
  }

  Interner names;
  source::SourceMap sources;
  source::DiagnosticSink sink;
  TextLoader loader;
  std::unique_ptr<Program> program;
};

}  // namespace noodle::sema
