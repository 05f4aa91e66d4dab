// Calls, returns, and instructions that the interpreter's handlers do.

#include "runtime/jit/emit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

using nbc::Inst;
using nbc::Op;

namespace {

constexpr std::uint32_t kWord = 8;

// Where an operand list begins, in bytes from the function's first word.
std::uint64_t list_offset(const Inst& inst) { return (std::uint64_t{inst.pc} + inst.op_info->fixed_words) * kWord; }

}  // namespace

// Leaves unless the callee's frame fits, nobody asked us to leave, and the processor's stack has room, of which one
// that is taken in wants none.
void Lowering::room_for_call(Value* frame, Value* slots, bool is_taken_in) {
  Value* limit = load_atomic(u.i64, vm, offsetof(vm::Machine, compiled_limit), llvm::AtomicOrdering::Monotonic);
  Value* end = b.CreateAdd(b.CreatePtrToInt(frame, u.i64), b.CreateMul(slots, word(kWord)));
  Value* no_room = b.CreateICmpUGT(end, limit);
  if (!is_taken_in) {
    Value* stack = b.CreateIntrinsic(llvm::Intrinsic::frameaddress, {u.ptr}, {b.getInt32(0)});
    Value* lowest = machine_field(offsetof(vm::Machine, processor_stack_end), u.i64);
    no_room = b.CreateOr(no_room, b.CreateICmpULT(b.CreatePtrToInt(stack, u.i64), lowest));
  }
  Block *full = make("full"), *room = make("room");
  b.CreateCondBr(no_room, full, room, u.unlikely);
  b.SetInsertPoint(full);
  say_where();
  b.CreateCondBr(ask(vm::Helper::MayCall, {vm, end}), room, region_exit(),
                 llvm::MDBuilder(u.context).createBranchWeights(2000, 1));
  b.SetInsertPoint(room);
}

// After a callee that was left: our frame is left as well, in the middle of the call.
void Lowering::after_call(const Inst& inst, Value* frame, Value* left, std::uint32_t results_at) {
  Block* gone = make("gone");
  Block* on = make("on");
  b.CreateCondBr(left, gone, on, u.unlikely);
  b.SetInsertPoint(gone);
  SlotSet wanted = live_.before(inst.pc + inst.words());
  if (const nbc::UnwindSite* site = v.facts.site(inst.pc)) {
    for (const nbc::OwnedSlot& owned : v.facts.owned(*site)) {
      wanted.add(Slots{owned.slot, v.module.types[owned.type].slots});
    }
    if (site->handler != nbc::kNoHandler) wanted.add(live_.before(site->handler));
  }
  save_live(wanted, now_);
  call_frame_->addIncoming(frame, gone);
  call_resume_->addIncoming(word((std::int64_t{inst.pc} + inst.words()) * kWord), gone);
  call_results_->addIncoming(word(static_cast<std::int64_t>(list_offset(inst) + std::uint64_t{results_at} * 2)), gone);
  b.CreateBr(call_tail_);
  b.SetInsertPoint(on);
}

// After a body was called: its results into our slots.
void Lowering::called(const Inst& inst, Value* frame, Value* returned, llvm::StructType* type, std::uint32_t args) {
  after_call(inst, frame, b.CreateICmpNE(b.CreateExtractValue(returned, 0), word(0)), args);
  const std::uint32_t results = inst.list_size() - args;
  for (std::uint32_t i = 0; i < results; ++i) {
    const std::uint32_t slot = inst.list(args + i);
    if (type->getNumElements() > 1) {
      set(slot, b.CreateExtractValue(returned, i + 1));
    } else {
      set(slot, load(u.i64, slot_address(frame, i), u.in_frame));
    }
  }
  region(inst.pc + inst.words());
}

llvm::CallInst* Lowering::call_body(llvm::FunctionType* type, Value* target, const std::vector<Value*>& args) {
  llvm::CallInst* made = b.CreateCall(type, target, args);
  made->setCallingConv(kBodyConvention);
  return made;
}

void Lowering::call(const Inst& inst) {
  const std::uint32_t id = inst.uimm();
  const vm::LoadedFunction& callee = v.module.functions[id];
  Value* frame = slot_address(fp, v.facts.slots() + vm::kFrameWords);
  llvm::Function* twin = id == v.id && u.includes(id) ? u.twin(id) : nullptr;
  if (twin == fn) twin = nullptr;
  room_for_call(frame, word(callee.slots), twin != nullptr);
  Value* target = nullptr;
  // What is quickly made goes on with what is better as soon as that is there.
  if (u.includes(id) && !u.is_quick) {
    target = twin != nullptr ? twin : u.body(id);
  } else {
    Value* fast = load_pointer(loaded_function(id), offsetof(vm::LoadedFunction, fast));
    leave_if(b.CreateIsNull(fast));
    target = fast;
  }
  const FunctionView& other = u.view(id);
  std::vector<Value*> args{vm, frame};
  for (std::uint32_t i = 0; i < callee.param_slots; ++i) {
    args.push_back(u.slot_type(other, i) == u.f64 ? get_float(inst.list(i)) : get_word(inst.list(i)));
  }
  Value* returned = call_body(u.body_type(id), target, args);
  called(inst, frame, returned, u.returned(id), callee.param_slots);
}

