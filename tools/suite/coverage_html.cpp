#include "tools/suite/coverage_html.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>

#include "tools/suite/coverage_report.h"
#include "tools/suite/report.h"

namespace noodle::tools {

namespace {

constexpr std::string_view kHead =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Coverage</title>\n"
    "<style>\n"
    "body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; color: #222; background: #fff }\n"
    "table { border-collapse: collapse } td, th { padding: .2em 1em; text-align: left }\n"
    "td.n { text-align: right; font-variant-numeric: tabular-nums }\n"
    "pre { font: 13px/1.5 ui-monospace, monospace } pre span { display: block; white-space: pre-wrap }\n"
    ".hit { background: #e6f4e6 } .missed { background: #fbe3e3 } .part { background: #fdf3d6 }\n"
    "i { color: #777; font-style: normal; display: inline-block; width: 5em; text-align: right; margin-right: 1em }\n"
    "b { color: #8a5a00; font-weight: normal; margin-left: 2em }\n"
    "@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } a { color: #8ab4f8 }\n"
    ".hit { background: #1d3320 } .missed { background: #472424 } .part { background: #43381a } b { color: #e0b050 } "
    "}\n"
    "</style></head><body>\n";
constexpr std::string_view kTail = "</body></html>\n";

/// The name of a file's page, which is no other file's: its path with nothing in it that a folder could be.
std::string page_name(const std::string& path) {
  std::string name;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '.' || c == '-') {
      name += c;
      continue;
    }
    char code[4];
    std::snprintf(code, sizeof code, "_%02x", unsigned{byte});
    name += code;
  }
  return name + ".html";
}

/// What of a line's branches was not taken.
std::string missed_branches(const FileCoverage& file, std::uint32_t line) {
  std::string text;
  const auto found = file.branches.find(line);
  if (found == file.branches.end()) return text;
  for (const FileCoverage::Branch& branch : found->second) {
    if (branch.count == 0) text += (text.empty() ? "" : ", ") + branch.way;
  }
  return text;
}

std::string file_page(const std::string& path, const FileCoverage& file) {
  std::string page =
      std::string(kHead) + "<p><a href=\"index.html\">all files</a></p><h1>" + xml(path) + "</h1>\n<pre>";
  const std::string text = read_file(path).value_or(std::string());
  std::uint32_t number = 1;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const auto line = file.lines.find(number);
    const std::string missed = missed_branches(file, number);
    std::string_view kind;
    std::string count;
    if (line != file.lines.end()) {
      kind = line->second == 0 ? "missed" : missed.empty() ? "hit" : "part";
      count = std::to_string(line->second);
    }
    page += "<span class=\"" + std::string(kind) + "\"><i>" + std::to_string(number) + "</i><i>" + count + "</i>" +
            xml(std::string_view(text).substr(begin, end - begin));
    if (kind == "part") page += "<b>never: " + xml(missed) + "</b>";
    page += "</span>";
    begin = end + 1;
  }
  return page + "</pre>\n" + std::string(kTail);
}

std::string index_row(const std::string& path, const FileCoverage& file) {
  const auto number = [](std::size_t part, std::size_t whole) {
    return "<td class=\"n\">" + std::to_string(part) + " of " + std::to_string(whole) + "</td>";
  };
  return "<tr><td><a href=\"" + xml(page_name(path)) + "\">" + xml(path) + "</a></td>" +
         number(file.hit_lines(), file.lines.size()) + number(file.hit_branches(), file.all_branches()) + "</tr>\n";
}

}  // namespace

bool write_coverage_pages(const std::string& folder, const std::map<std::string, FileCoverage>& files) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::string index =
      std::string(kHead) + "<h1>Coverage</h1>\n<table><tr><th>file</th><th>lines</th><th>branches</th></tr>\n";
  bool written = true;
  for (const auto& [path, file] : files) {
    index += index_row(path, file);
    written = written && write_file(folder + "/" + page_name(path), file_page(path, file));
  }
  return written && write_file(folder + "/index.html", index + "</table>\n" + std::string(kTail));
}

}  // namespace noodle::tools
