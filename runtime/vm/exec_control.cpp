// Jumps, calls, returns, panics.

#include <cstring>

#include "runtime/value/floats.h"
#include "runtime/vm/handlers.h"

namespace noodle::vm {

using value::as_f64;

// --- branches: forward ones, and backward ones that are safepoints; the loader has made all targets
// relative ----------------------------------------------------------------------------------------

HANDLER(Jump) { NEXT(IMM); }
HANDLER(JumpBack) {
  STEP();
  NEXT(IMM);
}

#define BRANCH(name, condition) \
  HANDLER(name) {               \
    if (condition) {            \
      NEXT(IMM);                \
    }                           \
    NEXT(1);                    \
  }                             \
  HANDLER(name##Back) {         \
    if (condition) {            \
      STEP();                   \
      NEXT(IMM);                \
    }                           \
    NEXT(1);                    \
  }
BRANCH(BrTrue, fp[A] != 0)
BRANCH(BrFalse, fp[A] == 0)

#define FUSED(name, condition) \
  HANDLER(name) {              \
    if (condition) {           \
      NEXT(signed16(C));       \
    }                          \
    NEXT(1);                   \
  }                            \
  HANDLER(name##Back) {        \
    if (condition) {           \
      STEP();                  \
      NEXT(signed16(C));       \
    }                          \
    NEXT(1);                   \
  }
FUSED(JeqI64, fp[A] == fp[B])
FUSED(JneI64, fp[A] != fp[B])
FUSED(JltI64, as_signed(fp[A]) < as_signed(fp[B]))
FUSED(JleI64, as_signed(fp[A]) <= as_signed(fp[B]))
FUSED(JeqImmI64, as_signed(fp[A]) == signed16(B))
FUSED(JneImmI64, as_signed(fp[A]) != signed16(B))
FUSED(JltImmI64, as_signed(fp[A]) < signed16(B))
FUSED(JleImmI64, as_signed(fp[A]) <= signed16(B))
FUSED(JgtImmI64, as_signed(fp[A]) > signed16(B))
FUSED(JgeImmI64, as_signed(fp[A]) >= signed16(B))
FUSED(JeqF64, as_f64(fp[A]) == as_f64(fp[B]))
FUSED(JneF64, as_f64(fp[A]) != as_f64(fp[B]))
FUSED(JltF64, as_f64(fp[A]) < as_f64(fp[B]))
FUSED(JleF64, as_f64(fp[A]) <= as_f64(fp[B]))
FUSED(JnltF64, !(as_f64(fp[A]) < as_f64(fp[B])))
FUSED(JnleF64, !(as_f64(fp[A]) <= as_f64(fp[B])))

#define SWITCH(name, choice)                                                                  \
  HANDLER(name) {                                                                             \
    const std::uint64_t chosen = (choice);                                                    \
    const auto offset = static_cast<std::int32_t>(pc[1 + chosen / 2] >> (32 * (chosen % 2))); \
    if (offset <= 0) STEP();                                                                  \
    NEXT(offset);                                                                             \
  }
SWITCH(SwitchEnum, fp[A])
SWITCH(SwitchInt, fp[A] < std::uint64_t{UIMM} - 1 ? fp[A] : std::uint64_t{UIMM} - 1)

// --- calls ----------------------------------------------------------------------------------------

// Lays a frame above the caller's. The arguments are copied by then, or will be: nothing below is
// touched.
#define OPEN_FRAME(callee_, resume_, results_)             \
  do {                                                     \
    frame[-4] = reinterpret_cast<std::uint64_t>(fp);       \
    frame[-3] = reinterpret_cast<std::uint64_t>(resume_);  \
    frame[-2] = reinterpret_cast<std::uint64_t>(results_); \
    frame[-1] = reinterpret_cast<std::uint64_t>(callee_);  \
    fp = frame;                                            \
    pc = (callee_)->code;                                  \
    DISPATCH();                                            \
  } while (0)

#define NEW_FRAME_AT(distance, callee_)                        \
  std::uint64_t* const frame = fp + (distance);                \
  if (frame + (callee_)->slots > vm->stack_end) [[unlikely]] { \
    RAISE(StackOverflow);                                      \
  }
#define NEW_FRAME(callee_) NEW_FRAME_AT(function_of(fp)->slots + kFrameWords, callee_)

// Short calls: the loader put the distance of the new frame into a.
HANDLER(Call0) {
  STEP();
  const LoadedFunction* callee = vm->functions + UIMM;
  NEW_FRAME_AT(A, callee);
  OPEN_FRAME(callee, pc + 2, list_of(pc));
}
HANDLER(Call1) {
  STEP();
  const LoadedFunction* callee = vm->functions + UIMM;
  NEW_FRAME_AT(A, callee);
  const std::uint16_t* list = list_of(pc);
  frame[0] = fp[list[0]];
  OPEN_FRAME(callee, pc + 2, list + 1);
}
HANDLER(Call2) {
  STEP();
  const LoadedFunction* callee = vm->functions + UIMM;
  NEW_FRAME_AT(A, callee);
  const std::uint16_t* list = list_of(pc);
  frame[0] = fp[list[0]];
  frame[1] = fp[list[1]];
  OPEN_FRAME(callee, pc + 2, list + 2);
}
HANDLER(Call3) {
  STEP();
  const LoadedFunction* callee = vm->functions + UIMM;
  NEW_FRAME_AT(A, callee);
  const std::uint16_t* list = list_of(pc);
  frame[0] = fp[list[0]];
  frame[1] = fp[list[1]];
  frame[2] = fp[list[2]];
  OPEN_FRAME(callee, pc + 2, list + 3);
}
HANDLER(Call) {
  STEP();
  const LoadedFunction* callee = vm->functions + UIMM;
  NEW_FRAME(callee);
  const std::uint16_t* list = list_of(pc);
  gather(frame, fp, list, callee->param_slots);
  OPEN_FRAME(callee, pc + words_with_list(1, A), list + callee->param_slots);
}

HANDLER(CallFn) {
  STEP();
  const std::uint64_t closure = fp[B];
  if (closure == 0) [[unlikely]]
    RAISE(NullCall);
  const auto* words = reinterpret_cast<const std::uint64_t*>(closure);
  const auto* callee = reinterpret_cast<const LoadedFunction*>(words[value::kRecordWord / 8]);
  NEW_FRAME(callee);
  // Captures come first, then what the call lists.
  const std::uint32_t listed = A - callee->result_slots;
  const std::uint32_t captured = callee->param_slots - listed;
  for (std::uint32_t i = 0; i < captured; ++i) frame[i] = words[value::kRecordContent / 8 + i];
  gather(frame + captured, fp, list_of(pc), listed);
  OPEN_FRAME(callee, pc + words_with_list(1, A), list_of(pc) + listed);
}

HANDLER(CallAny) {
  STEP();
  const std::uint64_t any = fp[B];
  if (any == 0) [[unlikely]]
    RAISE(NullCall);
  const auto* words = reinterpret_cast<const std::uint64_t*>(any);
  const auto* vtable = reinterpret_cast<const LoadedVTable*>(words[value::kRecordWord / 8]);
  const LoadedFunction* callee = vtable->functions[C];
  NEW_FRAME(callee);
  frame[0] = any;
  const std::uint32_t listed = callee->param_slots - 1;
  gather(frame + 1, fp, list_of(pc), listed);
  OPEN_FRAME(callee, pc + words_with_list(1, A), list_of(pc) + listed);
}

// Apart from the handler, because a handler that ends in a tail call can't hold anything with a
// destructor.
[[gnu::noinline]] bool call_native(Machine& vm, const LoadedNative& native, bool is_brief) {
  NativeCall call{.native = native,
                  .account = vm.account,
                  .world = *vm.world,
                  .interrupt = vm.interrupt,
                  .args = vm.scratch,
                  .results = vm.scratch2,
                  .result_types = native.results,
                  .shape = native.shape,
                  .worker = *vm.worker,
                  .fiber = *vm.fiber,
                  .message = {},
                  .is_brief = is_brief};
  const NativeStatus status = native.function(call);
  if (status == NativeStatus::Ok) return true;
  // A native that waits has let go of the fiber.
  vm.native_status = status;
  vm.native_message = std::move(call.message);
  vm.native_exit = call.exit_code;
  return false;
}

namespace {

// One that may wait: then this is where the task goes on, maybe before we are back here.
[[gnu::noinline]] bool call_blocking_native(Machine& vm, const LoadedNative& native, const Word* pc,
                                            std::uint64_t* fp) {
  vm.fiber->at = pc;
  vm.fiber->frame = fp;
  vm.worker->leave_solo();
  const task::MayBlock section(*vm.worker, native.lasting);
  return call_native(vm, native, false);
}

}  // namespace

HANDLER(CallNative) {
  STEP();
  const LoadedNative& native = vm->module->natives[UIMM];
  gather(vm->scratch, fp, list_of(pc), native.param_slots);
  bool done = native.begins_as_leaf() && call_native(*vm, native, native.brief);
  if (!done && (native.brief ? vm->native_status == NativeStatus::Lasts : !native.leaf)) {
    done = call_blocking_native(*vm, native, pc, fp);
  }
  if (!done) [[unlikely]] {
    if (vm->native_status == NativeStatus::Wait || vm->native_status == NativeStatus::Yield) {
      vm->fuel_left = fuel;
      vm->left = vm->native_status == NativeStatus::Wait ? Left::Parked : Left::Yielded;
      return;
    }
    RAISE(Native);
  }
  scatter(fp, list_of(pc) + native.param_slots, native.result_slots, vm->scratch2);
  NEXT(words_with_list(1, A));
}

#define RETURN_TO_CALLER()                         \
  do {                                             \
    pc = reinterpret_cast<const Word*>(fp[-3]);    \
    fp = reinterpret_cast<std::uint64_t*>(fp[-4]); \
    DISPATCH();                                    \
  } while (0)

HANDLER(Ret0) { RETURN_TO_CALLER(); }
HANDLER(Ret1) {
  const std::uint64_t value = fp[*list_of(pc)];
  const auto* results = reinterpret_cast<const std::uint16_t*>(fp[-2]);
  reinterpret_cast<std::uint64_t*>(fp[-4])[*results] = value;
  RETURN_TO_CALLER();
}
HANDLER(Ret) {
  const std::uint16_t* list = list_of(pc);
  const auto* results = reinterpret_cast<const std::uint16_t*>(fp[-2]);
  auto* caller = reinterpret_cast<std::uint64_t*>(fp[-4]);
  const std::uint32_t n = A;
  for (std::uint32_t i = 0; i < n; ++i) caller[results[i]] = fp[list[i]];
  RETURN_TO_CALLER();
}

HANDLER(Halt) {
  vm->left = Left::Returned;
  vm->fuel_left = fuel;
}

HANDLER(Probe) {
  if (++vm->checks == vm->fail_at) RAISE(Injected);
  const LoadedFunction* function = function_of(fp);
  const std::uint16_t op = function->module->probed[function->id][static_cast<std::size_t>(pc - function->code)];
  [[clang::musttail]] return handlers_in(table)[op](pc, fp, vm, table, w, fuel);
}

// --- panics ---------------------------------------------------------------------------------------

HANDLER(Panic) { RAISE(Instruction); }
HANDLER(PanicConst) { RAISE(Instruction); }
HANDLER(Unreachable) { RAISE(Instruction); }
HANDLER(Resume) { RAISE(Instruction); }
HANDLER(Kernel) { RAISE(Instruction); }

HANDLER(refuel) {
  // The instruction at pc counts its step again. Without more fuel the one that is left lets a handler
  // get as far as its first step.
  fuel = refuel(*vm) + 1;
  if (fuel == 1) RAISE(Safepoint);
  if (vm->options.tier != nullptr) {
    vm->options.tier->sample(*vm, fp, static_cast<std::uint32_t>(pc - function_of(fp)->code));
  }
  if (vm->worker->should_yield()) {
    // Its time is used up, and others are waiting.
    vm->fiber->at = pc;
    vm->fiber->frame = fp;
    vm->fuel_left = fuel;
    vm->left = Left::Yielded;
    return;
  }
  DISPATCH();
}

HANDLER(raise) {
  if (is_single_step(table)) return;
  const Resumption to = unwind(*vm, pc, fp);
  if (to.pc == nullptr) {
    vm->fuel_left = fuel;
    vm->left = Left::Unwound;
    return;
  }
  pc = to.pc;
  fp = to.fp;
  DISPATCH();
}

}  // namespace noodle::vm
