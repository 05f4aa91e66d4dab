// Times what a command line can't: lexing and parsing alone, and the answer after a one-line edit.
//
//   compiler_phases FILE    prints one line of JSON: seconds to parse, seconds to check again after the
//                           body of one function in the middle of the file was changed

#include <mimalloc.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/sema/program.h"
#include "compiler/syntax/parser.h"

namespace {

using namespace noodle;

class OneFile final : public sema::ModuleLoader {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  std::optional<std::string> load(std::string_view path) override {
    return path == "main.noodle" ? std::optional(text_) : std::nullopt;
  }

 private:
  std::string text_;
};

template <typename F>
double seconds(F work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double parse(const std::string& text) {
  std::vector<double> times;
  for (int round = 0; round < 5; ++round) {
    Interner names;
    source::DiagnosticSink sink;
    std::optional<syntax::ParsedFile> tree;
    times.push_back(seconds([&] { tree.emplace(syntax::parse(names, text, source::FileId(0), sink)); }));
  }
  return median(times);
}

/// Changes a number in the middle of the text, back and forth, and checks again.
double edit(const std::string& text) {
  Interner names;
  source::SourceMap sources;
  source::DiagnosticSink sink;
  OneFile loader(text);
  sema::Program program(names, sources, sink, loader);
  if (!program.open("main.noodle")) return -1;
  program.check_all();
  const source::FileId file = sources.find("main.noodle");
  const std::size_t at = text.find("* 0.5", text.size() / 2);
  std::vector<double> times;
  for (int round = 0; round < 9; ++round) {
    std::string changed = text;
    changed[at + 2] = static_cast<char>('1' + round % 2);
    times.push_back(seconds([&] {
      program.edit(file, std::move(changed));
      program.check_all();
    }));
  }
  return median(times);
}

}  // namespace

int main(int count, char** words) {
  mi_option_disable(mi_option_allow_decommit);  // as in the commands that compile
  if (count != 2) return 2;
  std::stringstream read;
  read << std::ifstream(words[1]).rdbuf();
  const std::string text = read.str();
  std::printf("{\"parse\": %.6f, \"edit\": %.6f}\n", parse(text), edit(text));
  return 0;
}
