#include <utility>

#include "tools/execute.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {
    {.name = "--filter", .value = "TEXT", .help = "only the tests whose names contain TEXT"},
    kDiagnosticsFlag,
    kTimePassesFlag,
    kPassesFlag,
    kWorkersFlag,
    kSpreadFlag,
    kReportLeaksFlag,
    kCheckLeaksFlag,
};

int run(const Arguments& arguments) {
  const auto wanted = compile_options(arguments);
  if (!wanted) return wanted.error();
  auto program = load_program(arguments.positional[0], *wanted);
  if (!program) return program.error();
  std::string_view filter = arguments.value("--filter").value_or("");
  if (arguments.positional.size() > 1) filter = arguments.positional[1];
  RunOptions options;
  const auto workers = workers_option(arguments);
  if (!workers) return workers.error();
  options.workers = *workers;
  options.spread = arguments.has(kSpreadFlag.name);
  options.report_leaks = arguments.has(kReportLeaksFlag.name);
  options.check_leaks = arguments.has(kCheckLeaksFlag.name);
  return run_tests(std::move(*program), filter, options);
}

}  // namespace

constinit const Verb kTest = {
    .name = "test",
    .usage = "[FLAGS] FILE [TEXT]",
    .summary = "run the tests of a program",
    .details =
        "Runs every `test \"name\" { … }` of FILE in the order in which they stand, or\n"
        "those whose names contain TEXT. A test fails when it panics or an `expect` does\n"
        "not hold; the others run all the same.\n"
        "\n"
        "Exit code: 0 when all pass, 1 when one fails or the program has errors.\n",
    .flags = kFlags,
    .fewest = 1,
    .most = 2,
    .run = run,
};

}  // namespace noodle::tools
