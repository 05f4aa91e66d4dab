#include "tools/driver.h"

#include <unistd.h>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/interner.h"
#include "compiler/codegen/codegen.h"
#include "compiler/codegen/interface.h"
#include "compiler/nir/instantiate.h"
#include "compiler/nir/passes/passes.h"
#include "compiler/nir/text.h"
#include "compiler/sema/program.h"
#include "compiler/source/diagnostics.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/printer.h"
#include "runtime/memory/allocate.h"
#include "tools/natives.h"
#include "tools/passes.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

/// Reads a program's files; the library's never come this way. The main file may have been read already:
/// what comes from a pipe can be read only once.
class Loader final : public sema::ModuleLoader {
 public:
  std::optional<std::string> load(std::string_view path) override {
    if (main_text_ && path == main_path_) return std::exchange(main_text_, std::nullopt);
    auto text = read_file(path);
    if (text && is_module(*text)) text = std::unexpected("it is a module, not source text");
    if (text) return std::move(*text);
    reason_ = text.error();
    return std::nullopt;
  }
  void keep(std::string_view path, std::string text) {
    main_path_ = path;
    main_text_ = std::move(text);
  }
  /// Why the last file could not be read.
  const std::string& reason() const { return reason_; }

 private:
  std::string main_path_;
  std::optional<std::string> main_text_;
  std::string reason_;
};

/// Something that the end of the process takes with it, unless it is to be destroyed: giving back a large
/// program's memory piece by piece would be a tenth of a check. Where a sanitizer looks for leaks it is
/// destroyed all the same.
template <typename T>
class Lasting {
 public:
  template <typename Argument>
  Lasting(const Argument& argument, bool destroy) : it_(*new(raw_) T(argument)), destroy_(destroy) {}
  Lasting(const Lasting&) = delete;
  Lasting& operator=(const Lasting&) = delete;
  ~Lasting() {
#ifdef NOODLE_SANITIZED
    destroy_ = true;
#endif
    if (destroy_) it_.~T();
  }
  T* operator->() { return &it_; }

 private:
  alignas(T) std::byte raw_[sizeof(T)];
  T& it_;
  bool destroy_;
};

/// What a compilation owns, from its files to what it has to say.
class Session {
 public:
  explicit Session(const CompileOptions& options) : options_(options) {}

  /// Adds the main file alone, for steps that look at nothing else.
  std::optional<source::FileId> add_main(std::string_view path) {
    auto text = loader.load(path);
    if (!text) {
      cannot_read(path, loader.reason());
      return std::nullopt;
    }
    return sources.add(std::string(path), std::move(*text));
  }

  /// Opens the program and checks all of it.
  bool check(std::string_view path) {
    program.emplace(names, sources, sink, loader);
    program->keep_no_uses();
    if (!times.time("parse", [&] { return program->open(path); })) {
      if (!sink.has_errors()) cannot_read(path, loader.reason());
      return false;
    }
    times.time("check", [&] {
      program->check_all();
      return 0;
    });
    return !sink.has_errors();
  }

  /// Checks the program and makes counted NIR of all that it needs.
  std::optional<nir::Module> lower(std::string_view path) {
    if (!lower_module(path)) return std::nullopt;
    for (nir::Function& function : lowered->functions) {
      if (const auto done = passes->finish(function); !done) return broken(done.error());
    }
    note_passes();
    return std::move(lowered);
  }

  /// The program as bytecode.
  std::optional<nbc::Module> generate(std::string_view path) {
    if (!lower_module(path)) return std::nullopt;
    codegen::Options options;
    bool is_sound = true;  // whether the verifier agreed
    options.prepare = [&](nir::Function& function) {
      auto done = passes->finish(function);
      is_sound &= done.has_value();
      return done;
    };
    options.sources = &sources;
    options.root = path.substr(0, path.find_last_of('/') + 1);
    options.is_leaf_native = is_leaf_native;
    options.interface = codegen::interface_text(*program);
    const auto start = PassTimes::Clock::now();
    auto module = codegen::generate(*lowered, *layout, options);
    const auto took = PassTimes::Clock::now() - start;
    times.add("generate", took - note_passes());
    if (module) return std::move(*module);
    if (!is_sound) return broken(module.error());
    failure_ = "error: " + module.error() + "\n";
    return std::nullopt;
  }

  /// Prints diagnostics and times; the exit code so far.
  int finish() {
    if (options_.json) {
      print_err(source::render_json(sources, sink));
    } else {
      print_err(source::render_text(sources, sink, isatty(STDERR_FILENO) == 1));
    }
    print_err(failure_);
    if (options_.time_passes) print_err(times.table());
    return sink.has_errors() || !failure_.empty() ? kExitErrors : 0;
  }

