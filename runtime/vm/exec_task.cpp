// Scopes, tasks, channels: what may wait.
//
// An instruction that waits leaves the interpreter; its fiber says where it stands. By then the task may
// already run on another thread, so nothing of it is touched behind a call that gave Parked. When the fiber
// goes on, `resume` finishes the instruction or lets it look again.

#include "runtime/vm/handlers.h"
#include "runtime/vm/handles.h"
#include "runtime/vm/locals.h"

namespace noodle::vm {

namespace {

using task::Passed;
using task::Scheduler;
using task::Task;

/// What becomes of an instruction.
enum class Step : std::uint8_t { Next, Again, Left, Raise };

Step fault(Machine& vm, Fault fault) {
  vm.fault = fault;
  return Step::Raise;
}

Step left(Machine& vm, Left how) {
  vm.left = how;
  return Step::Left;
}

void save(Machine& vm, const Word* pc, std::uint64_t* fp, std::uint64_t fuel) {
  vm.fiber->at = pc;
  vm.fiber->frame = fp;
  vm.fuel_left = fuel;
}

// A moment so many nanoseconds from now; -1 for none.
std::int64_t moment(Machine& vm, std::uint64_t nanos) {
  const auto wanted = static_cast<std::int64_t>(nanos);
  return wanted < 0 ? -1 : vm.world->moment(wanted);
}

// Raises because the task was told to stop.
Step stopped(Machine& vm) { return fault(vm, Fault::Stopped); }

// ---------------------------------------------------------------------------------------- scopes

Step open_scope(Machine& vm, std::uint64_t* fp, Word w) {
  task::Scope* scope = vm.worker->scheduler().open_scope(*vm.fiber);
  if (scope == nullptr) return fault(vm, Fault::NoMemory);
  fp[A] = scope->serial;
  return Step::Next;
}

Step enter_scope(Machine& vm, std::uint64_t* fp, Word w) {
  if (Scheduler::find_scope(*vm.fiber, fp[C]) != nullptr) {
    const std::uint64_t outer = fp[C];
    fp[B] = 0;
    fp[A] = outer;
    return Step::Next;
  }
  task::Scope* scope = vm.worker->scheduler().open_scope(*vm.fiber);
  if (scope == nullptr) return fault(vm, Fault::NoMemory);
  fp[A] = fp[B] = scope->serial;
  return Step::Next;
}

// Closes a scope whose children have ended: a panic that nobody saw is passed on.
Step closed(Machine& vm, bool tell) {
  auto unseen = vm.worker->scheduler().close_scope(*vm.fiber);
  if (!tell || unseen == nullptr) return Step::Next;
  vm.fiber->cause = std::move(unseen);
  return fault(vm, Fault::ChildPanic);
}

Step join_scope(Machine& vm, const Word* pc, std::uint64_t* fp, Word w, std::uint64_t fuel, bool cancel) {
  Scheduler& scheduler = vm.worker->scheduler();
  task::Fiber& fiber = *vm.fiber;
  task::Scope* scope = Scheduler::find_scope(fiber, fp[A]);
  if (scope == nullptr) return Step::Next;
  // Only a module that nobody compiled leaves inner ones open: they go with it.
  cancel = cancel || scope != fiber.scopes;
  scope = fiber.scopes;
  if (cancel) {
    // Nobody has to tell it to stop while it waits for those that it has told.
    if (!fiber.stopping) fiber.stopping = fiber.shielded = true;
    scheduler.cancel_scope(vm.worker, *scope);
  } else {
    scheduler.begin_join(vm.worker, *scope);
  }
  save(vm, pc, fp, fuel);
  const Scheduler::Joined joined = scheduler.join(fiber, *scope);
  if (joined == Scheduler::Joined::Parked) return left(vm, Left::Parked);
  if (fiber.shielded) fiber.stopping = fiber.shielded = false;
  if (joined == Scheduler::Joined::Stopped) return stopped(vm);
  const Step step = closed(vm, !cancel);
  // One scope at a time; the instruction comes back for what is left.
  if (step == Step::Next && Scheduler::find_scope(fiber, fp[A]) != nullptr) return Step::Again;
  return step;
}

// ----------------------------------------------------------------------------------------- tasks

Step new_task(Machine& vm, const Word* pc, std::uint64_t* fp, Word w, std::uint64_t fuel) {
  Scheduler& scheduler = vm.worker->scheduler();
  task::Scope* scope = Scheduler::find_scope(*vm.fiber, fp[C]);
  if (scope == nullptr || fp[B] == 0) return fault(vm, scope == nullptr ? Fault::Instruction : Fault::NullCall);
  auto* work = reinterpret_cast<memory::Object*>(fp[B]);
  const auto moved = memory::publish(vm.account, work);
  if (!moved) return fault(vm, Fault::NoMemory);
  if (scope->owner->locals != nullptr && !share_locals(vm)) return fault(vm, Fault::NoMemory);
  Task* task = scheduler.start(*scope, work, type_at(fp, A).element);
  if (task == nullptr) {
    if (scope->owner->locals != nullptr) memory::release(vm.account, scope->owner->locals);
    return fault(vm, Fault::NoMemory);
  }
  task->handle.kind = &task::kTaskKind;
  vm.account.put_down(*moved);
  task->held = *moved;
  fp[B] = 0;
  fp[A] = adopt(vm.account, task->handle);
  save(vm, pc + 1, fp, fuel);
  if (!scheduler.spawn(*vm.worker, *task)) return Step::Next;
  return left(vm, Left::Yielded);
}

// Marks a result as shared, so that it goes with nobody any more. Whether there was memory for the walk.
bool share_result(Machine& vm, Task& task) {
  const auto* base = reinterpret_cast<const std::byte*>(task.results());
  const std::int64_t before = vm.account.own();
  vm.account.take_up(task.held);
  const bool enough = memory::share_fields(vm.account, task.result_type->slot_fields, base);
  task.held = vm.account.own() - before;
  vm.account.put_down(task.held);
  return enough;
}

// Copies a result, or moves it out when nobody else can ask for it.
Step give_result(Machine& vm, std::uint64_t* fp, const std::uint16_t* list, std::uint16_t slot, Task& task) {
  const TypeInfo& type = *task.result_type;
  auto* object = &task.handle.header;
  const std::uint64_t* result = task.results();
  if (memory::make_unique_local(vm.account, object)) {
    scatter(fp, list, type.slots, result);
    vm.account.take_up(std::exchange(task.held, 0));
    task.outcome = task::Outcome::Cancelled;  // it has nothing to release any more
  } else {
    if (type.counted) {
      const Hold hold(task.lock);
      if ((task.flags.load(std::memory_order_relaxed) & Task::kShared) == 0) {
        if (!share_result(vm, task)) return fault(vm, Fault::NoMemory);
        task.flags.fetch_or(Task::kShared, std::memory_order_relaxed);
      }
      value::retain_fields(type.slot_fields, result);
    }
    scatter(fp, list, type.slots, result);
  }
  fp[slot] = 0;
  memory::release(vm.account, object);
  return Step::Next;
}

Step await(Machine& vm, const Word* pc, std::uint64_t* fp, Word w, std::uint64_t fuel) {
  Task* const awaited = handle_as<Task>(fp[B]);
  if (awaited == nullptr) return fault(vm, Fault::Instruction);
  Task& task = *awaited;
  if (!task.finished()) {
    save(vm, pc, fp, fuel);
    switch (task::await(*vm.worker, *vm.fiber, task, -1)) {
      case Passed::Parked: return left(vm, Left::Parked);
      case Passed::Stopped: return stopped(vm);
      default: break;
    }
  }
  if (task.stop == nullptr && task.outcome == task::Outcome::Returned) {
    std::uint16_t slot = B;
    // The results may take the handle's own register.
    return give_result(vm, fp, list_of(pc), slot, task);
  }
  task.flags.fetch_or(Task::kObserved);
  vm.fiber->cause = task.stop;
  return fault(vm, task.outcome == task::Outcome::Panicked ? Fault::ChildPanic : Fault::ChildCancelled);
}

Step settle(Machine& vm, const Word* pc, std::uint64_t* fp, Word w, std::uint64_t fuel) {
  Task* const awaited = handle_as<Task>(fp[B]);
  if (awaited == nullptr) return fault(vm, Fault::Instruction);
  Task& task = *awaited;
  if (!task.finished()) {
    if (fp[C] == 0) {
      fp[A] = 3;
      return Step::Next;
    }
    save(vm, pc, fp, fuel);
    switch (task::await(*vm.worker, *vm.fiber, task, moment(vm, fp[C]))) {
      case Passed::Parked: return left(vm, Left::Parked);
      case Passed::Stopped: return stopped(vm);
      case Passed::NotNow: fp[A] = 3; return Step::Next;
      default: break;
    }
  }
  task.flags.fetch_or(Task::kObserved);
  fp[A] = task.outcome == task::Outcome::Panicked                           ? 1
          : task.stop != nullptr || task.outcome != task::Outcome::Returned ? 2
                                                                            : 0;
  return Step::Next;
}

// -------------------------------------------------------------------------------------- channels

Step new_channel(Machine& vm, std::uint64_t* fp, Word w) {
  if (as_signed(fp[B]) < 0) return fault(vm, Fault::Instruction);
  task::Channel* channel = task::make_channel(*type_at(fp, A).element, fp[B]);
  if (channel == nullptr) return fault(vm, Fault::NoMemory);
  fp[A] = adopt(vm.account, channel->handle);
  return Step::Next;
}

Step send(Machine& vm, const Word* pc, std::uint64_t* fp, Word w, std::uint64_t fuel, bool wait) {
  auto* const behind = handle_as<task::Channel>(fp[B]);
  if (behind == nullptr) return fault(vm, Fault::Instruction);
  task::Channel& channel = *behind;
  const TypeInfo& type = *channel.type;
  const std::uint16_t* list = list_of(pc);
  task::Registers message{.slots = fp, .list = list, .status = fp + C, .at = pc};
  if (type.counted) {
    gather(vm.scratch, fp, list, type.slots);
    const auto moved = memory::publish_fields(vm.account, type.slot_fields, reinterpret_cast<std::byte*>(vm.scratch));
    if (!moved) return fault(vm, Fault::NoMemory);
    message.weight = *moved;
  }
  vm.fuel_left = fuel;
  const Passed passed = task::send(*vm.worker, *vm.fiber, channel, message, wait);
  switch (passed) {
    case Passed::Done: break;
    case Passed::Parked: return left(vm, Left::Parked);
    case Passed::Stopped: return stopped(vm);
    case Passed::NoMemory: return fault(vm, Fault::NoMemory);
    case Passed::Closed:
    case Passed::NotNow:
      if (type.counted) value::release_fields(vm.account, type.slot_fields, vm.scratch);
      break;
  }
  fp[C] = static_cast<std::uint64_t>(passed);
  return Step::Next;
}

// What most messages need, in the handler itself: nothing to publish, nobody to wake, nothing to wait for.
[[gnu::always_inline]] inline bool sent_at_once(Machine& vm, const Word* pc, std::uint64_t* fp, Word w) {
  auto* const channel = handle_as<task::Channel>(fp[B]);
  if (channel == nullptr || channel->type->counted) return false;
  // Numbers and handles take one slot: then there is no loop.
  const std::uint32_t width = A;
  const bool sent = width == 1 ? task::send_at_once(*vm.worker, *channel, fp, list_of(pc), 1)
                               : task::send_at_once(*vm.worker, *channel, fp, list_of(pc), width);
  if (sent) fp[C] = 0;
  return sent;
}
[[gnu::always_inline]] inline bool received_at_once(Machine& vm, const Word* pc, std::uint64_t* fp, Word w) {
  auto* const channel = handle_as<task::Channel>(fp[B]);
  if (channel == nullptr || channel->type->counted) return false;
  const std::uint32_t width = A;
  const bool received = width == 1 ? task::receive_at_once(*vm.worker, *vm.fiber, *channel, fp, list_of(pc), 1)
                                   : task::receive_at_once(*vm.worker, *vm.fiber, *channel, fp, list_of(pc), width);
  if (received) fp[C] = 0;
  return received;
}

Step receive(Machine& vm, const Word* pc, std::uint64_t* fp, Word w, std::uint64_t fuel, bool wait) {
  auto* const behind = handle_as<task::Channel>(fp[B]);
  if (behind == nullptr) return fault(vm, Fault::Instruction);
  task::Channel& channel = *behind;
  const std::uint16_t* list = list_of(pc);
  vm.fuel_left = fuel;
  const Passed passed = task::receive(*vm.worker, *vm.fiber, channel, {fp, list, fp + C, pc}, wait);
  switch (passed) {
    case Passed::Parked: return left(vm, Left::Parked);
    case Passed::Stopped: return stopped(vm);
    case Passed::Closed:
    case Passed::NotNow:
      for (std::uint32_t i = 0; i < channel.type->slots; ++i) fp[list[i]] = 0;
      break;
    default: break;
  }
  fp[C] = static_cast<std::uint64_t>(passed);
  return Step::Next;
}

Step select(Machine& vm, const Word* pc, std::uint64_t* fp, Word w, std::uint64_t fuel) {
  const std::uint16_t* list = list_of(pc);
  const std::uint32_t count = A;
  task::Fiber& fiber = *vm.fiber;
  if (fiber.inbox_from != nullptr) {
    // A message that an earlier select had, and nobody took.
    value::release_fields(vm.account, fiber.inbox_type->slot_fields, fiber.inbox);
    fiber.inbox_from = nullptr;
  }
  auto** handles = reinterpret_cast<memory::HandleObject**>(vm.scratch);
  for (std::uint32_t i = 0; i < count; ++i) {
    handles[i] = reinterpret_cast<memory::HandleObject*>(fp[list[i]]);
    if (handle_as<Task>(fp[list[i]]) == nullptr && handle_as<task::Channel>(fp[list[i]]) == nullptr)
      return fault(vm, Fault::Instruction);
  }
  save(vm, pc, fp, fuel);
  switch (task::select(*vm.worker, fiber, handles, count, moment(vm, fp[C]))) {
    case Passed::Done: fp[B] = fiber.chosen; break;
    case Passed::NotNow: fp[B] = UINT64_MAX; break;
    case Passed::Parked: return left(vm, Left::Parked);
    case Passed::NoMemory: return fault(vm, Fault::NoMemory);
    default: return stopped(vm);
  }
  return Step::Next;
}

}  // namespace

#define FINISH(words, step)                                         \
  do {                                                              \
    const Step done = (step);                                       \
    if (done == Step::Next) [[likely]] {                            \
      NEXT(words);                                                  \
    }                                                               \
    if (done == Step::Left) return;                                 \
    if (done == Step::Again) {                                      \
      DISPATCH();                                                   \
    }                                                               \
    [[clang::musttail]] return h_raise(pc, fp, vm, table, w, fuel); \
  } while (0)

HANDLER(ScopeOpen) { FINISH(1, open_scope(*vm, fp, w)); }
HANDLER(ScopeEnter) { FINISH(1, enter_scope(*vm, fp, w)); }
HANDLER(ScopeJoin) { FINISH(1, join_scope(*vm, pc, fp, w, fuel, false)); }
HANDLER(ScopeCancel) { FINISH(1, join_scope(*vm, pc, fp, w, fuel, true)); }
HANDLER(ChannelNew) { FINISH(1, new_channel(*vm, fp, w)); }

// What other tasks see happens at a step, like a call: so nothing of it is beyond the reach of a schedule.
HANDLER(TaskNew) {
  STEP();
  FINISH(1, new_task(*vm, pc, fp, w, fuel));
}
HANDLER(TaskAwait) {
  STEP();
  FINISH(words_with_list(1, A), await(*vm, pc, fp, w, fuel));
}
HANDLER(TaskSettle) {
  STEP();
  FINISH(1, settle(*vm, pc, fp, w, fuel));
}
HANDLER(Select) {
  STEP();
  FINISH(words_with_list(1, A), select(*vm, pc, fp, w, fuel));
}

#define PASS(name, at_once, otherwise, wait)                              \
  HANDLER(name) {                                                         \
    STEP();                                                               \
    if (at_once(*vm, pc, fp, w)) [[likely]] {                             \
      NEXT(words_with_list(1, A));                                        \
    }                                                                     \
    FINISH(words_with_list(1, A), otherwise(*vm, pc, fp, w, fuel, wait)); \
  }
PASS(ChannelSend, sent_at_once, send, true)
PASS(ChannelTrySend, sent_at_once, send, false)
PASS(ChannelReceive, received_at_once, receive, true)
PASS(ChannelTryReceive, received_at_once, receive, false)

void resume(Machine& machine, task::Fiber& fiber) {
  const auto* pc = static_cast<const Word*>(fiber.at);
  std::uint64_t* fp = fiber.frame;
  if (fiber.yielded) {
    fiber.yielded = false;
    return interpret(machine, pc, fp);
  }
  task::end_wait(machine.worker->scheduler(), fiber);
  switch (fiber.wake) {
    case task::Wake::Cancelled:
    case task::Wake::ScopeFailed:
    case task::Wake::Deadlock:
      fiber.native_state = 0;
      fiber.native_data.reset();
      machine.fault = Fault::Stopped;
      return interpret_fault(machine, pc, fp);
    default: break;
  }
  if (fiber.wake == task::Wake::Retry) return interpret(machine, pc, fp);
  const LoadedFunction& function = *function_of(fp);
  const nbc::Inst inst = nbc::decode(function.module->module().functions[function.id].code,
                                     static_cast<std::uint32_t>(pc - function.code));
  const bool late = fiber.wake == task::Wake::TimedOut;
  switch (inst.op()) {
    case nbc::Op::ChannelSend:
    case nbc::Op::ChannelReceive:
      if (fiber.wake == task::Wake::Done) pc += inst.words();
      break;
    case nbc::Op::Select:
      fp[inst.b()] = late ? UINT64_MAX : fiber.chosen;
      pc += inst.words();
      break;
    case nbc::Op::TaskSettle:
      if (!late) break;
      fp[inst.a()] = 3;
      pc += inst.words();
      break;
    default: break;
  }
  interpret(machine, pc, fp);
}

}  // namespace noodle::vm
