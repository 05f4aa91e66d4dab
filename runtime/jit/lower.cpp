// Blocks, slots and exits.

#include "runtime/jit/emit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

using nbc::Inst;
using nbc::Op;

Unit::Unit(llvm::LLVMContext& context, const vm::LoadedModule& module)
    : context(context), loaded(module), ir(std::make_unique<llvm::Module>("noodle", context)) {
  i1 = llvm::Type::getInt1Ty(context);
  i8 = llvm::Type::getInt8Ty(context);
  i16 = llvm::Type::getInt16Ty(context);
  i32 = llvm::Type::getInt32Ty(context);
  i64 = llvm::Type::getInt64Ty(context);
  f64 = llvm::Type::getDoubleTy(context);
  f32 = llvm::Type::getFloatTy(context);
  ptr = llvm::PointerType::getUnqual(context);
  llvm::MDBuilder md(context);
  llvm::MDNode* root = md.createTBAARoot("noodle");
  auto kind = [&](const char* name) {
    llvm::MDNode* type = md.createTBAAScalarTypeNode(name, root);
    return md.createTBAAStructTagNode(type, type, 0);
  };
  in_frame = kind("frame");
  in_machine = kind("machine");
  in_header = kind("header");
  in_count = kind("count");
  in_data = kind("data");
  unlikely = md.createBranchWeights(1, 2000);
}

llvm::Instruction* Unit::tag(llvm::Instruction* access, llvm::MDNode* kind) {
  if (kind == in_count) {
    // Whether other threads change it as well is read from this very word. What is unordered is optimised all the same.
    if (auto* load = llvm::dyn_cast<llvm::LoadInst>(access)) load->setOrdering(llvm::AtomicOrdering::Unordered);
    if (auto* store = llvm::dyn_cast<llvm::StoreInst>(access)) store->setOrdering(llvm::AtomicOrdering::Unordered);
  }
  access->setMetadata(llvm::LLVMContext::MD_tbaa, kind);
  return access;
}

const FunctionView& Unit::view(std::uint32_t id) {
  auto& known = views_[id];
  if (known == nullptr) known = std::make_unique<FunctionView>(loaded, id);
  return *known;
}

llvm::Type* Unit::slot_type(const FunctionView& view, std::uint32_t slot) {
  const value::TypeInfo* type = view.type(slot);
  return type != nullptr && type->kind == nbc::Kind::F64 ? f64 : i64;
}

llvm::StructType* Unit::returned(std::uint32_t id) {
  const nbc::Signature& signature = loaded.module().functions[id].signature;
  std::vector<llvm::Type*> parts{i64};
  if (loaded.functions[id].result_slots <= kRegisterResults) {
    for (const nbc::TypeId result : signature.results) {
      const value::TypeInfo& type = loaded.types[result];
      for (std::uint32_t i = 0; i < type.slots; ++i) parts.push_back(type.kind == nbc::Kind::F64 ? f64 : i64);
    }
  }
  return llvm::StructType::get(context, parts);
}

llvm::FunctionType* Unit::body_type(std::uint32_t id) {
  const FunctionView& of = view(id);
  std::vector<llvm::Type*> params{ptr, ptr};
  for (std::uint32_t i = 0; i < of.loaded.param_slots; ++i) params.push_back(slot_type(of, i));
  return llvm::FunctionType::get(returned(id), params, false);
}

llvm::Function* Unit::make_body(std::uint32_t id, const std::string& name) {
  llvm::Function* made = llvm::Function::Create(body_type(id), llvm::Function::InternalLinkage, name, *ir);
  made->setDoesNotThrow();
  made->setCallingConv(kBodyConvention);
  return made;
}

llvm::Function* Unit::body(std::uint32_t id) {
  llvm::Function*& known = bodies_[id];
  if (known == nullptr) known = make_body(id, "f" + std::to_string(id));
  return known;
}

llvm::Function* Unit::twin(std::uint32_t id) {
  llvm::Function*& known = twins_[id];
  if (known != nullptr) return known;
  const FunctionView& of = view(id);
  if (is_quick || of.function.code.size() > kSmallest) return nullptr;
  for (std::uint32_t pc = 0; pc < of.function.code.size(); pc += of.at(pc).words()) {
    if (of.at(pc).op() != Op::Call || of.at(pc).uimm() != id) continue;
    known = make_body(id, "twin" + std::to_string(id));
    known->addFnAttr(llvm::Attribute::AlwaysInline);
    return known;
  }
  return nullptr;
}

