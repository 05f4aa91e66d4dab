#include "tools/driver.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "compiler/nir/text.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/parser.h"
#include "compiler/syntax/printer.h"
#include "runtime/memory/allocate.h"
#include "tools/session.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

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
