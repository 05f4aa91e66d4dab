#include "tools/verb.h"

#include <algorithm>

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {
    {.name = "--man", .value = "", .help = "as a manual page, in roff: noodle help --man | man -l -"}};

int run(const Arguments& arguments) {
  const bool man = arguments.has("--man");
  if (arguments.positional.empty()) {
    print_out(man ? man_page() : overview());
    return 0;
  }
  const std::string_view name = arguments.positional[0];
  const auto verb = std::ranges::find(verbs(), name, &Verb::name);
  if (man && verb != verbs().end()) {
    print_out(man_page(**verb));
    return 0;
  }
  // `noodle help run` is `noodle run --help`, errors included.
  const std::string_view words[] = {name, "--help"};
  return run_command(words);
}

}  // namespace

constinit const Verb kHelp = {
    .name = "help",
    .usage = "[--man] [VERB]",
    .summary = "say what the command can do",
    .details = "",
    .flags = kFlags,
    .takes = Takes::Verbs,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
