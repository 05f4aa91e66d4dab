// Natives of compression.

#include <memory>
#include <mutex>
#include <string>

#include "runtime/compress/stream.h"
#include "runtime/room/natives.h"

namespace noodle::room {

namespace {

using compress::Format;
using compress::Outcome;
using compress::Sink;
using compress::Step;
using compress::Stream;

/// What stands behind a handle.
struct StreamObject {
  HandleObject handle;
  std::mutex mutex;  // guards what follows: tasks may share a handle
  std::unique_ptr<Stream> stream;
  std::uint64_t left = 0;  // bytes that may still come out
  bool has_ended = false;
};

StreamObject* object_of(HandleObject* handle) { return reinterpret_cast<StreamObject*>(handle); }

constexpr HandleObject::Kind kStreamKind{
    .name = "compression",
    .children = [](HandleObject*, void*, void (*)(void*, memory::Object*)) -> std::int64_t { return 0; },
    .dispose = [](HandleObject* handle) { delete object_of(handle); },
};

Status give_handle(Call& call, std::unique_ptr<Stream> stream, std::uint64_t most) {
  if (stream == nullptr) return Status::NoMemory;
  auto* object =
      new StreamObject{.handle = {.header = {}, .kind = &kStreamKind}, .mutex = {}, .stream = std::move(stream)};
  object->left = most;
  call.results[0] = call.host.adopt(call, object->handle);
  return Status::Ok;
}

Sink sink_of(const Call& call, std::uint64_t most) {
  return {.out = {}, .most = most, .told_to_stop = [&call] { return call.host.is_told_to_stop(call); }};
}

/// Does a step with all of the bytes, in pieces: what comes out may be so little that nobody would be asked whether to
/// stop.
Outcome step_by_pieces(Stream& stream, std::string_view bytes, Step step, Sink& sink) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  for (; bytes.size() > kPiece; bytes.remove_prefix(kPiece)) {
    const Outcome outcome = stream.step(bytes.substr(0, kPiece), Step::GoOn, sink);
    if (outcome != Outcome::Ok) return outcome;
    if (sink.told_to_stop()) return Outcome::Stopped;
  }
  return stream.step(bytes, step, sink);
}

/// Gives (ok, bytes, what is wrong).
Status give_outcome(Call& call, Outcome outcome, const Stream& stream, const std::string& out) {
  if (outcome == Outcome::Stopped) return Status::Interrupted;
  const bool ok = outcome == Outcome::Ok;
  if (give_text(call, ok ? std::string_view() : stream.error(), 2) != Status::Ok) return Status::NoMemory;
  give_bool(call, ok);
  return give_bytes(call, ok ? out : std::string_view(), 1);
}

bool is_format(std::int64_t number) { return number >= 0 && number < compress::kFormats; }

Status no_format(Call& call, std::int64_t number) {
  return panic(call, "the format with number " + std::to_string(number) + " is unknown");
}

/// The level in an argument, the usual one for a negative number; or a panic.
bool level_arg(Call& call, std::size_t slot, Format format, int& level) {
  const compress::Levels levels = compress::levels_of(format);
  const std::int64_t wanted = int_arg(call, slot) < 0 ? levels.usual : int_arg(call, slot);
  level = static_cast<int>(wanted);
  if (wanted >= levels.least && wanted <= levels.most) return true;
  panic(call, "the level " + std::to_string(wanted) + " is none from " + std::to_string(levels.least) + " to " +
                  std::to_string(levels.most));
  return false;
}

/// A limit in an argument.
std::uint64_t most_arg(const Call& call, std::size_t slot) { return int_arg(call, slot) < 0 ? 0 : call.args[slot]; }

}  // namespace

Status native_compress_pack(Call& call) {
  const auto format = static_cast<Format>(int_arg(call, 1));
  if (!is_format(int_arg(call, 1))) return no_format(call, int_arg(call, 1));
  int level = 0;
  if (!level_arg(call, 2, format, level)) return Status::Panic;
  const auto stream = compress::make_packer(format, level);
  if (stream == nullptr) return Status::NoMemory;
  Sink sink = sink_of(call, UINT64_MAX);
  switch (step_by_pieces(*stream, bytes_arg(call, 0), Step::End, sink)) {
    case Outcome::Ok: return give_bytes(call, sink.out);
    case Outcome::Stopped: return Status::Interrupted;
    case Outcome::Wrong: break;
  }
  return panic(call, stream->error());
}

Status native_compress_unpack(Call& call) {
  if (!is_format(int_arg(call, 1))) return no_format(call, int_arg(call, 1));
  const auto stream = compress::make_unpacker(static_cast<Format>(int_arg(call, 1)));
  if (stream == nullptr) return Status::NoMemory;
  Sink sink = sink_of(call, most_arg(call, 2));
  const Outcome outcome = step_by_pieces(*stream, bytes_arg(call, 0), Step::End, sink);
  return give_outcome(call, outcome, *stream, sink.out);
}

Status native_compress_packer(Call& call) {
  if (!is_format(int_arg(call, 0))) return no_format(call, int_arg(call, 0));
  const auto format = static_cast<Format>(int_arg(call, 0));
  int level = 0;
  if (!level_arg(call, 1, format, level)) return Status::Panic;
  return give_handle(call, compress::make_packer(format, level), UINT64_MAX);
}

Status native_compress_unpacker(Call& call) {
  if (!is_format(int_arg(call, 0))) return no_format(call, int_arg(call, 0));
  return give_handle(call, compress::make_unpacker(static_cast<Format>(int_arg(call, 0))), most_arg(call, 1));
}

Status native_compress_step(Call& call) {
  HandleObject* handle = handle_arg(call, 0, kStreamKind);
  if (handle == nullptr || call.args[2] > static_cast<std::uint64_t>(Step::End)) {
    return panic(call, "this is no stream, or no step of one");
  }
  StreamObject& object = *object_of(handle);
  const std::lock_guard hold(object.mutex);
  if (object.has_ended) {
    give_bool(call, false);
    call.results[1] = 0;
    return give_text(call, "the stream has ended", 2);
  }
  const auto step = static_cast<Step>(call.args[2]);
  Sink sink = sink_of(call, object.left);
  const Outcome outcome = step_by_pieces(*object.stream, bytes_arg(call, 1), step, sink);
  object.left = sink.most;
  object.has_ended = step == Step::End || outcome != Outcome::Ok;
  return give_outcome(call, outcome, *object.stream, sink.out);
}

}  // namespace noodle::room
