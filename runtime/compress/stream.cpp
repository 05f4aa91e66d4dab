#include "runtime/compress/stream.h"

#include <zstd.h>

namespace noodle::compress {

Levels levels_of(Format format) {
  if (format == Format::Zstd) return {.least = 1, .most = ZSTD_maxCLevel(), .usual = ZSTD_CLEVEL_DEFAULT};
  return {.least = 0, .most = 9, .usual = 6};
}

std::unique_ptr<Stream> make_packer(Format format, int level) {
  return format == Format::Zstd ? make_zstd_packer(level) : make_zlib_packer(format, level);
}
std::unique_ptr<Stream> make_unpacker(Format format) {
  return format == Format::Zstd ? make_zstd_unpacker() : make_zlib_unpacker(format);
}

}  // namespace noodle::compress
