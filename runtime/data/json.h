#pragma once

// JSON (RFC 8259): values from text and text from values.

#include <string>
#include <string_view>

#include "runtime/data/shape.h"
#include "runtime/memory/memory.h"

namespace noodle::data {

struct ReadOptions {
  bool strict = false;      // fields that nobody asked for are errors
  bool check_utf8 = false;  // the text may be anything
};

enum class Outcome : std::uint8_t { Done, Wrong, NoMemory };

/// Reads a whole document into `value`, which is all zeros. After a failure what is there can be released, and
/// `problem` says what is wrong and where, unless memory ended.
Outcome read_json(memory::Account& account, const Shape& shape, std::string_view text, const ReadOptions& options,
                  std::byte* value, std::string& problem);

struct WriteOptions {
  std::int64_t indent = 0;  // spaces a level; 0: all on one line
  bool skip_none = false;   // fields that are None are left out
};

/// Appends a value as JSON; false when it is nested too deep.
bool write_json(const Shape& shape, const std::byte* value, const WriteOptions& options, std::string& out);

}  // namespace noodle::data
