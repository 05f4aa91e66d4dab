#include "runtime/jit/testing/op_coverage.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string_view>

namespace noodle::jit::testing {

namespace {

struct Family {
  std::uint32_t ops = 0, seen = 0;
  std::uint64_t count = 0;
  std::string missing;
};

}  // namespace

void OpCoverage::add(const nbc::Module& module) {
  for (const nbc::Function& function : module.functions) {
    for (std::uint32_t pc = 0; pc < function.code.size();) {
      const nbc::Inst inst = nbc::decode(function.code, pc);
      ++counts_[static_cast<std::size_t>(inst.op())];
      pc += inst.words();
    }
  }
}

std::string OpCoverage::table() const {
  std::map<std::string_view, Family> families;
  Family all;
  for (std::uint32_t i = 0; i < nbc::kOpCount; ++i) {
    const nbc::OpInfo& info = nbc::info(nbc::Op(i));
    if ((info.flags & nbc::Reserved) != 0) continue;
    Family& family = families[info.mnemonic.substr(0, info.mnemonic.find('.'))];
    for (Family* to : {&family, &all}) {
      ++to->ops;
      to->seen += counts_[i] != 0;
      to->count += counts_[i];
    }
    if (counts_[i] == 0) family.missing += " " + std::string(info.mnemonic);
  }
  std::string text;
  auto row = [&](std::string_view name, const Family& family) {
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, " %3u of %3u %12llu ", family.seen, family.ops,
                  static_cast<unsigned long long>(family.count));
    text += "| " + std::string(name) + std::string(12 - std::min<std::size_t>(12, name.size()), ' ') + numbers +
            (family.missing.empty() ? "" : " without" + family.missing) + "\n";
  };
  for (const auto& [name, family] : families) row(name, family);
  row("all", all);
  return text;
}

}  // namespace noodle::jit::testing
