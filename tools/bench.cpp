#include <algorithm>
#include <cstdio>
#include <map>

#include "base/text.h"
#include "tools/interrupts.h"
#include "tools/suite/flags.h"
#include "tools/suite/measure.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {
    kFilterFlag,
    kExactFlag,
    {.name = "--save", .value = "FILE", .help = "keep the results, to compare others with"},
    {.name = "--against", .value = "FILE", .help = "compare with results that were kept"},
    {.name = "--json", .value = "FILE", .help = "write the results as JSON, one object a line; `-` is standard output"},
    {.name = "--samples", .value = "N", .help = "how often each is measured, instead of 40 times"},
    {.name = "--warm-up", .value = "TIME", .help = "how long each runs before it is measured, instead of 200ms"},
    kDiagnosticsFlag,
    kPassesFlag,
    kWorkersFlag,
    kSpreadFlag,
    kJitFlag,
    kJitLogFlag,
};

constexpr std::string_view kSavedHead = "noodle bench 1\n";
constexpr std::uint64_t kMostSamples = 100'000;

using Saved = std::map<std::string, Measured>;

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

std::string saved_text(const std::vector<Measured>& results) {
  std::string text(kSavedHead);
  for (const Measured& one : results) {
    for (const double value :
         {one.nanos.median, one.nanos.low, one.nanos.high, one.instructions, one.allocations, one.copies}) {
      text += number(value) + "\t";
    }
    text += one.name + "\n";
  }
  return text;
}

