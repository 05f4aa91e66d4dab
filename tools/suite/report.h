#pragma once

// What people and other programs are told of a run of tests.

#include <string>
#include <vector>

#include "tools/suite/suite.h"

namespace noodle::tools {

struct ReportOptions {
  bool names_files = false;   // before each test's name
  bool times = false;         // behind it
  bool shows_output = false;  // also of tests that pass
  std::size_t slowest = 0;    // how many of the slowest are listed at the end
};

/// Prints results as they come, and remembers them for what is said at the end.
class Report {
 public:
  explicit Report(ReportOptions options) : options_(options) {}

  void add(const TestResult& result);
  /// The count, and the slowest tests.
  void finish() const;

  std::size_t failed() const { return failed_; }
  bool was_interrupted() const { return interrupted_; }
  const std::vector<TestResult>& results() const { return results_; }
  /// All results as JUnit's XML.
  std::string junit() const;

 private:
  std::string label(const TestResult& result) const;

  ReportOptions options_;
  std::vector<TestResult> results_;
  std::size_t passed_ = 0, failed_ = 0;
  bool interrupted_ = false;
};

/// A text as XML and HTML take it between tags and in attributes.
std::string xml(std::string_view text);

/// `0.8 ms`, `1.25 s`.
std::string shown_time(std::chrono::nanoseconds time);

}  // namespace noodle::tools
