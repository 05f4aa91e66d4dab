#include "runtime/jit/entries.h"

namespace noodle::jit {

llvm::Function* make_entry(Unit& unit, const std::string& name) {
  auto* type = llvm::FunctionType::get(unit.i1, {unit.ptr, unit.ptr}, false);
  llvm::Function* entry = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, *unit.ir);
  entry->setVisibility(llvm::GlobalValue::HiddenVisibility);
  entry->addRetAttr(llvm::Attribute::ZExt);
  entry->setDoesNotThrow();
  return entry;
}

llvm::Function* define_entry(Unit& unit, std::uint32_t id) {
  llvm::Function* entry = make_entry(unit, "e" + std::to_string(id));
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(unit.context, "entry", entry));
  llvm::Value *vm = entry->getArg(0), *fp = entry->getArg(1);
  const FunctionView& view = unit.view(id);
  auto word_at = [&](llvm::Value* base, std::int64_t at) {
    return b.CreateConstInBoundsGEP1_64(unit.i64, base, static_cast<std::uint64_t>(at));
  };
  std::vector<llvm::Value*> args{vm, fp};
  for (std::uint32_t i = 0; i < view.loaded.param_slots; ++i) {
    args.push_back(unit.tag(b.CreateLoad(unit.slot_type(view, i), word_at(fp, i)), unit.in_frame));
  }
  llvm::Function* body = unit.body(id);
  llvm::CallInst* returned = b.CreateCall(body, args);
  returned->setCallingConv(kBodyConvention);
  auto* left = llvm::BasicBlock::Create(unit.context, "left", entry);
  auto* done = llvm::BasicBlock::Create(unit.context, "done", entry);
  b.CreateCondBr(b.CreateICmpNE(b.CreateExtractValue(returned, 0), llvm::ConstantInt::get(unit.i64, 0)), left, done,
                 unit.unlikely);
  b.SetInsertPoint(left);
  b.CreateRet(b.getTrue());
  b.SetInsertPoint(done);
  llvm::StructType* type = unit.returned(id);
  llvm::Value* caller = b.CreateLoad(unit.ptr, word_at(fp, -4));
  llvm::Value* list = b.CreateLoad(unit.ptr, word_at(fp, -2));
  for (std::uint32_t i = 0; i < view.loaded.result_slots; ++i) {
    llvm::Value* result =
        type->getNumElements() > 1 ? b.CreateExtractValue(returned, i + 1) : b.CreateLoad(unit.i64, word_at(fp, i));
    llvm::Value* slot = b.CreateLoad(unit.i16, b.CreateConstInBoundsGEP1_64(unit.i16, list, i));
    b.CreateStore(result, b.CreateInBoundsGEP(unit.i64, caller, b.CreateZExt(slot, unit.i64)));
  }
  b.CreateRet(b.getFalse());
  return entry;
}

std::string loop_entry_name(std::uint32_t id, std::uint32_t head) {
  return "o" + std::to_string(id) + "_" + std::to_string(head);
}

}  // namespace noodle::jit
