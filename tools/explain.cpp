#include <algorithm>

#include "base/text.h"
#include "compiler/source/diagnostics.h"
#include "tools/examples.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr std::size_t kColumns = 80;

/// Words in lines of at most kColumns characters.
std::string wrapped(std::string_view text) {
  std::string out, line;
  const auto end_line = [&] {
    out += line + "\n";
    line.clear();
  };
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!line.empty() && count_scalars(line) + 1 + count_scalars(word) > kColumns) end_line();
    if (!line.empty()) line += ' ';
    line += word;
  }
  end_line();
  return out;
}

std::string explanation(source::Code code) {
  const source::CodeInfo& info = source::code_info(code);
  const bool warns = source::severity_of(code) == source::Severity::Warning;
  std::string out = std::string(info.text) + ": " + std::string(info.title) + "\n";
  if (warns) out += "as a rule: " + source::rule_name(code) + "\n";
  out += "\n" + wrapped(info.explanation);
  if (const auto example = example_of(code)) {
    out += warns ? "\nFor example, this is warned about:\n\n" : "\nFor example, this is an error:\n\n";
    out += indented(example->wrong, 4) + "\nThis is not:\n\n" + indented(example->right, 4);
  }
  return out;
}

std::string list() {
  std::string out;
  for (const source::Code code : source::all_codes()) {
    out += std::string(source::code_text(code)) + "  " + std::string(source::code_info(code).title) + "\n";
  }
  return out;
}

/// The code that a word names in any case, as E0201, unknown_name or UnknownName.
std::optional<source::Code> find_code(std::string_view word) {
  const auto lower = [](std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c != '_') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
  };
  for (const source::Code code : source::all_codes()) {
    if (lower(source::code_text(code)) == lower(word) || lower(source::code_info(code).name) == lower(word))
      return code;
  }
  return std::nullopt;
}

int run(const Arguments& arguments) {
  if (arguments.positional.empty()) {
    print_out(list());
    return 0;
  }
  const std::string_view word = arguments.positional[0];
  if (const auto code = find_code(word)) {
    print_out(explanation(*code));
    return 0;
  }
  std::vector<std::string> known;
  for (const source::Code code : source::all_codes()) {
    known.emplace_back(source::code_text(code));
    known.push_back(source::rule_name(code));
  }
  const std::string_view near = nearest(word, std::vector<std::string_view>(known.begin(), known.end()));
  return usage_error("there is no diagnostic `" + std::string(word) + "`" +
                     (near.empty() ? "; `noodle explain` lists them" : "; did you mean `" + std::string(near) + "`?"));
}

}  // namespace

constinit const Verb kExplain = {
    .name = "explain",
    .usage = "[CODE]",
    .summary = "say what an error or a warning means",
    .details =
        "Explains a diagnostic by its code, such as E0201, or its name, such as\n"
        "unused_variable, with an example and its mend. Without a code, lists them all.\n",
    .flags = {},
    .takes = Takes::Codes,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
