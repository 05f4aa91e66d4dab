#pragma once

// The flags of `noodle test` and what they say.

#include "tools/simulate.h"
#include "tools/suite/coverage_report.h"
#include "tools/suite/report.h"
#include "tools/suite/suite.h"

namespace noodle::tools {

inline constexpr Flag kFilterFlag = {
    .name = "--filter", .value = "TEXT", .help = "only the tests whose names contain TEXT"};
inline constexpr Flag kExactFlag = {.name = "--exact", .value = "", .help = "only the test whose name is TEXT, whole"};
inline constexpr Flag kFileFlag = {
    .name = "--file", .value = "TEXT", .help = "only the files whose paths contain TEXT"};
inline constexpr Flag kJobsFlag = {
    .name = "--jobs", .value = "N", .help = "run at most N tests at once, instead of one a core"};
inline constexpr Flag kTimeLimitFlag = {
    .name = "--time-limit", .value = "TIME", .help = "for each test, such as 500ms, 10s or none; 5m if not said"};
inline constexpr std::string_view kKinds[] = {"only", "none"};
inline constexpr Flag kExamplesFlag = {
    .name = "--examples",
    .value = "WHAT",
    .help = "only the examples in documentation, or none of them",
    .choices = kKinds,
};
inline constexpr Flag kFailedFlag = {.name = "--failed", .value = "", .help = "only the tests that failed last"};
inline constexpr Flag kAffectedFlag = {
    .name = "--affected", .value = "", .help = "only the files that changed, or import what did, since they passed"};
inline constexpr Flag kSinceFlag = {
    .name = "--since", .value = "REF", .help = "the same, since that commit or branch of git"};
inline constexpr Flag kWatchFlag = {
    .name = "--watch", .value = "", .help = "when files change, run again what they affect, until interrupted"};
inline constexpr Flag kWatchRunsFlag = {
    .name = "--watch-runs", .value = "N", .help = "end after so many runs", .hidden = true};
inline constexpr Flag kTimesFlag = {.name = "--times", .value = "", .help = "say how long each test took"};
inline constexpr Flag kSlowestFlag = {.name = "--slowest", .value = "N", .help = "list the N slowest tests"};
inline constexpr Flag kShowOutputFlag = {
    .name = "--show-output", .value = "", .help = "show also what tests print that pass"};
inline constexpr Flag kJunitFlag = {.name = "--junit", .value = "FILE", .help = "write the results as JUnit's XML"};
inline constexpr Flag kCoverageFlag = {
    .name = "--coverage", .value = "", .help = "say how much of the lines and branches the tests reach"};
inline constexpr Flag kMissedFlag = {
    .name = "--missed", .value = "", .help = "with --coverage: list the lines that nothing reaches"};
inline constexpr Flag kLcovFlag = {.name = "--lcov", .value = "FILE", .help = "write coverage in the format of LCOV"};
inline constexpr Flag kHtmlFlag = {.name = "--html", .value = "FOLDER", .help = "write coverage as pages of HTML"};
inline constexpr Flag kUpdateFlag = {.name = "--update", .value = "", .help = "make snapshots what the tests give now"};

/// What `noodle test` was told.
struct TestCommand {
  std::vector<std::string> paths;
  SuiteOptions suite;
  ReportOptions report;
  bool failed = false, affected = false, watch = false;
  CoverageOptions coverage;
  std::optional<std::string> since, junit;
  std::optional<std::uint64_t> watch_runs;
  std::optional<SimulateOptions> simulate;
};
/// Reads all but how tests are simulated.
OrExit<TestCommand> read_test_command(const Arguments& arguments);

/// Whether the last word behind a path is a part of tests' names: it names no file.
bool is_filter(const std::string& word);

/// A time such as `500ms`, `10s`, `5m`; nothing for anything else.
std::optional<std::chrono::nanoseconds> read_time(std::string_view text);
/// The value of kJobsFlag, or one a core.
OrExit<unsigned> jobs_option(const Arguments& arguments);

/// Runs what the command says; the exit code.
int run_test_command(const TestCommand& command);

}  // namespace noodle::tools
