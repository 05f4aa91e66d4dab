#include "tools/driver.h"
#include "tools/execute.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr std::string_view kEmits[] = {"tokens", "ast", "nir", "nbc"};
constexpr Flag kFlags[] = {
    {.name = "-o", .value = "OUT", .help = "where to write; `-` is standard output"},
    {.name = "--emit", .value = "WHAT", .help = "tokens, ast, nir (as text) or nbc (the module)", .choices = kEmits},
    kDiagnosticsFlag,
    kTimePassesFlag,
    kPassesFlag,
};

/// `folder/name.noodle` becomes `name.nbc` in the current folder.
std::string default_output(std::string_view path) {
  path = path.substr(path.find_last_of('/') + 1);
  if (path.ends_with(".noodle")) path.remove_suffix(std::string_view(".noodle").size());
  return std::string(path) + ".nbc";
}

int run(const Arguments& arguments) {
  const std::string_view path = arguments.positional[0];
  const std::string_view what = arguments.value("--emit").value_or("nbc");
  auto wanted = compile_options(arguments);
  if (!wanted) return wanted.error();
  CompileOptions& options = *wanted;
  options.only_compiles = true;
  if (what == "nbc") {
    const auto bytes = build_module(path, options);
    if (!bytes) return bytes.error();
    const std::string out(arguments.value("-o").value_or(default_output(path)));
    if (same_file(path, out)) return usage_error("`-o " + out + "` would overwrite the source");
    return write_file(out, *bytes) ? 0 : kExitErrors;
  }
  const Emit step = what == "tokens" ? Emit::Tokens : what == "ast" ? Emit::Ast : Emit::Nir;
  const auto text = emit(path, step, options);
  if (!text) return text.error();
  return write_file(arguments.value("-o").value_or("-"), *text) ? 0 : kExitErrors;
}

}  // namespace

constinit const Verb kBuild = {
    .name = "build",
    .usage = "[FLAGS] FILE",
    .summary = "compile a program to a module",
    .details =
        "Writes FILE's module to NAME.nbc in the current folder, or where -o says. A module\n"
        "runs with `noodle run NAME.nbc` and holds all that it needs. The same source gives\n"
        "the same bytes, in any folder. FILE may also be a module as text, as `noodle disasm`\n"
        "prints it: then that is read back.\n"
        "\n"
        "With --emit=tokens, ast or nir the result of that step is printed instead.\n",
    .flags = kFlags,
    .fewest = 1,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
