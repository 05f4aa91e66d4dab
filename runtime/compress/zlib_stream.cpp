// gzip, zlib and bare deflate.

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "runtime/compress/stream.h"

namespace noodle::compress {

namespace {

/// How zlib is told the format.
int window_bits(Format format) {
  switch (format) {
    case Format::Gzip: return MAX_WBITS + 16;
    case Format::Zlib: return MAX_WBITS;
    default: return -MAX_WBITS;
  }
}

/// The next bytes for zlib, which counts in 32 bits; gives whether there are more behind them.
bool feed(z_stream& stream, std::string_view& bytes) {
  const std::size_t some = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max() / 2);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(some);
  bytes.remove_prefix(some);
  return !bytes.empty();
}

class ZlibPacker final : public Stream {
 public:
  ZlibPacker(Format format, int level) {
    constexpr int kMemory = 8;  // zlib's usual
    is_ready_ = deflateInit2(&stream_, level, Z_DEFLATED, window_bits(format), kMemory, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~ZlibPacker() override { deflateEnd(&stream_); }
  bool is_ready() const { return is_ready_; }

  Outcome step(std::string_view bytes, Step step, Sink& sink) override {
    constexpr int kFlushes[] = {Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH};
    bool has_more = true;
    while (has_more) {
      has_more = feed(stream_, bytes);
      const int flush = has_more ? Z_NO_FLUSH : kFlushes[static_cast<std::size_t>(step)];
      do {
        stream_.next_out = block_.data();
        stream_.avail_out = static_cast<uInt>(block_.size());
        if (deflate(&stream_, flush) == Z_STREAM_ERROR) return fail("the stream has ended");
        sink.out.append(reinterpret_cast<const char*>(block_.data()), block_.size() - stream_.avail_out);
        if (sink.told_to_stop()) return Outcome::Stopped;
      } while (stream_.avail_out == 0);
    }
    return Outcome::Ok;
  }

 private:
  z_stream stream_{};
  bool is_ready_ = false;
  std::array<Bytef, kBlock> block_;
};

class ZlibUnpacker final : public Stream {
 public:
  explicit ZlibUnpacker(Format format)
      : format_(format), is_ready_(inflateInit2(&stream_, window_bits(format)) == Z_OK) {}
  ~ZlibUnpacker() override { inflateEnd(&stream_); }
  bool is_ready() const { return is_ready_; }

  Outcome step(std::string_view bytes, Step step, Sink& sink) override {
    bool has_more = true;
    while (has_more) {
      has_more = feed(stream_, bytes);
      if (const Outcome outcome = inflate_some(sink); outcome != Outcome::Ok) return outcome;
    }
    return step == Step::End && !is_whole_ ? too_early() : Outcome::Ok;
  }

 private:
  Outcome inflate_some(Sink& sink) {
    while (stream_.avail_in > 0 || stream_.avail_out == 0) {
      if (is_whole_ && stream_.avail_in == 0) break;
      if (is_whole_ && !begin_another()) return fail("there are bytes behind its end");
      stream_.next_out = block_.data();
      stream_.avail_out = static_cast<uInt>(block_.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t came = block_.size() - stream_.avail_out;
      if (came > sink.most) return too_much();
      sink.most -= came;
      sink.out.append(reinterpret_cast<const char*>(block_.data()), came);
      if (result == Z_STREAM_END) {
        is_whole_ = true;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return fail(std::string("it is damaged or of another format") +
                    (stream_.msg != nullptr ? ": " + std::string(stream_.msg) : ""));
      }
      if (sink.told_to_stop()) return Outcome::Stopped;
    }
    return Outcome::Ok;
  }

  // A gzip file may have several members, one after another.
  bool begin_another() {
    if (format_ != Format::Gzip) return false;
    inflateReset(&stream_);
    is_whole_ = false;
    return true;
  }

  const Format format_;
  z_stream stream_{};
  const bool is_ready_;
  std::array<Bytef, kBlock> block_;
  bool is_whole_ = false;
};

}  // namespace

std::unique_ptr<Stream> make_zlib_packer(Format format, int level) {
  return ready(std::make_unique<ZlibPacker>(format, level));
}
std::unique_ptr<Stream> make_zlib_unpacker(Format format) { return ready(std::make_unique<ZlibUnpacker>(format)); }

}  // namespace noodle::compress
