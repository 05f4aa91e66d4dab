#pragma once

// A text put together of pieces of a file and of words of our own, which knows where each piece comes from. Examples in
// comments, and what is typed into the REPL, are compiled as such; what is said of them names the places that people
// know.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/diagnostics.h"
#include "compiler/source/source.h"
#include "compiler/syntax/tree.h"
#include "nbc/module.h"

namespace noodle::tools {

class Assembly {
 public:
  /// Of a file's text, which must outlive this, as is shown under `path`.
  Assembly(std::string path, std::string_view original) : path_(std::move(path)), original_(original) {}

  /// Adds words of our own.
  void add(std::string_view words) { text_ += words; }
  /// Adds the bytes of a piece of the file.
  void add_piece(syntax::Range piece);
  /// Adds the bytes [begin, end) of several pieces, taken together.
  void add_part(const std::vector<syntax::Range>& pieces, std::uint32_t begin, std::uint32_t end);

  const std::string& text() const { return text_; }
  std::string_view original() const { return original_; }
  /// What the original is shown as, and the path of the whole, which no file has.
  const std::string& path() const { return path_; }
  std::string own_path() const { return path_ + "#"; }

  /// Where a byte comes from; of words of our own, where what follows them does.
  std::uint32_t origin(std::uint32_t offset) const;

  /// The problem with its places in the original, which is `file` of `sources`.
  source::Diagnostic put_back(source::Diagnostic diagnostic, source::FileId assembled, source::FileId file) const;
  /// Makes a module's lines those of the original; its file is called `name` there.
  void put_back(nbc::Module& module, std::string_view name, std::string_view shown_as) const;

 private:
  struct Piece {
    std::uint32_t at = 0;  // in the whole
    syntax::Range from;
  };
  std::string path_;
  std::string_view original_;
  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace noodle::tools
