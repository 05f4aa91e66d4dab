#include "tools/execute.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "runtime/jit/tier.h"
#include "runtime/memory/allocate.h"
#include "runtime/vm/runtime.h"
#include "tools/folders.h"
#include "tools/interrupts.h"

namespace noodle::tools {

Machine make_machine(const RunOptions& options, world::World& world) {
  Machine machine;
  memory::keep_freed_pages_a_while();
  machine.tier = make_tier(options.jit);
  machine.runtime = vm::Runtime::create(vm::Options{.counts = options.counts,
                                                    .workers = options.workers,
                                                    .spread = options.spread,
                                                    .tier = machine.tier.get(),
                                                    .library_folders = {library_folder()}},
                                        world);
  if (machine.runtime == nullptr) machine.trouble = "there is no memory to run a program";
  return machine;
}

Machine start(nbc::VerifiedModule program, const RunOptions& options, world::World& world) {
  Machine machine = make_machine(options, world);
  if (machine.runtime == nullptr) return machine;
  if (auto loaded = machine.runtime->load(std::move(program))) {
    machine.module = *loaded;
  } else {
    machine.trouble = loaded.error();
  }
  return machine;
}

OrExit<std::uint32_t> workers_option(const Arguments& arguments) {
  const auto text = arguments.value(kWorkersFlag.name);
  if (!text) return 0u;
  constexpr std::uint32_t kMost = 1024;
  const auto count = whole_number(*text);
  if (!count || *count < 1 || *count > kMost) {
    return std::unexpected(usage_error("`--workers` takes a number from 1 to 1024, not `" + std::string(*text) + "`"));
  }
  return static_cast<std::uint32_t>(*count);
}

OrExit<RunOptions> run_options(const Arguments& arguments) {
  RunOptions options;
  const auto workers = workers_option(arguments);
  if (!workers) return std::unexpected(workers.error());
  options.workers = *workers;
  const auto jit = jit_options(arguments);
  if (!jit) return std::unexpected(jit.error());
  options.jit = *jit;
  options.spread = arguments.has(kSpreadFlag.name);
  options.leaks.report = arguments.has(kReportLeaksFlag.name);
  options.leaks.check = arguments.has(kCheckLeaksFlag.name);
  return options;
}

int run_program(nbc::VerifiedModule program, const RunOptions& options) {
  const nbc::FunctionId main = program.module().main();
  if (!main.valid()) return refuse("the program has no `fn main()`");
  const auto world = world::make_real_world(options.arguments);
  Machine machine = start(std::move(program), options, *world);
  if (machine.module == nullptr) return refuse(machine.trouble);
  const int code = run_main(*machine.runtime, *machine.module, main, *world, options.leaks);
  // Nobody waits for what is still being compiled.
  if (machine.tier != nullptr && machine.tier->is_busy()) {
    machine.tier->summarise();
    _exit(code);
  }
  return code;
}

std::vector<Test> find_tests(const nbc::Module& module, std::string_view filter) {
  std::vector<Test> tests;
  for (const nbc::Export& entry : module.exports) {
    const std::string_view name = module.text(entry.name);
    if (entry.kind != nbc::ExportKind::Test || name.find(filter) == std::string_view::npos) continue;
    tests.push_back({std::string(name), entry.function});
  }
  return tests;
}

}  // namespace noodle::tools
