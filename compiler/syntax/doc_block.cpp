#include "compiler/syntax/doc_block.h"

#include <algorithm>

namespace noodle::syntax {

std::optional<ExampleWants> example_wants(std::string_view info) {
  auto wants = ExampleWants::Success;
  constexpr std::string_view kBetween = ", \t\r\n";
  for (;;) {
    info.remove_prefix(std::min(info.find_first_not_of(kBetween), info.size()));
    if (info.empty()) return wants;
    const std::string_view word = info.substr(0, info.find_first_of(kBetween));
    info.remove_prefix(word.size());
    if (word == "no_run") {
      wants = ExampleWants::Nothing;
    } else if (word == "fails") {
      wants = ExampleWants::Failure;
    } else if (word != "noodle") {
      return std::nullopt;
    }
  }
}

bool has_example(std::string_view doc) {
  bool is_inside = false;
  while (!doc.empty()) {
    std::string_view line = doc.substr(0, doc.find('\n'));
    doc.remove_prefix(std::min(line.size() + 1, doc.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with(kDocFence)) continue;
    if (!is_inside && example_wants(line.substr(kDocFence.size()))) return true;
    is_inside = !is_inside;
  }
  return false;
}

}  // namespace noodle::syntax
