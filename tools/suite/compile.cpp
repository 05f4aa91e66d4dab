#include <algorithm>
#include <thread>

#include "tools/suite/suite.h"

namespace noodle::tools {

namespace {

constexpr std::string_view kNoFolder = "#/";

/// Compiles and verifies one program.
void compile_program(TestProgram& program, const SuiteOptions& options) {
  CompileOptions compile = options.compile;
  compile.said = &program.said;
  compile.root = program.file.root;
  if (options.coverage) compile.counters = &program.coverage.places;
  std::optional<Assembly> assembly;
  std::optional<SourceFile> source;
  std::string text;
  if (program.example) {
    const auto read = read_file(program.file.path);
    text = read.value_or(std::string());
    const auto module = import_name(program.file.path, program.file.root);
    if (!module) {
      program.said = "noodle: no module can be called `" + program.file.path +
                     "`, so the examples in its documentation can't import it\n";
      return;
    }
    assembly.emplace(program_of(*program.example, program.file.path, text, *module));
    source = SourceFile{assembly->own_path(), assembly->text()};
    compile.assembly = &*assembly;
    // The library's files are no modules of the example's own.
    if (is_library(program.file.path)) compile.root = kNoFolder;
    compile.errors_only = true;
  }
  auto code = source ? load_program(*source, compile) : load_program(program.file.path, compile);
  if (!code) return;
  program.code = std::move(*code);
  program.tests = find_tests(program.code->module());
  program.coverage.counts = std::make_unique<std::atomic<std::uint64_t>[]>(program.coverage.places.size());
}

/// Whether a file can have tests at all, so that a folder's other files need not be compiled.
bool may_have_tests(const std::string& text) {
  return text.find("test \"") != std::string::npos || text.starts_with("module\n") || is_module(text);
}

}  // namespace

void in_parallel(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto worker = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min<std::size_t>(jobs, count); ++i) threads.emplace_back(worker);
  worker();
  for (std::thread& thread : threads) thread.join();
}

std::vector<std::unique_ptr<TestProgram>> compile_tests(const std::vector<TestFile>& files,
                                                        const SuiteOptions& options) {
  std::vector<std::unique_ptr<TestProgram>> programs;
  for (const TestFile& file : files) {
    const auto text = read_file(file.path);
    const bool wanted = !text || files.size() == 1 || may_have_tests(*text) || options.coverage;
    if (options.tests && wanted) {
      programs.push_back(std::make_unique<TestProgram>(file));
    }
    if (!options.examples || !text || is_module(*text)) continue;
    for (Example& example : find_examples(*text)) {
      programs.push_back(std::make_unique<TestProgram>(file));
      programs.back()->example = std::move(example);
    }
  }
  in_parallel(programs.size(), options.jobs, [&](std::size_t i) { compile_program(*programs[i], options); });
  return programs;
}

}  // namespace noodle::tools
