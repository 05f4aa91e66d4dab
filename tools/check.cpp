#include "tools/driver.h"
#include "tools/roots.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {kDiagnosticsFlag, kTimePassesFlag};

int run(const Arguments& arguments) {
  auto options = compile_options(arguments);
  if (!options) return options.error();
  const std::string root = import_root(std::string(arguments.positional[0]));
  options->root = root;
  return check(arguments.positional[0], *options);
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
