#include "tools/ending.h"

#include "tools/interrupts.h"
#include "tools/verb.h"

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

}  // namespace

std::expected<std::vector<std::uint64_t>, vm::Stop> call(vm::Runtime& runtime, vm::LoadedModule& module,
                                                         nbc::FunctionId function) {
  auto results = runtime.run_function(module, function);
  if (results) runtime.release(module, function, *results);
  return results;
}

int run_main(vm::Runtime& runtime, vm::LoadedModule& module, nbc::FunctionId main, world::World& world,
             const LeakOptions& options) {
  const Interrupts interrupts(runtime);
  const auto results = call(runtime, module, main);
  int code = 0;
  if (results) {
    code = static_cast<int>(results->front() & 0xFF);
  } else {
    code = stop_code(results.error());
    if (results.error().kind == vm::Stop::Kind::Panic) world.write_error(results.error().text());
  }
  code = flushed_code(world, code);
  return leak_code(runtime, options, world, code);
}

int flushed_code(world::World& world, int code) {
  if (world.flush() != world::Written::Failed || code != 0) return code;
  world.write_error("noodle: can't write to standard output\n");
  return kExitErrors;
}

std::string left_over(const vm::Runtime& runtime) {
  const std::int64_t objects = runtime.live_objects(), tasks = runtime.live_tasks(), open = runtime.open_resources();
  const std::int64_t bytes = runtime.used_bytes();
  if (objects == 0 && tasks == 0 && open == 0 && bytes == 0 && runtime.stray_bytes() == 0) return {};
  return std::to_string(tasks) + " tasks, " + std::to_string(open) + " open handles and " + std::to_string(objects) +
         " objects of " + std::to_string(bytes) + " bytes";
}

int leak_code(const vm::Runtime& runtime, const LeakOptions& options, world::World& world, int code) {
  if (!options.check && !options.report) return code;
  const std::string left = left_over(runtime);
  if (left.empty()) {
    if (options.report) world.write_error("nothing is left over\n");
    return code;
  }
  world.write_error("leak: " + left + " of " + std::to_string(runtime.used_bytes()) + " bytes are left over\n");
  return kExitLeak;
}

}  // namespace noodle::tools
