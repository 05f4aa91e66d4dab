#include "tests/faults/cases.h"

namespace noodle::tests {

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = {
      {"log_report", "examples/log_report", "log_report.noodle", {"access.log"}},
      {"json_report",
       "examples/json_report",
       "json_report.noodle",
       {"orders.json", "--by", "Product", "--out", "products.csv"}},
      {"markdown", "examples/markdown", "markdown.noodle", {"features.md", "--page", "--out", "features.html"}},
      {"spreadsheet", "examples/spreadsheet", "spreadsheet.noodle", {"budget.csv"}},
      {"adventure", "examples/adventure", "adventure.noodle", {"lighthouse.toml", "--echo"}, "walkthrough.txt"},
      {"ray_tracer",
       "examples/ray_tracer",
       "ray_tracer.noodle",
       {"scene.toml", "scene.png"},
       "",
       {},
       {{"scene.toml", "width = 200", "width = 12"},
        {"scene.toml", "height = 120", "height = 8"},
        {"scene.toml", "samples = 3", "samples = 1"}}},
      {"lisp", "examples/lisp", "lisp.noodle", {"tour.lisp"}},
      {"organise", "examples/organise", "organise.noodle", {"rules.toml", "inbox", "--apply"}},
      {"organise, undone",
       "examples/organise",
       "organise.noodle",
       {"rules.toml", "inbox", "--undo"},
       "",
       {"rules.toml", "inbox", "--apply"}},
      {"diff", "examples/diff", "diff.noodle", {"before", "after"}},
      {"cache_service",
       "examples/cache_service",
       "cache_service.noodle",
       {"--entries", "3", "--bytes", "60", "--replay", "session.txt"}},
      {"word_count", "examples", "word_count.noodle", {"diff"}},
      {"children", "tests/faults", "children.noodle", {}},
      {"watching", "tests/faults", "watching.noodle", {}},
  };
  return cases;
}

}  // namespace noodle::tests
