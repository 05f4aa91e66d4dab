// Functions that nothing calls any more, because every call of them was inlined, are not compiled.

#include <vector>

#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

constexpr std::uint32_t kUnused = UINT32_MAX;

class Sweeper {
 public:
  explicit Sweeper(Module& module)
      : module_(module), functions_(module.functions.size(), kUnused), vtables_(module.vtables.size(), kUnused) {}

  void run() {
    if (module_.main.valid()) use_function(module_.main.index);
    for (const Test& test : module_.tests) use_function(test.function.index);
    // A module without an entry is looked at as a whole.
    if (work_.empty()) return;
    while (!work_.empty()) {
      const std::uint32_t f = work_.back();
      work_.pop_back();
      each_reference(
          module_.functions[f], [&](std::uint64_t& i) { use_function(static_cast<std::uint32_t>(i)); },
          [&](std::uint64_t& i) { use_vtable(static_cast<std::uint32_t>(i)); });
    }
    compact();
  }

 private:
  template <typename OnFunction, typename OnVTable>
  static void each_reference(Function& f, OnFunction on_function, OnVTable on_vtable) {
    for (const Block& block : f.blocks) {
      for (InstId id : block.insts) {
        Inst& inst = f.inst(id);
        if (inst.op == Op::Call || inst.op == Op::ClosureMake) on_function(inst.imm);
        if (inst.op == Op::ToAny) on_vtable(inst.imm);
      }
    }
  }

  void use_function(std::uint32_t i) {
    if (functions_[i] != kUnused) return;
    functions_[i] = 0;
    work_.push_back(i);
  }
  void use_vtable(std::uint32_t i) {
    if (vtables_[i] != kUnused) return;
    vtables_[i] = 0;
    for (InstanceId method : module_.vtables[i].methods) use_function(method.index);
  }

  /// Moves what is used to the front and notes where; how many those are.
  template <typename Items>
  static std::uint32_t keep_used(Items& items, std::vector<std::uint32_t>& places) {
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (places[i] == kUnused) continue;
      places[i] = kept;
      if (kept != i) items[kept] = std::move(items[i]);
      ++kept;
    }
    return kept;
  }

  void compact() {
    module_.functions.truncate(keep_used(module_.functions, functions_));
    module_.vtables.resize(keep_used(module_.vtables, vtables_));
    for (Function& f : module_.functions) {
      each_reference(f, [&](std::uint64_t& i) { i = functions_[i]; }, [&](std::uint64_t& i) { i = vtables_[i]; });
    }
    for (VTable& vtable : module_.vtables) {
      for (InstanceId& method : vtable.methods) method = InstanceId(functions_[method.index]);
    }
    if (module_.main.valid()) module_.main = InstanceId(functions_[module_.main.index]);
    for (Test& test : module_.tests) test.function = InstanceId(functions_[test.function.index]);
  }

  Module& module_;
  std::vector<std::uint32_t> functions_;  // new place of each, or kUnused
  std::vector<std::uint32_t> vtables_;
  std::vector<std::uint32_t> work_;
};

}  // namespace

void remove_unused_functions(PassContext& context) { Sweeper(context.module).run(); }

}  // namespace noodle::nir
