#pragma once

// The lower half of reading NIR's text: characters, words, strings, numbers, and types with their
// declarations. text_parse.cpp reads functions on top of it.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/nir/text.h"

namespace noodle::nir {

/// Reads tokens and types from a text. After the first error every read fails softly.
class TextReader {
 public:
  TextReader(std::string_view text, sema::TypeTable& types) : text_(text), types_(types) {}

  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  /// Records the first error with its line.
  void fail(std::string_view what);

  bool at_end();
  /// The next character that is not white space or a comment, without taking it.
  char peek();
  /// Whether `c` comes next on the same line.
  bool on_line(char c);
  /// Takes `token` (punctuation, or a whole word) if it comes next.
  bool take(std::string_view token);
  void expect(std::string_view token);
  /// A word of letters, digits, `_` and `.`; with `'` it goes on as in `Point'1`.
  std::string_view word();
  std::uint64_t number();
  std::int64_t integer();
  double real();
  std::string string();
  Symbol symbol() { return types_.names().intern(string()); }

  TypeId type();
  /// `<A, B>` if it comes next.
  std::vector<TypeId> type_arguments();
  /// A struct, enum or trait declaration, when one comes next. Names are made known beforehand by
  /// `declare_all`, so that declarations may refer to later ones.
  bool declaration();
  void declare_all();

  std::size_t position() const { return at_; }
  void seek(std::size_t position) { at_ = position; }
  sema::TypeTable& types() { return types_; }

 private:
  void skip();
  std::vector<sema::TypeParamDecl> type_params();
  void fields(sema::VariantInfo& variant, std::string_view close);
  static std::string_view plain(std::string_view name) { return name.substr(0, name.find('\'')); }

  std::string_view text_;
  sema::TypeTable& types_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string error_;
  std::unordered_map<std::string_view, sema::NominalId> nominals_;
  std::unordered_map<std::string_view, sema::TraitId> traits_;
};

}  // namespace noodle::nir
