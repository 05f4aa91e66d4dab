#include "tools/suite/flags.h"

#include <filesystem>
#include <thread>

namespace noodle::tools {

namespace {

constexpr std::chrono::minutes kTimeLimit{5};
constexpr std::uint64_t kMostJobs = 256;

std::optional<int> read_limit(const Arguments& arguments, SuiteOptions& suite) {
  suite.time_limit = kTimeLimit;
  const auto text = arguments.value(kTimeLimitFlag.name);
  if (!text) return std::nullopt;
  if (*text == "none") {
    suite.time_limit.reset();
    return std::nullopt;
  }
  suite.time_limit = read_time(*text);
  if (suite.time_limit) return std::nullopt;
  return usage_error("`--time-limit` takes a time such as 500ms, 10s or 2m, or none, not `" + std::string(*text) + "`");
}

/// What can't be had together, or alone.
std::optional<int> check_flags(const Arguments& arguments) {
  if (arguments.has(kExactFlag.name) && !arguments.has(kFilterFlag.name) && arguments.positional.size() < 2) {
    return usage_error("`--exact` needs the name of a test: FILE NAME, or `--filter NAME`");
  }
  if (arguments.has(kAffectedFlag.name) && arguments.has(kSinceFlag.name)) {
    return usage_error("`--affected` and `--since` can't be had together");
  }
  return std::nullopt;
}

}  // namespace

bool is_filter(const std::string& word) {
  std::error_code error;
  return !std::filesystem::exists(word, error) && !word.ends_with(".noodle") && !word.ends_with(".nbc") &&
         word.find('/') == std::string::npos;
}

std::optional<std::chrono::nanoseconds> read_time(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t nanos;
  };
  constexpr Unit kUnits[] = {{"ns", 1},
                             {"us", 1'000},
                             {"ms", 1'000'000},
                             {"s", 1'000'000'000},
                             {"m", 60'000'000'000},
                             {"h", 3'600'000'000'000}};
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = whole_number(text.substr(0, digits));
  for (const Unit& unit : kUnits) {
    std::int64_t nanos = 0;
    if (text.substr(digits) != unit.name || !number || *number == 0 || *number > INT64_MAX) continue;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(*number), unit.nanos, &nanos)) continue;
    return std::chrono::nanoseconds(nanos);
  }
  return std::nullopt;
}

OrExit<unsigned> jobs_option(const Arguments& arguments) {
  const auto text = arguments.value(kJobsFlag.name);
  if (!text) return std::max(1u, std::thread::hardware_concurrency());
  const auto count = whole_number(*text);
  if (!count || *count < 1 || *count > kMostJobs) {
    return std::unexpected(usage_error("`--jobs` takes a number from 1 to 256, not `" + std::string(*text) + "`"));
  }
  return static_cast<unsigned>(*count);
}

OrExit<TestCommand> read_test_command(const Arguments& arguments) {
  TestCommand command;
  if (const auto wrong = check_flags(arguments)) return std::unexpected(*wrong);
  command.paths.assign(arguments.positional.begin(), arguments.positional.end());
  SuiteOptions& suite = command.suite;
  if (command.paths.size() > 1 && is_filter(command.paths.back())) {
    suite.filter = command.paths.back();
    command.paths.pop_back();
  }
  if (const auto text = arguments.value(kFilterFlag.name)) suite.filter = *text;
  if (command.paths.empty()) command.paths.emplace_back(".");
  auto run = run_options(arguments);
  if (!run) return std::unexpected(run.error());
  suite.run = std::move(*run);
  const auto compile = compile_options(arguments);
  if (!compile) return std::unexpected(compile.error());
  suite.compile = *compile;
  const auto jobs = jobs_option(arguments);
  if (!jobs) return std::unexpected(jobs.error());
  // The files for perf have the process's name.
  suite.jobs = suite.run.jit.perf ? 1 : *jobs;
  if (const auto wrong = read_limit(arguments, suite)) return std::unexpected(*wrong);
  suite.file_filter = arguments.value(kFileFlag.name).value_or("");
  suite.exact = arguments.has(kExactFlag.name);
  suite.tests = arguments.value(kExamplesFlag.name) != "only";
  suite.examples = arguments.value(kExamplesFlag.name) != "none";
  suite.update_snapshots = arguments.has(kUpdateFlag.name);
  command.report.times = arguments.has(kTimesFlag.name);
  command.report.shows_output = arguments.has(kShowOutputFlag.name);
  if (const auto text = arguments.value(kSlowestFlag.name)) {
    const auto count = whole_number(*text);
    if (!count || *count == 0) return std::unexpected(usage_error("`--slowest` takes a number from 1"));
    command.report.slowest = *count;
  }
  if (const auto text = arguments.value("--seed")) {
    suite.seed = whole_number(*text);
    if (!suite.seed) return std::unexpected(usage_error("`--seed` takes a number such as 7"));
  }
  command.coverage.lines = arguments.has(kMissedFlag.name);
  if (const auto path = arguments.value(kLcovFlag.name)) command.coverage.lcov = *path;
  if (const auto path = arguments.value(kHtmlFlag.name)) command.coverage.html = *path;
  suite.coverage =
      arguments.has(kCoverageFlag.name) || command.coverage.lines || command.coverage.lcov || command.coverage.html;
  command.failed = arguments.has(kFailedFlag.name);
  command.affected = arguments.has(kAffectedFlag.name);
  command.watch = arguments.has(kWatchFlag.name);
  if (const auto text = arguments.value(kWatchRunsFlag.name)) command.watch_runs = whole_number(*text);
  if (const auto ref = arguments.value(kSinceFlag.name)) command.since = *ref;
  if (const auto path = arguments.value(kJunitFlag.name)) command.junit = *path;
  return command;
}

}  // namespace noodle::tools
