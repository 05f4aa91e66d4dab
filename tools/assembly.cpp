#include "tools/assembly.h"

#include <algorithm>

namespace noodle::tools {

void Assembly::add_piece(syntax::Range piece) {
  pieces_.push_back({static_cast<std::uint32_t>(text_.size()), piece});
  text_ += original_.substr(piece.begin, piece.end - piece.begin);
}

void Assembly::add_part(const std::vector<syntax::Range>& pieces, std::uint32_t begin, std::uint32_t end) {
  std::uint32_t at = 0;
  for (const syntax::Range& piece : pieces) {
    const std::uint32_t size = piece.end - piece.begin;
    const std::uint32_t from = std::max(begin, at), to = std::min(end, at + size);
    if (from < to) add_piece({piece.begin + (from - at), piece.begin + (to - at)});
    at += size;
  }
}

std::uint32_t Assembly::origin(std::uint32_t offset) const {
  if (pieces_.empty()) return 0;
  auto next = std::ranges::upper_bound(pieces_, offset, {}, &Piece::at);
  if (next != pieces_.begin()) {
    const Piece& piece = *std::prev(next);
    const std::uint32_t inside = offset - piece.at;
    // One past a piece's end is its end, so that a place between two is on the line of the first.
    if (inside <= piece.from.end - piece.from.begin) return piece.from.begin + inside;
  }
  return next == pieces_.end() ? pieces_.back().from.end : next->from.begin;
}

source::Diagnostic Assembly::put_back(source::Diagnostic diagnostic, source::FileId assembled,
                                      source::FileId file) const {
  const auto move = [&](source::Span& span) {
    if (span.file != assembled) return;
    span = {file, origin(span.begin), origin(span.end)};
    span.end = std::max(span.begin, span.end);
  };
  move(diagnostic.span);
  for (source::Label& label : diagnostic.notes) move(label.span);
  for (source::Suggestion& suggestion : diagnostic.suggestions) {
    for (source::Edit& edit : suggestion.edits) move(edit.span);
  }
  return diagnostic;
}

void Assembly::put_back(nbc::Module& module, std::string_view name, std::string_view shown_as) const {
  source::SourceMap sources;
  const source::FileId from = sources.add("from", text_);
  const source::FileId to = sources.add("to", std::string(original_));
  const auto& files = module.debug.files;
  const auto found = std::ranges::find_if(files, [&](nbc::StringId id) { return module.text(id) == name; });
  if (found == files.end()) return;
  const auto index = static_cast<std::uint32_t>(found - files.begin());
  module.strings[found->index] = shown_as;
  const auto move = [&](auto& entry) {
    if (entry.file != index || entry.line == 0) return;
    const source::Position at = sources.position(to, origin(sources.offset(from, {entry.line, entry.column})));
    entry.line = at.line;
    entry.column = at.column;
  };
  for (nbc::FunctionDebug& function : module.debug.functions) {
    std::ranges::for_each(function.lines, move);
    std::ranges::for_each(function.inlined, move);
  }
}

}  // namespace noodle::tools
