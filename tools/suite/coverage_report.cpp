#include "tools/suite/coverage_report.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <tuple>

#include "tools/suite/coverage_html.h"

namespace noodle::tools {

namespace {

/// A counter's place, by which those of several programs are added up.
using Key = std::tuple<std::string, std::uint32_t, std::uint32_t, std::string_view, std::uint32_t>;

std::string percent(std::size_t part, std::size_t whole) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f%%",
                whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

std::string cell(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string ratio(std::size_t part, std::size_t whole) {
  return cell(percent(part, whole), 9) + cell(std::to_string(part) + "/" + std::to_string(whole), 12);
}

/// `3-5, 9`: the lines that nothing reaches.
std::string missed_lines(const FileCoverage& file) {
  std::string text;
  std::uint32_t first = 0, last = 0;
  const auto flush = [&] {
    if (first == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(first);
    if (last != first) text += "-" + std::to_string(last);
    first = 0;
  };
  for (const auto& [line, count] : file.lines) {
    if (count != 0) {
      flush();
      continue;
    }
    if (first == 0) first = line;
    last = line;
  }
  flush();
  return text;
}

std::string table(const std::map<std::string, FileCoverage>& files, bool with_lines) {
  std::size_t width = 5, lines = 0, hit_lines = 0, branches = 0, hit_branches = 0;
  for (const auto& [path, file] : files) width = std::max(width, path.size());
  const auto row = [&](const std::string& name, const std::string& rest) {
    return name + std::string(width - name.size(), ' ') + rest + "\n";
  };
  std::string text = row("file", cell("lines", 21) + cell("branches", 21));
  for (const auto& [path, file] : files) {
    text += row(path, ratio(file.hit_lines(), file.lines.size()) + ratio(file.hit_branches(), file.all_branches()));
    if (const std::string missed = missed_lines(file); with_lines && !missed.empty()) {
      text += "  not reached: " + missed + "\n";
    }
    lines += file.lines.size();
    hit_lines += file.hit_lines();
    branches += file.all_branches();
    hit_branches += file.hit_branches();
  }
  return text + row("all", ratio(hit_lines, lines) + ratio(hit_branches, branches));
}

std::string lcov(const std::map<std::string, FileCoverage>& files) {
  std::string text;
  for (const auto& [path, file] : files) {
    text += "TN:\nSF:" + real_path(path) + "\n";
    for (const auto& [line, branches] : file.branches) {
      const std::uint64_t all = file.lines.contains(line) ? file.lines.at(line) : 0;
      for (std::size_t i = 0; i < branches.size(); ++i) {
        // A decision that was never come to has no counts.
        const std::string count = all == 0 && branches[i].count == 0 ? "-" : std::to_string(branches[i].count);
        text += "BRDA:" + std::to_string(line) + "," + std::to_string(branches[i].column) + "," + std::to_string(i) +
                "," + count + "\n";
      }
    }
    text += "BRF:" + std::to_string(file.all_branches()) + "\nBRH:" + std::to_string(file.hit_branches()) + "\n";
    for (const auto& [line, count] : file.lines) {
      text += "DA:" + std::to_string(line) + "," + std::to_string(count) + "\n";
    }
    text +=
        "LF:" + std::to_string(file.lines.size()) + "\nLH:" + std::to_string(file.hit_lines()) + "\nend_of_record\n";
  }
  return text;
}

}  // namespace

std::size_t FileCoverage::hit_lines() const {
  return static_cast<std::size_t>(std::ranges::count_if(lines, [](const auto& line) { return line.second != 0; }));
}
std::size_t FileCoverage::all_branches() const {
  std::size_t count = 0;
  for (const auto& [line, all] : branches) count += all.size();
  return count;
}
std::size_t FileCoverage::hit_branches() const {
  std::size_t count = 0;
  for (const auto& [line, all] : branches) {
    count += static_cast<std::size_t>(std::ranges::count_if(all, [](const Branch& b) { return b.count != 0; }));
  }
  return count;
}

std::map<std::string, FileCoverage> gather_coverage(const std::vector<std::unique_ptr<TestProgram>>& programs) {
  std::map<Key, std::uint64_t> counts;
  for (const auto& program : programs) {
    const ProgramCoverage& coverage = program->coverage;
    for (std::size_t i = 0; i < coverage.places.size(); ++i) {
      const CounterPlace& place = coverage.places[i];
      counts[{place.path, place.line, place.column, place.way, place.number}] += coverage.counts[i].load();
    }
  }
  std::map<std::string, FileCoverage> files;
  for (const auto& [key, count] : counts) {
    const auto& [path, line, column, way, number] = key;
    FileCoverage& file = files[path];
    if (way.empty()) {
      std::uint64_t& most = file.lines[line];
      most = std::max(most, count);
    } else {
      std::string name(way);
      if (number != 0) name += " " + std::to_string(number);
      file.branches[line].push_back({column, std::move(name), count});
    }
  }
  return files;
}

bool report_coverage(const std::vector<std::unique_ptr<TestProgram>>& programs, const CoverageOptions& options) {
  const auto files = gather_coverage(programs);
  print_out(table(files, options.lines));
  bool written = true;
  if (options.lcov) written = write_file(*options.lcov, lcov(files));
  if (options.html) written = write_coverage_pages(*options.html, files) && written;
  return written;
}

}  // namespace noodle::tools
