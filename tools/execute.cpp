#include "tools/execute.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "runtime/memory/allocate.h"
#include "runtime/vm/runtime.h"
#include "tools/interrupts.h"

namespace noodle::tools {

namespace {

int stop_code(const vm::Stop& stop) {
  switch (stop.kind) {
    case vm::Stop::Kind::Panic: return kExitPanic;
    case vm::Stop::Kind::Exit: return static_cast<int>(stop.exit_code & 0xFF);
    case vm::Stop::Kind::Cancelled:
    case vm::Stop::Kind::Interrupted: return Interrupts::exit_code();
  }
  return kExitPanic;
}

/// Writes what is still buffered; the exit code when that fails.
int flushed_code(world::World& world, int code) {
  if (world.flush() != world::Written::Failed || code != 0) return code;
  print_err("noodle: can't write to standard output\n");
  return kExitErrors;
}

/// Says what nobody gave back, when asked to; the exit code then.
int leak_code(const vm::Runtime& runtime, const RunOptions& options, world::World& world, int code) {
  if (!options.check_leaks && !options.report_leaks) return code;
  const std::string left = left_over(runtime);
  if (left.empty()) {
    if (options.report_leaks) world.write_error("nothing is left over\n");
    return code;
  }
  world.write_error("leak: " + left + " of " + std::to_string(runtime.used_bytes()) + " bytes are left over\n");
  return kExitLeak;
}

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
  machine.runtime = vm::Runtime::create(
      vm::Options{.workers = options.workers, .spread = options.spread, .tier = machine.tier.get()}, *machine.world);
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

std::expected<std::vector<std::uint64_t>, vm::Stop> call(vm::Runtime& runtime, vm::LoadedModule& module,
                                                         nbc::FunctionId function) {
  auto results = runtime.run_function(module, function);
  if (results) runtime.release(module, function, *results);
  return results;
}

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
  const Interrupts interrupts(*machine.runtime);
  const auto results = call(*machine.runtime, *machine.module, main);
  int code = 0;
  if (results) {
    code = static_cast<int>(results->front() & 0xFF);
  } else {
    code = stop_code(results.error());
    if (results.error().kind == vm::Stop::Kind::Panic) machine.world->write_error(results.error().text());
  }
  code = flushed_code(*machine.world, code);
  code = leak_code(*machine.runtime, options, *machine.world, code);
  // Nobody waits for what is still being compiled.
  if (machine.tier != nullptr && machine.tier->is_busy()) {
    machine.tier->summarise();
    _exit(code);
  }
  return code;
}

std::string left_over(const vm::Runtime& runtime) {
  const std::int64_t objects = runtime.live_objects(), tasks = runtime.live_tasks(), open = runtime.open_resources();
  const std::int64_t bytes = runtime.used_bytes();
  if (objects == 0 && tasks == 0 && open == 0 && bytes == 0 && runtime.stray_bytes() == 0) return {};
  return std::to_string(tasks) + " tasks, " + std::to_string(open) + " open handles and " + std::to_string(objects) +
         " objects of " + std::to_string(bytes) + " bytes";
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
  return leak_code(*machine.runtime, options, *machine.world, code);
}

}  // namespace noodle::tools
