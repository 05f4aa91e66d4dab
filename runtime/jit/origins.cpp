// Numbers of seven bits a byte, the last one with its highest bit clear; differences of either sign are folded. Both
// kinds of entry differ little from what is before them.

#include "runtime/jit/origins.h"

#include "base/bytes.h"

namespace noodle::jit {

namespace {

void add_difference(std::string& bytes, std::uint32_t from, std::uint32_t to) {
  const std::uint32_t difference = to - from;
  append_packed(bytes, difference << 1 ^ (difference >> 31 != 0 ? ~0u : 0));
}

// Gives zeros once something was wrong.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80 && number <= UINT32_MAX) return static_cast<std::uint32_t>(number);
    }
    return refuse();
  }
  std::uint32_t number_after(std::uint32_t from) {
    const std::uint32_t folded = number();
    return from + (folded >> 1 ^ ((folded & 1) != 0 ? ~0u : 0));
  }
  /// How many things of at least this many bytes follow.
  std::uint32_t count(std::size_t size) {
    const std::uint32_t count = number();
    return count <= bytes_.size() / size ? count : refuse();
  }
  std::uint32_t refuse() {
    good_ = false;
    bytes_ = {};
    return 0;
  }
  bool good() const { return good_; }
  bool at_end() const { return good_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace

std::string pack(const Origins& origins) {
  std::string bytes;
  append_packed(bytes, static_cast<std::uint32_t>(origins.all.size()));
  Origin before;
  for (const Origin& origin : origins.all) {
    add_difference(bytes, before.function, origin.function);
    add_difference(bytes, before.pc, origin.pc);
    append_packed(bytes, origin.caller);
    before = origin;
  }
  append_packed(bytes, static_cast<std::uint32_t>(origins.stretches.size()));
  Stretch last;
  for (const Stretch& stretch : origins.stretches) {
    append_packed(bytes, stretch.at - last.at);
    add_difference(bytes, last.origin, stretch.origin);
    last = stretch;
  }
  return bytes;
}

std::optional<Origins> unpack(std::string_view bytes) {
  constexpr std::size_t kOriginBytes = 3, kStretchBytes = 2;
  Unpacker in(bytes);
  Origins origins;
  Origin before;
  for (std::uint32_t i = 0, count = in.count(kOriginBytes); i < count && in.good(); ++i) {
    before = {in.number_after(before.function), in.number_after(before.pc), in.number()};
    if (before.caller > i) in.refuse();
    origins.all.push_back(before);
  }
  Stretch last;
  for (std::uint32_t i = 0, count = in.count(kStretchBytes); i < count && in.good(); ++i) {
    const std::uint32_t step = in.number();
    if (step > UINT32_MAX - last.at) in.refuse();
    last = {last.at + step, in.number_after(last.origin)};
    if (last.origin > origins.all.size()) in.refuse();
    origins.stretches.push_back(last);
  }
  if (!in.at_end()) return std::nullopt;
  return origins;
}

}  // namespace noodle::jit
