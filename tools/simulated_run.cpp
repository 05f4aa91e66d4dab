#include "tools/simulated_run.h"

#include "tools/execute.h"
#include "tools/folders.h"
#include "tools/interrupts.h"

namespace noodle::tools {

namespace {

std::string trouble_of(const vm::Runtime& runtime, const simulate::Simulation& world) {
  if (!world.misuses().empty()) return "the runtime is wrong: " + world.misuses().front();
  if (const std::string left = left_over(runtime); !left.empty()) return "leak: " + left + " are left over";
  if (world.open_ports() != 0) return "leak: " + std::to_string(world.open_ports()) + " ports are left open";
  return {};
}

}  // namespace

SimulatedRun run_simulated(const nbc::VerifiedModule& program, nbc::FunctionId function, simulate::Simulation& world,
                           std::uint64_t most_steps, bool interruptible, vm::Tier* tier) {
  const std::uint64_t limit = tier != nullptr ? UINT64_MAX : most_steps;
  const auto runtime = vm::Runtime::create(
      {.step_limit = limit, .director = &world, .tier = tier, .library_folders = {library_folder()}}, world);
  if (runtime == nullptr) return {.refused = "there is no memory to run a program", .stop = {}, .trouble = {}};
  const auto loaded = runtime->load(program);
  if (!loaded) return {.refused = loaded.error(), .stop = {}, .trouble = {}};
  std::optional<Interrupts> interrupts;
  if (interruptible) interrupts.emplace(*runtime);
  const auto results = call(*runtime, **loaded, function);
  return {.refused = {},
          .stop = results ? std::nullopt : std::optional(results.error()),
          .trouble = trouble_of(*runtime, world),
          .code = results && results->size() == 1 ? static_cast<std::int64_t>(results->front() & 0xFF) : 0};
}

}  // namespace noodle::tools