void Lowering::call_method(const Inst& inst) {
  // Every implementation has the method's own signature, so that any of them tells how it is called.
  const vm::LoadedVTable* some = nullptr;
  const nbc::TraitId trait = v.module.module().types[v.facts.type_at(inst.b())].trait;
  for (std::size_t i = 0; i < v.module.vtables.size() && some == nullptr; ++i) {
    if (v.module.module().vtables[i].trait.index == trait.index) some = &v.module.vtables[i];
  }
  if (some == nullptr) return single_step(inst);
  const std::uint32_t id = some->functions[inst.c()]->id;
  Value* object = get_pointer(inst.b());
  leave_if(b.CreateIsNull(object));
  Value* vtable = load(u.ptr, at_offset(object, value::kRecordWord), u.in_data);
  Value* functions = load(u.ptr, at_offset(vtable, offsetof(vm::LoadedVTable, functions)), u.in_machine);
  Value* callee = load(u.ptr, at_offset(functions, std::uint64_t{inst.c()} * kWord), u.in_machine);
  Value* slots = load(u.i32, at_offset(callee, offsetof(vm::LoadedFunction, slots)), u.in_machine);
  Value* frame = slot_address(fp, v.facts.slots() + vm::kFrameWords);
  room_for_call(frame, b.CreateZExt(slots, u.i64));
  Value* fast = load_pointer(callee, offsetof(vm::LoadedFunction, fast));
  leave_if(b.CreateIsNull(fast));
  const FunctionView& other = u.view(id);
  std::vector<Value*> args{vm, frame, get_word(inst.b())};
  const std::uint32_t listed = other.loaded.param_slots - 1;
  for (std::uint32_t i = 0; i < listed; ++i) {
    args.push_back(u.slot_type(other, i + 1) == u.f64 ? get_float(inst.list(i)) : get_word(inst.list(i)));
  }
  called(inst, frame, call_body(u.body_type(id), fast, args), u.returned(id), listed);
}

// A closure's captures are as many as it was made with, so its arguments and results go through the frames, as the
// interpreter has them.
void Lowering::call_closure(const Inst& inst) {
  Value* closure = get_pointer(inst.b());
  leave_if(b.CreateIsNull(closure));
  Value* callee = load(u.ptr, at_offset(closure, value::kRecordWord), u.in_data);
  Value* slots = load(u.i32, at_offset(callee, offsetof(vm::LoadedFunction, slots)), u.in_machine);
  Value* frame = slot_address(fp, v.facts.slots() + vm::kFrameWords);
  room_for_call(frame, b.CreateZExt(slots, u.i64));
  Value* entry = load_pointer(callee, offsetof(vm::LoadedFunction, entry));
  leave_if(b.CreateIsNull(entry));
  const std::uint32_t results = v.result_slots(inst), listed = inst.list_size() - results;
  Value* params = load(u.i32, at_offset(callee, offsetof(vm::LoadedFunction, param_slots)), u.in_machine);
  Value* captured = b.CreateSub(b.CreateZExt(params, u.i64), word(listed));
  copy_words(frame, at_offset(closure, value::kRecordContent), captured);
  Value* first = b.CreateInBoundsGEP(u.i64, frame, captured);
  for (std::uint32_t i = 0; i < listed; ++i) store(get_word(inst.list(i)), slot_address(first, i), u.in_frame);
  Value* code = load(u.ptr, at_offset(loaded_function(v.id), offsetof(vm::LoadedFunction, code)), u.in_machine);
  auto header = [&](int at, Value* value) {
    store(b.CreatePtrToInt(value, u.i64), b.CreateConstInBoundsGEP1_64(u.i64, frame, at), u.in_frame);
  };
  header(-4, fp);
  header(-2, at_offset(code, list_offset(inst) + std::uint64_t{listed} * 2));
  header(-1, callee);
  llvm::FunctionType* type = llvm::FunctionType::get(u.i1, {u.ptr, u.ptr}, false);
  llvm::CallInst* left = b.CreateCall(type, entry, {vm, frame});
  left->addRetAttr(llvm::Attribute::ZExt);
  after_call(inst, frame, left, listed);
  for (std::uint32_t i = 0; i < results; ++i) {
    const std::uint32_t slot = inst.list(listed + i);
    set(slot, load(variables_[slot]->getAllocatedType(), slot_address(fp, slot), u.in_frame));
  }
  region(inst.pc + inst.words());
}

// A pointer that the compiler's thread may put there, with what lies behind it.
Lowering::Value* Lowering::load_pointer(Value* base, std::uint64_t offset) {
  return load_atomic(u.ptr, base, offset, llvm::AtomicOrdering::Acquire);
}

