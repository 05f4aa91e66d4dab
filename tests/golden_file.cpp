#include "tests/golden_file.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace noodle::tests {

namespace {

#ifdef NOODLE_SANITIZED
constexpr int kSeconds = 180;
#else
constexpr int kSeconds = 90;  // compiled before it runs, a chart takes eight of a processor that others may use as well
#endif

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

struct Directive {
  std::size_t at = std::string::npos;  // where the comment begins in its line
  std::string_view name;
  std::string_view value;
};

/// The directive of a line, if it has one.
Directive directive_of(std::string_view line) {
  static constexpr std::string_view kNames[] = {"expect",     "expect-error", "exit",  "args",
                                                "args-again", "flags",        "stdin", "verb"};
  for (std::size_t at = line.find("// "); at != std::string_view::npos; at = line.find("// ", at + 1)) {
    const std::string_view comment = line.substr(at + 3);
    for (std::string_view name : kNames) {
      if (!comment.starts_with(name) || !comment.substr(name.size()).starts_with(':')) continue;
      std::string_view value = comment.substr(name.size() + 1);
      if (value.starts_with(' ')) value.remove_prefix(1);
      return {at, name, value};
    }
  }
  return {};
}

std::string expected_path(const std::string& path) {
  return path.substr(0, path.size() - std::string_view(".noodle").size()) + ".expected";
}

/// Whether the lines match, `...` standing for any number of lines.
bool matches(const std::vector<std::string>& expected, std::size_t i, const std::vector<std::string>& actual,
             std::size_t j) {
  for (; i < expected.size(); ++i, ++j) {
    if (expected[i] == "...") {
      for (std::size_t skip = j; skip <= actual.size(); ++skip) {
        if (matches(expected, i + 1, actual, skip)) return true;
      }
      return false;
    }
    if (j >= actual.size() || expected[i] != actual[j]) return false;
  }
  return j == actual.size();
}

std::string diff(std::string_view title, const std::vector<std::string>& expected,
                 const std::vector<std::string>& actual) {
  if (matches(expected, 0, actual, 0)) return {};
  std::size_t head = 0;
  while (head < expected.size() && head < actual.size() && expected[head] == actual[head]) ++head;
  std::size_t tail = 0;
  while (tail + head < expected.size() && tail + head < actual.size() &&
         expected[expected.size() - 1 - tail] == actual[actual.size() - 1 - tail]) {
    ++tail;
  }
  std::string text = "  " + std::string(title) + ", from line " + std::to_string(head + 1) + ":\n";
  if (head > 0) text += "      " + expected[head - 1] + "\n";
  for (std::size_t i = head; i < expected.size() - tail; ++i) text += "    - " + expected[i] + "\n";
  for (std::size_t i = head; i < actual.size() - tail; ++i) text += "    + " + actual[i] + "\n";
  return text;
}

/// The line with its directive's value replaced.
std::string with_value(std::string_view line, const Directive& directive, const std::string& value) {
  std::string text(line.substr(0, directive.at));
  text += "// " + std::string(directive.name) + ":";
  if (!value.empty()) text += " " + value;
  return text;
}

bool has_wildcard(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (line == "...") return true;
  }
  return false;
}

}  // namespace

bool read_text(const std::string& path, std::string& text) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return false;
  char buffer[65536];
  for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, file.get())) > 0;) text.append(buffer, count);
  return std::ferror(file.get()) == 0;
}

bool write_text(const std::string& path, std::string_view text) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "wb"));
  return file != nullptr && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
         std::fflush(file.get()) == 0;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  bool any = false;
  for (char c : text) {
    if (c == '"') {
      open = !open;
      any = true;
    } else if (c == ' ' && !open) {
      if (any) words.push_back(std::move(word));
      word.clear();
      any = false;
    } else {
      word.push_back(c);
      any = true;
    }
  }
  if (any) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> programs_in(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.path().extension() == ".noodle") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Golden read_golden(const std::string& path) {
  Golden golden;
  golden.path = path;
  read_text(path, golden.text);
  golden.is_program =
      golden.text.find("fn main(") != std::string::npos || golden.text.find("test \"") != std::string::npos;
  bool is_said_again = false;
  for (const std::string& line : lines_of(golden.text)) {
    const Directive directive = directive_of(line);
    if (directive.at == std::string::npos) continue;
    golden.is_program = true;
    const std::string value(directive.value);
    if (directive.name == "expect") golden.out.push_back(value);
    if (directive.name == "expect-error") golden.err.push_back(value);
    if (directive.name == "exit") golden.exit_code = std::atoi(value.c_str());
    if (directive.name == "args") golden.arguments = words_of(value);
    if (directive.name == "args-again") {
      golden.arguments_again = words_of(value);
      is_said_again = true;
    }
    if (directive.name == "flags") golden.flags = words_of(value);
    if (directive.name == "stdin") golden.input += value + "\n";
    if (directive.name == "verb") golden.verb = value;
  }
  if (!is_said_again) golden.arguments_again = golden.arguments;
  std::string expected;
  if (read_text(expected_path(path), expected)) {
    golden.has_expected_file = true;
    golden.out = lines_of(expected);
  }
  return golden;
}

