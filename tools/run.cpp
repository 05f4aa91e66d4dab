#include <utility>

#include "tools/execute.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {kDiagnosticsFlag, kTimePassesFlag, kPassesFlag, kWorkersFlag, kSpreadFlag,
                           kReportLeaksFlag, kCheckLeaksFlag, kJitFlag,    kJitLogFlag,  kPerfFlag};

int run(const Arguments& arguments) {
  const auto compile = compile_options(arguments);
  if (!compile) return compile.error();
  auto options = run_options(arguments);
  if (!options) return options.error();
  options->arguments.assign(arguments.rest.begin(), arguments.rest.end());
  auto program = load_program(arguments.positional[0], *compile);
  return program ? run_program(std::move(*program), *options) : program.error();
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
