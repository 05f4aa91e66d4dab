#include <algorithm>
#include <cstdlib>
#include <optional>

#include <unistd.h>

#include "base/difference.h"
#include "compiler/source/diagnostics.h"
#include "compiler/syntax/formatter.h"
#include "compiler/syntax/printer.h"
#include "tools/driver.h"
#include "tools/sources.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {
    {.name = "--check",
     .value = "",
     .help = "write nothing: show what would change, and exit with 1 if anything would"},
    {.name = "--lines", .value = "A:B", .help = "change only the lines from A to B of the one file"},
    kDiagnosticsFlag,
};

/// Lines of the old text, from one, both included.
struct LineRange {
  std::size_t first;
  std::size_t last;
};

std::optional<LineRange> read_range(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto first = whole_number(text.substr(0, colon)), last = whole_number(text.substr(colon + 1));
  if (!first || !last || *first == 0 || *last < *first) return std::nullopt;
  return LineRange{*first, *last};
}

std::string without_blanks(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

/// Cuts a change wherever the lines so far differ in nothing but blanks and line breaks.
void cut(const Change& change, const std::vector<std::string_view>& a, const std::vector<std::string_view>& b,
         std::vector<Change>& out) {
  Change part{change.old_begin, change.old_begin, change.new_begin, change.new_begin};
  std::string before, after;
  while (part.old_end < change.old_end && part.new_end < change.new_end) {
    before += without_blanks(a[part.old_end++]);
    while (after.size() < before.size() && part.new_end < change.new_end) after += without_blanks(b[part.new_end++]);
    if (after != before) continue;
    out.push_back(part);
    part = {part.old_end, part.old_end, part.new_end, part.new_end};
    before.clear();
    after.clear();
  }
  out.push_back({part.old_begin, change.old_end, part.new_begin, change.new_end});
}

/// The new text with only those changes that touch a line of the range.
std::string within(const std::string& before, const std::string& after, LineRange range) {
  const auto a = lines_with_breaks(before), b = lines_with_breaks(after);
  std::string out;
  std::size_t at = 0;
  const auto keep = [&](std::size_t end) {
    for (; at < end; ++at) out += a[at];
  };
  std::vector<Change> parts;
  for (const Change& one : changes(a, b)) cut(one, a, b, parts);
  for (const Change& one : parts) {
    keep(one.old_begin);
    const std::size_t last = std::max(one.old_end, one.old_begin + 1);  // what is put in stands before a line
    if (one.old_begin + 1 > range.last || last < range.first) continue;
    for (std::size_t i = one.new_begin; i < one.new_end; ++i) out += b[i];
    at = one.old_end;
  }
  keep(a.size());
  return out;
}

class Formatting {
 public:
  Formatting(bool check, bool json, std::optional<LineRange> range) : check_(check), json_(json), range_(range) {}

  /// Formats what was read under this name; nothing when it can't be, which has been said.
  std::optional<std::string> formatted(const std::string& path, const std::string& text) {
    source::SourceMap sources;
    source::DiagnosticSink sink;
    Interner names;
    const source::FileId file = sources.add(path, text);
    const syntax::ParsedFile parsed = syntax::parse(names, sources.text(file), file, sink);
    if (sink.has_errors()) {
      print_err(json_ ? source::render_json(sources, sink)
                      : source::render_text(sources, sink, isatty(STDERR_FILENO) == 1));
      return left_alone(path, "it has syntax errors");
    }
    std::string out = syntax::format(parsed);
    if (range_) out = within(text, out, *range_);
    // Whatever the formatter does, a file that means something else is never written.
    const syntax::ParsedFile again =
        syntax::parse(names, sources.text(sources.add(path + " (formatted)", out)), file, sink);
    if (sink.has_errors() || syntax::print_tree(names, parsed) != syntax::print_tree(names, again)) {
      return left_alone(path, range_ ? "these lines can't be formatted alone"
                                     : "the formatter would change what it means; please report this");
    }
    return out;
  }

  void file(const std::string& path) {
    const auto text = read_text(path);
    if (!text) return fail("can't format `" + path + "`: " + text.error());
    const auto out = formatted(path, *text);
    ++files_;
    if (!out || *out == *text) return;
    ++changed_;
    if (check_) {
      print_out(unified_diff(path, *text, path + " (formatted)", *out));
    } else if (const auto done = replace_file(path, *out); !done) {
      fail("can't write `" + path + "`: " + done.error());
    } else {
      print_out("formatted " + path + "\n");
    }
  }

  /// Standard input to standard output.
  void stream() {
    const auto text = read_file("/dev/stdin");
    if (!text) return fail("can't read standard input: " + text.error());
    const auto out = formatted("<stdin>", *text);
    ++files_;
    if (!out) return;
    changed_ += *out != *text;
    print_out(check_ ? unified_diff("<stdin>", *text, "<stdin> (formatted)", *out) : *out);
  }

  int finish() const {
    if (check_ && changed_ > 0) {
      print_err("noodle: " + std::to_string(changed_) + " of " + std::to_string(files_) +
                (files_ == 1 ? " file" : " files") + (changed_ == 1 ? " is" : " are") + " not formatted\n");
    }
    return failed_ || (check_ && changed_ > 0) ? kExitErrors : 0;
  }

 private:
  std::nullopt_t left_alone(const std::string& path, const std::string& why) {
    fail("`" + path + "` is left as it is: " + why);
    return std::nullopt;
  }
  void fail(const std::string& message) {
    refuse(message);
    failed_ = true;
  }

  bool check_;
  bool json_;
  std::optional<LineRange> range_;
  std::size_t files_ = 0;
  std::size_t changed_ = 0;
  bool failed_ = false;
};

int run(const Arguments& arguments) {
  std::optional<LineRange> range;
  if (const auto text = arguments.value("--lines")) {
    range = read_range(*text);
    if (!range)
      return usage_error("`--lines` takes two numbers of lines such as 10:20, not `" + std::string(*text) + "`");
  }
  Formatting formatting(arguments.has("--check"), arguments.value(kDiagnosticsFlag.name) == "json", range);
  const bool is_stream = std::ranges::find(arguments.positional, "-") != arguments.positional.end();
  if (is_stream && arguments.positional.size() > 1) return usage_error("`-` is standard input and stands alone");
  if (is_stream) {
    formatting.stream();
    return formatting.finish();
  }
  const auto files = source_files(arguments.positional);
  if (!files) return refuse(files.error());
  if (range && files->size() != 1) return usage_error("`--lines` needs one file");
  for (const std::string& path : *files) formatting.file(path);
  return formatting.finish();
}

}  // namespace

constinit const Verb kFmt = {
    .name = "fmt",
    .usage = "[FLAGS] PATH...",
    .summary = "lay source files out in the one style",
    .details =
        "Formats files, and all .noodle files in folders and below, in their place, and\n"
        "names those that changed. `-` formats standard input to standard output.\n"
        "Comments stay where they are, and a file means what it meant. A file with syntax\n"
        "errors is left as it is. Line breaks are written as LF.\n"
        "\n"
        "Exit code: 0; 1 when something could not be formatted, or with --check when\n"
        "something is not.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .fewest = 1,
    .most = kManyWords,
    .run = run,
};

}  // namespace noodle::tools
