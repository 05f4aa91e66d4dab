#include "compiler/lint/lint.h"

#include <unistd.h>

#include <algorithm>
#include <expected>
#include <functional>
#include <memory>
#include <utility>

#include "base/text.h"
#include "tools/driver.h"
#include "tools/roots.h"
#include "tools/sources.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

using Rules = std::vector<source::Code>;

constexpr Flag kFlags[] = {
    {.name = "--fix", .value = "", .help = "write the changes that are suggested and can't alter what a program does"},
    {.name = "--rules",
     .value = "LIST",
     .help =
         "these rules alone, by name or code, with commas between; `default`, `all`,\nand `-NAME` to leave one out"},
    kDiagnosticsFlag,
};

/// Reads files, but for the one that is being mended.
class Loader final : public sema::ModuleLoader {
 public:
  Loader(const std::string& path, const std::string& text) : path_(path), text_(text) {}
  std::optional<std::string> load(std::string_view path) override {
    if (path == path_) return text_;
    auto text = read_text(path);
    return text ? std::optional(std::move(*text)) : std::nullopt;
  }

 private:
  const std::string& path_;
  const std::string& text_;
};

/// What was found in one text of a file.
struct Findings {
  source::SourceMap sources;
  source::DiagnosticSink sink;
  source::FileId file;
};

/// Looks at a program: first its errors and warnings as a check finds them, then the rules, when it has no errors.
void examine(const std::string& path, const std::string& text, const Rules& rules, Findings& out) {
  Interner names;
  Loader loader(path, text);
  sema::Program program(names, out.sources, out.sink, loader);
  if (!program.open(path, import_root(path))) return;
  program.check_all();
  out.file = program.main_file();
  if (!out.sink.has_errors()) lint::check(program, names, out.sources, rules, out.sink);
}

/// The text with as many of the suggestions as don't touch one another; counts them.
std::string mended(const std::string& text, const Findings& findings, std::size_t& count) {
  std::vector<source::Edit> taken;
  const auto is_free = [&](const source::Edit& edit) {
    return edit.span.file == findings.file && std::ranges::none_of(taken, [&](const source::Edit& other) {
             return edit.span.begin <= other.span.end && other.span.begin <= edit.span.end;
           });
  };
  for (const source::Diagnostic& one : findings.sink.sorted()) {
    if (!lint::is_fixable(one.code) || one.suggestions.empty()) continue;
    const std::vector<source::Edit>& edits = one.suggestions[0].edits;
    if (!std::ranges::all_of(edits, is_free)) continue;
    taken.insert(taken.end(), edits.begin(), edits.end());
    ++count;
  }
  std::ranges::sort(taken, std::greater<>(), [](const source::Edit& edit) { return edit.span.begin; });
  std::string out = text;
  for (const source::Edit& edit : taken) out.replace(edit.span.begin, edit.span.end - edit.span.begin, edit.text);
  return out;
}

/// Applies suggestions until none is left; what is found at last.
std::unique_ptr<Findings> mend(const std::string& path, std::string& text, const Rules& rules, std::size_t& count) {
  constexpr int kMostRounds = 20;  // each lets the next one see what the last one uncovered
  auto found = std::make_unique<Findings>();
  examine(path, text, rules, *found);
  for (int round = 0; round < kMostRounds && !found->sink.has_errors(); ++round) {
    std::size_t more = 0;
    std::string next = mended(text, *found, more);
    if (more == 0) break;
    auto after = std::make_unique<Findings>();
    examine(path, next, rules, *after);
    if (after->sink.has_errors()) break;  // better the old text than one that no longer compiles
    text = std::move(next);
    found = std::move(after);
    count += more;
  }
  return found;
}

/// The rules that `--rules` names, or which of its words is none.
std::expected<Rules, std::string> read_rules(std::string_view list) {
  Rules rules;
  const auto add = [&](const Rules& more) { rules.insert(rules.end(), more.begin(), more.end()); };
  if (list.starts_with('-')) add(lint::default_rules());
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    const bool away = word.starts_with('-');
    const auto rule = source::find_rule(word.substr(away ? 1 : 0));
    const Rules all = lint::all_rules();
    if (word == "all" || word == "default") {
      add(word == "all" ? all : lint::default_rules());
    } else if (!rule || std::ranges::find(all, *rule) == all.end()) {
      std::vector<std::string> known;
      for (const source::Code code : all) known.push_back(source::rule_name(code));
      const std::string_view near = nearest(word, std::vector<std::string_view>(known.begin(), known.end()));
      return std::unexpected("there is no rule `" + std::string(word) + "`" +
                             (near.empty() ? "" : "; did you mean `" + std::string(near) + "`?"));
    } else if (away) {
      std::erase(rules, *rule);
    } else {
      rules.push_back(*rule);
    }
  }
  return rules;
}

int run(const Arguments& arguments) {
  const auto rules = read_rules(arguments.value("--rules").value_or("default"));
  if (!rules) return usage_error(rules.error());
  const auto files = source_files(arguments.positional);
  if (!files) return refuse(files.error());
  const bool json = arguments.value(kDiagnosticsFlag.name) == "json", fix = arguments.has("--fix");
  int code = 0;
  for (const std::string& path : *files) {
    auto read = read_text(path);
    if (!read) {
      code = refuse("can't read `" + path + "`: " + read.error());
      continue;
    }
    std::string& text = *read;
    std::size_t count = 0;
    auto found = std::make_unique<Findings>();
    if (fix) {
      found = mend(path, text, *rules, count);
    } else {
      examine(path, text, *rules, *found);
    }
    if (count > 0) {
      if (const auto done = replace_file(path, text)) {
        print_out("fixed " + path + ": " + count_of(count, "change") + "\n");
      } else {
        code = refuse("can't write `" + path + "`: " + done.error());
      }
    }
    print_err(json ? source::render_json(found->sources, found->sink)
                   : source::render_text(found->sources, found->sink, isatty(STDERR_FILENO) == 1));
    if (found->sink.errors() + found->sink.warnings() > 0) code = kExitErrors;
  }
  return code;
}

}  // namespace

constinit const Verb kLint = {
    .name = "lint",
    .usage = "[FLAGS] PATH...",
    .summary = "find what is right and could be better",
    .details =
        "Looks at programs, and at all .noodle files in folders and below, and reports\n"
        "what a careful reader would: variables that never change, conditions that say\n"
        "too much, loops that count where they could walk. `noodle explain CODE` says why.\n"
        "`@allow(\"rule\")` before a declaration silences a rule in it.\n"
        "\n"
        "Exit code: 0 when nothing was found, else 1.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .fewest = 1,
    .most = kManyWords,
    .run = run,
};

}  // namespace noodle::tools
