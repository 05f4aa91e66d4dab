#pragma once

// TOML 1.0: a document as a tree, values of any type from it, and documents from values.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/data/json.h"

namespace noodle::data {

/// A value of a document.
struct TomlNode {
  enum class Kind : std::uint8_t { Bool, Int, Float, Text, Time, List, Table };
  Kind kind = Kind::Table;
  bool is_closed = false;         // nothing may be added: it was written as a value
  bool is_defined = false;        // a header or a dotted key has said what it is
  bool is_repeated = false;       // a list of tables that `[[…]]` makes longer
  std::uint32_t section = 0;      // of a table made by dotted keys, the header below which they stand
  std::int64_t integer = 0;       // Bool, Int
  double real = 0;                // Float
  std::string text;               // Text; a Time and a number as they are written
  std::size_t at = 0;             // where it stands
  std::vector<std::string> keys;  // Table, beside the items
  std::vector<TomlNode> items;    // List, Table

  /// The value of a key, or null.
  TomlNode* find(const std::string& key);

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;  // of many keys
};

/// What is wrong in a document, and where.
struct TomlProblem {
  std::string text;
  std::size_t at = 0;
};

/// Reads a document, which is UTF-8.
std::expected<TomlNode, TomlProblem> parse_toml(std::string_view text);

/// As read_json.
Outcome read_toml(memory::Account& account, const Shape& shape, std::string_view text, const ReadOptions& options,
                  std::byte* value, std::string& problem);

/// Appends a value as a document; gives why it can't be one, empty when it can. What is none is left out.
std::string write_toml(const Shape& shape, const std::byte* value, std::string& out);

}  // namespace noodle::data
