#include "nbc/verify.h"

#include <algorithm>

#include "nbc/verify_flow.h"

namespace noodle::nbc {
namespace {

struct RuleInfo {
  std::string_view name;
  std::string_view meaning;
};
constexpr RuleInfo kRules[] = {
#define RULE(name, text, meaning) {text, meaning},
#include "nbc/rules.def"
#undef RULE
};

}  // namespace

std::string_view rule_name(Rule rule) { return kRules[static_cast<std::size_t>(rule)].name; }
std::string_view rule_meaning(Rule rule) { return kRules[static_cast<std::size_t>(rule)].meaning; }

std::string VerifyError::text(const Module& module) const {
  std::string out;
  if (function.valid()) {
    out += "function " + std::to_string(function.index);
    StringId id = module.functions[function.index].name;
    if (id.valid() && id.index < module.strings.size()) out += " `" + module.strings[id.index] + "`";
    out += ", word " + std::to_string(pc) + ": ";
  }
  out += rule_name(rule);
  out += ": ";
  out += rule_meaning(rule);
  if (!detail.empty()) out += " (" + detail + ")";
  return out;
}

const UnwindSite* FunctionFacts::site(std::uint32_t pc) const {
  auto at =
      std::lower_bound(sites_.begin(), sites_.end(), pc, [](const UnwindSite& s, std::uint32_t p) { return s.pc < p; });
  return at != sites_.end() && at->pc == pc ? &*at : nullptr;
}

/// Runs all checks over one module and collects what the machine needs.
class Verifier {
 public:
  explicit Verifier(const Module& module) : m_(module), flow_(module, tables_, report_) {}

  bool run(std::vector<FunctionFacts>* facts) {
    if (!verify_tables(m_, tables_, report_)) return false;
    for (std::size_t i = 0; i < m_.functions.size(); ++i) {
      function_ = FunctionId(i);
      report_.pc = 0;
      const Function& f = m_.functions[i];
      UnwindTable table;
      if (!map_frame(m_, f, frame_, report_)) return false;
      total_slots_ += frame_.slots;
      if (total_slots_ > kMaxTotalSlots) return report_.fail(Rule::TooComplex, "registers");
      if (!map_code(m_, f, frame_, map_, report_) || !flow_.run(f, frame_, map_, table)) {
        return false;
      }
      if (!facts) continue;
      FunctionFacts& out = facts->emplace_back();
      out.slots_ = frame_.slots;
      out.param_slots_ = frame_.param_slots;
      out.result_slots_ = slots_of(m_.types, std::span(f.signature.results));
      out.type_at_ = frame_.type_at;
      out.sites_ = std::move(table.sites);
      out.set_begin_ = std::move(table.set_begin);
      out.owned_ = std::move(table.owned);
    }
    function_ = FunctionId();
    report_.pc = 0;
    return verify_debug(m_, tables_, report_);
  }

  VerifyError error() const { return {report_.rule, function_, report_.pc, report_.detail}; }

  static std::expected<VerifiedModule, VerifyError> verified(Module module) {
    auto contents = std::make_shared<VerifiedModule::Contents>(std::move(module));
    Verifier verifier(contents->module);
    contents->facts.reserve(contents->module.functions.size());
    if (!verifier.run(&contents->facts)) return std::unexpected(verifier.error());
    contents->equatable = std::move(verifier.tables_.equatable);
    return VerifiedModule(std::move(contents));
  }

 private:
  const Module& m_;
  Report report_;
  TableFacts tables_;
  FrameMap frame_;
  CodeMap map_;
  FlowVerifier flow_;
  FunctionId function_;
  std::uint64_t total_slots_ = 0;
};

std::expected<VerifiedModule, VerifyError> verify(Module module) { return Verifier::verified(std::move(module)); }

std::expected<void, VerifyError> check(const Module& module) {
  Verifier verifier(module);
  if (verifier.run(nullptr)) return {};
  return std::unexpected(verifier.error());
}

}  // namespace noodle::nbc
