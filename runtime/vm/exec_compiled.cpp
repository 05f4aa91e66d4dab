// From the interpreter into compiled code and back.

#include <pthread.h>

#include <utility>

#include "runtime/vm/handlers.h"

namespace noodle::vm {

namespace {

const CompiledFunction& compiled_of(const LoadedFunction& function) {
  // Whoever put EnterCompiled into the code published this before.
  return *function.module->compiled[function.id].load(std::memory_order_acquire);
}

// The word at pc with the opcode that the loader gave it.
Word original_word(const LoadedFunction& function, const Word* pc) {
  const Word word = word_at(pc);
  if (static_cast<std::uint16_t>(word) != static_cast<std::uint16_t>(Exec::EnterCompiled)) return word;
  const EntryPoint* entry = compiled_of(function).at(static_cast<std::uint32_t>(pc - function.code));
  return (word & ~Word{0xFFFF}) | entry->replaced;
}

bool is_on_stack(const ProcessorStack& stack) {
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) - stack.lowest < stack.size;
}

// Where the running thread's stack is: a machine doesn't always stay with the same. What compiled code calls needs
// some room of its own.
[[gnu::cold]] void find_stack(Machine& vm) {
  constexpr std::size_t kRoom = 256 * 1024, kLeast = 1024 * 1024;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  vm.processor_stack = {.lowest = here - kLeast, .size = kLeast + 1};
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    void* lowest = nullptr;
    pthread_attr_getstack(&attributes, &lowest, &vm.processor_stack.size);
    vm.processor_stack.lowest = reinterpret_cast<std::uintptr_t>(lowest);
    pthread_attr_destroy(&attributes);
  }
  vm.processor_stack_end = vm.processor_stack.lowest + kRoom;
}

// Apart from the handler, which is to need no frame but for the call. The undefined-behaviour sanitizer would look for
// a function's type before its code, where the page before may not be there.
[[gnu::noinline, clang::no_sanitize("function")]] bool enter(Machine* vm, std::uint64_t* fp, const Word* pc) {
  if (!is_on_stack(vm->processor_stack)) [[unlikely]]
    find_stack(*vm);
  const LoadedFunction& function = *function_of(fp);
  // See Ticker::may_sleep.
  vm->in_compiled.store(true);
  if (vm->rouses_tier.load()) [[unlikely]]
    vm->options.tier->rouse();
  const bool left = compiled_of(function).at(static_cast<std::uint32_t>(pc - function.code))->code(vm, fp);
  vm->in_compiled.store(false, std::memory_order_relaxed);
  return left;
}

// Ends a single step: what follows the instruction is not done. A handler that has prepared something goes on
// with its own instruction: that one is.
NOODLE_CONVENTION void h_stepped(NOODLE_PARAMS) {
  vm->exit.pc = static_cast<std::uint32_t>(pc - function_of(fp)->code);
}

constexpr auto kSteps = [] {
  struct Table {
    Handler handlers[static_cast<std::size_t>(Exec::Count)];
  } table{};
  for (Handler& handler : table.handlers) handler = h_stepped;
  return table;
}();

}  // namespace

bool is_single_step(const void* table) { return table == kSteps.handlers; }

HANDLER(EnterCompiled) {
  if (!enter(vm, fp, pc)) [[likely]] {
    pc = reinterpret_cast<const Word*>(fp[-3]);
    fp = reinterpret_cast<std::uint64_t*>(fp[-4]);
    DISPATCH();
  }
  if (vm->watcher != nullptr) [[unlikely]]
    vm->watcher->left(*vm);
  fp = vm->exit.fp;
  const LoadedFunction& function = *function_of(fp);
  pc = function.code + vm->exit.pc;
  w = original_word(function, pc);
  // Whoever asked it to leave is to be heard at the next safepoint.
  if (vm->compiled_limit.load(std::memory_order_relaxed) == nullptr) {
    vm->compiled_limit.store(vm->stack_end, std::memory_order_relaxed);
    fuel = 1;
  }
  if (vm->exit.why == WayOut::Raises) {
    [[clang::musttail]] return h_raise(pc, fp, vm, table, w, fuel);
  }
  [[clang::musttail]] return handlers_in(table)[static_cast<std::uint16_t>(w)](pc, fp, vm, table, w, fuel);
}

