#include "compiler/nir/nir.h"

#include <cstring>

namespace noodle::nir {

namespace {

constexpr unsigned Panics = 1, Ends = 2, Pure = 4, Generic = 8;
constexpr Ownership Owned = Ownership::Owned, Borrowed = Ownership::Borrowed;

constexpr OpInfo make(const char* name, const char* text, const char* operands, Ownership result, unsigned flags) {
  return {name,
          text,
          operands,
          result,
          (flags & Panics) != 0,
          (flags & Ends) != 0,
          (flags & Pure) != 0,
          (flags & Generic) != 0};
}

constexpr OpInfo kOps[] = {
#define NIR_OP(name, text, operands, result, flags, meaning) make(#name, text, operands, result, flags),
#include "compiler/nir/ops.def"
};
static_assert(std::size(kOps) == kOpCount);

}  // namespace

const OpInfo& info(Op op) { return kOps[static_cast<std::size_t>(op)]; }

char operand_use(Op op, std::size_t index) {
  const char* pattern = info(op).operands;
  const std::size_t last = std::strlen(pattern) - 1;
  return pattern[index < last ? index : last];
}

bool may_panic(const sema::TypeTable& types, const Function& function, const Inst& inst) {
  switch (inst.op) {
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::Div:
    case Op::Rem:
    case Op::Pow:
    case Op::Neg: return !sema::is_float(types.kind(function.type(function.operands_of(inst)[0])));
    case Op::Convert: return !sema::is_float(types.kind(inst.type));
    default: return info(inst.op).may_panic;
  }
}

void Function::release_body() {
  blocks = {};
  insts = {};
  values = {};
  operands = {};
  edges = {};
  slots = {};
  regions = {};
  sites = {};
}

}  // namespace noodle::nir