  Interner names;
  source::SourceMap sources;
  source::DiagnosticSink sink;
  Loader loader;
  PassTimes times;
  std::optional<sema::Program> program;
  std::optional<nir::Layout> layout;
  std::optional<nir::Module> lowered;
  std::optional<nir::PassManager> passes;

 private:
#ifdef NDEBUG
  static constexpr bool kVerifyPasses = false;
#else
  static constexpr bool kVerifyPasses = true;
#endif

  /// NIR of all that the program needs, after the passes that look at the whole of it.
  bool lower_module(std::string_view path) {
    if (!check(path)) return false;
    layout.emplace(program->types());
    lowered = times.time("lower", [&] {
      return nir::instantiate(*program, *layout, {program->main_function(), program->tests()}, sink);
    });
    if (sink.has_errors()) return false;
    passes.emplace(*lowered, *layout, nir::PassOptions{.verify = kVerifyPasses, .passes = options_.passes});
    const auto passed = passes->run_on_module();
    if (!passed) broken(passed.error());
    return passed.has_value();
  }

  /// Puts the passes into the table of times; how long those took that finish functions.
  PassTimes::Clock::duration note_passes() {
    PassTimes::Clock::duration finishing{};
    passes->each_time([&](std::string_view name, PassTimes::Clock::duration time, bool finishes) {
      times.add(name, time);
      if (finishes) finishing += time;
    });
    return finishing;
  }

  /// The compiler itself is wrong: that is said as such, and not as an error of the program.
  std::nullopt_t broken(std::string_view finding) {
    failure_ = "noodle: the compiler is broken, please report this: " + std::string(finding) + "\n";
    return std::nullopt;
  }

  void cannot_read(std::string_view path, std::string_view reason) {
    std::string message = "can't read `" + std::string(path) + "`";
    if (!reason.empty()) message += ": " + std::string(reason);
    sink.report(source::Code::CannotReadFile, {}, std::move(message));
  }

  CompileOptions options_;
  std::string failure_;  // what has no diagnostic
};

std::string emit_tokens(Session& session, source::FileId file) {
  const std::string_view text = session.sources.text(file);
  return syntax::print_tokens(syntax::lex(text, file, session.sink), text);
}

std::string emit_tree(Session& session, source::FileId file) {
  const std::string_view text = session.sources.text(file);
  return syntax::print_tree(session.names, syntax::parse(session.names, text, file, session.sink));
}

}  // namespace

OrExit<CompileOptions> compile_options(const Arguments& arguments) {
  CompileOptions options;
  options.json = arguments.value(kDiagnosticsFlag.name) == "json";
  options.time_passes = arguments.has(kTimePassesFlag.name);
  const char* wish = std::getenv("NOODLE_PASSES");
  options.passes = arguments.value(kPassesFlag.name).value_or(wish != nullptr ? wish : "all");
  if (nir::is_pass_list(options.passes)) return options;
  std::string names;
  for (const nir::Pass& pass : nir::standard_passes()) names += std::string(names.empty() ? "" : ", ") + pass.name;
  return std::unexpected(
      usage_error("there is no pass list `" + std::string(options.passes) + "`: say all, none, or some of " + names));
}

int check(std::string_view path, const CompileOptions& options) {
  memory::keep_freed_pages();
  Lasting<Session> session(options, false);
  session->check(path);
  return session->finish();
}

OrExit<nbc::Module> compile(const SourceFile& file, const CompileOptions& options) {
  if (options.only_compiles) memory::keep_freed_pages();
  Lasting<Session> session(options, !options.only_compiles);
  const std::string_view path = file.path;
  if (file.bytes) session->loader.keep(path, *file.bytes);
  auto module = session->generate(path);
  const int code = session->finish();
  if (code != 0 || !module) return std::unexpected(code != 0 ? code : kExitErrors);
  return std::move(*module);
}

OrExit<std::string> emit(std::string_view path, Emit what, const CompileOptions& options) {
  Session session(options);
  std::string text;
  if (what == Emit::Tokens || what == Emit::Ast) {
    if (const auto file = session.add_main(path)) {
      text = what == Emit::Tokens ? emit_tokens(session, *file) : emit_tree(session, *file);
    }
  } else if (const auto module = session.lower(path)) {
    text = nir::print(session.program->types(), *module);
  }
  const int code = session.finish();
  if (code != 0) return std::unexpected(code);
  return text;
}

}  // namespace noodle::tools