namespace {

bool helper_step(Machine* vm, std::uint64_t* fp, std::uint32_t at) {
  const LoadedFunction& function = *function_of(fp);
  const Word* pc = function.code + at;
  const Word w = original_word(function, pc);
  vm->fault = Fault::None;
  auto op = static_cast<std::uint16_t>(w);
  if (op == static_cast<std::uint16_t>(Exec::Probe)) [[unlikely]] {
    // Its own handler goes on by the table of steps, which would end before the instruction is done.
    op = function.module->probed[function.id][at];
    if (++vm->checks == vm->fail_at) {
      vm->fault = Fault::Injected;
      return true;
    }
  }
  constexpr std::uint64_t kPlenty = UINT64_MAX / 2;
  do {
    vm->exit.pc = UINT32_MAX;
    handler_table()[op](pc, fp, vm, kSteps.handlers, w, kPlenty);
  } while (vm->exit.pc == at);
  return vm->fault != Fault::None;
}

void helper_retain_shared(memory::Object* object, std::int32_t count) { memory::retain_shared(object, count); }

void helper_release(Machine* vm, memory::Object* object) { memory::release(vm->account, object); }

std::uint64_t helper_make_unique(Machine* vm, std::uint64_t* fp, std::uint32_t slot) {
  return value::list_make_unique(vm->account, type_at(fp, static_cast<std::uint16_t>(slot)), fp + slot) ? fp[slot] : 0;
}

// Somebody wants to be heard. Mostly it was only time to look.
bool helper_safepoint(Machine* vm) {
  const std::uint64_t site = std::exchange(vm->quick_site, 0);
  const bool asked = vm->compiled_limit.load(std::memory_order_relaxed) == nullptr;
  const bool outdated = site != 0 && asked && vm->options.tier->found_quick(*vm, QuickSite::unpacked(site));
  // A good deal less than the time that somebody may be kept waiting, whatever the processor's pace.
  constexpr std::uint64_t kCycles = 200'000;
  vm->look_at = __builtin_readcyclecounter() + kCycles;
  vm->compiled_limit.store(vm->stack_end, std::memory_order_relaxed);
  if (outdated || vm->worker->should_yield() || refuel(*vm) == 0) {
    vm->compiled_limit.store(nullptr, std::memory_order_relaxed);
    return true;
  }
  return false;
}

bool helper_may_call(Machine* vm, const std::uint64_t* end) {
  if (reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) < vm->processor_stack_end) return false;
  if (vm->compiled_limit.load(std::memory_order_relaxed) == nullptr && helper_safepoint(vm)) return false;
  vm->quick_site = 0;
  return end <= vm->stack_end;
}

memory::Object* helper_new(Machine* vm, std::uint32_t type) {
  const TypeInfo& info = *vm->module->type_infos[type];
  return memory::allocate(vm->account, info.object.size, info.object_number);
}

bool helper_call_leaf(Machine* vm, std::uint32_t native) {
  const LoadedNative& called = vm->module->natives[native];
  if (call_native(*vm, called, called.brief)) return false;
  vm->fault = Fault::Native;
  return true;
}

bool helper_string_equal(std::uint64_t a, std::uint64_t a2, std::uint64_t b, std::uint64_t b2) {
  const std::uint64_t first[2] = {a, a2}, second[2] = {b, b2};
  return value::string_equal(first, second);
}

std::uint64_t helper_string_length(std::uint64_t low, std::uint64_t high) {
  const std::uint64_t words[2] = {low, high};
  return value::string_length(words);
}

bool helper_concat(Machine* vm, std::uint32_t pieces) { return concat_words(*vm, vm->scratch, pieces, vm->scratch2); }

std::int64_t helper_map_find(Machine* vm, std::uint32_t type, const memory::Object* map) {
  return find_in_map(*vm, *vm->module->type_infos[type], map, vm->scratch);
}

bool helper_map_insert(Machine* vm, std::uint32_t type, std::uint64_t* map) {
  return insert_in_map(*vm, *vm->module->type_infos[type], map, vm->scratch);
}

std::int64_t helper_map_next(Machine* vm, std::uint32_t type, const memory::Object* map, std::int64_t from) {
  return value::map_next(*vm->module->type_infos[type], map, from);
}

const void* const kHelpers[] = {
    reinterpret_cast<const void*>(helper_step),         reinterpret_cast<const void*>(helper_retain_shared),
    reinterpret_cast<const void*>(helper_release),      reinterpret_cast<const void*>(helper_make_unique),
    reinterpret_cast<const void*>(helper_safepoint),    reinterpret_cast<const void*>(helper_may_call),
    reinterpret_cast<const void*>(helper_new),          reinterpret_cast<const void*>(helper_call_leaf),
    reinterpret_cast<const void*>(helper_string_equal), reinterpret_cast<const void*>(helper_string_length),
    reinterpret_cast<const void*>(helper_concat),       reinterpret_cast<const void*>(helper_map_find),
    reinterpret_cast<const void*>(helper_map_insert),   reinterpret_cast<const void*>(helper_map_next),
};
static_assert(std::size(kHelpers) == static_cast<std::size_t>(Helper::Count));

}  // namespace

const void* const* compiled_helpers() { return kHelpers; }

}  // namespace noodle::vm
