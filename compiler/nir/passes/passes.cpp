#include "compiler/nir/passes/passes.h"

#include <chrono>

#include "compiler/nir/verify.h"

namespace noodle::nir {

bool PassContext::consumes(const Function& f, const Inst& inst, std::uint32_t index) const {
  if (!counted(f, f.operands_of(inst)[index])) return false;
  switch (inst.op) {
    case Op::Call: return module.functions[inst.imm].params[index].ownership == Ownership::Owned;
    case Op::CallNative: return module.natives[inst.imm].params[index].ownership == Ownership::Owned;
    case Op::CallAny: return module.any_methods[inst.imm].params[index].ownership == Ownership::Owned;
    case Op::CallValue: return index > 0 && layout.signature(inst.type).owned[index - 1];
    default: return operand_use(inst.op, index) == 'c';
  }
}

std::span<const Pass> standard_passes() {
  static constexpr Pass kPasses[] = {
      {"expand-constants", expand_constants},
      {"simplify-blocks", simplify_blocks},
      {"inline", nullptr, inline_calls},
      {"unused-functions", nullptr, remove_unused_functions},
      {"fold", fold},
      {"redundant-params", remove_redundant_params},
      {"merge-repeats", merge_repeats},
      {"narrow-elements", narrow_elements},
      {"move-invariants", move_invariants},
      {"hold-elements", hold_elements},
      {"dead-code", remove_dead_code},
      {"schedule-floats", schedule_floats},
      {"open-dying", open_dying_values},
      {"counts", insert_counts},
  };
  return kPasses;
}

std::expected<void, std::string> run_passes(Module& module, Layout& layout, const PassOptions& options) {
  PassContext context{module, layout};
  for (const Pass& pass : standard_passes()) {
    const auto start = std::chrono::steady_clock::now();
    if (pass.run_module != nullptr) pass.run_module(context);
    for (Function& function : module.functions) {
      if (pass.run != nullptr) pass.run(function, context);
      if (!options.verify) continue;
      if (auto ok = verify(function, layout, &module); !ok) {
        return std::unexpected("after pass " + std::string(pass.name) + ": " + ok.error());
      }
    }
    if (options.timed != nullptr) {
      const auto time = std::chrono::steady_clock::now() - start;
      options.timed(options.user, pass.name, static_cast<std::uint64_t>(time.count()));
    }
  }
  return {};
}

}  // namespace noodle::nir
