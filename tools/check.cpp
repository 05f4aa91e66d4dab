#include "tools/driver.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {kDiagnosticsFlag, kTimePassesFlag};

int run(const Arguments& arguments) {
  const auto options = compile_options(arguments);
  return options ? check(arguments.positional[0], *options) : options.error();
}

}  // namespace

constinit const Verb kCheck = {
    .name = "check",
    .usage = "[FLAGS] FILE",
    .summary = "report what is wrong with a program, without running it",
    .details =
        "Checks the file and every module that it imports.\n"
        "Exit code: 0 without errors (there may be warnings), 1 with errors.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .fewest = 1,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
