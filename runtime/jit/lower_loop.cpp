// Plain loops. Before one its lists are looked at once: a list of no elements, one that others hold as well and one
// that has been moved out count as having length 0, so that one comparison an access finds all that is unusual. A
// counted one is run in chunks of a few thousand turns within the lengths of the lists that it goes through: in these
// nothing needs to be checked, and nobody is asked whether we are to leave, so that they can be vectorised.

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
    if (list.changed && list.always) {
      object = unique_list(list.slot, object);
      b.CreateStore(now_[list.slot], variables_[list.slot]);
      now_[list.slot] = nullptr;
    }
    Value* length = load(u.i64, at_offset(object, offsetof(memory::ArrayObject, length)), u.in_header);
    if (list.changed) {
      Value* count = load(u.i32, object, u.in_count);
      length = b.CreateSelect(b.CreateICmpEQ(count, b.getInt32(1)), length, word(0));
    }
    Block* looked = b.GetInsertBlock();
    b.CreateBr(on);
    b.SetInsertPoint(on);
    llvm::PHINode* known = b.CreatePHI(u.i64, 2);
    known->addIncoming(word(0), before);
    known->addIncoming(length, looked);
    b.CreateStore(known, loop.lengths[i]);
    b.CreateStore(at_offset(get_pointer(list.slot), memory::ArrayObject::kDataOffset), loop.data[i]);
  }
  if (!loop.plain.counter) {
    b.CreateBr(blocks_[loop.plain.head]);
    return;
  }
  b.CreateBr(loop.chunk);
  begin_chunk(loop);
}

Lowering::Value* Lowering::bound_of(const Counter& counter) {
  return counter.bound_slot ? get_word(*counter.bound_slot) : word(counter.bound);
}

void Lowering::begin_chunk(LoopCode& loop) {
  constexpr std::int64_t kTurns = 4096;
  b.SetInsertPoint(loop.chunk);
  now_.assign(now_.size(), nullptr);
  region(loop.plain.head);
  poll();
  // Who asks us to leave may himself be waiting for a processor.
  Value* now = b.CreateIntrinsic(llvm::Intrinsic::readcyclecounter, {}, {});
  Block *due = make("due"), *on = make("on");
  b.CreateCondBr(b.CreateICmpUGT(now, machine_field(offsetof(vm::Machine, look_at), u.i64)), due, on, u.unlikely);
  b.SetInsertPoint(due);
  leave_if(safepoint());
  b.CreateBr(on);
  b.SetInsertPoint(on);
  const Counter& counter = *loop.plain.counter;
  Value* i = get_word(counter.slot);
  // The interpreter knows what to say of a counter that overflows.
  leave_if(b.CreateICmpEQ(i, word(INT64_MAX)));
  Value* stop = b.CreateBinaryIntrinsic(llvm::Intrinsic::sadd_sat, i, word(kTurns));
  stop = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, stop, bound_of(counter));
  for (std::size_t n = 0; n < loop.plain.lists.size(); ++n) {
    if (!loop.plain.lists[n].always) continue;
    Value* length = b.CreateLoad(u.i64, loop.lengths[n]);
    leave_if(b.CreateICmpUGE(i, length));
    stop = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, stop, length);
  }
  b.CreateStore(stop, loop.stop);
  b.CreateBr(blocks_[loop.plain.head]);
}

// The counter has gone up: on in this chunk, to the next one, or out of the loop.
void Lowering::end_turn(const Inst& inst, const LoopCode& loop) {
  const Counter& counter = *loop.plain.counter;
  Value* i = get_word(counter.slot);
  Value* bound = bound_of(counter);
  flush();
  Block* over = make("over");
  b.CreateCondBr(b.CreateICmpSLT(i, b.CreateLoad(u.i64, loop.stop)), blocks_[loop.plain.head], over);
  b.SetInsertPoint(over);
  b.CreateCondBr(b.CreateICmpSLT(i, bound), loop.chunk, block_at(inst.pc + inst.words()));
}

}  // namespace noodle::jit
