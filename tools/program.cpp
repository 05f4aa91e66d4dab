// From what a path names to a module: a file of bytes is read, a text form is assembled, a source
// is compiled. Whatever its origin, only the verifier makes it a program.

#include <utility>

#include "nbc/read.h"
#include "nbc/text.h"
#include "nbc/write.h"
#include "tools/execute.h"

namespace noodle::tools {

namespace {

constexpr std::string_view kTextHead = "module\n";  // the first line of a module as text

std::unexpected<int> refuse(const CompileOptions& options, std::string_view path, std::string_view why) {
  const std::string text = "can't use `" + std::string(path) + "`: " + std::string(why);
  if (options.said == nullptr) return std::unexpected(tools::refuse(text));
  *options.said += text + "\n";
  return std::unexpected(kExitErrors);
}

/// What stands at `path`; without bytes when it can't be read, which compiling will report.
SourceFile read_source(std::string_view path) {
  auto bytes = read_file(path);
  return {std::string(path), bytes ? std::optional(std::move(*bytes)) : std::nullopt};
}

/// The module in a file, not yet verified.
OrExit<nbc::Module> load_module(const SourceFile& file, const CompileOptions& options) {
  const std::string_view path = file.path;
  const auto& bytes = file.bytes;
  if (bytes && is_module(*bytes)) {
    auto module = nbc::read(*bytes);
    if (!module) return refuse(options, path, module.error().text());
    return std::move(*module);
  }
  if (bytes && bytes->starts_with(kTextHead)) {
    auto module = nbc::parse_text(*bytes);
    if (!module) {
      return refuse(options, path, "line " + std::to_string(module.error().line) + ": " + module.error().message);
    }
    return std::move(*module);
  }
  if (bytes && path.ends_with(".nbc")) return refuse(options, path, "it is no module");
  return compile(file, options);
}

}  // namespace

OrExit<nbc::VerifiedModule> load_program(std::string_view path, const CompileOptions& options) {
  return load_program(read_source(path), options);
}

OrExit<nbc::VerifiedModule> load_program(const SourceFile& file, const CompileOptions& options) {
  auto module = load_module(file, options);
  if (!module) return std::unexpected(module.error());
  auto program = nbc::verify(std::move(*module));
  if (program) return std::move(*program);
  // The finding is told in the names of the module, which went with it: load that again.
  module = load_module(file, options);
  if (!module) return std::unexpected(module.error());
  return refuse(options, file.path, program.error().text(*module));
}

OrExit<std::string> build_module(std::string_view path, const CompileOptions& options) {
  auto module = load_module(read_source(path), options);
  if (!module) return std::unexpected(module.error());
  if (const auto right = nbc::check(*module); !right) {
    return refuse(options, path, right.error().text(*module));
  }
  return nbc::write(*module);
}

OrExit<std::string> disassemble(std::string_view path, const CompileOptions& options) {
  auto module = load_module(read_source(path), options);
  if (!module) return std::unexpected(module.error());
  // Printed even when it would not verify: that is when one wants to look.
  return nbc::disassemble(*module);
}

}  // namespace noodle::tools
