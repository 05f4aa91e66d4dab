#include "tools/native.h"

#include <string>
#include <utility>

#include "nbc/write.h"
#include "runtime/jit/library.h"
#include "tools/execute.h"

namespace noodle::tools {

int build_native(std::string_view path, std::string_view output, const CompileOptions& compile,
                 const jit::NativeOptions& options) {
  auto program = load_program(path, compile);
  if (!program) return program.error();
  if (!program->module().main().valid()) return refuse("the program has no `fn main()`");
  const auto build = jit::open_native(library_path("libnoodle-jit.so"));
  if (!build) return refuse("there are no executables without the compiler: " + build.error());
  const std::string bytes = nbc::write(program->module());
  const auto world = world::make_real_world({});
  const auto runtime = vm::Runtime::create(vm::Options{.workers = 1, .only_loads = true}, *world);
  if (runtime == nullptr) return refuse("there is no memory to load the program");
  const auto loaded = runtime->load(std::move(*program));
  if (!loaded) return refuse(loaded.error());
  const std::string object = library_path("noodle-runtime.o");
  const jit::NativeRequest request{
      .module = *loaded, .bytes = bytes, .runtime = object, .output = output, .options = options};
  std::string wrong;
  (*build)(request, &wrong, [](void* wrong, std::string_view why) { static_cast<std::string*>(wrong)->assign(why); });
  return wrong.empty() ? 0 : refuse(wrong);
}

}  // namespace noodle::tools
