#include <algorithm>
#include <cstdio>

#include "tools/interrupts.h"
#include "tools/suite/coverage_report.h"
#include "tools/suite/flags.h"
#include "tools/suite/watch.h"

namespace noodle::tools {

namespace {

/// One run of the tests of some files.
class Round {
 public:
  Round(const TestCommand& command, TestMemory& memory) : command_(command), suite_(command.suite), memory_(memory) {}

  int run(const std::vector<TestFile>& files) {
    const std::vector<std::unique_ptr<TestProgram>> programs = compile_tests(files, suite_);
    // Of one file nothing more is said when it has errors.
    if (command_.paths.size() == 1 && programs.size() == 1 && !programs[0]->code && !programs[0]->example) {
      print_err(programs[0]->said);
      memory_.set_passed(programs[0]->file.path, std::nullopt);
      return kExitErrors;
    }
    std::vector<Chosen> chosen;
    for (const auto& program : programs) choose(*program, chosen);
    ReportOptions options = command_.report;
    options.names_files = files.size() > 1;
    if (command_.simulate) return simulate(chosen, options.names_files);
    Report report(options);
    int leaks = 0;
    run_chosen(chosen, suite_, [&](const TestResult& result) { report.add(result); }, leaks);
    remember(files, report);
    if (report.was_interrupted()) return Interrupts::exit_code();
    report.finish();
    return finish(programs, report, leaks);
  }

 private:
  bool is_wanted(const std::string& path, const std::string& name) const {
    if (suite_.exact ? name != suite_.filter : name.find(suite_.filter) == std::string::npos) return false;
    return !command_.failed || memory_.failed(real_path(path), name);
  }

  void choose(TestProgram& program, std::vector<Chosen>& chosen) const {
    const std::string& path = program.file.path;
    if (!program.code) {
      // Its tests have no names yet, so only an example can be left out by its own.
      const std::string name = program.example ? program.example->name() : "compiles";
      if (!program.example || is_wanted(path, name)) chosen.push_back({&program, {name, {}}});
      return;
    }
    // Warnings don't keep tests from running.
    print_err(program.said);
    for (const Test& test : program.tests) {
      if (is_wanted(path, test.name)) chosen.push_back({&program, test});
    }
  }

  void remember(const std::vector<TestFile>& files, const Report& report) {
    std::set<std::string> failed;
    for (const TestResult& result : report.results()) {
      memory_.set_failed(result.program->file.path, result.name, !result.passed());
      if (!result.passed()) failed.insert(result.program->file.path);
    }
    ImportGraph graph;
    const bool is_whole = suite_.filter.empty() && !command_.failed && suite_.tests && suite_.examples;
    for (const TestFile& file : files) {
      if (failed.contains(file.path)) {
        memory_.set_passed(file.path, std::nullopt);
      } else if (is_whole && !report.was_interrupted()) {
        memory_.set_passed(file.path, graph.hash(file));
      }
    }
    memory_.save();
  }

  int simulate(const std::vector<Chosen>& chosen, bool names_files) const {
    const int code = simulate_tests(chosen, names_files, *command_.simulate);
    return chosen.empty() && suite_.exact ? refuse_name() : code;
  }

  int refuse_name() const { return refuse("no test is called `" + suite_.filter + "`"); }

  int finish(const std::vector<std::unique_ptr<TestProgram>>& programs, const Report& report, int leaks) const {
    int code = report.failed() == 0 ? 0 : kExitErrors;
    if (code == 0 && report.results().empty() && suite_.exact) code = refuse_name();
    if (command_.junit && !write_file(*command_.junit, report.junit())) code = kExitErrors;
    if (suite_.coverage && !report_coverage(programs, command_.coverage)) code = kExitErrors;
    return leaks != 0 ? leaks : code;
  }

  const TestCommand& command_;
  const SuiteOptions& suite_;
  TestMemory& memory_;
};

/// The files that the command is about, before it is asked what changed.
OrExit<std::vector<TestFile>> wanted_files(const TestCommand& command) {
  auto files = find_test_files(command.paths);
  if (files) {
    std::erase_if(*files,
                  [&](const TestFile& file) { return file.path.find(command.suite.file_filter) == std::string::npos; });
  }
  return files;
}

/// Leaves those files that what the command asks for concerns.
int narrow(std::vector<TestFile>& files, const TestCommand& command, const TestMemory& memory) {
  ImportGraph graph;
  if ((command.failed || command.affected) && !memory.is_on()) {
    return usage_error("nothing is remembered of earlier runs, since there is no cache (see NOODLE_CACHE)");
  }
  if (command.failed) {
    std::erase_if(files, [&](const TestFile& file) { return !memory.has_failures_in(file.path); });
  }
  if (command.affected) {
    std::erase_if(files, [&](const TestFile& file) { return memory.passed(file.path, graph.hash(file)); });
  }
  if (command.since) {
    const auto changed = changed_since(*command.since);
    if (!changed) return refuse(changed.error());
    std::erase_if(files, [&](const TestFile& file) {
      return std::ranges::none_of(graph.reach(file),
                                  [&](const std::string& path) { return changed->contains(real_path(path)); });
    });
  }
  return 0;
}

/// Runs, waits for a change, and runs what that affects.
int watch(const TestCommand& command, TestMemory& memory) {
  std::map<std::string, std::uint64_t> seen;  // what each file was like when it ran last
  int code = 0;
  for (std::uint64_t runs = 1;; ++runs) {
    const auto files = wanted_files(command);
    if (!files) return files.error();
    ImportGraph graph;
    std::set<std::string> all;
    std::vector<TestFile> changed;
    for (const TestFile& file : *files) {
      all.merge(graph.reach(file));
      const std::uint64_t hash = graph.hash(file);
      const auto [it, is_new] = seen.try_emplace(file.path, hash);
      if (is_new || it->second != hash) changed.push_back(file);
      it->second = hash;
    }
    if (changed.empty()) {
      --runs;
    } else {
      code = Round(command, memory).run(changed);
      if (Interrupts::happened() || runs == command.watch_runs) return code;
      print_out("waiting for changes\n");
      std::fflush(stdout);
    }
    if (!wait_for_change(all)) return Interrupts::happened() ? Interrupts::exit_code() : code;
  }
}

}  // namespace

int run_test_command(const TestCommand& command) {
  TestMemory memory;
  if (command.watch) return watch(command, memory);
  auto files = wanted_files(command);
  if (!files) return files.error();
  const std::size_t all = files->size();
  if (const int code = narrow(*files, command, memory); code != 0) return code;
  if (files->empty() && all != 0) {
    print_out("0 passed, 0 failed\n");
    return 0;
  }
  return Round(command, memory).run(*files);
}

}  // namespace noodle::tools
