#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/ids.h"

namespace noodle {

/// An interned name: two symbols of one interner are equal when their texts are.
using Symbol = Id<struct SymbolTag>;

/// Gives each distinct text one dense Symbol. Texts live as long as the interner.
class Interner {
 public:
  Interner();
  /// The symbol of `text`, made on first sight.
  Symbol intern(std::string_view text);
  /// Makes these the first symbols, in their order; the texts must outlive the interner. Others must not have
  /// come before, unless they are the same.
  void preload(std::span<const std::string_view> texts);
  /// The symbol of `text` if it has been seen, else an invalid one.
  Symbol find(std::string_view text) const;
  /// The text of a symbol; empty for an invalid one.
  std::string_view text(Symbol symbol) const { return symbol.valid() ? texts_[symbol.index] : std::string_view(); }
  /// How many distinct texts there are.
  std::size_t size() const { return texts_.size(); }

 private:
  std::size_t probe(std::string_view text, std::uint64_t hash) const;
  Symbol add(std::string_view text, std::uint64_t hash, std::size_t at);
  void grow(std::size_t places);  // a power of two

  Arena arena_;
  std::vector<std::string_view> texts_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> table_;  // open addressing; kNone marks an empty place
};

}  // namespace noodle
