#include "tools/suite/report.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"

namespace noodle::tools {

namespace {

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml(value) + "\"";
}

std::string decimal(double value, const char* format = "%.6f") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string test_case(const TestResult& result) {
  std::string text = "    <testcase" + attribute("classname", result.program->file.path) +
                     attribute("name", result.name) + attribute("time", decimal(seconds(result.time)));
  const bool failed = !result.passed();
  if (!failed && result.printed.empty()) return text + "/>\n";
  text += ">\n";
  if (failed) {
    text += "      <failure" + attribute("message", first_line(result.failure)) + ">" + xml(result.failure) +
            "</failure>\n";
  }
  if (!result.printed.empty()) text += "      <system-out>" + xml(result.printed) + "</system-out>\n";
  return text + "    </testcase>\n";
}

}  // namespace

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        // XML 1.0 has no way to write other control characters.
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string shown_time(std::chrono::nanoseconds time) {
  const double all = seconds(time);
  return all < 1 ? decimal(all * 1000, "%.1f ms") : decimal(all, "%.2f s");
}

std::string Report::label(const TestResult& result) const {
  return options_.names_files ? result.program->file.path + ": " + result.name : result.name;
}

void Report::add(const TestResult& result) {
  if (result.verdict == Verdict::Interrupted) {
    interrupted_ = true;
    return;
  }
  results_.push_back(result);
  (result.passed() ? passed_ : failed_) += 1;
  std::string line = (result.passed() ? "ok    " : "FAIL  ") + label(result);
  if (options_.times) line += "  (" + shown_time(result.time) + ")";
  print_out(line + "\n");
  if (result.passed() && options_.shows_output && !result.printed.empty()) print_out(indented(result.printed));
  if (result.passed()) return;
  std::fflush(stdout);  // so that both streams are in order where they go to one place
  std::string text = label(result) + ":\n" + indented(result.failure);
  if (!result.printed.empty()) text += "  it printed:\n" + indented(result.printed, 4);
  print_err(text);
}

void Report::finish() const {
  if (options_.slowest != 0 && !results_.empty()) {
    std::vector<const TestResult*> order;
    for (const TestResult& result : results_) order.push_back(&result);
    std::ranges::stable_sort(order, std::greater<>(), &TestResult::time);
    order.resize(std::min(order.size(), options_.slowest));
    print_out("slowest:\n");
    for (const TestResult* result : order) print_out("  " + shown_time(result->time) + "  " + label(*result) + "\n");
  }
  print_out(std::to_string(passed_) + " passed, " + std::to_string(failed_) + " failed\n");
}

std::string Report::junit() const {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                     attribute("tests", std::to_string(results_.size())) +
                     attribute("failures", std::to_string(failed_)) + ">\n";
  for (auto first = results_.begin(); first != results_.end();) {
    const std::string& path = first->program->file.path;
    const auto end =
        std::find_if(first, results_.end(), [&](const TestResult& r) { return r.program->file.path != path; });
    double time = 0;
    for (auto it = first; it != end; ++it) time += seconds(it->time);
    text += "  <testsuite" + attribute("name", path) + attribute("tests", std::to_string(end - first)) +
            attribute("failures",
                      std::to_string(std::count_if(first, end, [](const TestResult& r) { return !r.passed(); }))) +
            attribute("errors", "0") + attribute("time", decimal(time)) + ">\n";
    for (; first != end; ++first) text += test_case(*first);
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace noodle::tools
