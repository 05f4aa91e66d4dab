#include "runtime/vm/runtime.h"

#include "runtime/task/resource.h"
#include "runtime/vm/handlers.h"
#include "runtime/vm/interpreter.h"

namespace noodle::vm {

namespace {

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

const Handler* handler_table() { return kHandlers; }

void interpret(Machine& machine, const Word* pc, std::uint64_t* fp) {
  // The first step's fuel; see h_refuel.
  const std::uint64_t fuel = refuel(machine) + 1;
  const Word word = word_at(pc);
  kHandlers[static_cast<std::uint16_t>(word)](pc, fp, &machine, kHandlers, word, fuel);
}

void interpret_fault(Machine& machine, const Word* pc, std::uint64_t* fp) {
  const std::uint64_t fuel = refuel(machine) + 1;
  h_raise(pc, fp, &machine, kHandlers, word_at(pc), fuel);
}

std::unique_ptr<Runtime> Runtime::create(const Options& options, World& world) {
  std::unique_ptr<Runtime> runtime(new Runtime);
  runtime->interpreter_ = Interpreter::create(options, world);
  return runtime->interpreter_ == nullptr ? nullptr : std::move(runtime);
}

Runtime::~Runtime() = default;

std::expected<LoadedModule*, std::string> Runtime::load(nbc::VerifiedModule module) {
  return interpreter_->load(std::move(module));
}

std::expected<std::vector<std::uint64_t>, Stop> Runtime::run_function(LoadedModule& module, nbc::FunctionId function,
                                                                      std::span<const std::uint64_t> args) {
  return interpreter_->run_function(module, function, args);
}

void Runtime::release(LoadedModule& module, nbc::FunctionId function, std::span<const std::uint64_t> results) {
  release_values(module, module.module().functions[function.index].signature.results, results);
}

void Runtime::release_values(LoadedModule& module, std::span<const nbc::TypeId> types,
                             std::span<const std::uint64_t> slots) {
  std::size_t slot = 0;
  for (const nbc::TypeId id : types) {
    const TypeInfo& type = module.types[id];
    value::release_fields(interpreter_->first().account, type.slot_fields, slots.data() + slot);
    slot += type.slots;
  }
}

void Runtime::retain_values(LoadedModule& module, std::span<const nbc::TypeId> types,
                            std::span<const std::uint64_t> slots) {
  std::size_t slot = 0;
  for (const nbc::TypeId id : types) {
    const TypeInfo& type = module.types[id];
    value::retain_fields(type.slot_fields, slots.data() + slot);
    slot += type.slots;
  }
}

bool Runtime::make_text(std::string_view text, std::uint64_t* words) {
  return value::make_string(interpreter_->first().account, text, words);
}

memory::Account& Runtime::account() { return interpreter_->first().account; }

std::string_view Runtime::text(const std::uint64_t* words) { return value::string_view(words); }

void Runtime::interrupt() { interpreter_->interrupt(); }
void Runtime::clear_interrupt() {
  interpreter_->interrupt_flag.store(false, std::memory_order_relaxed);
  interpreter_->scheduler().clear_interrupt();
}

void Runtime::fail_at(std::uint64_t count) {
  interpreter_->first().checks = 0;
  interpreter_->first().fail_at = count;
}
std::uint64_t Runtime::checks() const { return interpreter_->first().checks; }

Runtime::Counters Runtime::counters() const {
  const Machine& machine = interpreter_->first();
  return {machine.checks, machine.account.allocations, machine.account.copies};
}

std::int64_t Runtime::live_objects() const { return interpreter_->live_objects(); }
std::int64_t Runtime::live_tasks() const { return interpreter_->scheduler().live_tasks(); }
std::int64_t Runtime::stray_bytes() const { return interpreter_->scheduler().stray_bytes(); }
std::int64_t Runtime::open_resources() const { return interpreter_->scheduler().resources().open_count(); }
std::int64_t Runtime::used_bytes() const { return interpreter_->used_bytes(); }
std::uint64_t Runtime::steps() const { return interpreter_->steps(); }

}  // namespace noodle::vm
