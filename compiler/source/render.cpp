// How diagnostics look. The text form, with line numbers aligned to the widest:
//
//   error[E0301]: expected `Int`, found `String`
//     --> main.noodle:3:18
//     |
//   1 | fn f(count: Int) {
//     |             --- declared here
//   3 |     f("three")
//     |       ^^^^^^^ this is a `String`
//   help: did you mean `length`?
//     |
//   3 |     f(length)
//
// Lines are cut to a window around what they show, tabs become four blanks, and bytes that are not
// UTF-8 or not printable become U+FFFD, so that no source can garble a terminal.

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "compiler/source/diagnostics.h"

namespace noodle::source {

namespace {

constexpr std::size_t kWindow = 120;  // the most columns of source that an excerpt shows
constexpr std::size_t kTab = 4;

struct Style {
  bool on;
  std::string_view red() const { return on ? "\x1b[1;31m" : ""; }
  std::string_view yellow() const { return on ? "\x1b[1;33m" : ""; }
  std::string_view blue() const { return on ? "\x1b[1;34m" : ""; }
  std::string_view green() const { return on ? "\x1b[1;32m" : ""; }
  std::string_view bold() const { return on ? "\x1b[1m" : ""; }
  std::string_view off() const { return on ? "\x1b[0m" : ""; }
};

/// A line as shown, and for the bytes asked about the column where each begins.
struct Shown {
  std::string text;
  std::size_t begin = 0;  // columns of the marked bytes
  std::size_t end = 0;
};

/// Shows a line with the bytes [begin, end) of it marked.
Shown show_line(std::string_view line, std::size_t begin, std::size_t end) {
  begin = std::min(begin, line.size());
  end = std::clamp(end, begin, line.size());
  // Far to the left of the mark is cut: start in the middle of the window.
  std::size_t from = 0;
  if (begin > kWindow / 2 && line.size() > kWindow) {
    from = begin - kWindow / 2;
    while (from > 0 && (static_cast<std::uint8_t>(line[from]) & 0xC0) == 0x80) --from;
  }
  Shown shown;
  std::size_t columns = 0;
  if (from > 0) {
    shown.text = "…";
    columns = 1;
  }
  shown.begin = shown.end = columns;
  std::size_t at = from;
  while (at < line.size()) {
    if (columns >= kWindow) {
      shown.text += "…";
      ++columns;
      break;
    }
    if (at <= begin) shown.begin = columns;
    const DecodedScalar scalar = decode_utf8(line.substr(at));
    const std::size_t width = scalar.length == 0 ? 1 : scalar.length;
    if (scalar.length == 1 && scalar.value == '\t') {
      shown.text.append(kTab, ' ');
      columns += kTab;
    } else {
      const bool control = scalar.length == 0 || scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0) ||
                           (scalar.value >= 0x202A && scalar.value <= 0x202E) ||
                           (scalar.value >= 0x2066 && scalar.value <= 0x2069);
      shown.text += control ? "\uFFFD" : line.substr(at, width);
      ++columns;
    }
    at += width;
    if (at <= end) shown.end = columns;
  }
  if (begin >= at) shown.begin = columns;
  if (end >= at || shown.end < shown.begin) shown.end = std::max(columns, shown.begin);
  return shown;
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedScalar scalar = decode_utf8(text.substr(at));
    const bool bad = scalar.length == 0 || scalar.value == 0x7F ||
                     (scalar.value < 0x20 && scalar.value != '\n' && scalar.value != '\t');
    const std::size_t width = scalar.length == 0 ? 1 : scalar.length;
    out += bad ? "\uFFFD" : text.substr(at, width);
    at += width;
  }
  return out;
}

struct Mark {
  Span span;
  std::string_view text;
  bool primary;
};

class TextRenderer {
 public:
  TextRenderer(const SourceMap& sources, const Diagnostic& diagnostic, bool colour)
      : sources_(sources), diagnostic_(diagnostic), style_{colour} {}

  std::string run() {
    const bool error = diagnostic_.severity() == Severity::Error;
    accent_ = error ? style_.red() : style_.yellow();
    put(accent_, error ? "error[" : "warning[", code_text(diagnostic_.code), "]", style_.off(), style_.bold(), ": ",
        printable(diagnostic_.message), style_.off(), "\n");
    if (diagnostic_.span.valid()) {
      measure();
      excerpts();
    }
    for (const std::string& help : diagnostic_.helps) {
      put(style_.green(), "help", style_.off(), ": ", printable(help), "\n");
    }
    for (const Suggestion& suggestion : diagnostic_.suggestions) show_suggestion(suggestion);
    return std::move(out_);
  }