Lowering::Lowering(Unit& unit, const FunctionView& view, const Liveness& live, llvm::Function* function,
                   std::int64_t loop)
    : u(unit), v(view), live_(live), fn(function), loop_(loop), b(unit.context) {
  vm = fn->getArg(0);
  fp = fn->getArg(1);
  fn->addParamAttr(0, llvm::Attribute::NoAlias);
  if (u.places != nullptr) u.places->begin(*fn, v.id, static_cast<std::uint32_t>(std::max<std::int64_t>(loop, 0)));
}

void Lowering::run() {
  find_blocks();
  find_kept();
  prologue();
  for (const std::uint32_t pc : order_) {
    block(pc);
    if (u.is_too_large()) return;
  }
  finish_tails();
}

// Blocks that can be reached without unwinding, in the order of their code.
void Lowering::find_blocks() {
  const auto words = static_cast<std::uint32_t>(v.function.code.size());
  std::vector<bool> leaders(words + 1), reached(words + 1);
  heads_.assign(words + 1, false);
  in_loop_.assign(words + 1, false);
  const std::uint32_t start = loop_ < 0 ? 0 : static_cast<std::uint32_t>(loop_);
  code_ = loop_ < 0 ? LoopSpan{0, words - 1} : outermost_around(loop_spans(v), start);
  std::vector<std::uint32_t> pending{start};
  leaders[start] = true;
  while (!pending.empty()) {
    std::uint32_t pc = pending.back();
    pending.pop_back();
    while (!reached[pc]) {
      reached[pc] = true;
      const Inst inst = v.at(pc);
      const bool branches = (inst.op_info->flags & nbc::Branch) != 0;
      v.for_each_target(inst, [&](std::uint32_t target) {
        if (!code_.contains(target)) return;
        leaders[target] = true;
        if (target <= pc) {
          heads_[target] = true;
          std::fill(in_loop_.begin() + target, in_loop_.begin() + pc + 1, true);
        }
        pending.push_back(target);
      });
      if (!FunctionView::falls_through(inst)) break;
      pc += inst.words();
      if (!code_.contains(pc)) break;
      if (branches) leaders[pc] = true;
    }
  }
  for (std::uint32_t pc = 0; pc < words; ++pc) {
    if (!leaders[pc] || !reached[pc]) continue;
    order_.push_back(pc);
    blocks_[pc] = nullptr;
  }
  for (PlainLoop& plain : plain_loops(v)) {
    const std::uint32_t head = plain.head;
    if (reached[head] && reached[plain.latch]) loops_[head].plain = std::move(plain);
  }
}

void Lowering::find_kept() {
  kept_ = SlotSet(v.facts.slots());
  if (loop_ < 0) return;
  kept_.add(live_.before(static_cast<std::uint32_t>(loop_)));
  Accesses accesses;
  for (std::uint32_t pc = code_.head; pc <= code_.last; pc += v.at(pc).words()) {
    v.accesses(v.at(pc), accesses);
    for (const Slots& run : accesses.writes) kept_.remove(run);
  }
}

void Lowering::prologue() {
  Block* entry = make("entry");
  b.SetInsertPoint(entry);
  const std::uint32_t slots = v.facts.slots();
  variables_.resize(slots);
  now_.assign(slots, nullptr);
  for (std::uint32_t i = 0; i < slots; ++i) variables_[i] = b.CreateAlloca(u.slot_type(v, i));
  for (auto& [pc, made] : blocks_) made = make("b");
  for (auto& [head, loop] : loops_) {
    loop.before = make("before");
    if (loop.plain.counter) {
      loop.chunk = make("chunk");
      loop.stop = b.CreateAlloca(u.i64);
    }
    for (std::size_t i = 0; i < loop.plain.lists.size(); ++i) {
      loop.lengths.push_back(b.CreateAlloca(u.i64));
      loop.rooms.push_back(b.CreateAlloca(u.i64));
      loop.data.push_back(b.CreateAlloca(u.ptr));
    }
  }
  tail_ = make("leave");
  tail_pc_ = llvm::PHINode::Create(u.i32, 4, "pc", tail_);
  tail_why_ = llvm::PHINode::Create(u.i32, 4, "why", tail_);
  call_tail_ = make("leave_call");
  call_frame_ = llvm::PHINode::Create(u.ptr, 4, "frame", call_tail_);
  call_resume_ = llvm::PHINode::Create(u.i64, 4, "resume", call_tail_);
  call_results_ = llvm::PHINode::Create(u.i64, 4, "results", call_tail_);
  if (loop_ < 0) {
    for (std::uint32_t i = 0; i < v.loaded.param_slots; ++i) b.CreateStore(fn->getArg(2 + i), variables_[i]);
    b.CreateBr(block_at(0));
    return;
  }
  const auto head = static_cast<std::uint32_t>(loop_);
  live_.before(head).for_each([&](std::uint32_t slot) {
    b.CreateStore(load(variables_[slot]->getAllocatedType(), slot_address(fp, slot), u.in_frame), variables_[slot]);
  });
  b.CreateBr(block_at(head));
}

