#include "tools/verb.h"

namespace noodle::tools {

namespace {
int run(const Arguments& arguments) {
  if (arguments.positional.empty()) {
    print_out(overview());
    return 0;
  }
  // `noodle help run` is `noodle run --help`, errors included.
  const std::string_view words[] = {arguments.positional[0], "--help"};
  return run_command(words);
}
}  // namespace

constinit const Verb kHelp = {
    .name = "help",
    .usage = "[VERB]",
    .summary = "say what the command can do",
    .details = "",
    .flags = {},
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
