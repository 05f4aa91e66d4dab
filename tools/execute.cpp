#include "tools/execute.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "runtime/memory/allocate.h"
#include "runtime/vm/runtime.h"
#include "tools/folders.h"
#include "tools/interrupts.h"

namespace noodle::tools {

namespace {

struct Machine {
  std::unique_ptr<world::World> world;
  std::unique_ptr<jit::HotTier> tier;
  std::unique_ptr<vm::Runtime> runtime;
  vm::LoadedModule* module = nullptr;
};

/// A runtime with the program loaded, or nothing when it lacks something.
Machine start(nbc::VerifiedModule program, const RunOptions& options) {
  Machine machine;
  memory::keep_freed_pages_a_while();
  machine.world = world::make_real_world(options.arguments);
  machine.tier = make_tier(options.jit);
  machine.runtime = vm::Runtime::create(vm::Options{.workers = options.workers,
                                                    .spread = options.spread,
                                                    .tier = machine.tier.get(),
                                                    .library_folders = {library_folder()}},
                                        *machine.world);
  if (machine.runtime == nullptr) {
    print_err("noodle: there is no memory to run a program\n");
    return machine;
  }
  auto loaded = machine.runtime->load(std::move(program));
  if (loaded) {
    machine.module = *loaded;
  } else {
    print_err("noodle: " + loaded.error() + "\n");
  }
  return machine;
}

}  // namespace

OrExit<std::uint32_t> workers_option(const Arguments& arguments) {
  const auto text = arguments.value(kWorkersFlag.name);
  if (!text) return 0u;
  constexpr std::uint32_t kMost = 1024;
  const auto count = whole_number(*text);
  if (!count || *count < 1 || *count > kMost) {
    print_err("noodle: `--workers` takes a number from 1 to 1024, not `" + std::string(*text) + "`\n");
    return std::unexpected(kExitUsage);
  }
  return static_cast<std::uint32_t>(*count);
}

int run_program(nbc::VerifiedModule program, const RunOptions& options) {
  const nbc::FunctionId main = program.module().main();
  if (!main.valid()) {
    print_err("noodle: the program has no `fn main()`\n");
    return kExitErrors;
  }
  Machine machine = start(std::move(program), options);
  if (machine.module == nullptr) return kExitErrors;
  const int code = run_main(*machine.runtime, *machine.module, main, *machine.world, options.leaks);
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

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += "  " + std::string(text.substr(0, end)) + "\n";
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

int run_tests(nbc::VerifiedModule program, std::string_view filter, const RunOptions& options) {
  const std::vector<Test> tests = find_tests(program.module(), filter);
  Machine machine = start(std::move(program), options);
  if (machine.module == nullptr) return kExitErrors;
  const Interrupts interrupts(*machine.runtime);
  std::size_t failed = 0;
  for (const auto& [name, function] : tests) {
    const auto results = call(*machine.runtime, *machine.module, function);
    if (results) {
      machine.world->write_out("ok    " + name + "\n");
      continue;
    }
    if (results.error().kind == vm::Stop::Kind::Interrupted) {
      machine.world->flush();
      return Interrupts::exit_code();
    }
    ++failed;
    machine.world->write_out("FAIL  " + name + "\n");
    const bool exited = results.error().kind == vm::Stop::Kind::Exit;
    machine.world->write_error(name + ":\n" + indented(exited ? "the test called `exit`" : results.error().text()));
  }
  machine.world->write_out(std::to_string(tests.size() - failed) + " passed, " + std::to_string(failed) + " failed\n");
  const int code = flushed_code(*machine.world, failed == 0 ? 0 : kExitErrors);
  return leak_code(*machine.runtime, options.leaks, *machine.world, code);
}

}  // namespace noodle::tools
