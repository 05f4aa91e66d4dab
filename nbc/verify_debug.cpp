// The rules of debug information: it can't harm the machine's memory, but traces index by it.

#include "nbc/verify_internal.h"

namespace noodle::nbc {

bool verify_debug(const Module& module, const TableFacts& facts, Report& report) {
  const DebugInfo& debug = module.debug;
  auto index = [&](bool right) { return right ? true : report.fail(Rule::DebugIndex); };
  auto text = [&](StringId id) {
    return index(!id.valid() || (id.index < module.strings.size() && facts.valid_utf8[id.index]));
  };
  for (StringId file : debug.files) {
    if (!text(file)) return false;
  }
  if (!index(debug.functions.size() <= module.functions.size())) return false;
  for (std::size_t i = 0; i < debug.functions.size(); ++i) {
    const FunctionDebug& d = debug.functions[i];
    std::size_t words = module.functions[i].code.size();
    for (std::size_t k = 0; k < d.inlined.size(); ++k) {
      const InlinedCall& call = d.inlined[k];
      if (!text(call.function) || !index(call.file < debug.files.size())) return false;
      if (call.parent > k) return report.fail(Rule::DebugOrder, "an inlined call's parent");
    }
    for (std::size_t k = 0; k < d.lines.size(); ++k) {
      const LineEntry& line = d.lines[k];
      if (!index(line.pc < words && line.file < debug.files.size() && line.inlined <= d.inlined.size())) {
        return false;
      }
      if (k > 0 && d.lines[k - 1].pc >= line.pc) return report.fail(Rule::DebugOrder, "a line entry");
    }
    std::uint64_t slots = slots_of(module.types, module.functions[i].registers);
    for (const LocalName& local : d.locals) {
      if (!text(local.name) || !index(module.types.contains(local.type))) return false;
      bool fits = local.slot + std::uint64_t(module.types.slots(local.type)) <= slots;
      if (!index(fits && local.first <= local.end && local.end <= words)) return false;
    }
  }
  return true;
}

}  // namespace noodle::nbc
