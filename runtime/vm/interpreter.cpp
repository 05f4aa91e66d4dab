#include "runtime/vm/interpreter.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "runtime/task/channel.h"
#include "runtime/task/director.h"
#include "runtime/vm/handlers.h"
#include "runtime/vm/loader.h"

namespace noodle::vm {

namespace {

// An instruction works on at most two values of 4,096 slots, or a key and a value together.
constexpr std::size_t kScratchSlots = 2 * nbc::kMaxSlots + 16;
// Beyond the limit of the stack, so that the limit's check can compute with addresses behind it.
constexpr std::size_t kStackMargin = 2 * nbc::kMaxSlots + 16;

// Where the outermost frame's results go: to the lowest slots.
constexpr auto kInOrder = [] {
  std::array<std::uint16_t, nbc::kMaxSlots> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = static_cast<std::uint16_t>(i);
  return list;
}();

constexpr Word kHalt = static_cast<Word>(Exec::Halt);

// The outermost frame of a fiber, which has its results below it as if a caller's frame were there.
std::uint64_t* outermost_frame(task::Fiber& fiber, const LoadedFunction& function) {
  std::uint64_t* frame = fiber.base + function.result_slots + kFrameWords;
  frame[-4] = reinterpret_cast<std::uint64_t>(fiber.base);
  frame[-3] = reinterpret_cast<std::uint64_t>(&kHalt);
  frame[-2] = reinterpret_cast<std::uint64_t>(kInOrder.data());
  frame[-1] = reinterpret_cast<std::uint64_t>(&function);
  return frame;
}

}  // namespace

Machine::~Machine() {
  delete[] scratch;
  delete[] scratch2;
}

Interpreter::Interpreter(const Options& options, World& world)
    : options_(options), world_(world), pool_(options.memory_limit) {
  // Steps are counted by the interpreter alone.
  if (options.step_limit != UINT64_MAX || options.counts) options_.tier = nullptr;
}

std::unique_ptr<Interpreter> Interpreter::create(const Options& options, World& world) {
  std::unique_ptr<Interpreter> made(new Interpreter(options, world));
  made->hash_seed_ = world.entropy();
  // Lazily committed: what a program never reaches costs nothing.
  made->main_bytes_ = sizeof(task::Fiber) + (nbc::kMaxSlots + options.stack_slots + kStackMargin) * 8;
  made->main_fiber_ = task::Stacks::map(made->main_bytes_);
  if (made->main_fiber_ == nullptr) return nullptr;
  made->main_fiber_->limit = made->main_fiber_->base + nbc::kMaxSlots + options.stack_slots;
  made->scheduler_ = std::make_unique<task::Scheduler>(
      task::SchedulerOptions{.workers = options.workers, .spread = options.spread, .director = options.director}, world,
      *made);
  made->machines_.resize(made->scheduler_->most_threads());
  made->scheduler_->attach_first();
  return made;
}

Interpreter::~Interpreter() {
  if (options_.tier != nullptr) options_.tier->close();
  scheduler_.reset();
  for (const auto& module : modules_) {
    for (memory::Object* object : module->immortals) memory::free_immortal(types_, object);
  }
  if (main_fiber_ != nullptr) task::Stacks::unmap(main_fiber_, main_bytes_);
}

Machine* Interpreter::make_machine() {
  auto* machine = new (std::nothrow) Machine;
  if (machine == nullptr) return nullptr;
  machine->options = options_;
  machine->world = &world_;
  machine->interpreter = this;
  machine->interrupt = &interrupt_flag;
  machine->helpers = compiled_helpers();
  machine->steps_left = options_.step_limit;
  machine->account.types = &types_;
  machine->account.limit = 0;
  machine->account.pool = &pool_;
  machine->account.hash_seed = hash_seed_;
  machine->scratch = new (std::nothrow) std::uint64_t[kScratchSlots]();
  machine->scratch2 = new (std::nothrow) std::uint64_t[kScratchSlots]();
  if (machine->scratch != nullptr && machine->scratch2 != nullptr) return machine;
  delete machine;
  return nullptr;
}

bool Interpreter::attach(task::Worker& worker) {
  Machine* machine = make_machine();
  if (machine == nullptr) return false;
  machine->worker = &worker;
  worker.engine = machine;
  machines_[worker.index()].reset(machine);
  if (options_.tier != nullptr) options_.tier->attach(*machine);
  return true;
}

std::expected<LoadedModule*, std::string> Interpreter::load(nbc::VerifiedModule module) {
  auto loaded = std::make_unique<LoadedModule>(std::move(module));
  auto done = load_module(first(), types_, *loaded);
  // Kept even when loading failed half-way: types that refer to it are registered.
  modules_.push_back(std::move(loaded));
  if (!done) return std::unexpected(std::move(done.error()));
  if (options_.tier != nullptr) options_.tier->loaded(*modules_.back());
  return modules_.back().get();
}

std::expected<std::vector<std::uint64_t>, Stop> Interpreter::run_function(LoadedModule& module, nbc::FunctionId id,
                                                                          std::span<const std::uint64_t> args) {
  const LoadedFunction& function = module.functions[id.index];
  task::Fiber& fiber = *main_fiber_;
  task::Task main;
  main.scheduler = scheduler_.get();
  std::uint64_t* frame = outermost_frame(fiber, function);
  for (std::size_t i = 0; i < args.size() && i < function.param_slots; ++i) frame[i] = args[i];
  fiber.limit = frame - kFrameWords + options_.stack_slots;
  fiber.at = function.code;
  fiber.frame = frame;
  fiber.yielded = true;
  main.held = first().account.put_down();
  scheduler_->run(main, fiber);
  first().account.take_up(main.held);
  if (main.outcome == task::Outcome::Returned) {
    return std::vector<std::uint64_t>(fiber.base, fiber.base + function.result_slots);
  }
  return std::unexpected(*main.stop);
}

void Interpreter::interrupt() {
  interrupt_flag.store(true, std::memory_order_relaxed);
  scheduler_->interrupt();
}

void Interpreter::exit_from_child(task::Worker& worker, std::int64_t code) {
  exit_code_.store(code);
  scheduler_->exit(worker);
}

void enter_module(Machine& machine, LoadedModule& module) {
  machine.module = &module;
  machine.functions = module.functions.data();
  machine.constants = module.constants.data();
}

// Calls the closure of a task that has not run yet.
void Interpreter::begin(Machine& machine, task::Fiber& fiber, memory::Object* work) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(work);
  const auto& function = *reinterpret_cast<const LoadedFunction*>(words[value::kRecordWord / 8]);
  enter_module(machine, *function.module);
  std::uint64_t* frame = outermost_frame(fiber, function);
  // The task holds the closure, so its captures are borrowed.
  for (std::uint32_t i = 0; i < function.param_slots; ++i) frame[i] = words[value::kRecordContent / 8 + i];
  if (frame + function.slots > machine.stack_end) {
    machine.fault = Fault::StackOverflow;
    return interpret_fault(machine, function.code, frame);
  }
  interpret(machine, function.code, frame);
}

