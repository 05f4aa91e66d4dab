#include <algorithm>
#include <array>
#include <utility>

#include "tools/execute.h"
#include "tools/simulate.h"
#include "tools/suite/flags.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

// What `--faults` takes, put together when this is compiled: flags are constants.
constexpr auto kFaultText = [] {
  std::array<char, 256> text{};
  char* to = text.data();
  const auto add = [&](std::string_view part) { to = std::ranges::copy(part, to).out; };
  for (const simulate::TwistName& name : simulate::kTwistNames) {
    if (name.fault.empty()) continue;
    if (to != text.data()) add(", ");
    add(name.fault);
  }
  add("; or all, or none");
  return text;
}();
constexpr std::string_view kFaultNames(kFaultText.data());

constexpr auto kFaultHelpText = [] {
  std::array<char, 320> text{};
  std::ranges::copy(kFaultNames, std::ranges::copy(std::string_view("what may happen besides: "), text.data()).out);
  return text;
}();

constexpr Flag kFlags[] = {
    kFilterFlag,
    kExactFlag,
    kFileFlag,
    kFailedFlag,
    kAffectedFlag,
    kSinceFlag,
    kExamplesFlag,
    kJobsFlag,
    kTimeLimitFlag,
    kWatchFlag,
    kWatchRunsFlag,
    kTimesFlag,
    kSlowestFlag,
    kShowOutputFlag,
    kJunitFlag,
    kCoverageFlag,
    kMissedFlag,
    kLcovFlag,
    kHtmlFlag,
    kUpdateFlag,
    {.name = "--simulate", .value = "", .help = "run them in a simulated world, once for each seed"},
    {.name = "--seed", .value = "N", .help = "of chance in tests; with --simulate: of this world alone"},
    {.name = "--seeds", .value = "A..B", .help = "simulate with the seeds from A to before B, instead of 0..100"},
    {.name = "--faults", .value = "LIST", .help = std::string_view(kFaultHelpText.data())},
    {.name = "--keep", .value = "LIST", .help = "with --seed: let happen only what a failure was shrunk to"},
    kDiagnosticsFlag,
    kTimePassesFlag,
    kPassesFlag,
    kWorkersFlag,
    kSpreadFlag,
    kReportLeaksFlag,
    kCheckLeaksFlag,
    kJitFlag,
    kJitLogFlag,
    kPerfFlag,
};

/// The parts of a list with commas.
std::vector<std::string_view> parts(std::string_view list) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t comma = list.find(',');
    out.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    list.remove_prefix(comma + 1);
  }
}

bool read_seeds(const Arguments& arguments, SimulateOptions& options) {
  if (const auto text = arguments.value("--seeds")) {
    const std::size_t dots = text->find("..");
    const auto first = whole_number(text->substr(0, dots));
    const auto end = dots != std::string_view::npos ? whole_number(text->substr(dots + 2)) : std::nullopt;
    if (!first || !end || *first >= *end) return false;
    options.first = *first;
    options.last = *end - 1;
  }
  if (const auto text = arguments.value("--seed")) {
    if (arguments.has("--seeds")) return false;
    const auto seed = whole_number(*text);
    if (!seed) return false;
    options.first = options.last = *seed;
  }
  return true;
}

bool read_faults(std::string_view list, SimulateOptions& options) {
  options.twists = simulate::kSchedule;
  if (list == "none") return true;
  if (list == "all") {
    options.twists = simulate::kAllTwists;
    return true;
  }
  for (const std::string_view part : parts(list)) {
    const auto* found = std::ranges::find(simulate::kTwistNames, part, &simulate::TwistName::fault);
    if (part.empty() || found == simulate::kTwistNames.end()) return false;
    options.twists |= simulate::bit(static_cast<simulate::Twist>(found - simulate::kTwistNames.begin()));
  }
  return true;
}

bool read_kept(std::string_view list, SimulateOptions& options) {
  options.keeps = true;
  if (list == "none") return true;
  for (const std::string_view part : parts(list)) {
    const auto place = whole_number(part);
    if (!place) return false;
    options.kept.push_back(*place);
  }
  return std::ranges::adjacent_find(options.kept, std::greater_equal<>()) == options.kept.end();
}

int run_simulated(const Arguments& arguments, const nbc::VerifiedModule& program, std::string_view filter) {
  SimulateOptions options;
  if (!read_seeds(arguments, options)) {
    return usage_error("`--seed` takes a number such as 7, `--seeds` a range such as 0..1000, and not both");
  }
  options.again = "noodle test --simulate";
  if (const auto faults = arguments.value("--faults")) {
    if (!read_faults(*faults, options)) {
      return usage_error("`--faults` takes a list of " + std::string(kFaultNames) + ", not `" + std::string(*faults) +
                         "`");
    }
    options.again += " --faults " + std::string(*faults);
  }
  if (const auto kept = arguments.value("--keep")) {
    if (!arguments.has("--seed")) return usage_error("`--keep` needs the `--seed` that it belongs to");
    if (!read_kept(*kept, options)) return usage_error("`--keep` takes ascending numbers such as 3,17, or none");
  }
  if (const auto passes = arguments.value("--passes")) options.again += " --passes " + std::string(*passes);
  options.again += " " + quoted_for_shell(arguments.positional[0]);
  return simulate_tests(program, filter, options);
}

int simulate(const Arguments& arguments) {
  const auto wanted = compile_options(arguments);
  if (!wanted) return wanted.error();
  if (arguments.positional.empty() || arguments.positional.size() > 2) {
    return usage_error("`--simulate` takes one file, and a part of tests' names");
  }
  auto program = load_program(arguments.positional[0], *wanted);
  if (!program) return program.error();
  std::string_view filter = arguments.value(kFilterFlag.name).value_or("");
  if (arguments.positional.size() > 1) filter = arguments.positional[1];
  return run_simulated(arguments, *program, filter);
}

int run(const Arguments& arguments) {
  if (arguments.has("--simulate")) return simulate(arguments);
  for (const std::string_view flag : {"--seeds", "--faults", "--keep"}) {
    if (arguments.has(flag)) return usage_error("`" + std::string(flag) + "` needs `--simulate`");
  }
  const auto command = read_test_command(arguments);
  return command ? run_test_command(*command) : command.error();
}

}  // namespace

constinit const Verb kTest = {
    .name = "test",
    .usage = "[FLAGS] [PATH...] [TEXT]",
    .summary = "run tests, and the examples in documentation",
    .details =
        "Runs every `test \"name\" { … }` of the files, and every ``` block in the\n"
        "documentation of what is `pub`; of a folder, those of all files in it and below,\n"
        "of which it is the place where imports are looked up. Without a path: of this\n"
        "folder. With TEXT only those whose names contain it. A test fails when it panics\n"
        "or an `expect` does not hold; the others run all the same. Tests run side by side\n"
        "and are told in their order; what they print is shown when they fail.\n"
        "\n"
        "With --simulate the tests run in a world of their own: one thread, a clock that\n"
        "jumps, files and connections in memory, and a schedule and faults that follow\n"
        "from a seed. The same seed gives the same run. A failure is shrunk to what it\n"
        "takes, and printed with the command that brings it back. Things may come late\n"
        "and in pieces, as everywhere; with --faults=all connections break and are\n"
        "refused, disks are full and datagrams get lost, too.\n"
        "\n"
        "Exit code: 0 when all pass, 1 when one fails or the program has errors.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .most = kManyWords,
    .run = run,
};

}  // namespace noodle::tools
