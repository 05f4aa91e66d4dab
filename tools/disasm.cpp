#include <utility>

#include "tools/driver.h"
#include "tools/execute.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {
    {.name = "-o", .value = "OUT", .help = "where to write; standard output without it"},
    {.name = "--native",
     .value = "FUNCTION",
     .help = "print the machine code that this function is compiled to when it is hot"},
    kDiagnosticsFlag,
};

OrExit<std::string> text_of(const Arguments& arguments, const CompileOptions& options) {
  const auto function = arguments.value("--native");
  if (!function) return disassemble(arguments.positional[0], options);
  auto program = load_program(arguments.positional[0], options);
  if (!program) return std::unexpected(program.error());
  return native_code(std::move(*program), *function);
}

int run(const Arguments& arguments) {
  const auto wanted = compile_options(arguments);
  if (!wanted) return wanted.error();
  const auto text = text_of(arguments, *wanted);
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
        "the module says: `noodle build` reads it back to the same bytes.\n"
        "\n"
        "With `--native` it is the assembly of a function instead, with the instructions that\n"
        "it comes from beside it: calls that were taken in bring those of the other function.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .fewest = 1,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