ProcessResult run_golden(const Golden& golden, const std::string& noodle) {
  const std::filesystem::path path(golden.path);
  std::vector<std::string> words{noodle, golden.verb};
  if (golden.verb == "run" || golden.verb == "test") words.emplace_back("--check-leaks");
  words.insert(words.end(), golden.flags.begin(), golden.flags.end());
  words.push_back(path.filename().string());
  words.insert(words.end(), golden.arguments.begin(), golden.arguments.end());
  return run_process(words, path.parent_path().string(), golden.input, kSeconds);
}

ProcessResult run_golden_native(const Golden& golden, const std::string& noodle) {
  static std::atomic<unsigned> count = 0;
  const std::filesystem::path path(golden.path);
  const std::string folder = path.parent_path().string();
  const std::string executable = (std::filesystem::temp_directory_path() / "noodle_golden_").string() +
                                 std::to_string(getpid()) + "_" + std::to_string(count++);
  std::vector<std::string> words{noodle, "build", "--native", "--check-leaks", "-o", executable};
  words.insert(words.end(), golden.flags.begin(), golden.flags.end());
  words.push_back(path.filename().string());
  ProcessResult built = run_process(words, folder, "", kSeconds);
  if (built.exit_code != 0) return built;
  words = {executable};
  words.insert(words.end(), golden.arguments.begin(), golden.arguments.end());
  ProcessResult result = run_process(words, folder, golden.input, kSeconds);
  result.err = built.err + result.err;  // what a run warns of, it says before it begins
  std::filesystem::remove(executable);
  return result;
}

std::string difference(const Golden& golden, const ProcessResult& result) {
  std::string text;
  if (result.timed_out) text += "  did not end within " + std::to_string(kSeconds) + " seconds\n";
  if (result.signal != 0 && !result.timed_out) text += "  ended by signal " + std::to_string(result.signal) + "\n";
  if (result.signal == 0 && result.exit_code != golden.exit_code) {
    text +=
        "  exit code " + std::to_string(result.exit_code) + " instead of " + std::to_string(golden.exit_code) + "\n";
  }
  text += diff("standard output", golden.out, lines_of(result.out));
  text += diff("standard error", golden.err, lines_of(result.err));
  return text;
}

std::string rewritten(const Golden& golden, const ProcessResult& result) {
  const std::vector<std::string> out = lines_of(result.out);
  const std::vector<std::string> err = lines_of(result.err);
  // Expectations that already hold by their wildcards stay; those that differ only in content keep
  // their places; the rest goes to the end, where it can't move the lines that diagnostics name.
  const bool keep_out = golden.has_expected_file || matches(golden.out, 0, out, 0);
  const bool keep_err = matches(golden.err, 0, err, 0);
  const bool out_in_place = !keep_out && golden.out.size() == out.size() && !has_wildcard(golden.out);
  const bool err_in_place = !keep_err && golden.err.size() == err.size() && !has_wildcard(golden.err);
  std::vector<std::string> lines;
  std::size_t next_out = 0;
  std::size_t next_err = 0;
  for (const std::string& line : lines_of(golden.text)) {
    const Directive directive = directive_of(line);
    const bool is_out = directive.name == "expect";
    const bool is_err = directive.name == "expect-error";
    const bool kept = directive.at == std::string::npos || (is_out && keep_out) || (is_err && keep_err) ||
                      (!is_out && !is_err && directive.name != "exit");
    if (kept) {
      lines.push_back(line);
    } else if (is_out && out_in_place) {
      lines.push_back(with_value(line, directive, out[next_out++]));
    } else if (is_err && err_in_place) {
      lines.push_back(with_value(line, directive, err[next_err++]));
    } else {
      std::string code = line.substr(0, directive.at);
      while (!code.empty() && code.back() == ' ') code.pop_back();
      if (!code.empty()) lines.push_back(code);
    }
  }
  std::vector<std::string> added;
  const auto add = [&](std::string_view name, const std::string& value) {
    std::string line = "// " + std::string(name) + ":";
    if (!value.empty()) line += " " + value;
    added.push_back(line);
  };
  if (!keep_out && !out_in_place) {
    for (const std::string& line : out) add("expect", line);
  }
  if (!keep_err && !err_in_place) {
    for (const std::string& line : err) add("expect-error", line);
  }
  if (result.exit_code > 0) add("exit", std::to_string(result.exit_code));
  if (!added.empty() && !lines.empty() && !lines.back().empty() && directive_of(lines.back()).at == std::string::npos) {
    lines.emplace_back();
  }
  return joined(lines) + joined(added);
}

}  // namespace noodle::tests