 private:
  template <typename... Parts>
  void put(const Parts&... parts) {
    ((out_ += parts), ...);
  }

  void measure() {
    std::uint32_t most = sources_.line(diagnostic_.span.file, diagnostic_.span.begin);
    for (const Label& note : diagnostic_.notes) {
      if (note.span.valid()) most = std::max(most, sources_.line(note.span.file, note.span.begin));
    }
    for (const Suggestion& suggestion : diagnostic_.suggestions) {
      for (const Edit& edit : suggestion.edits) {
        most = std::max(most, sources_.line(edit.span.file, edit.span.begin));
      }
    }
    gutter_ = std::to_string(most).size();
  }

  void gutter(std::string_view number) {
    out_ += style_.blue();
    out_.append(gutter_ - number.size(), ' ');
    put(number, " |", style_.off());
  }

  void header(Span span, bool primary) {
    const Position position = sources_.position(span.file, span.begin);
    out_.append(gutter_, ' ');
    put(style_.blue(), primary ? " --> " : " ::: ", style_.off(), printable(sources_.path(span.file)), ":",
        std::to_string(position.line), ":", std::to_string(position.column), "\n");
    gutter("");
    out_ += "\n";
  }

  void excerpts() {
    std::vector<Mark> marks{{diagnostic_.span, diagnostic_.span_label, true}};
    for (const Label& note : diagnostic_.notes) {
      if (note.span.valid()) marks.push_back({note.span, note.text, false});
    }
    std::stable_sort(marks.begin(), marks.end(), [&](const Mark& a, const Mark& b) {
      // The primary place's file comes first, then the places as they stand in the text.
      const bool other_a = a.span.file != diagnostic_.span.file;
      const bool other_b = b.span.file != diagnostic_.span.file;
      if (other_a != other_b) return other_b;
      return std::tuple(a.span.file.index, line_of(a), !a.primary, a.span.begin) <
             std::tuple(b.span.file.index, line_of(b), !b.primary, b.span.begin);
    });
    FileId file;
    std::uint32_t shown_line = 0;
    for (const Mark& mark : marks) {
      if (mark.span.file != file) {
        file = mark.span.file;
        shown_line = 0;
        header(file == diagnostic_.span.file ? diagnostic_.span : mark.span, file == diagnostic_.span.file);
      }
      const std::uint32_t line = line_of(mark);
      const bool again = line == shown_line;
      show_mark(mark, line, again);
      shown_line = line;
    }
  }

  std::uint32_t line_of(const Mark& mark) const { return sources_.line(mark.span.file, mark.span.begin); }

  void show_mark(const Mark& mark, std::uint32_t line, bool again) {
    const std::string_view text = sources_.line_text(mark.span.file, line);
    const std::uint32_t start = sources_.line_begin(mark.span.file, line);
    const Shown shown = show_line(text, mark.span.begin - start, mark.span.end - start);
    // A second mark of a line that is cut may show another part of it, so the line comes again.
    if (!again || shown.text != last_line_) {
      gutter(std::to_string(line));
      if (!shown.text.empty()) put(" ", shown.text);
      out_ += "\n";
      last_line_ = shown.text;
    }
    gutter("");
    out_ += " ";
    out_.append(shown.begin, ' ');
    out_ += mark.primary ? accent_ : style_.blue();
    out_.append(std::max<std::size_t>(1, shown.end - shown.begin), mark.primary ? '^' : '-');
    if (!mark.text.empty()) put(" ", printable(mark.text));
    put(style_.off(), "\n");
  }

