// Plain loops. Before one its lists are looked at once: a list of no elements and one that has been moved out count as
// having length 0, for who writes one that others hold as well, so that one comparison an access finds all that is
// unusual. A counted one is run in chunks of a few thousand turns within the lengths of the lists that it goes through:
// in these nothing needs to be checked, and nobody is asked whether we are to leave, so that they can be vectorised.

#include "runtime/jit/emit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

using nbc::Inst;

const Lowering::LoopCode* Lowering::loop_at(std::uint32_t pc) const {
  auto at = loops_.upper_bound(pc);
  if (at == loops_.begin()) return nullptr;
  --at;
  return at->second.plain.contains(pc) ? &at->second : nullptr;
}

void Lowering::begin_loop(LoopCode& loop) {
  b.SetInsertPoint(loop.before);
  now_.assign(now_.size(), nullptr);
  region(loop.plain.head);
  for (std::size_t i = 0; i < loop.plain.lists.size(); ++i) {
    const SteadyList& list = loop.plain.lists[i];
    Value* object = get_pointer(list.slot);
    Block *some = make("some"), *on = make("looked");
    Block* before = b.GetInsertBlock();
    b.CreateCondBr(b.CreateIsNull(object), on, some, u.unlikely);
    b.SetInsertPoint(some);
    // The first turn will change it.
    if (list.foremost) {
      object = unique_list(list.slot, object);
      b.CreateStore(now_[list.slot], variables_[list.slot]);
      now_[list.slot] = nullptr;
    }
    Value* length = load(u.i64, at_offset(object, offsetof(memory::ArrayObject, length)), u.in_header);
    Value* count = load(u.i32, object, u.in_count);
    Value* room = b.CreateSelect(b.CreateICmpEQ(count, b.getInt32(1)), length, word(0));
    Block* looked = b.GetInsertBlock();
    b.CreateBr(on);
    b.SetInsertPoint(on);
    Value* known = either({{word(0), before}, {length, looked}});
    Value* writable = either({{word(0), before}, {room, looked}});
    b.CreateStore(known, loop.lengths[i]);
    b.CreateStore(writable, loop.rooms[i]);
    b.CreateStore(at_offset(get_pointer(list.slot), memory::ArrayObject::kDataOffset), loop.data[i]);
  }
  if (!loop.plain.counter) {
    b.CreateBr(blocks_[loop.plain.head]);
    return;
  }
  b.CreateBr(loop.chunk);
  begin_chunk(loop);
}

void Lowering::begin_chunk(LoopCode& loop) {
  constexpr std::int64_t kTurns = 4096;
  b.SetInsertPoint(loop.chunk);
  now_.assign(now_.size(), nullptr);
  region(loop.plain.head);
  poll();
  const Counter& counter = *loop.plain.counter;
  Value *i = get_word(counter.slot), *step = steady(counter.step);
  // The interpreter knows what to say of a counter that overflows.
  if (counter.step.slot) leave_if(b.CreateICmpSLE(step, word(0)));
  Value* last = b.CreateSub(word(INT64_MAX), step);
  leave_if(b.CreateICmpSGT(i, last));
  Value* within = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, step, word(INT64_MAX / kTurns));
  Value* stop = b.CreateBinaryIntrinsic(llvm::Intrinsic::sadd_sat, i, b.CreateMul(within, word(kTurns)));
  stop = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, stop, last);
  stop = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, stop, steady(counter.bound));
  for (std::size_t n = 0; n < loop.plain.lists.size(); ++n) {
    if (!loop.plain.lists[n].always) continue;
    Value* length = b.CreateLoad(u.i64, loop.plain.lists[n].written ? loop.rooms[n] : loop.lengths[n]);
    leave_if(b.CreateICmpUGE(i, length));
    stop = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, stop, length);
  }
  b.CreateStore(stop, loop.stop);
  // Who asks us to leave may himself be waiting for a processor. Looking costs as much as a few dozen turns.
  constexpr std::int64_t kFewTurns = 256;
  Block *look = make("look"), *due = make("due");
  b.CreateCondBr(b.CreateICmpSGT(b.CreateSub(stop, i), b.CreateMul(within, word(kFewTurns))), look,
                 blocks_[loop.plain.head]);
  b.SetInsertPoint(look);
  Value* now = b.CreateIntrinsic(llvm::Intrinsic::readcyclecounter, {}, {});
  b.CreateCondBr(b.CreateICmpUGT(now, machine_field(offsetof(vm::Machine, look_at), u.i64)), due,
                 blocks_[loop.plain.head], u.unlikely);
  b.SetInsertPoint(due);
  leave_if(safepoint());
  b.CreateBr(blocks_[loop.plain.head]);
}

// A step of a counted loop: in a chunk it never overflows.
bool Lowering::counts_up(const Inst& inst) {
  const LoopCode* loop = loop_at(inst.pc);
  if (loop == nullptr || !loop->plain.counter || loop->plain.counter->step_pc != inst.pc) return false;
  const Counter& counter = *loop->plain.counter;
  set(counter.slot, b.CreateNSWAdd(get_word(counter.slot), steady(counter.step)));
  return true;
}

// The counter has gone up: on in this chunk, to the next one, or out of the loop.
void Lowering::end_turn(const Inst& inst, const LoopCode& loop) {
  const Counter& counter = *loop.plain.counter;
  Value* i = get_word(counter.slot);
  Value* bound = steady(counter.bound);
  flush();
  Block* over = make("over");
  b.CreateCondBr(b.CreateICmpSLT(i, b.CreateLoad(u.i64, loop.stop)), blocks_[loop.plain.head], over);
  b.SetInsertPoint(over);
  b.CreateCondBr(b.CreateICmpSLT(i, bound), loop.chunk, block_at(inst.pc + inst.words()));
}

}  // namespace noodle::jit
