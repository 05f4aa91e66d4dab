#include "runtime/jit/interface.h"

#include <cstddef>

#include "jit_interface_text.h"
#include "runtime/jit/jit.h"
#include "runtime/room/interface.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

namespace {

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

}  // namespace

std::uint64_t interface_id() { return room::make_interface_id(NOODLE_INTERFACE_TEXT, kLayouts); }

}  // namespace noodle::jit
