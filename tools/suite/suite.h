#pragma once

// The tests of some files: compiled, run side by side, each with a harness that takes what it prints.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tools/execute.h"
#include "tools/suite/examples.h"
#include "tools/suite/files.h"

namespace noodle::tools {

/// What a run of tests was told.
struct SuiteOptions {
  RunOptions run;
  CompileOptions compile;
  std::string filter;  // part of a name, or the whole
  std::string file_filter;
  bool exact = false;
  bool tests = true, examples = true;
  unsigned jobs = 1;
  std::optional<std::chrono::nanoseconds> time_limit;
  bool coverage = false;
  bool update_snapshots = false;
  std::optional<std::uint64_t> seed;
};

/// The counters of a program that counts what runs.
struct ProgramCoverage {
  std::vector<CounterPlace> places;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts;
};

/// A program whose tests run: a file's own, or an example of its documentation.
struct TestProgram {
  explicit TestProgram(TestFile of) : file(std::move(of)) {}

  TestFile file;
  std::optional<Example> example;
  std::string said;                         // by the compiler
  std::optional<nbc::VerifiedModule> code;  // nothing when it has errors
  std::vector<Test> tests;
  ProgramCoverage coverage;
};

enum class Verdict : std::uint8_t { Passed, Failed, TimedOut, Interrupted, Skipped };

/// How one test went.
struct TestResult {
  const TestProgram* program = nullptr;
  std::string name;
  Verdict verdict = Verdict::Passed;
  std::string failure;
  std::string printed;
  std::chrono::nanoseconds time{};

  bool passed() const { return verdict == Verdict::Passed; }
};

/// Compiles what is to be tested in the files, several at once. Programs come in the order of files and lines; one with
/// errors has no code.
std::vector<std::unique_ptr<TestProgram>> compile_tests(const std::vector<TestFile>& files,
                                                        const SuiteOptions& options);

/// A test that is to run; of a program with errors, what is told instead.
struct Chosen {
  TestProgram* program;
  Test test;
};

/// Runs tests side by side, and gives each result to `report`, in their order, as soon as all before it are there. Ends
/// early when the user interrupts. `left` takes what is said of values left over.
void run_chosen(const std::vector<Chosen>& chosen, const SuiteOptions& options,
                const std::function<void(const TestResult&)>& report, int& leak_code);

/// Does something for each number below `count`, on several threads.
void in_parallel(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& work);

}  // namespace noodle::tools
