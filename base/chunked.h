#pragma once

// A growing table that never moves its entries.

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace noodle {

/// A vector in chunks: growing copies nothing, wherever the table has got to, and references stay good.
template <typename T>
class Chunked {
 public:
  T& operator[](std::size_t i) { return chunks_[i / kChunk][i % kChunk]; }
  const T& operator[](std::size_t i) const { return chunks_[i / kChunk][i % kChunk]; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& back() { return chunks_.back().back(); }

  template <typename... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    if (size_ % kChunk == 0) chunks_.emplace_back().reserve(kChunk);
    ++size_;
    return chunks_.back().emplace_back(std::forward<Arguments>(arguments)...);
  }
  void push_back(T item) { emplace_back(std::move(item)); }
  /// Removes what stands behind the first `size` entries.
  void truncate(std::size_t size) {
    chunks_.resize((size + kChunk - 1) / kChunk);
    if (size % kChunk != 0) chunks_.back().erase(chunks_.back().begin() + size % kChunk, chunks_.back().end());
    size_ = size;
  }

  template <typename Table, typename Item>
  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(Table& table, std::size_t at) : table_(&table), at_(at) {}
    Item& operator*() const { return (*table_)[at_]; }
    Item* operator->() const { return &(*table_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(*table_, at_++); }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    Table* table_ = nullptr;
    std::size_t at_ = 0;
  };
  auto begin() { return Iterator<Chunked, T>(*this, 0); }
  auto end() { return Iterator<Chunked, T>(*this, size_); }
  auto begin() const { return Iterator<const Chunked, const T>(*this, 0); }
  auto end() const { return Iterator<const Chunked, const T>(*this, size_); }

 private:
  static constexpr std::size_t kChunk = 64;

  std::vector<std::vector<T>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace noodle