  void show_suggestion(const Suggestion& suggestion) {
    put(style_.green(), "help", style_.off(), ": ", printable(suggestion.message), "\n");
    std::vector<Edit> edits = suggestion.edits;
    if (edits.empty() || !edits.front().span.valid()) return;
    std::stable_sort(edits.begin(), edits.end(),
                     [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
    // Each touched line is shown as it would read.
    gutter("");
    out_ += "\n";
    for (std::size_t i = 0; i < edits.size();) {
      const FileId file = edits[i].span.file;
      const std::uint32_t line = sources_.line(file, edits[i].span.begin);
      const std::uint32_t start = sources_.line_begin(file, line);
      const std::string_view text = sources_.line_text(file, line);
      std::string changed;
      std::size_t kept = 0;
      std::size_t first = std::string::npos;
      for (; i < edits.size() && sources_.line(file, edits[i].span.begin) == line; ++i) {
        const std::size_t begin = std::clamp<std::size_t>(edits[i].span.begin - start, kept, text.size());
        const std::size_t end = std::clamp<std::size_t>(edits[i].span.end - start, begin, text.size());
        changed += text.substr(kept, begin - kept);
        first = std::min(first, changed.size());
        changed += edits[i].text;
        kept = end;
      }
      changed += text.substr(kept);
      std::uint32_t number = line;
      for (std::size_t from = 0; from <= changed.size(); ++number) {
        const std::size_t newline = std::min(changed.find('\n', from), changed.size());
        const std::string_view part = std::string_view(changed).substr(from, newline - from);
        const Shown shown = show_line(part, number == line ? first : 0, number == line ? first : 0);
        gutter(number == line ? std::to_string(line) : "");
        if (!shown.text.empty()) put(" ", shown.text);
        out_ += "\n";
        from = newline + 1;
      }
    }
  }

  const SourceMap& sources_;
  const Diagnostic& diagnostic_;
  Style style_;
  std::string_view accent_;
  std::string out_;
  std::string last_line_;
  std::size_t gutter_ = 1;
};

void json_place(std::string& out, const SourceMap& sources, Span span) {
  if (!span.valid()) {
    out += "\"file\":null";
    return;
  }
  const Position begin = sources.position(span.file, span.begin);
  const Position end = sources.position(span.file, span.end);
  out += "\"file\":";
  append_json(out, sources.path(span.file));
  const auto number = [&](std::string_view name, std::uint32_t value) {
    out += ",\"";
    out += name;
    out += "\":";
    out += std::to_string(value);
  };
  number("begin", span.begin);
  number("end", span.end);
  number("line", begin.line);
  number("column", begin.column);
  number("end_line", end.line);
  number("end_column", end.column);
}

std::string counted(std::size_t count, std::string_view noun) {
  std::string text = std::to_string(count);
  text += ' ';
  text += noun;
  if (count != 1) text += 's';
  return text;
}

}  // namespace

std::string render_text(const SourceMap& sources, const Diagnostic& diagnostic, bool colour) {
  return TextRenderer(sources, diagnostic, colour).run();
}

std::string render_json(const SourceMap& sources, const Diagnostic& diagnostic) {
  std::string out = "{\"code\":";
  append_json(out, code_text(diagnostic.code));
  out += diagnostic.severity() == Severity::Error ? ",\"severity\":\"error\"" : ",\"severity\":\"warning\"";
  out += ",\"message\":";
  append_json(out, diagnostic.message);
  out += ",";
  json_place(out, sources, diagnostic.span);
  out += ",\"label\":";
  append_json(out, diagnostic.span_label);
  out += ",\"labels\":[";
  for (std::size_t i = 0; i < diagnostic.notes.size(); ++i) {
    out += i == 0 ? "{" : ",{";
    json_place(out, sources, diagnostic.notes[i].span);
    out += ",\"text\":";
    append_json(out, diagnostic.notes[i].text);
    out += "}";
  }
  out += "],\"help\":[";
  for (std::size_t i = 0; i < diagnostic.helps.size(); ++i) {
    if (i != 0) out += ",";
    append_json(out, diagnostic.helps[i]);
  }
  out += "],\"suggestions\":[";
  for (std::size_t i = 0; i < diagnostic.suggestions.size(); ++i) {
    const Suggestion& suggestion = diagnostic.suggestions[i];
    out += i == 0 ? "{\"message\":" : ",{\"message\":";
    append_json(out, suggestion.message);
    out += ",\"edits\":[";
    for (std::size_t j = 0; j < suggestion.edits.size(); ++j) {
      out += j == 0 ? "{" : ",{";
      json_place(out, sources, suggestion.edits[j].span);
      out += ",\"replacement\":";
      append_json(out, suggestion.edits[j].text);
      out += "}";
    }
    out += "]}";
  }
  out += "]}\n";
  return out;
}

std::string render_text(const SourceMap& sources, const DiagnosticSink& sink, bool colour) {
  std::string out;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    out += render_text(sources, diagnostic, colour);
    out += "\n";
    ++(diagnostic.severity() == Severity::Error ? errors : warnings);
  }
  if (sink.dropped() != 0) {
    out += "only the first " + std::to_string(DiagnosticSink::kMost) + " problems are shown\n";
  }
  if (errors != 0) out += counted(errors, "error");
  if (errors != 0 && warnings != 0) out += ", ";
  if (warnings != 0) out += counted(warnings, "warning");
  if (errors + warnings != 0) out += "\n";
  return out;
}

std::string render_json(const SourceMap& sources, const DiagnosticSink& sink) {
  std::string out;
  for (const Diagnostic& diagnostic : sink.sorted()) out += render_json(sources, diagnostic);
  return out;
}

}  // namespace noodle::source
