#include <cstdio>

#include "tools/interrupts.h"
#include "tools/repl/hang_up.h"
#include "tools/repl/input.h"
#include "tools/repl/lines.h"
#include "tools/repl/shell.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {kPassesFlag, kWorkersFlag, kSpreadFlag, kJitFlag, kCheckLeaksFlag};

constexpr std::string_view kHelpText =
    "Type declarations, statements and expressions; what is open at a line's end goes on in\n"
    "the next. Values and their types are shown, and stay. A declaration takes the place of\n"
    "one of the same name.\n"
    "\n"
    "  :type EXPRESSION   the type of an expression, which isn't run\n"
    "  :load FILE         reads a file as if it had been typed\n"
    "  :names             what has been declared\n"
    "  :complete TEXT     what the last word of a text may become\n"
    "  :help              this\n"
    "  :quit              ends; so does the end of the input\n"
    "\n"
    "Ctrl-C stops what runs, the tabulator completes names.\n";

/// A conversation.
class Repl {
 public:
  Repl(Shell& shell, Lines& lines, world::World& world) : shell_(shell), lines_(lines), world_(world) {}

  /// Until the input ends; the exit code.
  int talk() {
    if (lines_.is_terminal()) print_out("noodle: :help says what there is, :quit ends\n");
    std::string input;
    while (!code_) {
      std::fflush(stdout);
      std::string line;
      switch (lines_.read(input.empty() ? "> " : "| ", line)) {
        case Lines::Kind::Line: break;
        case Lines::Kind::Interrupted:
          Interrupts::forget();
          print_out("\n");
          input.clear();
          continue;
        case Lines::Kind::End:
          if (lines_.is_terminal()) print_out("\n");
          if (!input.empty()) take(input);
          return code_.value_or(0);
      }
      input += line + "\n";
      if (!input.starts_with(':') && wants_more(input)) continue;
      take(input);
      input.clear();
    }
    return *code_;
  }
  /// Reads a file as if it had been typed.
  void load(const std::string& path) {
    const auto text = read_file(path);
    if (!text) {
      print_err("error: can't read `" + path + "`: " + text.error() + "\n");
      return;
    }
    tell([&] { return shell_.run(*text); });
  }

 private:
  void take(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    if (text.find_first_not_of(" \t\n") == std::string::npos) return;
    lines_.remember(text);
    if (text.starts_with(':')) {
      command(text);
    } else {
      tell([&] { return shell_.run(text); });
    }
  }

  void command(const std::string& text) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string name = text.substr(0, blank);
    const std::string rest = blank + 1 < text.size() ? text.substr(blank + 1) : "";
    if (name == ":quit" || name == ":q") {
      code_ = 0;
    } else if (name == ":help") {
      print_out(kHelpText);
    } else if (name == ":type") {
      tell([&] { return shell_.type_of(rest); });
    } else if (name == ":names") {
      print_out(shell_.listing());
    } else if (name == ":complete") {
      for (const std::string& word : shell_.completions(rest)) print_out(word + "\n");
    } else if (name == ":load" && !rest.empty()) {
      load(rest);
    } else {
      print_err("error: there is no command `" + text + "`; `:help` says which there are\n");
    }
  }

  template <typename F>
  void tell(F run) {
    Shell::Answer answer;
    {
      const Interrupts interrupts(shell_.runtime());
      const HangUp hang_up(shell_.runtime());
      answer = run();
    }
    world_.flush();
    if (answer.interrupted || Interrupts::happened()) Interrupts::forget();
    print_out(answer.out);
    std::fflush(stdout);
    if (answer.interrupted) print_err("interrupted\n");
    print_err(answer.err);
    if (!answer.err.empty() && !answer.err.ends_with('\n')) print_err("\n");
    if (answer.exit_code) code_ = answer.exit_code;
  }

  Shell& shell_;
  Lines& lines_;
  world::World& world_;
  std::optional<int> code_;
};

int run(const Arguments& arguments) {
  const auto options = run_options(arguments);
  if (!options) return options.error();
  const auto compile = compile_options(arguments);
  if (!compile) return compile.error();
  const auto world = world::make_real_world({});
  int code = 0;
  std::int64_t left = 0;
  {
    Shell shell(*options, *compile, *world);
    if (!shell.trouble().empty()) return refuse(shell.trouble());
    Interrupts::forget();
    const auto lines = open_lines(*world, [&](std::string_view text) { return shell.completions(text); });
    Repl repl(shell, *lines, *world);
    for (const std::string_view path : arguments.positional) repl.load(std::string(path));
    code = repl.talk();
    shell.forget_all();
    left = shell.runtime().live_objects();
  }
  if (options->leaks.check && left != 0) {
    print_err("leak: " + std::to_string(left) + " objects are left over\n");
    return kExitLeak;
  }
  return code;
}

}  // namespace

constinit const Verb kRepl = {
    .name = "repl",
    .usage = "[FLAGS] [FILE...]",
    .summary = "try things out, line by line",
    .details =
        "Compiles and runs what is typed, input by input: declarations, statements, and\n"
        "expressions, whose values are shown with their types. Variables keep their values,\n"
        "and what is declared again takes the place of what was there. What goes wrong\n"
        "leaves everything as it was. A chart is saved in the current folder, and the name of\n"
        "its file is shown. Files are read first, as if they had been typed; imports are\n"
        "looked up in the current folder. `:help` says more.\n"
        "\n"
        "In a terminal lines can be edited, names are completed with the tabulator, Ctrl-C\n"
        "stops what runs, and what was typed is kept in ~/.local/state/noodle/history.\n"
        "\n"
        "Exit code: 0, or what the program gives to `exit`.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .most = kManyWords,
    .run = run,
};

}  // namespace noodle::tools
