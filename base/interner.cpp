#include "base/interner.h"

#include <bit>
#include <cstdlib>

#include "base/hash.h"

namespace noodle {

namespace {
constexpr std::size_t kFirstTable = 1024;
}

Interner::Interner() : table_(kFirstTable, Symbol::kNone) {}

std::size_t Interner::probe(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const std::uint32_t index = table_[at];
    if (index == Symbol::kNone) return at;
    if (hashes_[index] == hash && texts_[index] == text) return at;
  }
}

Symbol Interner::find(std::string_view text) const {
  const std::uint32_t index = table_[probe(text, hash_bytes(text))];
  return index == Symbol::kNone ? Symbol() : Symbol(index);
}

Symbol Interner::intern(std::string_view text) {
  const std::uint64_t hash = hash_bytes(text);
  std::size_t at = probe(text, hash);
  if (table_[at] != Symbol::kNone) return Symbol(table_[at]);
  if ((texts_.size() + 1) * 2 > table_.size()) {
    grow(table_.size() * 2);
    at = probe(text, hash);
  }
  return add(arena_.copy(text), hash, at);
}

Symbol Interner::add(std::string_view text, std::uint64_t hash, std::size_t at) {
  const Symbol symbol(texts_.size());
  table_[at] = symbol.index;
  texts_.push_back(text);
  hashes_.push_back(hash);
  return symbol;
}

void Interner::preload(std::span<const std::string_view> texts) {
  texts_.reserve(texts.size() * 2);
  hashes_.reserve(texts.size() * 2);
  if (const std::size_t places = std::bit_ceil(texts.size() * 2); places > table_.size()) grow(places);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::uint64_t hash = hash_bytes(texts[i]);
    const std::size_t at = probe(texts[i], hash);
    const Symbol symbol = table_[at] == Symbol::kNone ? add(texts[i], hash, at) : Symbol(table_[at]);
    if (symbol.index != i) std::abort();  // a caller broke the condition
  }
}

void Interner::grow(std::size_t places) {
  table_.assign(places, Symbol::kNone);
  const std::size_t mask = table_.size() - 1;
  for (std::uint32_t index = 0; index < texts_.size(); ++index) {
    std::size_t at = hashes_[index] & mask;
    while (table_[at] != Symbol::kNone) at = (at + 1) & mask;
    table_[at] = index;
  }
}

}  // namespace noodle
