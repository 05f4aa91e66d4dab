#include "runtime/simulate/ends.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/world/errors.h"

namespace noodle::simulate {

namespace {

using world::Io;
using world::Transfer;

constexpr std::int64_t kMicro = 1'000;
constexpr std::int64_t kLatency = 20 * kMicro, kPipeLatency = kMicro;

Transfer failed(int error, const char* what) { return {Io::Failed, 0, world::describe(error, what)}; }

}  // namespace

std::int64_t Net::delay(std::int64_t usual, std::string_view what) {
  // From a few microseconds to a tenth of a second, short ones more often.
  constexpr std::uint32_t kWays = 1'000;
  const std::int64_t longer = choices.choose(Twist::Delay, kWays);
  const std::int64_t nanos = usual + longer * longer * 100;
  if (longer != 0 && choices.explains()) {
    choices.say(std::string(what) + " takes " + std::to_string(nanos / kMicro) + " us");
  }
  return nanos;
}

bool Net::wrong(Twist kind, const std::string& what) {
  if (choices.choose(kind, 2) == 0) return false;
  choices.say(what);
  return true;
}

std::size_t Net::some(std::size_t bytes) {
  if (bytes <= 1) return bytes;
  const auto ways = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT32_MAX));
  const std::uint32_t fewer = choices.choose(Twist::Short, ways);
  if (fewer != 0 && choices.explains()) {
    choices.say(std::to_string(fewer) + " of " + std::to_string(bytes) + " bytes pass at once");
  }
  return fewer == 0 ? bytes : fewer;
}

void Net::tell(End& end, bool readable, bool writable, bool ended) {
  if (end.program) {
    // It may give the end another program.
    const auto program = end.program;
    return program();
  }
  if (!end.watched) return;
  if (!end.readable && !end.writable && !end.ended) news.push_back(end.weak_from_this());
  end.readable |= readable || ended;
  end.writable |= writable;
  end.ended |= ended;
}

Transfer End::read(std::span<char>) { return failed(EBADF, "reading"); }
Transfer End::write(std::string_view) { return failed(EBADF, "writing"); }

void Stream::join(Stream& a, Stream& b) {
  a.peer = std::static_pointer_cast<Stream>(b.shared_from_this());
  b.peer = std::static_pointer_cast<Stream>(a.shared_from_this());
}

// Lets something happen to us that the other side does, after all that it did before.
void Stream::arrive_later(std::string_view what, std::function<void(Stream&)> event) {
  const std::int64_t now = net.time.now();
  latest = std::max(latest, now + net.delay(socket ? kLatency : kPipeLatency, what));
  net.time.after(latest - now, [self = weak_from_this(), event = std::move(event)] {
    if (const auto end = std::static_pointer_cast<Stream>(self.lock())) event(*end);
  });
}

Transfer Stream::read(std::span<char> into) {
  if (broken) return failed(ECONNRESET, "reading");
  if (socket && net.wrong(Twist::Reset, "the connection with " + remote + " breaks before a read")) {
    reset();
    return failed(ECONNRESET, "reading");
  }
  if (inbox.empty()) return {peer_done ? Io::End : Io::Wait, 0, {}};
  const std::size_t there = std::min(into.size(), inbox.size());
  const std::size_t n = net.some(there);
  std::memcpy(into.data(), inbox.data(), n);
  inbox.erase(0, n);
  // Who gets less than there is may take it for all of it, and waits for news: as if the rest came just now.
  if (n < there) {
    net.time.after(kMicro, [this, self = shared_from_this()] { net.tell(*self, true, false, peer_done); });
  }
  if (const auto writer = peer.lock(); writer != nullptr && writer->full) {
    writer->full = false;
    net.tell(*writer, false, true);
  }
  return {Io::Done, n, {}};
}

Transfer Stream::write(std::string_view bytes) {
  const auto reader = peer.lock();
  if (broken) return failed(ECONNRESET, "writing");
  if (finished || reader == nullptr) return failed(EPIPE, "writing");
  if (socket && net.wrong(Twist::Reset, "the connection with " + remote + " breaks before a write")) {
    reset();
    return failed(ECONNRESET, "writing");
  }
  if (bytes.empty()) return {};
  const std::size_t taken = std::min(kWindow, reader->inbox.size() + reader->coming);
  if (taken == kWindow) {
    full = true;
    return {Io::Wait, 0, {}};
  }
  const std::size_t n = net.some(std::min(bytes.size(), kWindow - taken));
  reader->coming += n;
  reader->arrive_later("a message to " + remote, [text = std::string(bytes.substr(0, n))](Stream& to) {
    to.coming -= text.size();
    if (to.broken) return;
    to.inbox += text;
    to.net.tell(to, true, false);
  });
  return {Io::Done, n, {}};
}

void Stream::finish() {
  if (std::exchange(finished, true)) return;
  if (const auto reader = peer.lock()) {
    reader->arrive_later("the end of what is sent to " + remote, [](Stream& to) {
      to.peer_done = true;
      to.net.tell(to, true, false, true);
    });
  }
}

void Stream::reset() {
  broken = true;
  inbox.clear();
  net.tell(*this, true, true, true);
  const auto other = peer.lock();
  if (other == nullptr || other->broken) return;
  other->broken = true;
  other->inbox.clear();
  net.tell(*other, true, true, true);
}

void Stream::close() {
  // Who closes without having read all tells the other side that it was for nothing.
  if (socket && !broken && (!inbox.empty() || coming != 0)) return reset();
  finish();
  if (const auto writer = peer.lock()) {
    // What is still on its way has nobody to read it.
    writer->peer.reset();
    net.tell(*writer, false, true);
  }
}

void Listener::close() {
  for (const auto& stream : waiting) stream->reset();
  waiting.clear();
  forget();
}

Transfer OpenFile::read(std::span<char> into) {
  const Transfer got = read_at(static_cast<std::int64_t>(at), into);
  at += got.bytes;
  return got;
}

Transfer OpenFile::read_at(std::int64_t position, std::span<char> into) {
  if (!may_read) return failed(EBADF, "reading");
  if (position < 0) return failed(EINVAL, "reading");
  const auto from = static_cast<std::size_t>(position);
  if (from >= bytes->size()) return {Io::End, 0, {}};
  const std::size_t n = net.some(std::min(into.size(), bytes->size() - from));
  std::memcpy(into.data(), bytes->data() + from, n);
  return {Io::Done, n, {}};
}

Transfer OpenFile::write(std::string_view text) {
  if (!may_write) return failed(EBADF, "writing");
  if (text.empty()) return {};
  if (net.wrong(Twist::Full, "the disk is full when " + local + " is written")) return failed(ENOSPC, "writing");
  const std::size_t n = net.some(text.size());
  if (at > kMost - n) return failed(EFBIG, "writing");
  if (append) at = bytes->size();
  if (bytes->size() < at + n) bytes->resize(at + n);
  bytes->replace(at, n, text.substr(0, n));
  at += n;
  wrote(bytes);
  return {Io::Done, n, {}};
}

void Process::exit(std::int64_t with) {
  if (std::exchange(over, true)) return;
  code = with;
  for (auto* end : {&in, &out, &error}) {
    if (*end == nullptr) continue;
    (*end)->program = nullptr;
    (*end)->close();
    end->reset();
  }
  net.tell(*this, true, false, true);
}

}  // namespace noodle::simulate
