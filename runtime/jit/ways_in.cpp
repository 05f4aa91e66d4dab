#include "runtime/jit/ways_in.h"

#include <algorithm>

#include "runtime/vm/handlers.h"

namespace noodle::jit {

void WaysIn::begin_with(vm::LoadedFunction& function, vm::CompiledCode entry, const void* fast) {
  function.fast.store(fast, std::memory_order_release);
  function.entry.store(entry, std::memory_order_release);
}

void WaysIn::add(vm::LoadedModule& module, std::uint32_t function, std::vector<vm::EntryPoint> entries) {
  auto made = std::make_unique<vm::CompiledFunction>();
  const vm::CompiledFunction* before = module.compiled[function].load();
  std::vector<nbc::Word>& code = module.code[function];
  auto add = [&](vm::EntryPoint entry) {
    if (made->at(entry.pc) == nullptr) made->entries.push_back(entry);
  };
  // A loop's entry also serves a first arrival there: what the loop wants is in the frame.
  std::ranges::stable_sort(entries, [](const auto& a, const auto& b) { return a.pc > b.pc; });
  for (vm::EntryPoint entry : entries) {
    const vm::EntryPoint* known = before != nullptr ? before->at(entry.pc) : nullptr;
    entry.replaced = known != nullptr ? known->replaced : static_cast<std::uint16_t>(code[entry.pc]);
    add(entry);
  }
  if (before != nullptr) {
    for (const vm::EntryPoint& entry : before->entries) add(entry);
  }
  const vm::CompiledFunction* published = made.get();
  published_.push_back(std::move(made));
  module.compiled[function].store(published, std::memory_order_release);
  for (const vm::EntryPoint& entry : published->entries) {
    const nbc::Word word = (code[entry.pc] & ~nbc::Word{0xFFFF}) | static_cast<nbc::Word>(vm::Exec::EnterCompiled);
    __atomic_store_n(&code[entry.pc], word, __ATOMIC_RELEASE);
  }
}

}  // namespace noodle::jit
