#include "runtime/jit/interface.h"

#include <cstddef>

#include "base/hash.h"
#include "jit_interface_text.h"
#include "runtime/jit/jit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

namespace {

// Layouts follow from more than text: from flags, and from headers of the system.
constexpr std::uint64_t kLayouts[] = {
    sizeof(vm::Machine),
    offsetof(vm::Machine, account),
    offsetof(vm::Machine, constants),
    offsetof(vm::Machine, in_compiled),
    offsetof(vm::Machine, options),
    sizeof(vm::LoadedFunction),
    offsetof(vm::LoadedFunction, entry),
    offsetof(vm::LoadedFunction, fast),
    sizeof(vm::LoadedModule),
    sizeof(vm::LoadedVTable),
    offsetof(vm::LoadedVTable, functions),
    sizeof(vm::CompiledExit),
    static_cast<std::uint64_t>(vm::Helper::Count),
    sizeof(nbc::Module),
    sizeof(nbc::Function),
    sizeof(value::TypeInfo),
    sizeof(value::RecordInfo),
    sizeof(memory::ArrayObject),
    offsetof(memory::ArrayObject, length),
    offsetof(memory::ArrayObject, capacity),
    sizeof(Request),
    sizeof(Image),
    sizeof(Symbol),
};

constexpr std::uint64_t make_id() {
  std::uint64_t id = NOODLE_INTERFACE_TEXT;
  for (const std::uint64_t layout : kLayouts) id = hash_combine(id, layout);
  return id;
}

}  // namespace

std::uint64_t interface_id() {
  constexpr std::uint64_t kId = make_id();
  return kId;
}

}  // namespace noodle::jit
