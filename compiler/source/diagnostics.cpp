#include "compiler/source/diagnostics.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace noodle::source {

namespace {
constexpr auto kCodes = std::to_array<CodeInfo>({
#define NOODLE_CODE(name, text, title, explanation) {#name, text, title, explanation},
#include "compiler/source/codes.def"
#undef NOODLE_CODE
});
}  // namespace

const CodeInfo& code_info(Code code) { return kCodes[static_cast<std::size_t>(code)]; }

std::string_view code_text(Code code) { return code_info(code).text; }

Severity severity_of(Code code) { return code_text(code).starts_with('W') ? Severity::Warning : Severity::Error; }

std::string rule_name(Code code) {
  std::string name;
  for (const char c : code_info(code).name) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !name.empty()) name += '_';
    name += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

std::optional<Code> find_rule(std::string_view text) {
  for (const Code code : all_codes()) {
    if (severity_of(code) == Severity::Warning && (code_text(code) == text || rule_name(code) == text)) return code;
  }
  return std::nullopt;
}

std::vector<Code> all_codes() {
  std::vector<Code> codes;
  for (std::size_t i = 0; i < kCodes.size(); ++i) codes.push_back(static_cast<Code>(i));
  return codes;
}

Diagnostic& Diagnostic::label(std::string text) {
  span_label = std::move(text);
  return *this;
}

Diagnostic& Diagnostic::note(Span where, std::string text) {
  notes.push_back({where, std::move(text)});
  return *this;
}

Diagnostic& Diagnostic::help(std::string text) {
  helps.push_back(std::move(text));
  return *this;
}

Diagnostic& Diagnostic::suggest(std::string text, Span where, std::string replacement) {
  suggestions.push_back({std::move(text), {}});
  return also(where, std::move(replacement));
}

Diagnostic& Diagnostic::also(Span where, std::string replacement) {
  suggestions.back().edits.push_back({where, std::move(replacement)});
  return *this;
}

Diagnostic& DiagnosticSink::report(Code code, Span span, std::string message) {
  ++(severity_of(code) == Severity::Error ? errors_ : warnings_);
  Diagnostic* place = &overflow_;
  if (all_.size() < kMost) {
    place = &all_.emplace_back();
  } else {
    ++dropped_;
    overflow_ = Diagnostic();
  }
  place->code = code;
  place->span = span;
  place->message = std::move(message);
  return *place;
}

std::vector<Diagnostic> DiagnosticSink::sorted() const {
  const auto key = [](const Diagnostic& d) {
    return std::tuple(d.span.file.index, d.span.begin, d.span.end, d.severity());
  };
  std::vector<const Diagnostic*> order;
  for (const Diagnostic& d : all_) order.push_back(&d);
  std::stable_sort(order.begin(), order.end(),
                   [&](const Diagnostic* a, const Diagnostic* b) { return key(*a) < key(*b); });
  std::vector<Diagnostic> out;
  for (const Diagnostic* d : order) {
    // What has no place can't be a consequence of another in the same place.
    if (d->span.valid() && !out.empty() && key(out.back()) == key(*d)) continue;
    out.push_back(*d);
  }
  return out;
}

}  // namespace noodle::source
