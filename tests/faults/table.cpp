#include "tests/faults/table.h"

#include <algorithm>

namespace noodle::tests {

namespace {

using Cells = std::vector<std::string>;

std::string text_of(std::uint64_t number) { return number == 0 ? "" : std::to_string(number); }

Cells cells_of(const Row& row, bool is_first) {
  // An empty first cell would go on with the row above.
  Cells cells{is_first ? std::string(name_of(row.call)) : "..", is_first ? text_of(row.calls) : "",
              std::string(name_of(row.fault)), text_of(row.tried)};
  for (const std::uint64_t count : row.outcomes) cells.push_back(text_of(count));
  return cells;
}

// A table as reStructuredText has it.
std::string drawn(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 1);
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string rule;
  for (const std::size_t width : widths) rule += (rule.empty() ? "" : "  ") + std::string(width, '=');
  std::string text = rule + "\n";
  for (std::size_t at = 0; at < rows.size(); ++at) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      line += (i == 0 ? "" : "  ") + rows[at][i] + std::string(widths[i] - rows[at][i].size(), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (at == 0) text += rule + "\n";
  }
  return text + rule + "\n";
}

std::string titled(const std::string& title, char below) {
  return title + "\n" + std::string(title.size(), below) + "\n\n";
}

}  // namespace

std::string page_of(const std::vector<Section>& sections, std::uint64_t most) {
  const Cells head{"call", "calls", "fault", "tried", "as before", "goes on", "error", "leaves"};
  std::string all = titled("Faults", '=');
  all +=
      ".. Made by `./dev soak faults`; don't edit.\n\n"
      "What examples do when the world fails them. Each runs in a simulated world, once to count its calls through the "
      "one\n"
      "door to the outside, then once for each call and each fault that such a call can meet; of more than " +
      std::to_string(most) +
      " calls of a kind the\n"
      "first half of as many are tried, and others spread over the rest. None may panic, wait for ever, leave values "
      "or\n"
      "handles behind, lose what was in a file, or leave a file half-written. It may\n\n"
      "- end *as before*: the call didn't matter that much,\n"
      "- *go on* to a good end with other output, such as that of half of a file, or a warning,\n"
      "- end with an *error* that it says on standard error, and an exit code that isn't 0,\n"
      "- *leave* quietly, as nobody reads its output any more.\n\n"
      "A full disk stays full, and a clock stays where it jumped. Where the second cell of a row is empty, the calls "
      "are those\n"
      "of the row above.\n\n";
  std::uint64_t tried = 0;
  std::array<std::uint64_t, kOutcomes> sums{};
  std::vector<Cells> overall{{"program", "kinds", "tried", "as before", "goes on", "error", "leaves"}};
  for (const Section& section : sections) {
    std::uint64_t runs = 0;
    std::array<std::uint64_t, kOutcomes> counts{};
    for (const Row& row : section.rows) {
      runs += row.tried;
      for (std::size_t i = 0; i < kOutcomes; ++i) counts[i] += row.outcomes[i];
    }
    Cells cells{section.name, text_of(section.rows.size()), text_of(runs)};
    for (std::size_t i = 0; i < kOutcomes; ++i) {
      cells.push_back(text_of(counts[i]));
      sums[i] += counts[i];
    }
    overall.push_back(std::move(cells));
    tried += runs;
  }
  Cells last{"all", "", text_of(tried)};
  for (const std::uint64_t sum : sums) last.push_back(text_of(sum));
  overall.push_back(std::move(last));
  all += drawn(overall) + "\n";
  for (const Section& section : sections) {
    std::vector<Cells> rows{head};
    for (std::size_t i = 0; i < section.rows.size(); ++i) {
      rows.push_back(cells_of(section.rows[i], i == 0 || section.rows[i].call != section.rows[i - 1].call));
    }
    all += titled(section.name, '-') + drawn(rows) + "\n";
  }
  all.pop_back();
  return all;
}

}  // namespace noodle::tests
