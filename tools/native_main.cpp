// The `main` of native executables. Linked with the runtime to one object file, to which `noodle build --native` adds
// the program.

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "nbc/read.h"
#include "nbc/verify.h"
#include "runtime/jit/native_tier.h"
#include "runtime/vm/runtime.h"
#include "tools/ending.h"
#include "tools/folders.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

int refuse(world::World& world, const std::string& why) {
  world.write_error("noodle: " + why + "\n");
  return kExitErrors;
}

int run(const jit::NativeProgram& native, std::vector<std::string> words) {
  const auto world = world::make_real_world(std::move(words));
  // It was verified when it was built, and is now for the facts that the verifier finds, which panics need.
  auto module = nbc::read({native.module, native.module_bytes});
  if (!module) return refuse(*world, "this executable is damaged: " + module.error().text());
  auto program = nbc::verify(std::move(*module));
  if (!program) return refuse(*world, "this executable is damaged");
  const nbc::FunctionId main = program->module().main();
  jit::NativeTier tier(native);
  const vm::Options options{.workers = native.options.workers,
                            .spread = native.options.spread,
                            .tier = &tier,
                            .library_folders = executables_library_folders(native.library_folder)};
  const auto runtime = vm::Runtime::create(options, *world);
  if (runtime == nullptr) return refuse(*world, "there is no memory to run a program");
  const auto loaded = runtime->load(std::move(*program));
  if (!loaded) return refuse(*world, loaded.error());
  return run_main(*runtime, **loaded, main, *world,
                  {.check = native.options.check_leaks, .report = native.options.report_leaks});
}

}  // namespace

}  // namespace noodle::tools

// How the C++ library tells what to end with this executable from what goes earlier, as a library that is closed:
// what a compiler's own start-up files would define.
extern "C" [[gnu::visibility("hidden")]] void* const __dso_handle;
void* const __dso_handle = nullptr;

int main(int count, char** words) {
  // As in the command: the end of a reader is an error of the write, and children have exit codes.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  return noodle::tools::run(noodle_native_program, {words + (count > 0 ? 1 : 0), words + count});
}
