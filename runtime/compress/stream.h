#pragma once

// Compressing and decompressing step by step.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace noodle::compress {

/// The numbers of natives.def.
enum class Format : std::int64_t { Zstd, Gzip, Zlib, Deflate };
constexpr std::int64_t kFormats = 4;

/// How a step ends: more is to come, all is to be told that came so far, or that was all.
enum class Step : std::int64_t { GoOn, Flush, End };

/// What a step needs of whom it works for.
struct Sink {
  std::string out;
  std::uint64_t most = UINT64_MAX;     // bytes that may still come out
  std::function<bool()> told_to_stop;  // asked now and then
};

/// What became of a step.
enum class Outcome : std::uint8_t { Ok, Wrong, Stopped };

class Stream {
 public:
  virtual ~Stream() = default;
  /// Takes bytes and adds what they give to the sink. Wrong: see `error`; then nothing can go on.
  virtual Outcome step(std::string_view bytes, Step step, Sink& sink) = 0;
  const std::string& error() const { return error_; }

 protected:
  Outcome fail(std::string why) {
    error_ = std::move(why);
    return Outcome::Wrong;
  }
  Outcome too_much() { return fail("it unpacks to more bytes than the limit"); }
  Outcome too_early() { return fail("it ends too early"); }

 private:
  std::string error_;
};

/// The levels of a format, from the fastest to the smallest, and the usual one.
struct Levels {
  int least, most, usual;
};
Levels levels_of(Format format);

/// A level is one that the format has. Null when there is no memory.
std::unique_ptr<Stream> make_packer(Format format, int level);
std::unique_ptr<Stream> make_unpacker(Format format);

std::unique_ptr<Stream> make_zstd_packer(int level);
std::unique_ptr<Stream> make_zstd_unpacker();
std::unique_ptr<Stream> make_zlib_packer(Format format, int level);
std::unique_ptr<Stream> make_zlib_unpacker(Format format);

/// A stream whose library could be begun; null without.
template <typename Made>
std::unique_ptr<Stream> ready(std::unique_ptr<Made> stream) {
  if (!stream->is_ready()) return nullptr;
  return stream;
}

/// So many bytes come out between two looks whether it is time to stop.
constexpr std::size_t kBlock = std::size_t{1} << 16;

}  // namespace noodle::compress
