#include "tools/verb.h"

namespace noodle::tools {

std::string_view version() { return NOODLE_VERSION; }

namespace {
int run(const Arguments&) {
  print_out("noodle " NOODLE_VERSION "\n");
  return 0;
}
}  // namespace

constinit const Verb kVersion = {
    .name = "version",
    .usage = "",
    .summary = "print the version",
    .details = "",
    .flags = {},
    .run = run,
};

}  // namespace noodle::tools
