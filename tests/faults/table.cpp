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

void add(Row& to, const Row& more) {
  to.tried += more.tried;
  for (std::size_t i = 0; i < kOutcomes; ++i) to.outcomes[i] += more.outcomes[i];
}

Cells sum_cells(const std::string& name, std::size_t kinds, const Row& sum) {
  Cells cells{name, text_of(kinds), text_of(sum.tried)};
  for (const std::uint64_t count : sum.outcomes) cells.push_back(text_of(count));
  return cells;
}

// What became of the runs of each program, and of all.
std::string overview(const std::vector<Section>& sections) {
  std::vector<Cells> rows{{"program", "kinds", "tried", "as before", "goes on", "error", "leaves"}};
  Row all;
  for (const Section& section : sections) {
    Row sum;
    for (const Row& row : section.rows) add(sum, row);
    add(all, sum);
    rows.push_back(sum_cells(section.name, section.rows.size(), sum));
  }
  rows.push_back(sum_cells("all", 0, all));
  return drawn(rows);
}

constexpr std::string_view kAbout = R"(.. Made by `./dev soak faults`; don't edit.

What examples do when the world fails them. Each runs in a simulated world, once to count its calls through the one
door to the outside, then once for each call and each fault that such a call can meet; of more than {} calls of a kind the
first half of as many are tried, and others spread over the rest. None may panic, wait for ever, leave values or
handles behind, lose what was in a file, or leave a file half-written. It may

- end *as before*: the call didn't matter that much,
- *go on* to a good end with other output, such as that of half of a file, or a warning,
- end with an *error* that it says on standard error, and an exit code that isn't 0,
- *leave* quietly, as nobody reads its output any more.

A full disk stays full, and a clock stays where it jumped. Where the second cell of a row is empty, the calls are those
of the row above.

)";

}  // namespace

std::string page_of(const std::vector<Section>& sections, std::uint64_t most) {
  std::string about(kAbout);
  about.replace(about.find("{}"), 2, std::to_string(most));
  std::string all = titled("Faults", '=') + about + overview(sections) + "\n";
  for (const Section& section : sections) {
    std::vector<Cells> rows{{"call", "calls", "fault", "tried", "as before", "goes on", "error", "leaves"}};
    for (std::size_t i = 0; i < section.rows.size(); ++i) {
      rows.push_back(cells_of(section.rows[i], i == 0 || section.rows[i].call != section.rows[i - 1].call));
    }
    all += titled(section.name, '-') + drawn(rows) + "\n";
  }
  all.pop_back();
  return all;
}

}  // namespace noodle::tests