void Lowering::block(std::uint32_t pc) {
  mark(pc);
  const auto loop = loops_.find(pc);
  if (loop != loops_.end()) begin_loop(loop->second);
  b.SetInsertPoint(blocks_[pc]);
  now_.assign(now_.size(), nullptr);
  region(pc);
  if (heads_[pc] && (loop == loops_.end() || !loop->second.plain.counter)) poll();
  for (;;) {
    const Inst inst = v.at(pc);
    pc_ = pc;
    mark(pc);
    if (u.asks_every != 0 && ++made_ % u.asks_every == 0) leave_if(safepoint());
    one(inst);
    pc += inst.words();
    if (!FunctionView::falls_through(inst)) return;
    if ((inst.op_info->flags & nbc::Branch) != 0) return;
    if (blocks_.contains(pc) || !code_.contains(pc)) {
      flush();
      b.CreateBr(block_at(pc));
      return;
    }
  }
}

// Where a jump from the instruction in the making goes: to a plain loop from outside by way of what is before it.
Lowering::Block* Lowering::block_at(std::uint32_t target) {
  if (!code_.contains(target)) return way_out(target);
  const auto loop = loops_.find(target);
  if (loop == loops_.end() || (b.GetInsertBlock() != &fn->getEntryBlock() && loop->second.plain.contains(pc_)))
    return blocks_[target];
  return loop->second.before;
}

// Where the loop that we came in for is over, and the interpreter goes on.
Lowering::Block* Lowering::way_out(std::uint32_t target) {
  Block*& out = ways_out_[target];
  if (out != nullptr) return out;
  out = make("over");
  const llvm::IRBuilderBase::InsertPointGuard guard(b);
  b.SetInsertPoint(out);
  leave(target, std::vector<Value*>(variables_.size()), vm::WayOut::Over);
  return out;
}

void Lowering::one(const Inst& inst) {
  switch (inst.op()) {
    case Op::Jump: return go_to(static_cast<std::uint32_t>(inst.branch_target()));
    case Op::SwitchEnum:
    case Op::SwitchInt: return switch_on(inst);
    case Op::Ret: return give_back(inst);
    case Op::Panic:
    case Op::PanicConst:
    case Op::Unreachable:
    case Op::Resume: b.CreateBr(region_exit()); return;
    case Op::Call: return call(inst);
    case Op::CallFn: return call_closure(inst);
    case Op::CallAny: return call_method(inst);
    default: break;
  }
  if (counts_up(inst) || scalar(inst) || moving(inst) || list(inst) || list_change(inst) || box(inst) || map(inst) ||
      strings(inst))
    return;
  single_step(inst);
}

void Lowering::flush() {
  for (std::size_t i = 0; i < now_.size(); ++i) {
    if (now_[i] != nullptr) b.CreateStore(now_[i], variables_[i]);
  }
}

void Lowering::go_to(std::uint32_t target) {
  flush();
  b.CreateBr(block_at(target));
}

void Lowering::branch(const Inst& inst, Value* condition) {
  if (const LoopCode* loop = loop_at(inst.pc); loop != nullptr && loop->plain.counter && inst.pc == loop->plain.latch) {
    return end_turn(inst, *loop);
  }
  flush();
  b.CreateCondBr(condition, block_at(static_cast<std::uint32_t>(inst.branch_target())),
                 block_at(inst.pc + inst.words()));
}