task::Ran Interpreter::run(task::Worker& worker, task::Task& task) {
  Machine& machine = *static_cast<Machine*>(worker.engine);
  task::Fiber& fiber = *task.fiber.load(std::memory_order_relaxed);
  fiber.account = &machine.account;
  fiber.take_up();
  machine.fiber = &fiber;
  machine.stack_end = fiber.limit;
  machine.compiled_limit.store(fiber.limit, std::memory_order_relaxed);
  machine.fault = Fault::None;
  const std::uint64_t before = machine.steps_left;
  if (fiber.closing != 0) {
    task::end_wait(*scheduler_, fiber);
    machine.left = fiber.closing == 1 ? Left::Returned : Left::Unwound;
    machine.fuel_left = 1;
  } else if (fiber.at == nullptr) {
    begin(machine, fiber, task.work);
  } else {
    enter_module(machine, *function_of(fiber.frame)->module);
    resume(machine, fiber);
  }
  machine.steps_left += machine.fuel_left - 1;
  worker.add_progress(before - machine.steps_left);
  if (options_.director != nullptr) {
    const std::uint64_t given = std::exchange(machine.given, 0);
    options_.director->ran(given - std::min(given, machine.fuel_left - 1));
  }
  machine.account.settle();
  switch (machine.left) {
    case Left::Parked: return task::Ran::Parked;
    case Left::Yielded:
      fiber.yielded = true;
      fiber.put_down();
      if (options_.director != nullptr && options_.director->wants_places()) {
        options_.director->preempted_at(task, place_of(fiber));
      }
      return task::Ran::Yielded;
    default: break;
  }
  if (!close_scopes(machine, fiber)) return task::Ran::Parked;
  finish(machine, task, fiber);
  return task::Ran::Ended;
}

