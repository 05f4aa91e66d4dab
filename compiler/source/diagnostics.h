#pragma once

// The other door of compiler/source: what is wrong with a program, and how that is shown.
//
// A step of the compiler reports into a DiagnosticSink and goes on:
//
//   sink.report(Code::UnknownName, span, "there is no `lenght` here")
//       .label("not found in this scope")
//       .note(declaration, "`length` is declared here")
//       .help("names are looked up in the block, then in the module")
//       .suggest("did you mean `length`?", span, "length");
//
// Messages are one sentence without a full stop, in plain words, code in backquotes. The sink keeps
// one diagnostic a place (the first: what comes later at the same place is mostly its consequence)
// and gives them in source order. Rendering is a pure function to text or JSON.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/source.h"

namespace noodle::source {

/// The registered problems, one enumerator a line of codes.def.
enum class Code : std::uint16_t {
#define NOODLE_CODE(name, text, title, explanation) name,
#include "compiler/source/codes.def"
#undef NOODLE_CODE
};

enum class Severity : std::uint8_t { Error, Warning };

/// What codes.def says about a code.
struct CodeInfo {
  std::string_view name;
  std::string_view text;
  std::string_view title;
  std::string_view explanation;
};
const CodeInfo& code_info(Code code);
/// The stable text of a code, such as "E0301".
std::string_view code_text(Code code);
/// Whether a code is an error or a warning (its text's first letter).
Severity severity_of(Code code);
/// The name of a warning in `@allow` and `--rules`: "unused_variable" of UnusedVariable.
std::string rule_name(Code code);
/// The warning of this name or text, such as "unused_variable" or "W0010".
std::optional<Code> find_rule(std::string_view text);
/// Every code in the order of codes.def.
std::vector<Code> all_codes();

/// A place with a few words beside it.
struct Label {
  Span span;
  std::string text;
};

/// Replaces the bytes of `span` (empty: inserts before it) by `text`.
struct Edit {
  Span span;
  std::string text;
};

/// A change that would solve the problem, all its edits together.
struct Suggestion {
  std::string message;
  std::vector<Edit> edits;
};

struct Diagnostic {
  Code code;
  Span span;
  std::string message;
  std::string span_label;
  std::vector<Label> notes;
  std::vector<std::string> helps;
  std::vector<Suggestion> suggestions;

  /// Words beside the primary place's carets.
  Diagnostic& label(std::string text);
  /// Another place that matters, with words beside it.
  Diagnostic& note(Span where, std::string text);
  /// A `help:` line.
  Diagnostic& help(std::string text);
  /// A change that applies, with one edit; call `also` for more edits of the same change.
  Diagnostic& suggest(std::string text, Span where, std::string replacement);
  Diagnostic& also(Span where, std::string replacement);

  Severity severity() const { return severity_of(code); }
};

/// Collects the diagnostics of a compilation.
class DiagnosticSink {
 public:
  /// More than this many are counted but not kept, so that hostile sources cost no memory.
  static constexpr std::size_t kMost = 1000;

  /// Adds a diagnostic and returns it to be completed; valid until the next report.
  Diagnostic& report(Code code, Span span, std::string message);

  /// Whether any error was reported.
  bool has_errors() const { return errors_ != 0; }
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return warnings_; }
  /// Reported beyond kMost.
  std::size_t dropped() const { return dropped_; }

  /// What was reported, in source order (files in the order in which they were added), one a place.
  std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> all_;
  Diagnostic overflow_{};
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  std::size_t dropped_ = 0;
};

/// One diagnostic for people: message, excerpt, carets, labels, help, suggestions.
std::string render_text(const SourceMap& sources, const Diagnostic& diagnostic, bool colour);
/// One diagnostic as one line of JSON.
std::string render_json(const SourceMap& sources, const Diagnostic& diagnostic);
/// All of a sink as text, with a closing line that counts; empty when there is nothing to say.
std::string render_text(const SourceMap& sources, const DiagnosticSink& sink, bool colour);
/// All of a sink as JSON, one object a line.
std::string render_json(const SourceMap& sources, const DiagnosticSink& sink);

}  // namespace noodle::source
