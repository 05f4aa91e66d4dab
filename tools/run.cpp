#include <utility>

#include "tools/execute.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {kDiagnosticsFlag, kTimePassesFlag, kPassesFlag, kWorkersFlag, kSpreadFlag,
                           kReportLeaksFlag, kCheckLeaksFlag, kJitFlag,    kJitLogFlag,  kPerfFlag};

int run(const Arguments& arguments) {
  const auto wanted = compile_options(arguments);
  if (!wanted) return wanted.error();
  auto program = load_program(arguments.positional[0], *wanted);
  if (!program) return program.error();
  RunOptions options;
  const auto workers = workers_option(arguments);
  if (!workers) return workers.error();
  options.workers = *workers;
  const auto jit = jit_options(arguments);
  if (!jit) return jit.error();
  options.jit = *jit;
  options.spread = arguments.has(kSpreadFlag.name);
  options.leaks.report = arguments.has(kReportLeaksFlag.name);
  options.leaks.check = arguments.has(kCheckLeaksFlag.name);
  for (std::string_view word : arguments.rest) options.arguments.emplace_back(word);
  return run_program(std::move(*program), options);
}

}  // namespace

constinit const Verb kRun = {
    .name = "run",
    .usage = "[FLAGS] FILE [ARGS]",
    .summary = "compile a program and run it",
    .details =
        "FILE is a source file, or a module that `noodle build` wrote. What follows it\n"
        "are the program's own arguments, flags included.\n"
        "\n"
        "Exit code: the one the program gives to `exit`; 0 when `main` ends; 1 when the\n"
        "program has errors or `main` gives an Err; 2 for wrong usage; 101 for a panic;\n"
        "130 when it was interrupted.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .fewest = 1,
    .most = 1,
    .passes_rest = true,
    .run = run,
};

}  // namespace noodle::tools
