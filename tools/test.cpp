#include <algorithm>
#include <array>
#include <utility>

#include "tools/execute.h"
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

// What tests of the real world have and simulated ones have not.
constexpr std::string_view kRealFlags[] = {
    kFailedFlag.name, kAffectedFlag.name,    kExamplesFlag.name,   kJobsFlag.name,   kTimeLimitFlag.name,
    kTimesFlag.name,  kSlowestFlag.name,     kShowOutputFlag.name, kJunitFlag.name,  kCoverageFlag.name,
    kMissedFlag.name, kLcovFlag.name,        kHtmlFlag.name,       kUpdateFlag.name, kWorkersFlag.name,
    kSpreadFlag.name, kReportLeaksFlag.name, kCheckLeaksFlag.name, kJitFlag.name,    kJitLogFlag.name,
    kPerfFlag.name,
};

OrExit<SimulateOptions> read_simulation(const Arguments& arguments) {
  const auto wrong = [](const std::string& why) { return std::unexpected(usage_error(why)); };
  for (const std::string_view flag : kRealFlags) {
    if (arguments.has(flag)) return wrong("`" + std::string(flag) + "` can't be had with `--simulate`");
  }
  SimulateOptions options;
  if (!read_seeds(arguments, options)) {
    return wrong("`--seed` takes a number such as 7, `--seeds` a range such as 0..1000, and not both");
  }
  options.again = "noodle test --simulate";
  if (const auto faults = arguments.value("--faults")) {
    if (!read_faults(*faults, options)) {
      return wrong("`--faults` takes a list of " + std::string(kFaultNames) + ", not `" + std::string(*faults) + "`");
    }
    options.again += " --faults " + std::string(*faults);
  }
  if (const auto kept = arguments.value("--keep")) {
    if (!arguments.has("--seed")) return wrong("`--keep` needs the `--seed` that it belongs to");
    if (!read_kept(*kept, options)) return wrong("`--keep` takes ascending numbers such as 3,17, or none");
  }
  if (const auto passes = arguments.value("--passes")) options.again += " --passes " + std::string(*passes);
  return options;
}

int run(const Arguments& arguments) {
  std::optional<SimulateOptions> simulation;
  if (arguments.has("--simulate")) {
    auto options = read_simulation(arguments);
    if (!options) return options.error();
    simulation = std::move(*options);
  } else {
    for (const std::string_view flag : {"--seeds", "--faults", "--keep"}) {
      if (arguments.has(flag)) return usage_error("`" + std::string(flag) + "` needs `--simulate`");
    }
  }
  auto command = read_test_command(arguments);
  if (!command) return command.error();
  if (simulation) command->suite.examples = false;
  command->simulate = std::move(simulation);
  return run_test_command(*command);
}

}  // namespace

constinit const Verb kTest = {
    .name = "test",
    .usage = "[FLAGS] [PATH...] [TEXT]",
    .summary = "run tests, and the examples in documentation",
    .details =
        "Runs every `test \"name\" { … }` of the files, and every ``` block in the\n"
        "documentation of what is `pub`; of a folder, those of all files in it and below.\n"
        "Without a path: of this folder. With TEXT only those whose names contain it. A\n"
        "test fails when it panics or an `expect` does not hold; the others run all the\n"
        "same. Tests run side by side and are told in their order; what they print is shown\n"
        "when they fail. What a file imports is looked up in the folder that is named, or\n"
        "else in the nearest around the file that has it.\n"
        "\n"
        "With --simulate tests, but not examples, run in a world of their own: one thread,\n"
        "a clock that jumps, files and connections in memory, and a schedule and faults\n"
        "that follow from a seed. The same seed gives the same run. A failure is shrunk to\n"
        "what it takes, and printed with the command that brings it back. Things may come\n"
        "late and in pieces, as everywhere; with --faults=all connections break and are\n"
        "refused, disks are full and datagrams get lost, too.\n"
        "\n"
        "Exit code: 0 when all pass, 1 when one fails or the program has errors.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .most = kManyWords,
    .run = run,
};

}  // namespace noodle::tools