// Closes what scopes a module left open, which no compiler does; false when the task waits for their tasks.
bool Interpreter::close_scopes(Machine& machine, task::Fiber& fiber) {
  while (fiber.scopes != nullptr) {
    fiber.closing = machine.left == Left::Returned ? 1 : 2;
    fiber.stopping = true;
    scheduler_->cancel_scope(machine.worker, *fiber.scopes);
    if (scheduler_->join(fiber, *fiber.scopes) == task::Scheduler::Joined::Parked) return false;
    static_cast<void>(scheduler_->close_scope(fiber));
  }
  return true;
}

// A task has returned or was unwound: what it leaves is given to it.
void Interpreter::finish(Machine& machine, task::Task& task, task::Fiber& fiber) {
  fiber.at = nullptr;
  if (fiber.inbox_from != nullptr) {
    value::release_fields(machine.account, fiber.inbox_type->slot_fields, fiber.inbox);
    fiber.inbox_from = nullptr;
  }
  if (fiber.waiters != nullptr) task::forget_selects(fiber);
  task.outcome = task::Outcome::Returned;
  if (machine.left == Left::Unwound) {
    const bool cancelled = fiber.stop->kind != Stop::Kind::Panic && task.scope != nullptr;
    task.outcome = cancelled ? task::Outcome::Cancelled : task::Outcome::Panicked;
    task.stop = std::move(fiber.stop);
  } else if (task.result_type != nullptr) {
    const std::uint32_t slots = task.result_type->slots;
    const auto moved = memory::publish_fields(machine.account, task.result_type->slot_fields,
                                              reinterpret_cast<const std::byte*>(fiber.base));
    bool enough = moved.has_value();
    if (slots > 2 && enough) {
      task.result[0] = reinterpret_cast<std::uint64_t>(memory::raw_allocate(slots * 8));
      enough = task.result[0] != 0;
    }
    if (enough) {
      std::copy_n(fiber.base, slots, task.results());
      machine.account.put_down(*moved);
      task.held = *moved;
    } else {
      value::release_fields(machine.account, task.result_type->slot_fields, fiber.base);
      auto stop = std::make_shared<Stop>();
      stop->message = "there is no memory for the result of a task";
      task.stop = std::move(stop);
      task.outcome = task::Outcome::Panicked;
    }
  }
  fiber.unwinding = fiber.stopping = fiber.yielded = false;
  fiber.closing = 0;
}

memory::Account& Interpreter::account(task::Worker& worker) { return static_cast<Machine*>(worker.engine)->account; }

void Interpreter::release(task::Worker& worker, memory::Object* object) { memory::release(account(worker), object); }

std::int64_t Interpreter::live_objects() const {
  std::int64_t live = 0;
  for (const auto& machine : running_machines()) live += machine->account.live;
  return live;
}

std::int64_t Interpreter::used_bytes() const {
  std::int64_t used = 0;
  for (const auto& machine : running_machines()) used += machine->account.used;
  return used;
}

std::uint64_t Interpreter::steps() const {
  std::uint64_t steps = 0;
  for (const auto& machine : running_machines()) steps += options_.step_limit - machine->steps_left;
  return steps;
}

}  // namespace noodle::vm