// Copies words one after another; there are few.
void Lowering::copy_words(Value* to, Value* from, Value* count) {
  Block *loop = make("copy"), *body = make("word"), *on = make("copied");
  Block* before = b.GetInsertBlock();
  b.CreateBr(loop);
  b.SetInsertPoint(loop);
  llvm::PHINode* i = b.CreatePHI(u.i64, 2);
  i->addIncoming(word(0), before);
  b.CreateCondBr(b.CreateICmpULT(i, count), body, on);
  b.SetInsertPoint(body);
  store(load(u.i64, b.CreateInBoundsGEP(u.i64, from, i), u.in_data), b.CreateInBoundsGEP(u.i64, to, i), u.in_frame);
  i->addIncoming(b.CreateAdd(i, word(1)), body);
  b.CreateBr(loop);
  b.SetInsertPoint(on);
}

void Lowering::give_back(const Inst& inst) {
  const std::uint32_t n = inst.list_size();
  if (loop_ >= 0) {
    Value* caller = b.CreateIntToPtr(load(u.i64, b.CreateConstInBoundsGEP1_64(u.i64, fp, -4), u.in_frame), u.ptr);
    Value* list = b.CreateIntToPtr(load(u.i64, b.CreateConstInBoundsGEP1_64(u.i64, fp, -2), u.in_frame), u.ptr);
    for (std::uint32_t i = 0; i < n; ++i) {
      Value* slot = b.CreateZExt(load(u.i16, at_offset(list, std::uint64_t{i} * 2), u.in_machine), u.i64);
      store(get_word(inst.list(i)), b.CreateInBoundsGEP(u.i64, caller, slot), u.in_frame);
    }
    b.CreateRet(b.getFalse());
    return;
  }
  llvm::StructType* type = u.returned(v.id);
  Value* out = b.CreateInsertValue(llvm::UndefValue::get(type), word(0), 0);
  std::vector<Value*> words;
  for (std::uint32_t i = 0; i < n; ++i) words.push_back(get(inst.list(i)));
  for (std::uint32_t i = 0; i < n; ++i) {
    if (type->getNumElements() == 1) {
      store(words[i], slot_address(fp, i), u.in_frame);
    } else {
      llvm::Type* wanted = type->getElementType(i + 1);
      Value* value = words[i]->getType() == wanted ? words[i] : b.CreateBitCast(words[i], wanted);
      out = b.CreateInsertValue(out, value, i + 1);
    }
  }
  b.CreateRet(out);
}

bool Lowering::may_wait(const Inst& inst, const vm::LoadedModule& module) {
  switch (inst.op()) {
    case Op::CallNative: return !module.natives[inst.uimm()].begins_as_leaf();
    case Op::ScopeOpen:
    case Op::ScopeEnter:
    case Op::ScopeJoin:
    case Op::ScopeCancel:
    case Op::TaskNew:
    case Op::TaskAwait:
    case Op::TaskSettle:
    case Op::ChannelSend:
    case Op::ChannelTrySend:
    case Op::ChannelReceive:
    case Op::ChannelTryReceive:
    case Op::Select: return true;
    default: return false;
  }
}

// Puts what an instruction reads into the frame, does it, and takes what it wrote; gives whether it raised.
Lowering::Value* Lowering::step(const Inst& inst, const Accesses& accesses) {
  store(loaded_function(v.id), b.CreateConstInBoundsGEP1_64(u.i64, fp, -1), u.in_frame);
  for (const Slots& run : accesses.reads) {
    for (std::uint32_t i = 0; i < run.count; ++i) {
      store(get(run.first + i), slot_address(fp, run.first + i), u.in_frame);
    }
  }
  return ask(vm::Helper::Step, {vm, fp, b.getInt32(inst.pc)});
}

void Lowering::dead_end(const Inst& inst) {
  // What follows is never reached, but has to be something.
  b.SetInsertPoint(make("dead"));
  if (FunctionView::falls_through(inst)) {
    Accesses accesses;
    v.accesses(inst, accesses);
    for (const Slots& run : accesses.writes) {
      for (std::uint32_t i = 0; i < run.count; ++i) {
        now_[run.first + i] = llvm::UndefValue::get(variables_[run.first + i]->getAllocatedType());
      }
    }
    region(inst.pc + inst.words());
  }
}

void Lowering::single_step(const Inst& inst) {
  if (may_wait(inst, v.module)) {
    b.CreateBr(region_exit());
    return dead_end(inst);
  }
  Accesses accesses;
  v.accesses(inst, accesses);
  const std::vector<Value*> before = now_;
  Value* raised = step(inst, accesses);
  raise_if(raised, inst.pc, before);
  for (const Slots& run : accesses.writes) {
    for (std::uint32_t i = 0; i < run.count; ++i) {
      const std::uint32_t slot = run.first + i;
      set(slot, load(variables_[slot]->getAllocatedType(), slot_address(fp, slot), u.in_frame));
    }
  }
  region(inst.pc + inst.words());
}

}  // namespace noodle::jit
