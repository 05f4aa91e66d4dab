#pragma once

// One of the two doors of compiler/source: the texts being compiled, and places in them.
//
// This room reads no files. Whoever drives the compiler (a command, an editor, a test) adds texts
// to a SourceMap and gets a FileId for each; every later step speaks of places as byte offsets in a
// file. Lines and columns exist only for people: they are computed when something is printed.
// The other door, diagnostics.h, says what is wrong at such a place.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace noodle::source {

/// Names one text of a SourceMap; files are numbered in the order in which they were added.
using FileId = Id<struct FileTag>;

/// The bytes [begin, end) of one file.
struct Span {
  FileId file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  /// Whether this names a place at all (a diagnostic about no file has none).
  constexpr bool valid() const { return file.valid(); }
  constexpr auto operator<=>(const Span&) const = default;
};

/// A place as people count: from one, columns in characters (Unicode scalars).
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  constexpr auto operator<=>(const Position&) const = default;
};

/// Texts longer than this are refused by whoever reads files, so that offsets fit 32 bits.
inline constexpr std::size_t kLargestFile = std::size_t{1} << 30;

/// Owns the texts of a compilation. Adding a file never moves the text of another. Questions are asked by one
/// thread at a time, also the const ones.
class SourceMap {
 public:
  /// Takes a text and the path it is shown under; the text may be any bytes up to kLargestFile.
  FileId add(std::string path, std::string text);
  /// Adds a text without copying it: it outlives the map.
  FileId add_lasting(std::string path, std::string_view text);
  /// Gives a file a new text (an editor's). Views of the old text stay valid.
  void replace(FileId file, std::string text);
  /// The file added under exactly this path, or an invalid id.
  FileId find(std::string_view path) const;

  /// The path as it was given to add.
  std::string_view path(FileId file) const { return at(file).path; }
  /// The whole text of a file.
  std::string_view text(FileId file) const { return at(file).text; }
  /// The text of a span, clipped to the file.
  std::string_view text(Span span) const;
  /// How many files there are.
  std::size_t size() const { return files_.size(); }

  /// Line and column of a byte offset; one past the end is the place after the last character. It is found
  /// faster a few lines behind `near`.
  Position position(FileId file, std::uint32_t offset, std::uint32_t near = 0) const;
  /// The line (from one) that holds a byte offset: cheaper than position.
  std::uint32_t line(FileId file, std::uint32_t offset, std::uint32_t near = 0) const;
  /// The text of a line (from one) without its line break; empty when there is no such line.
  std::string_view line_text(FileId file, std::uint32_t line) const;
  /// Offset of a line's first byte.
  std::uint32_t line_begin(FileId file, std::uint32_t line) const;
  /// How many lines a file has; an empty file has one.
  std::uint32_t line_count(FileId file) const;
  /// Offset of a position (an editor's), clipped to the line and the file.
  std::uint32_t offset(FileId file, Position position) const;

 private:
  static constexpr std::uint32_t kMarkEvery = 256;
  /// Where lines begin and characters stand.
  struct Places {
    explicit Places(std::string_view text);
    std::vector<std::uint32_t> lines;  // where each line begins
    std::vector<std::uint32_t> marks;  // how many scalars stand before each kMarkEvery-th byte
    bool ascii = false;                // every byte is a scalar
  };
  struct File {
    std::string path;
    std::string own;  // the text, unless it is somebody else's
    std::string_view text;
    mutable std::unique_ptr<const Places> found;  // most files of a program never need it
    const Places& places() const;
    std::uint32_t scalars_before(std::uint32_t offset) const;
  };
  static std::unique_ptr<File> make(std::string path, std::string text);
  const File& at(FileId file) const { return *files_[file.index]; }
  const std::vector<std::uint32_t>& lines(FileId file) const { return at(file).places().lines; }

  std::vector<std::unique_ptr<File>> files_;
  std::vector<std::unique_ptr<File>> replaced_;  // answers of before an edit may still point here
};

}  // namespace noodle::source
