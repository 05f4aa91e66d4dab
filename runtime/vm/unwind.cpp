// Unwinding from the verifier's table (law 2), and the trace of a panic.

#include "runtime/task/director.h"
#include "runtime/vm/interpreter.h"

namespace noodle::vm {

namespace {

const nbc::Function& original(const LoadedFunction& function) {
  return function.module->module().functions[function.id];
}

// The site of the call that stands right before word `resume`.
const nbc::UnwindSite* site_before(const nbc::FunctionFacts& facts, std::uint32_t resume) {
  const auto sites = facts.sites();
  std::size_t low = 0;
  std::size_t high = sites.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (sites[middle].pc < resume) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? nullptr : &sites[low - 1];
}

void release_leaf(Machine& machine, const TypeInfo& type, const std::uint64_t* slots) {
  value::release_fields(machine.account, type.slot_fields, slots);
}

// A call that never began has not moved its owned arguments anywhere, though its site no longer
// counts them as the caller's.
void release_owned_arguments(Machine& machine, const LoadedFunction& function, std::uint32_t pc, std::uint64_t* fp) {
  const nbc::Module& module = function.module->module();
  const nbc::Inst inst = nbc::decode(original(function).code, pc);
  auto release_listed = [&](std::span<const nbc::Param> params, std::uint32_t skip) {
    std::uint32_t entry = 0;
    for (std::size_t i = skip; i < params.size(); ++i) {
      const TypeInfo& type = function.module->types[params[i].type];
      if (type.counted && !params[i].borrowed) release_leaf(machine, type, fp + inst.list(entry));
      entry += type.slots;
    }
  };
  switch (inst.op()) {
    case nbc::Op::Call: release_listed(module.functions[inst.uimm()].signature.params, 0); break;
    case nbc::Op::CallNative: release_listed(module.natives[inst.uimm()].signature.params, 0); break;
    case nbc::Op::CallFn: {
      const nbc::TypeId type = function.module->verified.facts(nbc::FunctionId(function.id)).type_at(inst.b());
      release_listed(nbc::flatten_signature(module.types, type).params, 0);
      break;
    }
    case nbc::Op::CallAny: {
      const nbc::TypeId type = function.module->verified.facts(nbc::FunctionId(function.id)).type_at(inst.b());
      const nbc::Trait& trait = module.traits[module.types[type].trait.index];
      const nbc::Signature& signature = trait.methods[inst.c()].signature;
      release_listed(signature.params, 1);
      if (!signature.params[0].borrowed && fp[inst.b()] != 0) {
        memory::release(machine.account, reinterpret_cast<memory::Object*>(fp[inst.b()]));
      }
      break;
    }
    default: break;
  }
}

// How the running task was told to stop.
void note_stop(Machine& machine, Stop& stop) {
  task::Fiber& fiber = *machine.fiber;
  const std::uint32_t flags = fiber.task->flags.load(std::memory_order_acquire);
  fiber.stopping = true;
  if ((flags & task::Task::kExit) != 0) {
    stop.kind = Stop::Kind::Exit;
    stop.exit_code = machine.interpreter->exit_code();
  } else if (machine.interrupt->load(std::memory_order_relaxed) && fiber.task->scope == nullptr) {
    stop.kind = Stop::Kind::Interrupted;
    stop.message = "interrupted";
    stop.exit_code = 130;
  } else {
    stop.kind = Stop::Kind::Cancelled;
    stop.message = "cancelled";
  }
}

bool is_told_to_stop(const Machine& machine) {
  const task::Task& task = *machine.fiber->task;
  return task::Scheduler::told_to_stop(task) ||
         (task.scope == nullptr && machine.interrupt->load(std::memory_order_relaxed));
}

// A panic about another one says what that was about.
std::string child_panic_message(const Stop& stop) {
  const Stop* root = stop.cause.get();
  while (root != nullptr && root->cause != nullptr) root = root->cause.get();
  return "a task panicked: " + (root != nullptr ? root->message : std::string("nobody knows why"));
}

// The panic of a child that nobody awaited, as its owner's own.
bool note_failed_child(task::Fiber& fiber, Stop& stop) {
  for (task::Scope* scope = fiber.scopes; scope != nullptr; scope = scope->outer) {
    const Hold hold(scope->lock);
    if (scope->culprit == nullptr) continue;
    scope->culprit->flags.fetch_or(task::Task::kObserved);
    stop.cause = scope->culprit->stop;
    stop.message = child_panic_message(stop);
    return true;
  }
  return false;
}

std::string name_of(const task::Task& task) {
  return task.scope == nullptr ? "main" : "task " + std::to_string(task.number);
}

// Who waits for what, a task and its children. Nothing runs: that is why it is asked.
void draw_waits(const task::Task& task, int depth, std::size_t& left, std::string& out) {
  const task::Fiber* fiber = task.fiber.load(std::memory_order_acquire);
  if (fiber == nullptr || fiber->at == nullptr) return;
  if (left == 0) {
    if (!out.ends_with("…")) out += "\n  …";
    return;
  }
  --left;
  out += "\n" + std::string(static_cast<std::size_t>(depth) * 2 + 2, ' ');
  out += name_of(task) + " waits for " + std::string(fiber->waits_for != nullptr ? fiber->waits_for : "its turn") +
         place_of(*fiber);
  for (task::Scope* scope = fiber->scopes; scope != nullptr; scope = scope->outer) {
    const Hold hold(scope->lock);
    for (const task::Task* child = scope->children; child != nullptr; child = child->sibling) {
      draw_waits(*child, depth + 1, left, out);
    }
  }
}

bool found_deadlock(const Machine& machine) {
  return machine.fault == Fault::Stopped && machine.fiber->wake == task::Wake::Deadlock;
}

std::string deadlock_message(const task::Task& task) {
  constexpr std::size_t kMostDrawn = 20;
  std::size_t left = kMostDrawn;
  std::string message = "deadlock: every task waits for another";
  draw_waits(task, 0, left, message);
  return message;
}

// What it waits for in a defer can never be. Without a panic that could tell it, it is told at once.
void note_deadlock(Machine& machine) {
  const task::Task& task = *machine.fiber->task;
  Stop& stop = *machine.fiber->stop;
  if (stop.kind == Stop::Kind::Panic) {
    if (stop.deadlock.empty()) stop.deadlock = deadlock_message(task);
    return;
  }
  machine.world->write_error("while " + name_of(task) + " unwound: " + deadlock_message(task) + "\n");
}

void begin(Machine& machine, const LoadedFunction& function, std::uint32_t pc, std::uint64_t* fp) {
  task::Fiber& fiber = *machine.fiber;
  fiber.unwinding = true;
  // A native that was to be called again isn't.
  fiber.native_state = 0;
  fiber.native_data.reset();
  fiber.stop = std::make_shared<Stop>();
  Stop& stop = *fiber.stop;
  stop.cause = std::move(fiber.cause);
  if (machine.fault == Fault::Native && machine.native_status == NativeStatus::Exit) {
    stop.kind = Stop::Kind::Exit;
    stop.exit_code = machine.native_exit;
    if (fiber.task->scope != nullptr) machine.interpreter->exit_from_child(*machine.worker, machine.native_exit);
    return;
  }
  const bool told = machine.fault == Fault::Stopped || machine.fault == Fault::Safepoint ||
                    (machine.fault == Fault::Native && (machine.native_status == NativeStatus::Interrupted ||
                                                        machine.native_status == NativeStatus::Stopped));
  if (told) {
    const bool failed = (fiber.task->flags.load(std::memory_order_acquire) & task::Task::kScopeFailed) != 0;
    if (failed && note_failed_child(fiber, stop)) {
      fiber.stopping = true;
      return capture_trace(function, pc, fp, fiber.base, stop);
    }
    if (found_deadlock(machine)) {
      stop.message = deadlock_message(*fiber.task);
      return capture_trace(function, pc, fp, fiber.base, stop);
    }
    if (machine.fault != Fault::Safepoint || is_told_to_stop(machine)) return note_stop(machine, stop);
  }
  if ((fiber.task->flags.load(std::memory_order_relaxed) & task::Task::kScopeFailed) != 0) fiber.stopping = true;
  stop.kind = Stop::Kind::Panic;
  stop.message =
      machine.fault == Fault::ChildPanic ? child_panic_message(stop) : fault_message(machine, function, pc, fp);
  capture_trace(function, pc, fp, fiber.base, stop);
}

}  // namespace

// The innermost frame outside of the library.
std::string place_of(const task::Fiber& fiber) {
  Stop stop;
  const LoadedFunction& function = *function_of(fiber.frame);
  const auto pc = static_cast<std::uint32_t>(static_cast<const Word*>(fiber.at) - function.code);
  capture_trace(function, pc, fiber.frame, fiber.base, stop);
  for (const TraceFrame& frame : stop.trace) {
    if (frame.line == 0 || frame.file.starts_with("std/")) continue;
    return " in " + frame.function + " at " + frame.file + ":" + std::to_string(frame.line) + ":" +
           std::to_string(frame.column);
  }
  return stop.trace.empty() ? "" : " in " + stop.trace.front().function;
}

namespace {

std::uint64_t give(Machine& machine, std::uint64_t quantum) {
  // While defers run after a stop, the flags are still up; they have done their work.
  if (is_told_to_stop(machine) && !machine.fiber->stopping) return 0;
  const std::uint64_t steps = std::min(machine.steps_left, quantum);
  machine.steps_left -= steps;
  return steps;
}

// A director counts what tasks run, decides how long they may, and where they are cancelled.
[[gnu::noinline]] std::uint64_t refuel_directed(Machine& machine, task::Director& director) {
  director.ran(std::exchange(machine.given, 0));
  if (director.cancels()) machine.fiber->task->flags.fetch_or(task::Task::kCancel);
  return machine.given = give(machine, std::clamp<std::uint64_t>(director.quantum(), 1, kQuantum));
}

}  // namespace

std::uint64_t refuel(Machine& machine) {
  task::Director* director = machine.options.director;
  if (director != nullptr) [[unlikely]]
    return refuel_directed(machine, *director);
  return give(machine, kQuantum);
}

Resumption unwind(Machine& machine, const Word* at, std::uint64_t* fp) {
  const LoadedFunction* function = function_of(fp);
  auto pc = static_cast<std::uint32_t>(at - function->code);
  const nbc::Op op = nbc::op_of(original(*function).code[pc]);
  const nbc::UnwindSite* site = function->module->verified.facts(nbc::FunctionId(function->id)).site(pc);
  if (op == nbc::Op::Resume && machine.fault == Fault::Instruction && machine.fiber->unwinding) {
    // Goes on with the panic that led into the handler.
  } else {
    // A panic while another unwinds replaces nothing.
    if (!machine.fiber->unwinding) {
      begin(machine, *function, pc, fp);
    } else if (found_deadlock(machine)) {
      note_deadlock(machine);
    }
    if (machine.fault != Fault::Instruction) release_owned_arguments(machine, *function, pc, fp);
  }
  machine.fault = Fault::None;
  for (;;) {
    const nbc::FunctionFacts& facts = function->module->verified.facts(nbc::FunctionId(function->id));
    if (site != nullptr) {
      for (const nbc::OwnedSlot& owned : facts.owned(*site)) {
        release_leaf(machine, function->module->types[owned.type], fp + owned.slot);
      }
      if (site->handler != nbc::kNoHandler) return {function->code + site->handler, fp};
    }
    const auto* resume = reinterpret_cast<const Word*>(fp[-3]);
    auto* caller = reinterpret_cast<std::uint64_t*>(fp[-4]);
    if (caller == machine.fiber->base) return {};
    fp = caller;
    function = function_of(fp);
    pc = static_cast<std::uint32_t>(resume - function->code);
    site = site_before(function->module->verified.facts(nbc::FunctionId(function->id)), pc);
  }
}

namespace {

void add_frames(const LoadedFunction& function, std::uint32_t pc, std::vector<TraceFrame>& frames) {
  const nbc::Module& module = function.module->module();
  TraceFrame frame;
  frame.function = module.text(original(function).name);
  auto file_name = [&](std::uint32_t file) { return std::string(module.text(module.debug.files[file])); };
  const auto& debug = module.debug.functions;
  if (function.id >= debug.size()) {
    frames.push_back(std::move(frame));
    return;
  }
  const nbc::FunctionDebug& lines = debug[function.id];
  const nbc::LineEntry* entry = nullptr;
  for (const nbc::LineEntry& line : lines.lines) {
    if (line.pc > pc) break;
    entry = &line;
  }
  if (entry == nullptr) {
    frames.push_back(std::move(frame));
    return;
  }
  // Innermost first: each inlined function, then the one whose code this is.
  TraceFrame place;
  place.file = file_name(entry->file);
  place.line = entry->line;
  place.column = entry->column;
  for (std::uint32_t i = entry->inlined; i != 0; i = lines.inlined[i - 1].parent) {
    const nbc::InlinedCall& call = lines.inlined[i - 1];
    place.function = module.text(call.function);
    frames.push_back(place);
    place = {};
    place.file = file_name(call.file);
    place.line = call.line;
    place.column = call.column;
  }
  place.function = std::move(frame.function);
  frames.push_back(std::move(place));
}

}  // namespace

void capture_trace(const LoadedFunction& first, std::uint32_t pc, const std::uint64_t* fp, const std::uint64_t* base,
                   Stop& stop) {
  // Counted before they are described: a deep recursion has millions.
  std::uint64_t depth = 0;
  for (const std::uint64_t* at = fp; at != base; at = reinterpret_cast<const std::uint64_t*>(at[-4])) {
    ++depth;
  }
  constexpr std::uint64_t kShown = Stop::kTraceHead + Stop::kTraceTail;
  if (depth > kShown) stop.omitted = depth - kShown;
  const LoadedFunction* function = &first;
  for (std::uint64_t i = 0; i < depth; ++i) {
    if (stop.omitted == 0 || i < Stop::kTraceHead || i >= depth - Stop::kTraceTail) {
      add_frames(*function, pc, stop.trace);
    }
    if (i == Stop::kTraceHead) stop.head_frames = stop.trace.size();
    const auto* resume = reinterpret_cast<const Word*>(fp[-3]);
    fp = reinterpret_cast<const std::uint64_t*>(fp[-4]);
    if (fp == base) break;
    function = function_of(fp);
    // The word before the one to go on with belongs to the call.
    pc = static_cast<std::uint32_t>(resume - function->code) - 1;
  }
  // What has no place in the source, such as the code that calls `main`, says nothing about where it was.
  if (stop.trace.size() > 1 && stop.trace.back().line == 0 && stop.trace.front().line != 0) stop.trace.pop_back();
}

}  // namespace noodle::vm
