#include "compiler/nir/passes/passes.h"

#include <algorithm>
#include <vector>

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
      {"expand-constants", expand_constants, nullptr, true},
      {"simplify-blocks", simplify_blocks, nullptr, true},
      {"tail-calls", loop_tail_calls, nullptr, true},
      {"inline", nullptr, inline_calls},
      {"unused-functions", nullptr, remove_unused_functions},
      {"own-params", nullptr, own_params},
      {"fold", fold},
      {"redundant-params", remove_redundant_params},
      {"thread-switches", thread_switches},
      {"merge-repeats", merge_repeats},
      {"reuse-lists", reuse_lists},
      {"narrow-elements", narrow_elements},
      {"move-invariants", move_invariants},
      {"hold-elements", hold_elements},
      {"dead-code", remove_dead_code},
      {"schedule-floats", schedule_floats},
      {"borrow-params", borrow_params},
      {"open-dying", open_dying_values},
      {"reuse-boxes", reuse_boxes},
      {"counts", insert_counts, nullptr, true},
  };
  return kPasses;
}

namespace {

/// Whether `name` is one of the names in a list with commas between.
bool lists(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const std::size_t comma = names.find(',');
    if (names.substr(0, comma) == name) return true;
    names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 1);
  }
  return false;
}

bool is_wanted(const Pass& pass, std::string_view passes) {
  return pass.required || passes == "all" || (passes != "none" && lists(passes, pass.name));
}

}  // namespace

bool is_pass_list(std::string_view passes) {
  if (passes == "all" || passes == "none") return true;
  while (true) {
    const std::size_t comma = passes.find(',');
    const std::string_view name = passes.substr(0, comma);
    if (std::ranges::none_of(standard_passes(), [&](const Pass& pass) { return pass.name == name; })) return false;
    if (comma == std::string_view::npos) return true;
    passes = passes.substr(comma + 1);
  }
}

// ------------------------------------------------------------------------------------ the manager

PassManager::PassManager(Module& module, Layout& layout, const PassOptions& options)
    : module_(module), layout_(layout), context_(module, layout), options_(options) {
  for (const Pass& pass : standard_passes()) {
    if (!is_wanted(pass, options.passes)) continue;
    passes_.push_back(pass);
    if (pass.run_module != nullptr) finishing_ = passes_.size();
  }
  times_.assign(passes_.size(), Clock::duration::zero());
}

PassManager::Outcome PassManager::run_on_module() {
  for (std::size_t first = 0; first < finishing_;) {
    if (passes_[first].run_module != nullptr) {
      const auto start = Clock::now();
      passes_[first].run_module(context_);
      times_[first] = Clock::now() - start;
      for (const Function& function : module_.functions) {
        if (auto ok = check(passes_[first], function); !ok) return ok;
      }
      ++first;
      continue;
    }
    std::size_t end = first;
    while (passes_[end].run != nullptr) ++end;
    for (Function& function : module_.functions) {
      if (auto ok = run(function, first, end); !ok) return ok;
    }
    first = end;
  }
  return {};
}

PassManager::Outcome PassManager::finish(Function& function) { return run(function, finishing_, passes_.size()); }

/// Passes of one function follow one another while it is in the cache.
PassManager::Outcome PassManager::run(Function& function, std::size_t first, std::size_t end) {
  context_.reshape();
  auto start = Clock::now();
  for (std::size_t i = first; i < end; ++i) {
    passes_[i].run(function, context_);
    const auto now = Clock::now();
    times_[i] += now - start;
    start = now;
    if (!options_.verify) continue;
    if (auto ok = check(passes_[i], function); !ok) return ok;
    start = Clock::now();
  }
  return {};
}

PassManager::Outcome PassManager::check(const Pass& pass, const Function& function) {
  if (!options_.verify) return {};
  if (auto ok = verify(function, layout_, &module_); !ok) {
    return std::unexpected("after pass " + std::string(pass.name) + ": " + ok.error());
  }
  return {};
}

std::expected<void, std::string> run_passes(Module& module, Layout& layout, const PassOptions& options) {
  PassManager manager(module, layout, options);
  if (auto ok = manager.run_on_module(); !ok) return ok;
  for (Function& function : module.functions) {
    if (auto ok = manager.finish(function); !ok) return ok;
  }
  return {};
}

}  // namespace noodle::nir
