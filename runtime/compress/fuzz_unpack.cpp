// Bytes that nobody packed: what comes out stays within the limit, and is the same however they come in. What was
// unpacked comes back from being packed.

#include <algorithm>
#include <cstdlib>

#include "runtime/compress/stream.h"

namespace noodle::compress {
namespace {

constexpr std::uint64_t kMost = 1 << 18;

struct Unpacked {
  Outcome outcome = Outcome::Ok;
  std::string out;
};

Unpacked unpack(Format format, std::string_view bytes, std::size_t piece) {
  const auto stream = make_unpacker(format);
  Sink sink{.out = {}, .most = kMost, .told_to_stop = [] { return false; }};
  Outcome outcome = Outcome::Ok;
  while (bytes.size() > piece && outcome == Outcome::Ok) {
    outcome = stream->step(bytes.substr(0, piece), Step::GoOn, sink);
    bytes.remove_prefix(piece);
  }
  if (outcome == Outcome::Ok) outcome = stream->step(bytes, Step::End, sink);
  if (sink.out.size() + sink.most != kMost && outcome == Outcome::Ok) std::abort();
  if (outcome == Outcome::Wrong && stream->error().empty()) std::abort();
  return {outcome, std::move(sink.out)};
}

void check_round_trip(Format format, std::string_view bytes, int level) {
  const auto packer = make_packer(format, level);
  Sink sink{.out = {}, .most = UINT64_MAX, .told_to_stop = [] { return false; }};
  if (packer->step(bytes, Step::End, sink) != Outcome::Ok) std::abort();
  if (unpack(format, sink.out, sink.out.size()).out != bytes) std::abort();
}

}  // namespace
}  // namespace noodle::compress

// A byte for the format and how long the pieces are, then what is unpacked.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace noodle::compress;
  if (size == 0) return 0;
  const auto format = static_cast<Format>(data[0] & 3);
  const std::size_t piece = 1 + (data[0] >> 2);
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Unpacked whole = unpack(format, bytes, std::max<std::size_t>(bytes.size(), 1));
  const Unpacked pieces = unpack(format, bytes, piece);
  if (whole.outcome != pieces.outcome) std::abort();
  if (whole.outcome != Outcome::Ok) return 0;
  if (whole.out != pieces.out) std::abort();
  check_round_trip(format, whole.out, 1 + (data[0] >> 6));
  return 0;
}