void Lowering::switch_on(const Inst& inst) {
  Value* on = get_word(inst.a());
  flush();
  const std::uint32_t count = inst.target_count();
  // A variant's number is always one of them; what else an integer may be goes to the last.
  llvm::SwitchInst* made = b.CreateSwitch(on, block_at(inst.target(count - 1)), count);
  for (std::uint32_t i = 0; i + 1 < count; ++i) {
    made->addCase(llvm::cast<llvm::ConstantInt>(word(i)), block_at(inst.target(i)));
  }
}

// ------------------------------------------------------------------------------------------ slots

Lowering::Value* Lowering::get(std::uint32_t slot) {
  if (now_[slot] == nullptr) return b.CreateLoad(variables_[slot]->getAllocatedType(), variables_[slot]);
  return now_[slot];
}

Lowering::Value* Lowering::as_word(Value* value) {
  return value->getType() == u.f64 ? b.CreateBitCast(value, u.i64) : value;
}
Lowering::Value* Lowering::get_word(std::uint32_t slot) { return as_word(get(slot)); }
Lowering::Value* Lowering::get_float(std::uint32_t slot) {
  Value* value = get(slot);
  return value->getType() == u.f64 ? value : b.CreateBitCast(value, u.f64);
}
Lowering::Value* Lowering::get_bool(std::uint32_t slot) { return b.CreateICmpNE(get_word(slot), word(0)); }

void Lowering::set(std::uint32_t slot, Value* value) {
  llvm::Type* wanted = variables_[slot]->getAllocatedType();
  now_[slot] = value->getType() == wanted ? value : b.CreateBitCast(value, wanted);
}

Lowering::Value* Lowering::slot_address(Value* frame, std::uint32_t slot) {
  return b.CreateConstInBoundsGEP1_64(u.i64, frame, slot);
}

Lowering::Value* Lowering::loaded_function(std::uint32_t id) {
  Value* functions = machine_field(offsetof(vm::Machine, functions), u.ptr);
  return at_offset(functions, std::uint64_t{id} * sizeof(vm::LoadedFunction));
}

Lowering::Value* Lowering::helper(vm::Helper which) {
  Value* helpers = machine_field(offsetof(vm::Machine, helpers), u.ptr);
  return load(u.ptr, at_offset(helpers, static_cast<std::uint64_t>(which) * 8), u.in_machine);
}

Lowering::Value* Lowering::either(std::initializer_list<std::pair<Value*, Block*>> ways) {
  llvm::PHINode* made = b.CreatePHI(ways.begin()->first->getType(), static_cast<unsigned>(ways.size()));
  for (const auto& [value, from] : ways) made->addIncoming(value, from);
  return made;
}

Lowering::Value* Lowering::call_helper(vm::Helper which, llvm::Type* gives, llvm::ArrayRef<Value*> args) {
  std::vector<llvm::Type*> types;
  for (Value* arg : args) types.push_back(arg->getType());
  llvm::CallInst* made = b.CreateCall(llvm::FunctionType::get(gives, types, false), helper(which), args);
  if (gives == u.i1) made->addRetAttr(llvm::Attribute::ZExt);
  return made;
}

// What another thread may write at any moment.
Lowering::Value* Lowering::load_atomic(llvm::Type* type, Value* base, std::uint64_t offset,
                                       llvm::AtomicOrdering order) {
  llvm::LoadInst* made = b.CreateLoad(type, at_offset(base, offset));
  made->setAtomic(order);
  made->setAlignment(llvm::Align(8));
  return made;
}

// ---------------------------------------------------------------------------------------- leaving

void Lowering::region(std::uint32_t pc) {
  region_pc_ = pc;
  region_values_ = now_;
  region_exit_ = nullptr;
}

void Lowering::save_live(const SlotSet& live, const std::vector<Value*>& values) {
  live.for_each([&](std::uint32_t slot) {
    if (kept_.has(slot)) return;
    Value* value = values[slot];
    if (value == nullptr) value = b.CreateLoad(variables_[slot]->getAllocatedType(), variables_[slot]);
    // Atomic, which costs nothing, so that nobody looks for a way to write several at once.
    store(value, slot_address(fp, slot), u.in_frame)->setAtomic(llvm::AtomicOrdering::Unordered);
    if (u.saves_left != 0) --u.saves_left;
  });
}

