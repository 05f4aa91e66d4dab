// A file: its magic word, the key, the images, and a checksum of all that. Numbers are as the processor has them, since
// so is the code.

#include "runtime/jit/cache_entry.h"

#include <cstring>

#include "base/bytes.h"
#include "base/hash.h"

namespace noodle::jit {

namespace {

constexpr std::string_view kMagic = "noodle code 3\n\0\0";
constexpr std::size_t kSymbolBytes = 44;

class Writer {
 public:
  template <class T>
  void number(T n) {
    append_raw(bytes, n);
  }
  void text(std::string_view t) {
    number<std::uint64_t>(t.size());
    bytes += t;
  }
  std::string bytes;
};

// Gives zeros once something was wrong, which `good` tells.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T number() {
    T n{};
    const std::string_view from = take(sizeof n);
    if (good_) std::memcpy(&n, from.data(), sizeof n);
    return n;
  }
  std::string_view text() { return take(number<std::uint64_t>()); }
  /// How many things of at least this size follow; none when they can't.
  std::uint32_t count(std::size_t size) {
    const auto n = number<std::uint32_t>();
    good_ = good_ && n <= bytes_.size() / size;
    return good_ ? n : 0;
  }
  void refuse() { good_ = false; }
  bool good() const { return good_; }
  bool at_end() const { return good_ && bytes_.empty(); }

 private:
  std::string_view take(std::uint64_t size) {
    good_ = good_ && size <= bytes_.size();
    if (!good_) return {};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
  bool good_ = true;
};

void write_image(Writer& out, const KeptImage& image) {
  out.number(image.function);
  out.number(static_cast<std::uint32_t>(image.loops.size()));
  for (const std::uint32_t loop : image.loops) out.number(loop);
  out.number(static_cast<std::uint8_t>(image.effort));
  out.number(static_cast<std::uint32_t>(image.symbols.size()));
  for (const Symbol& symbol : image.symbols) {
    out.number(symbol.function);
    out.number(symbol.loop);
    out.number(symbol.entry);
    out.number(symbol.fast);
    out.number(symbol.fast_bytes);
    out.number(symbol.bytes);
  }
  out.text(image.bytes);
  out.text(image.origins);
}

bool lies_inside(const Symbol& symbol, std::size_t bytes) {
  return symbol.entry < bytes && symbol.fast < bytes && symbol.bytes <= bytes && symbol.fast_bytes <= bytes &&
         symbol.loop >= -1 && symbol.loop <= std::int64_t{UINT32_MAX};
}

KeptImage read_image(Reader& in) {
  KeptImage image;
  image.function = in.number<std::uint32_t>();
  image.loops.resize(in.count(sizeof(std::uint32_t)));
  for (std::uint32_t& loop : image.loops) loop = in.number<std::uint32_t>();
  image.effort = static_cast<Effort>(in.number<std::uint8_t>());
  if (image.effort != Effort::Quick && image.effort != Effort::Full) in.refuse();
  image.symbols.resize(in.count(kSymbolBytes));
  for (Symbol& symbol : image.symbols) {
    symbol.function = in.number<std::uint32_t>();
    symbol.loop = in.number<std::int64_t>();
    symbol.entry = in.number<std::uint64_t>();
    symbol.fast = in.number<std::uint64_t>();
    symbol.fast_bytes = in.number<std::uint64_t>();
    symbol.bytes = in.number<std::uint64_t>();
  }
  image.bytes = in.text();
  image.origins = in.text();
  for (const Symbol& symbol : image.symbols) {
    if (!lies_inside(symbol, image.bytes.size())) in.refuse();
  }
  return image;
}

}  // namespace

std::string write_entry(std::string_view key, const std::vector<KeptImage>& images) {
  Writer out;
  out.bytes = kMagic;
  out.text(key);
  out.number(static_cast<std::uint32_t>(images.size()));
  for (const KeptImage& image : images) write_image(out, image);
  const Hash128 sum = hash128_bytes(out.bytes);
  out.number(sum.low);
  out.number(sum.high);
  return std::move(out.bytes);
}

std::optional<std::vector<KeptImage>> read_entry(std::string_view file, std::string_view key) {
  constexpr std::size_t kSumBytes = 16;
  if (file.size() < kMagic.size() + kSumBytes || !file.starts_with(kMagic)) return std::nullopt;
  Reader sum_in(file.substr(file.size() - kSumBytes));
  file.remove_suffix(kSumBytes);
  const auto low = sum_in.number<std::uint64_t>(), high = sum_in.number<std::uint64_t>();
  if (hash128_bytes(file) != Hash128{low, high}) return std::nullopt;
  Reader in(file.substr(kMagic.size()));
  if (in.text() != key) return std::nullopt;
  std::vector<KeptImage> images;
  const std::uint32_t count = in.count(sizeof(std::uint64_t));
  for (std::uint32_t i = 0; i < count && in.good(); ++i) images.push_back(read_image(in));
  if (!in.at_end()) return std::nullopt;
  return images;
}

}  // namespace noodle::jit
