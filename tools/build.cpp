#include "tools/driver.h"
#include "tools/execute.h"
#include "tools/native.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr std::string_view kEmits[] = {"tokens", "ast", "nir", "nbc"};
constexpr Flag kNativeFlag = {
    .name = "--native",
    .value = "",
    .help = "write an executable with the runtime inside",
};
constexpr Flag kLibraryFlag = {
    .name = "--library",
    .value = "",
    .help = "keep all public functions, for programs that embed the runtime to call",
};
constexpr Flag kFlags[] = {
    {.name = "-o", .value = "OUT", .help = "where to write; `-` is standard output"},
    {.name = "--emit", .value = "WHAT", .help = "tokens, ast, nir (as text) or nbc (the module)", .choices = kEmits},
    kDiagnosticsFlag,
    kTimePassesFlag,
    kPassesFlag,
    kLibraryFlag,
    kNativeFlag,
    kWorkersFlag,
    kSpreadFlag,
    kReportLeaksFlag,
    kCheckLeaksFlag,
};

/// `folder/name.noodle` becomes `name` in the current folder.
std::string name_of(std::string_view path, std::string_view ending) {
  path = path.substr(path.find_last_of('/') + 1);
  if (path.ends_with(ending) && path != ending) path.remove_suffix(ending.size());
  return std::string(path);
}

/// With --native: how the executable is to run its program.
OrExit<jit::NativeOptions> native_options(const Arguments& arguments) {
  const auto workers = workers_option(arguments);
  if (!workers) return std::unexpected(workers.error());
  return jit::NativeOptions{.workers = *workers,
                            .spread = arguments.has(kSpreadFlag.name),
                            .check_leaks = arguments.has(kCheckLeaksFlag.name),
                            .report_leaks = arguments.has(kReportLeaksFlag.name)};
}

int native(const Arguments& arguments, const CompileOptions& compile) {
  const std::string_view path = arguments.positional[0];
  for (const std::string_view flag : {std::string_view("--emit"), kLibraryFlag.name}) {
    if (arguments.has(flag)) return usage_error("`" + std::string(flag) + "` and `--native` can't be had together");
  }
  const auto options = native_options(arguments);
  if (!options) return options.error();
  const std::string out(arguments.value("-o").value_or(name_of(name_of(path, ".noodle"), ".nbc")));
  if (out == "-") return usage_error("an executable can't be written to standard output");
  if (same_file(path, out)) return usage_error("`-o " + out + "` would overwrite the source");
  return build_native(path, out, compile, *options);
}

int run(const Arguments& arguments) {
  const std::string_view path = arguments.positional[0];
  const std::string_view what = arguments.value("--emit").value_or("nbc");
  auto wanted = compile_options(arguments);
  if (!wanted) return wanted.error();
  CompileOptions& options = *wanted;
  options.only_compiles = true;
  options.library = arguments.has(kLibraryFlag.name);
  if (arguments.has(kNativeFlag.name)) return native(arguments, options);
  for (const Flag& flag : {kWorkersFlag, kSpreadFlag, kReportLeaksFlag, kCheckLeaksFlag}) {
    if (arguments.has(flag.name)) return usage_error("`" + std::string(flag.name) + "` needs `--native` beside it");
  }
  if (what == "nbc") {
    const auto bytes = build_module(path, options);
    if (!bytes) return bytes.error();
    const std::string out(arguments.value("-o").value_or(name_of(path, ".noodle") + ".nbc"));
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
        "With --emit=tokens, ast or nir the result of that step is printed instead.\n"
        "\n"
        "With --library the module also holds the public functions that `main` has no use for,\n"
        "and needs no `main`: for programs that call them through noodle.h.\n"
        "\n"
        "With --native the program is compiled to machine code and written to NAME, one\n"
        "executable file that needs neither this command nor a compiler. All words of its\n"
        "command line are the program's own; how many threads it has, and whether it tells\n"
        "what is left at the end, is said when it is built.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .fewest = 1,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
