#include "tools/driver.h"
#include "tools/execute.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {
    {.name = "-o", .value = "OUT", .help = "where to write; standard output without it"},
    kDiagnosticsFlag,
};

int run(const Arguments& arguments) {
  const auto wanted = compile_options(arguments);
  if (!wanted) return wanted.error();
  const auto text = disassemble(arguments.positional[0], *wanted);
  if (!text) return text.error();
  return write_file(arguments.value("-o").value_or("-"), *text) ? 0 : kExitErrors;
}

}  // namespace

constinit const Verb kDisasm = {
    .name = "disasm",
    .usage = "[FLAGS] FILE",
    .summary = "print a module as text",
    .details =
        "FILE is a module, or a source file, which is compiled first. The text says all that\n"
        "the module says: `noodle build` reads it back to the same bytes.\n",
    .flags = kFlags,
    .fewest = 1,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