// At the builder's place: leaves to an instruction, with the frame as it was before.
void Lowering::leave(std::uint32_t pc, const std::vector<Value*>& values, vm::WayOut why) {
  save_live(live_.before(pc), values);
  tail_pc_->addIncoming(b.getInt32(pc), b.GetInsertBlock());
  tail_why_->addIncoming(b.getInt32(static_cast<std::uint32_t>(why)), b.GetInsertBlock());
  b.CreateBr(tail_);
}

Lowering::Block* Lowering::region_exit() {
  if (region_exit_ == nullptr) {
    region_exit_ = make("exit");
    const llvm::IRBuilderBase::InsertPointGuard guard(b);
    b.SetInsertPoint(region_exit_);
    leave(region_pc_, region_values_, vm::WayOut::Unusual);
  }
  return region_exit_;
}

void Lowering::leave_if(Value* condition) {
  Block* on = make("on");
  b.CreateCondBr(condition, region_exit(), on, u.unlikely);
  b.SetInsertPoint(on);
}

void Lowering::poll() {
  if (u.asks_every != 0) return leave_if(safepoint());
  Value* limit = load_atomic(u.ptr, vm, offsetof(vm::Machine, compiled_limit), llvm::AtomicOrdering::Monotonic);
  Block *asked = make("asked"), *on = make("on");
  b.CreateCondBr(b.CreateIsNull(limit), asked, on, u.unlikely);
  b.SetInsertPoint(asked);
  leave_if(safepoint());
  b.CreateBr(on);
  b.SetInsertPoint(on);
}

Lowering::Value* Lowering::safepoint() {
  say_where();
  return ask(vm::Helper::Safepoint, {vm});
}

// Before whoever asks us to leave is heard: what is quickly made and runs for long is to be made better.
void Lowering::say_where() {
  if (!u.is_quick) return;
  const vm::QuickSite here{.function = v.id, .pc = region_pc_, .in_loop = loop_ >= 0};
  store(word(static_cast<std::int64_t>(here.packed())), at_offset(vm, offsetof(vm::Machine, quick_site)), u.in_machine);
}

void Lowering::finish_tails() {
  b.SetCurrentDebugLocation({});  // of no instruction alone
  llvm::Type* returns = fn->getReturnType();
  auto left = [&]() -> Value* {
    if (returns == u.i1) return b.getTrue();
    return b.CreateInsertValue(llvm::UndefValue::get(returns), word(1), 0);
  };
  if (tail_pc_->getNumIncomingValues() == 0) {
    tail_->eraseFromParent();
  } else {
    b.SetInsertPoint(tail_);
    store(loaded_function(v.id), b.CreateConstInBoundsGEP1_64(u.i64, fp, -1), u.in_frame);
    const std::uint64_t exit = offsetof(vm::Machine, exit);
    store(fp, at_offset(vm, exit + offsetof(vm::CompiledExit, fp)), u.in_machine);
    store(tail_pc_, at_offset(vm, exit + offsetof(vm::CompiledExit, pc)), u.in_machine);
    store(tail_why_, at_offset(vm, exit + offsetof(vm::CompiledExit, why)), u.in_machine);
    b.CreateRet(left());
  }
  if (call_frame_->getNumIncomingValues() == 0) {
    call_tail_->eraseFromParent();
    return;
  }
  b.SetInsertPoint(call_tail_);
  Value* self = loaded_function(v.id);
  store(self, b.CreateConstInBoundsGEP1_64(u.i64, fp, -1), u.in_frame);
  Value* code = load(u.ptr, at_offset(self, offsetof(vm::LoadedFunction, code)), u.in_machine);
  auto header = [&](int at) { return b.CreateConstInBoundsGEP1_64(u.i64, call_frame_, at); };
  store(b.CreatePtrToInt(fp, u.i64), header(-4), u.in_frame);
  store(b.CreatePtrToInt(b.CreateInBoundsGEP(u.i8, code, call_resume_), u.i64), header(-3), u.in_frame);
  store(b.CreatePtrToInt(b.CreateInBoundsGEP(u.i8, code, call_results_), u.i64), header(-2), u.in_frame);
  b.CreateRet(left());
}

void lower_body(Unit& unit, std::uint32_t id, const Liveness& live) {
  Lowering(unit, unit.view(id), live, unit.body(id), -1).run();
  if (llvm::Function* twin = unit.twin(id)) Lowering(unit, unit.view(id), live, twin, -1).run();
}

}  // namespace noodle::jit
