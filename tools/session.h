#pragma once

// What a compilation owns, from its files to what it has to say: for who asks more of it than driver.h answers.

#include <unistd.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/interner.h"
#include "compiler/codegen/codegen.h"
#include "compiler/codegen/interface.h"
#include "compiler/nir/coverage.h"
#include "compiler/nir/instantiate.h"
#include "compiler/nir/passes/passes.h"
#include "compiler/sema/program.h"
#include "compiler/source/diagnostics.h"
#include "tools/assembly.h"
#include "tools/driver.h"
#include "tools/natives.h"
#include "tools/passes.h"

namespace noodle::tools {

/// Reads a program's files; the library's never come this way. The main file may have been read already:
/// what comes from a pipe can be read only once.
class Loader final : public sema::ModuleLoader {
 public:
  std::optional<std::string> load(std::string_view path) override {
    if (main_text_ && path == main_path_) return std::exchange(main_text_, std::nullopt);
    auto text = read_text(path);
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
    if (!times.time("parse", [&] { return program->open(path, options_.root); })) {
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
    options.root = options_.root.value_or(path.substr(0, path.find_last_of('/') + 1));
    options.is_leaf_native = is_leaf_native;
    options.interface = codegen::interface_text(*program);
    const auto start = PassTimes::Clock::now();
    auto module = codegen::generate(*lowered, *layout, options);
    const auto took = PassTimes::Clock::now() - start;
    times.add("generate", took - note_passes());
    if (module && options_.assembly != nullptr) put_back(*module, path, options.root);
    if (coverage) place_counters();
    if (module) return std::move(*module);
    if (!is_sound) return broken(module.error());
    failure_ = "error: " + module.error() + "\n";
    return std::nullopt;
  }

  /// Prints diagnostics and times; the exit code so far.
  int finish() {
    say(diagnostics());
    say(failure_);
    if (options_.time_passes) say(times.table());
    return sink.has_errors() || !failure_.empty() ? kExitErrors : 0;
  }

  Interner names;
  source::SourceMap sources;
  source::DiagnosticSink sink;
  Loader loader;
  PassTimes times;
  std::optional<sema::Program> program;
  std::optional<nir::Coverage> coverage;
  std::optional<nir::Layout> layout;
  std::optional<nir::Module> lowered;
  std::optional<nir::PassManager> passes;
  bool counts_library = false;  // also what the program runs of the library, when it is counted

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
      if (options_.counters != nullptr) coverage.emplace(*program, counts_library);
      const nir::Roots roots{.main = program->main_function(),
                             .tests = options_.benches ? program->benches() : program->tests(),
                             .exported = exported(),
                             .coverage = coverage ? &*coverage : nullptr};
      return nir::instantiate(*program, *layout, roots, sink);
    });
    if (sink.has_errors()) return false;
    passes.emplace(*lowered, *layout, nir::PassOptions{.verify = kVerifyPasses, .passes = options_.passes});
    const auto passed = passes->run_on_module();
    if (!passed) broken(passed.error());
    return passed.has_value();
  }

  std::vector<sema::FunctionId> exported() {
    std::vector<sema::FunctionId> found;
    if (options_.exported.empty() && !options_.library) return found;
    for (const sema::FunctionId id : program->main_functions()) {
      const sema::FunctionInfo& info = program->function(id);
      const bool is_open = options_.library && info.is_pub && info.type_params.empty();
      if (info.kind == sema::FunctionKind::Function && (is_open || names.text(info.name) == options_.exported)) {
        found.push_back(id);
      }
    }
    return found;
  }

  /// What the sink has, in the format that was asked for.
  std::string diagnostics() {
    const bool colour = options_.said == nullptr && isatty(STDERR_FILENO) == 1;
    if (options_.assembly == nullptr && !options_.errors_only) {
      return options_.json ? source::render_json(sources, sink) : source::render_text(sources, sink, colour);
    }
    std::string text;
    source::FileId original, assembled;
    if (options_.assembly != nullptr) {
      original = sources.add(options_.assembly->path(), std::string(options_.assembly->original()));
      assembled = sources.find(options_.assembly->own_path());
    }
    for (source::Diagnostic& one : sink.sorted()) {
      if (options_.errors_only && one.severity() != source::Severity::Error) continue;
      if (assembled.valid()) one = options_.assembly->put_back(std::move(one), assembled, original);
      text += options_.json ? source::render_json(sources, one) : source::render_text(sources, one, colour);
    }
    return text;
  }

  void say(std::string_view text) {
    if (options_.said != nullptr) {
      *options_.said += text;
    } else {
      print_err(text);
    }
  }

  void place_counters() {
    for (const nir::CoveragePoint& point : coverage->points()) {
      const source::Position at = sources.position(point.span.file, point.span.begin);
      options_.counters->push_back(
          {std::string(sources.path(point.span.file)), at.line, at.column, point.way, point.number});
    }
  }

  /// The module's places in the file that its source was put together from.
  void put_back(nbc::Module& module, std::string_view path, std::string_view root) {
    const auto below = [&](std::string_view name) { return name.starts_with(root) ? name.substr(root.size()) : name; };
    options_.assembly->put_back(module, below(path), below(options_.assembly->path()));
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

}  // namespace noodle::tools