/// What `--save` wrote; nothing when it is something else.
std::optional<Saved> read_saved(std::string_view text) {
  if (!text.starts_with(kSavedHead)) return std::nullopt;
  text.remove_prefix(kSavedHead.size());
  Saved saved;
  while (!text.empty()) {
    const std::string line(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    Measured one;
    int length = 0;
    if (std::sscanf(line.c_str(), "%lf\t%lf\t%lf\t%lf\t%lf\t%lf\t%n", &one.nanos.median, &one.nanos.low,
                    &one.nanos.high, &one.instructions, &one.allocations, &one.copies, &length) != 6) {
      return std::nullopt;
    }
    one.name = line.substr(static_cast<std::size_t>(length));
    saved.emplace(one.name, one);
  }
  return saved;
}

std::string_view name_of(Comparison result) {
  switch (result) {
    case Comparison::Faster: return "faster";
    case Comparison::Slower: return "slower";
    case Comparison::Same: return "same";
    case Comparison::Unclear: return "unclear";
  }
  return {};
}

std::string json_line(const Measured& one, const Measured* before) {
  std::string text = "{\"name\": ";
  append_json(text, one.name);
  text += ", \"median_ns\": " + number(one.nanos.median) + ", \"low_ns\": " + number(one.nanos.low) +
          ", \"high_ns\": " + number(one.nanos.high) + ", \"rounds\": " + number(one.rounds) +
          ", \"instructions\": " + number(one.instructions) + ", \"allocations\": " + number(one.allocations) +
          ", \"copies\": " + number(one.copies);
  if (before != nullptr) {
    text += ", \"before_ns\": " + number(before->nanos.median) +
            ", \"ratio\": " + number(one.nanos.median / before->nanos.median) + ", \"change\": \"" +
            std::string(name_of(compare(before->nanos, one.nanos))) + "\"";
  }
  return text + "}\n";
}

/// `12% faster`, or why nothing is said.
std::string verdict(const Measured& before, const Measured& now) {
  const double ratio = now.nanos.median / before.nanos.median;
  char text[80];
  switch (compare(before.nanos, now.nanos)) {
    case Comparison::Faster:
    case Comparison::Slower:
      if (ratio < 0.5 || ratio > 2) {
        std::snprintf(text, sizeof text, "%.1f times %s", ratio < 1 ? 1 / ratio : ratio,
                      ratio < 1 ? "faster" : "slower");
      } else {
        std::snprintf(text, sizeof text, "%.1f%% %s", 100 * (ratio < 1 ? 1 - ratio : ratio - 1),
                      ratio < 1 ? "faster" : "slower");
      }
      return text;
    case Comparison::Same: return "as fast";
    case Comparison::Unclear: return "no verdict: the noise is larger than the difference";
  }
  return {};
}

std::string counts(const Measured& one) {
  return shown_count(one.instructions) + " instructions, " + shown_count(one.allocations) + " allocations, " +
         shown_count(one.copies) + " copies";
}

void print_result(const Measured& one, const Measured* before) {
  print_out(one.name + "\n  " + shown_nanos(one.nanos.median) + "  (" + shown_nanos(one.nanos.low) + " to " +
            shown_nanos(one.nanos.high) + ")  " + counts(one) + "\n");
  if (before == nullptr) return;
  print_out("  before: " + shown_nanos(before->nanos.median) + ", " + verdict(*before, one) + "\n");
  if (counts(*before) != counts(one)) print_out("  before: " + counts(*before) + "\n");
}

struct BenchCommand {
  std::vector<std::string> paths;
  std::string filter;
  bool exact = false;
  MeasureOptions measure;
  CompileOptions compile;
  std::optional<Saved> against;
  std::optional<std::string> save, json;
};

OrExit<BenchCommand> read_command(const Arguments& arguments) {
  BenchCommand command;
  // Paths, filters and flags about running mean what they mean for tests.
  auto test = read_test_command(arguments);
  if (!test) return std::unexpected(test.error());
  command.paths = std::move(test->paths);
  command.filter = test->suite.filter;
  command.exact = test->suite.exact;
  command.measure.run = std::move(test->suite.run);
  command.compile = test->suite.compile;
  command.compile.benches = true;
  if (const auto text = arguments.value("--samples")) {
    const auto count = whole_number(*text);
    if (!count || *count < 5 || *count > kMostSamples) {
      return std::unexpected(
          usage_error("`--samples` takes a number from 5 to 100000, not `" + std::string(*text) + "`"));
    }
    command.measure.samples = static_cast<unsigned>(*count);
  }
  if (const auto text = arguments.value("--warm-up")) {
    const auto time = read_time(*text);
    if (!time)
      return std::unexpected(usage_error("`--warm-up` takes a time such as 500ms, not `" + std::string(*text) + "`"));
    command.measure.warm_up = *time;
  }
  if (const auto path = arguments.value("--against")) {
    const auto text = read_file(*path);
    if (text) command.against = read_saved(*text);
    if (!command.against) {
      const std::string why = text ? "it was not written by `noodle bench --save`" : text.error();
      return std::unexpected(refuse("can't compare with `" + std::string(*path) + "`: " + why));
    }
  }
  if (const auto path = arguments.value("--save")) command.save = *path;
  if (const auto path = arguments.value("--json")) command.json = *path;
  return command;
}

/// Measures the benchmarks of one file; the exit code.
int run_file(const TestFile& file, const BenchCommand& command, bool names_files, std::vector<Measured>& results) {
  CompileOptions options = command.compile;
  options.root = file.root;
  const auto program = load_program(file.path, options);
  if (!program) return program.error();
  int code = 0;
  for (const Test& bench : find_tests(program->module())) {
    if (command.exact ? bench.name != command.filter : bench.name.find(command.filter) == std::string::npos) continue;
    auto measured = measure(*program, bench, command.measure);
    if (Interrupts::happened()) return Interrupts::exit_code();
    const std::string name = names_files ? file.path + ": " + bench.name : bench.name;
    if (!measured) {
      print_err(name + ":\n" + indented(measured.error()));
      code = kExitErrors;
      continue;
    }
    measured->name = name;
    const Measured* before = nullptr;
    if (command.against && command.against->contains(name)) before = &command.against->at(name);
    if (command.json != "-") print_result(*measured, before);
    std::fflush(stdout);
    results.push_back(std::move(*measured));
  }
  return code;
}

int run(const Arguments& arguments) {
  const auto command = read_command(arguments);
  if (!command) return command.error();
  auto files = find_test_files(command->paths);
  if (!files) return files.error();
  const bool several = files->size() > 1;
  int code = 0;
  std::vector<Measured> results;
  for (const TestFile& file : *files) {
    const auto text = read_file(file.path);
    if (several && text && text->find("bench \"") == std::string::npos) continue;
    code = std::max(code, run_file(file, *command, several, results));
    if (Interrupts::happened()) return code;
  }
  if (results.empty()) return code != 0 ? code : refuse("there is no such benchmark");
  if (command->json) {
    std::string text;
    for (const Measured& one : results) {
      const bool known = command->against && command->against->contains(one.name);
      text += json_line(one, known ? &command->against->at(one.name) : nullptr);
    }
    if (!write_file(*command->json, text)) code = kExitErrors;
  }
  if (command->save && !write_file(*command->save, saved_text(results))) code = kExitErrors;
  return code;
}

}  // namespace

constinit const Verb kBench = {
    .name = "bench",
    .usage = "[FLAGS] [PATH...] [TEXT]",
    .summary = "measure the benchmarks of a program",
    .details =
        "Measures every `bench \"name\" { … }` of the files, or of those in a folder and\n"
        "below; with TEXT only those whose names contain it. What it does may be prepared\n"
        "first: of a benchmark with `testing.measure() { … }` that block alone counts.\n"
        "\n"
        "Each runs until it is warm and what is hot is compiled, then 40 times so often\n"
        "that it takes at least 5 ms. Told are the median time of a round, the interval in\n"
        "which the true median lies with 95% probability, and what a round does: how many\n"
        "instructions the interpreter takes, how many values are allocated, and how many\n"
        "are copied because they were shared when they changed. The latter are the same\n"
        "each time.\n"
        "\n"
        "With --against a difference is told only where the intervals don't meet.\n"
        "\n"
        "Exit code: 0; 1 when a benchmark panics, there is none, or the program has errors.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .most = kManyWords,
    .run = run,
};

}  // namespace noodle::tools
