// Counting as functions of the unit: taken in where it is done often, called where it is rare. Then they preserve
// their caller's registers.

#include "runtime/jit/emit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

namespace {

constexpr llvm::CallingConv::ID kConvention = llvm::CallingConv::PreserveMost;

// One of these functions in the making.
struct Counting {
  const char* name;
  std::int32_t above;  // counts above this are only…
  std::int32_t step;   // …changed by so much
  vm::Helper helper;   // does the rest
  bool tells_count;    // the helper takes the object and its count, else the machine and the object
};

llvm::Function* make(Unit& unit, const Counting& how) {
  llvm::IRBuilder<> b(unit.context);
  llvm::Type* nothing = b.getVoidTy();
  auto* made = llvm::Function::Create(llvm::FunctionType::get(nothing, {unit.ptr, unit.ptr}, false),
                                      llvm::Function::InternalLinkage, how.name, *unit.ir);
  made->setCallingConv(kConvention);
  made->setDoesNotThrow();
  auto block = [&](const char* name) { return llvm::BasicBlock::Create(unit.context, name, made); };
  auto *entry = block("entry"), *some = block("some"), *usual = block("usual"), *rare = block("rare");
  auto* done = block("done");
  llvm::Value *vm = made->getArg(0), *object = made->getArg(1);
  b.SetInsertPoint(entry);
  b.CreateCondBr(b.CreateIsNull(object), done, some);
  b.SetInsertPoint(some);
  llvm::Value* count = unit.tag(b.CreateLoad(unit.i32, object), unit.in_count);
  b.CreateCondBr(b.CreateICmpSGT(count, llvm::ConstantInt::getSigned(unit.i32, how.above)), usual, rare);
  b.SetInsertPoint(usual);
  llvm::Value* changed = b.CreateAdd(count, llvm::ConstantInt::getSigned(unit.i32, how.step));
  unit.tag(b.CreateStore(changed, object), unit.in_count);
  b.CreateBr(done);
  b.SetInsertPoint(rare);
  auto field = [&](llvm::Value* base, std::uint64_t at) {
    return unit.tag(b.CreateLoad(unit.ptr, b.CreateConstInBoundsGEP1_64(unit.i8, base, at)), unit.in_machine);
  };
  llvm::Value* call = field(field(vm, offsetof(vm::Machine, helpers)), static_cast<std::uint64_t>(how.helper) * 8);
  if (how.tells_count) {
    b.CreateCall(llvm::FunctionType::get(nothing, {unit.ptr, unit.i32}, false), call, {object, count});
  } else {
    b.CreateCall(llvm::FunctionType::get(nothing, {unit.ptr, unit.ptr}, false), call, {vm, object});
  }
  b.CreateBr(done);
  b.SetInsertPoint(done);
  b.CreateRetVoid();
  return made;
}

}  // namespace

llvm::Function* Unit::retain_function() {
  if (retain_ == nullptr) retain_ = make(*this, {"retain", 0, 1, vm::Helper::RetainShared, true});
  return retain_;
}

llvm::Function* Unit::release_function() {
  if (release_ == nullptr) release_ = make(*this, {"release", 1, -1, vm::Helper::Release, false});
  return release_;
}

}  // namespace noodle::jit
