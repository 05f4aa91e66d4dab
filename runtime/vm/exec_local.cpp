// Task-local values: put there, given up, looked for.

#include "runtime/vm/handlers.h"
#include "runtime/vm/locals.h"

namespace noodle::vm {

namespace {

using value::LocalObject;

LocalObject* foremost(const Machine& vm) { return reinterpret_cast<LocalObject*>(vm.fiber->task->locals); }

// Whether there was memory for it.
bool push(Machine& vm, const Word* pc, std::uint64_t* fp, Word w) {
  const LoadedFunction& self = *function_of(fp);
  const value::RecordInfo& record = *self.records[pc - self.code];
  memory::Object* object = memory::allocate(vm.account, record.object.size, record.object_number);
  if (object == nullptr) return false;
  auto* local = reinterpret_cast<LocalObject*>(object);
  local->type = self.module->type_infos[nbc::x_of(pc[1])];
  local->outer = foremost(vm);
  local->depth = local->outer != nullptr ? local->outer->depth + 1 : 0;
  gather(local->content(), fp, list_of(pc, 2), A);
  vm.fiber->task->locals = object;
  fp[B] = local->depth;
  return true;
}

// The number may be any, from whoever wrote the module.
void pop(Machine& vm, std::uint64_t kept) {
  for (LocalObject* local = foremost(vm); local != nullptr && local->depth >= kept; local = foremost(vm)) {
    memory::Object* outer = local->outer != nullptr ? &local->outer->header : nullptr;
    if (outer != nullptr) memory::retain(outer);
    vm.fiber->task->locals = outer;
    memory::release(vm.account, &local->header);
  }
}

// Each type of a module has one TypeInfo, so a value is only ever read as what it was put there as.
void get(Machine& vm, const Word* pc, std::uint64_t* fp, Word w) {
  const TypeInfo* type = function_of(fp)->module->type_infos[nbc::x_of(pc[1])];
  const std::uint16_t* list = list_of(pc, 2);
  LocalObject* local = foremost(vm);
  while (local != nullptr && local->type != type) local = local->outer;
  if (local != nullptr) {
    value::retain_fields(type->slot_fields, local->content());
    scatter(fp, list, type->slots, local->content());
  } else {
    for (std::uint32_t i = 0; i < type->slots; ++i) fp[list[i]] = 0;
  }
  fp[B] = local != nullptr;
}

}  // namespace

bool share_locals(Machine& vm) {
  memory::Object* locals = vm.fiber->task->locals;
  constexpr memory::Field kReference{.kind = memory::Field::Kind::Object, .offset = 0, .variants = nullptr};
  const auto* at = reinterpret_cast<const std::byte*>(&locals);
  if (memory::load_count(locals) > 0 && !memory::share_fields(vm.account, {&kReference, 1}, at)) return false;
  memory::retain(locals);
  return true;
}

HANDLER(LocalPush) {
  if (!push(*vm, pc, fp, w)) [[unlikely]]
    RAISE(NoMemory);
  NEXT(words_with_list(2, A));
}
HANDLER(LocalPop) {
  pop(*vm, fp[A]);
  NEXT(1);
}
HANDLER(LocalGet) {
  get(*vm, pc, fp, w);
  NEXT(words_with_list(2, A));
}

}  // namespace noodle::vm
