#include "tools/native.h"

#include <string>
#include <utility>

#include "runtime/jit/library.h"
#include "tools/execute.h"

namespace noodle::tools {

int build_native(std::string_view path, std::string_view output, const CompileOptions& compile,
                 const jit::NativeOptions& options) {
  auto program = load_program(path, compile);
  if (!program) return program.error();
  if (!program->module().main().valid()) return refuse("the program has no `fn main()`");
  const std::string runtime = library_path("noodle-runtime.o");
  const auto done = jit::build_native(library_path("libnoodle-jit.so"), std::move(*program),
                                      {.bytes = {}, .runtime = runtime, .output = output, .options = options});
  return done ? 0 : refuse(done.error());
}

}  // namespace noodle::tools
