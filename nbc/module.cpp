#include "nbc/module.h"

namespace noodle::nbc {

FunctionId Module::main() const {
  for (const Export& e : exports) {
    if (e.kind == ExportKind::Main) return e.function;
  }
  return {};
}

std::uint32_t slots_of(const TypeTable& types, std::span<const TypeId> leaves) {
  std::uint32_t n = 0;
  for (TypeId t : leaves) n += types.slots(t);
  return n;
}

std::uint32_t slots_of(const TypeTable& types, std::span<const Param> leaves) {
  std::uint32_t n = 0;
  for (const Param& p : leaves) n += types.slots(p.type);
  return n;
}

std::vector<std::uint32_t> register_slots(const TypeTable& types, const Function& function) {
  std::vector<std::uint32_t> first;
  first.reserve(function.registers.size() + 1);
  std::uint32_t at = 0;
  for (TypeId t : function.registers) {
    first.push_back(at);
    at += types.slots(t);
  }
  first.push_back(at);
  return first;
}

Signature flatten_signature(const TypeTable& types, TypeId fn) {
  Signature flat;
  const Type& type = types[fn];
  for (const Param& p : type.params) {
    for (const Leaf& leaf : types.flatten(p.type)) {
      flat.params.push_back({leaf.type, p.borrowed && types.counted(leaf.type)});
    }
  }
  for (TypeId r : type.results) {
    for (const Leaf& leaf : types.flatten(r)) flat.results.push_back(leaf.type);
  }
  return flat;
}

}  // namespace noodle::nbc
