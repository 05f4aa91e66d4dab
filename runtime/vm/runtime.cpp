#include "runtime/vm/runtime.h"

#include <sys/mman.h>

#include "runtime/vm/handlers.h"
#include "runtime/vm/loader.h"

namespace noodle::vm {

namespace {

// An instruction works on at most two values of 4,096 slots, or a key and a value together.
constexpr std::size_t kScratchSlots = 2 * nbc::kMaxSlots + 16;
// Beyond the limit of the stack, so that the limit's check can compute with addresses behind it.
constexpr std::size_t kStackMargin = 2 * nbc::kMaxSlots + 16;

constexpr Handler kHandlers[] = {
#define OPCODE(name, ...) h_##name,
#include "nbc/opcodes.def"
#undef OPCODE
#define EXEC_OP(name) h_##name,
#include "runtime/vm/exec_ops.def"
#undef EXEC_OP
};
static_assert(std::size(kHandlers) == static_cast<std::size_t>(Exec::Count));

}  // namespace

// The loader puts something more specific in place of these, so they are never reached.
#define REPLACED(name) \
  HANDLER(name) { RAISE(Instruction); }
REPLACED(Move)
REPLACED(Copy)
REPLACED(Borrow)
REPLACED(Reborrow)
REPLACED(Drop)
REPLACED(Zero)
REPLACED(Const)

Machine::~Machine() {
  if (stack != nullptr) munmap(stack, stack_bytes);
  delete[] scratch;
  delete[] scratch2;
}

void interpret(Machine& machine, const Word* pc, std::uint64_t* fp) {
  // The first step's fuel; see h_refuel.
  const std::uint64_t fuel = refuel(machine) + 1;
  kHandlers[static_cast<std::uint16_t>(*pc)](pc, fp, &machine, kHandlers, *pc, fuel);
}

std::unique_ptr<Runtime> Runtime::create(const Options& options, World& world) {
  std::unique_ptr<Runtime> runtime(new Runtime);
  runtime->machine_ = std::make_unique<Machine>();
  Machine& machine = *runtime->machine_;
  machine.options = options;
  machine.world = &world;
  machine.interrupt = &runtime->interrupt_;
  machine.steps_left = options.step_limit;
  machine.account.types = &machine.types;
  machine.account.limit = options.memory_limit;
  machine.account.hash_seed = world.entropy();
  machine.halt = static_cast<Word>(Exec::Halt);
  machine.scratch = new std::uint64_t[kScratchSlots]();
  machine.scratch2 = new std::uint64_t[kScratchSlots]();
  // Lazily committed: what a program never reaches costs nothing.
  machine.stack_bytes = (nbc::kMaxSlots + options.stack_slots + kStackMargin) * sizeof(std::uint64_t);
  void* stack =
      mmap(nullptr, machine.stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) return nullptr;
  machine.stack = static_cast<std::uint64_t*>(stack);
  machine.stack_end = machine.stack + nbc::kMaxSlots + options.stack_slots;
  return runtime;
}

Runtime::~Runtime() {
  for (const auto& module : modules_) {
    for (memory::Object* object : module->immortals) memory::free_immortal(machine_->types, object);
  }
}

std::expected<LoadedModule*, std::string> Runtime::load(nbc::VerifiedModule module) {
  auto loaded = std::make_unique<LoadedModule>(std::move(module));
  auto done = load_module(*machine_, *loaded);
  // Kept even when loading failed half-way: types that refer to it are registered.
  modules_.push_back(std::move(loaded));
  if (!done) return std::unexpected(std::move(done.error()));
  return modules_.back().get();
}

std::expected<std::vector<std::uint64_t>, Stop> Runtime::run_function(LoadedModule& module, nbc::FunctionId id,
                                                                      std::span<const std::uint64_t> args) {
  Machine& machine = *machine_;
  const LoadedFunction& function = module.functions[id.index];
  machine.module = &module;
  machine.functions = module.functions.data();
  machine.unwinding = machine.interrupted = machine.finished = false;
  machine.fault = Fault::None;
  // The results go to the bottom of the stack, as if a caller had its frame there.
  std::vector<std::uint16_t>& list = machine.result_list;
  list.clear();
  for (std::uint32_t i = 0; i < function.result_slots; ++i) list.push_back(static_cast<std::uint16_t>(i));
  std::uint64_t* frame = machine.stack + nbc::kMaxSlots + kFrameWords;
  frame[-4] = reinterpret_cast<std::uint64_t>(machine.stack);
  frame[-3] = reinterpret_cast<std::uint64_t>(&machine.halt);
  frame[-2] = reinterpret_cast<std::uint64_t>(list.data());
  frame[-1] = reinterpret_cast<std::uint64_t>(&function);
  for (std::size_t i = 0; i < args.size() && i < function.param_slots; ++i) frame[i] = args[i];
  interpret(machine, function.code, frame);
  machine.steps_left += machine.fuel_left - 1;
  if (machine.finished) {
    return std::vector<std::uint64_t>(machine.stack, machine.stack + function.result_slots);
  }
  machine.unwinding = false;
  return std::unexpected(std::move(machine.stop));
}

void Runtime::release(LoadedModule& module, nbc::FunctionId function, std::span<const std::uint64_t> results) {
  std::size_t slot = 0;
  for (const nbc::TypeId id : module.module().functions[function.index].signature.results) {
    const TypeInfo& type = module.types[id];
    value::release_fields(machine_->account, type.slot_fields, results.data() + slot);
    slot += type.slots;
  }
}

bool Runtime::make_text(std::string_view text, std::uint64_t* words) {
  return value::make_string(machine_->account, text, words);
}

std::string_view Runtime::text(const std::uint64_t* words) { return value::string_view(words); }

void Runtime::fail_at(std::uint64_t count) {
  machine_->checks = 0;
  machine_->fail_at = count;
}
std::uint64_t Runtime::checks() const { return machine_->checks; }

std::int64_t Runtime::live_objects() const { return machine_->account.live; }
std::int64_t Runtime::used_bytes() const { return machine_->account.used; }
std::uint64_t Runtime::steps() const { return machine_->options.step_limit - machine_->steps_left; }

}  // namespace noodle::vm
