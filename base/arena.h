#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace noodle {

/// Bump allocation for objects that die together. Nothing is destroyed one by one, so only
/// trivially destructible types may live here. Growing never moves what was handed out.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&& other) noexcept { *this = std::move(other); }
  Arena& operator=(Arena&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    cursor_ = std::exchange(other.cursor_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }

  /// Raw bytes with the given alignment (a power of two).
  void* allocate(std::size_t size, std::size_t align) {
    auto at = (reinterpret_cast<std::uintptr_t>(cursor_) + align - 1) & ~(align - 1);
    if (cursor_ == nullptr || at + size > reinterpret_cast<std::uintptr_t>(end_)) {
      grow(size + align);
      at = (reinterpret_cast<std::uintptr_t>(cursor_) + align - 1) & ~(align - 1);
    }
    cursor_ = reinterpret_cast<std::byte*>(at + size);
    return reinterpret_cast<void*>(at);
  }

  /// Constructs one T in the arena.
  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  /// Copies a sequence into the arena and returns where it lies.
  template <typename T>
  std::span<T> copy(std::span<const T> items) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (items.empty()) return {};
    auto* to = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
    std::uninitialized_copy(items.begin(), items.end(), to);
    return {to, items.size()};
  }
  template <typename T>
  std::span<T> copy(const std::vector<T>& items) {
    return copy(std::span<const T>(items));
  }
  /// Copies text into the arena.
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* to = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// The memory that was taken, in order; all that was handed out lies in it.
  std::vector<std::span<const std::byte>> blocks() const {
    std::vector<std::span<const std::byte>> out;
    for (const Block& block : blocks_) out.emplace_back(block.bytes.get(), block.size);
    return out;
  }

  /// Bytes taken from the system so far.
  std::size_t bytes() const { return bytes_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };
  static constexpr std::size_t kFirstBlock = 512;  // a program has an arena for each function body
  static constexpr std::size_t kLargestBlock = 1024 * 1024;

  void grow(std::size_t least) {
    std::size_t size = blocks_.empty() ? kFirstBlock : std::min(bytes_, kLargestBlock);
    // Whole words, so that the memory can be written down as such.
    size = (std::max(size, least) + 7) & ~std::size_t{7};
    blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
    cursor_ = blocks_.back().bytes.get();
    end_ = cursor_ + size;
    bytes_ += size;
  }

  std::vector<Block> blocks_;
  std::byte* cursor_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace noodle
