// Zstandard.

#include <zstd.h>

#include <array>

#include "runtime/compress/stream.h"

namespace noodle::compress {

namespace {

class ZstdPacker final : public Stream {
 public:
  explicit ZstdPacker(int level) {
    if (!is_ready()) return;
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
    // So that whoever unpacks it sees when it was damaged.
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdPacker() override { ZSTD_freeCCtx(context_); }
  bool is_ready() const { return context_ != nullptr; }

  Outcome step(std::string_view bytes, Step step, Sink& sink) override {
    constexpr ZSTD_EndDirective kEnds[] = {ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end};
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{block_.data(), block_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context_, &out, &in, kEnds[static_cast<std::size_t>(step)]);
      if (ZSTD_isError(left) != 0) return fail(ZSTD_getErrorName(left));
      sink.out.append(block_.data(), out.pos);
      if (step == Step::GoOn ? in.pos == in.size : left == 0) return Outcome::Ok;
      if (sink.told_to_stop()) return Outcome::Stopped;
    }
  }

 private:
  ZSTD_CCtx* const context_ = ZSTD_createCCtx();
  std::array<char, kBlock> block_;
};

class ZstdUnpacker final : public Stream {
 public:
  ~ZstdUnpacker() override { ZSTD_freeDCtx(context_); }
  bool is_ready() const { return context_ != nullptr; }

  Outcome step(std::string_view bytes, Step step, Sink& sink) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    // A full block may not have been all that there was. At a frame's end it was, and asking again would begin another.
    bool is_full = false;
    while (in.pos < in.size || (is_full && !is_whole_)) {
      ZSTD_outBuffer out{block_.data(), block_.size(), 0};
      const std::size_t hint = ZSTD_decompressStream(context_, &out, &in);
      if (ZSTD_isError(hint) != 0)
        return fail("it is damaged or no Zstandard: " + std::string(ZSTD_getErrorName(hint)));
      if (out.pos > sink.most) return too_much();
      sink.most -= out.pos;
      sink.out.append(block_.data(), out.pos);
      is_full = out.pos == out.size;
      is_whole_ = hint == 0;
      if (sink.told_to_stop()) return Outcome::Stopped;
    }
    return step == Step::End && !is_whole_ ? too_early() : Outcome::Ok;
  }

 private:
  ZSTD_DCtx* const context_ = ZSTD_createDCtx();
  std::array<char, kBlock> block_;
  bool is_whole_ = false;  // a frame has ended, and no other has begun
};

}  // namespace

std::unique_ptr<Stream> make_zstd_packer(int level) { return ready(std::make_unique<ZstdPacker>(level)); }
std::unique_ptr<Stream> make_zstd_unpacker() { return ready(std::make_unique<ZstdUnpacker>()); }

}  // namespace noodle::compress
