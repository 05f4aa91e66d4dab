#include "runtime/jit/ways_in.h"

#include <algorithm>
#include <map>

#include "runtime/vm/handlers.h"

namespace noodle::jit {

void WaysIn::add(vm::LoadedModule& module, std::span<const NativeEntry> entries) {
  std::map<std::uint32_t, std::vector<vm::EntryPoint>> points;
  for (const NativeEntry& entry : entries) {
    vm::LoadedFunction& function = module.functions[entry.function];
    const bool is_beginning = entry.loop < 0;
    points[entry.function].push_back(
        {.pc = is_beginning ? 0 : static_cast<std::uint32_t>(entry.loop), .code = entry.entry});
    if (!is_beginning) continue;
    function.fast.store(entry.fast, std::memory_order_release);
    function.entry.store(entry.entry, std::memory_order_release);
  }
  for (auto& [function, its] : points) add_to(module, function, std::move(its));
}

void WaysIn::add_to(vm::LoadedModule& module, std::uint32_t function, std::vector<vm::EntryPoint> entries) {
  vm::CompiledFunction made;
  const vm::CompiledFunction* before = module.compiled[function].load();
  std::vector<nbc::Word>& code = module.code[function];
  auto add = [&](vm::EntryPoint entry) {
    if (made.at(entry.pc) == nullptr) made.entries.push_back(entry);
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
  publish(module, function, std::move(made));
}

void WaysIn::retire(vm::LoadedModule& module, std::uint32_t function, std::uint32_t head) {
  vm::CompiledFunction made = *module.compiled[function].load();
  for (vm::EntryPoint& entry : made.entries) {
    if (entry.pc == head) entry.is_retired = true;
  }
  publish(module, function, std::move(made));
}

void WaysIn::publish(vm::LoadedModule& module, std::uint32_t function, vm::CompiledFunction made) {
  published_.push_back(std::make_unique<vm::CompiledFunction>(std::move(made)));
  const vm::CompiledFunction& published = *published_.back();
  module.compiled[function].store(&published, std::memory_order_release);
  std::vector<nbc::Word>& code = module.code[function];
  for (const vm::EntryPoint& entry : published.entries) {
    const auto op = entry.is_retired ? entry.replaced : static_cast<std::uint16_t>(vm::Exec::EnterCompiled);
    __atomic_store_n(&code[entry.pc], (code[entry.pc] & ~nbc::Word{0xFFFF}) | op, __ATOMIC_RELEASE);
  }
}

}  // namespace noodle::jit
