// Natives of whole files and of folders. What may have to be waited for, as a FIFO, is opened as a port.

#include <algorithm>

#include "base/text.h"
#include "runtime/vm/natives_port.h"

namespace noodle::vm {

namespace {

using world::OpenMode;
using world::OrError;

/// What a native gives; nothing when it is left with a status.
template <typename T>
using Given = std::optional<OrError<T>>;

// Opens a file, or a FIFO once it has a reader.
Given<world::Port> open_path(NativeCall& call, Waiting& waiting, const std::string& path, OpenMode mode,
                             NativeStatus& status) {
  for (;;) {
    {
      const task::MayBlock section(call.worker, true);
      auto port = call.world.ports().open_file(path, mode);
      if (!port || *port != world::kNoPort) return port;
    }
    if (!waiting.pause(status)) return std::nullopt;
  }
}

// What stays open until all of it has been read or written.
Given<Resource*> open_stream(NativeCall& call, Waiting& waiting, const std::string& path, OpenMode mode,
                             NativeStatus& status) {
  if (waiting->opened != nullptr) return waiting->opened;
  const auto port = open_path(call, waiting, path, mode, status);
  if (!port) return std::nullopt;
  if (!*port) return std::unexpected(port->error());
  waiting->opened = resources_of(call).open(*call.fiber.task, ResourceKind::File, **port, path);
  if (waiting->opened != nullptr) return waiting->opened;
  status = NativeStatus::NoMemory;
  return std::nullopt;
}

// One step of that; what need not be waited for may hold up the worker instead.
template <typename F>
std::optional<Transfer> step(NativeCall& call, Waiting& waiting, Resource& stream, For what, NativeStatus& status,
                             F&& operation) {
  auto done = attempt(call, waiting, stream, what, status, [&] {
    const task::MayBlock section(call.worker, !stream.polled);
    return operation();
  });
  if (done && done->io == Io::Failed) done->error += ": " + stream.address;
  return done;
}

// Between two steps: some files have no end, and are always ready. False: the native is left with `status`.
bool goes_on(NativeCall& call, Waiting& waiting, NativeStatus& status) {
  status = NativeStatus::Interrupted;
  if (is_told_to_stop(call)) return false;
  if (!call.worker.should_yield()) return true;
  status = NativeStatus::Yield;
  waiting.keep();
  return false;
}

// All of a file, or all that comes until its end.
Given<std::string> read_whole(NativeCall& call, NativeStatus& status) {
  const std::string path = text_of(call, 0);
  if (call.fiber.native_data == nullptr) {
    const task::MayBlock section(call.worker, true);
    if (!call.world.may_wait(path)) return call.world.read_file(path);
  }
  Waiting waiting(call, -1);
  const auto stream = open_stream(call, waiting, path, OpenMode::Read, status);
  if (!stream) return std::nullopt;
  if (!*stream) return std::unexpected(stream->error());
  std::string& all = (**stream)->buffer;
  const std::span<char> block = call.worker.block();
  for (;;) {
    const auto got = step(call, waiting, ***stream, For::Bytes, status,
                          [&] { return call.world.ports().read((**stream)->port, block); });
    if (!got) return std::nullopt;
    if (got->io == Io::Failed) return std::unexpected(got->error);
    if (got->io == Io::End) return std::move(all);
    all.append(block.data(), got->bytes);
    if (!goes_on(call, waiting, status)) return std::nullopt;
  }
}

std::string not_text(const std::string& path) { return "not UTF-8 text: " + path; }

// The text of a file, read to where it stays; nothing when it may have to be waited for.
std::optional<NativeStatus> read_text_in_place(NativeCall& call, const std::string& path) {
  std::uint64_t text[2] = {0, 0};
  bool has_memory = true;
  const auto room = [&](std::size_t bytes) -> char* {
    std::uint64_t grown[2];
    char* const to = value::make_blank_string(call.account, bytes, grown);
    has_memory = to != nullptr;
    if (!has_memory) return nullptr;
    const std::string_view before = value::string_view(text);
    value::copy_text(to, before.data(), before.size());
    value::release_string(call.account, text);
    std::ranges::copy(grown, text);
    return bytes > value::kInlineText ? to : reinterpret_cast<char*>(text);
  };
  std::expected<std::size_t, std::string> read;
  {
    const task::MayBlock section(call.worker, true);
    if (call.world.may_wait(path)) return std::nullopt;
    read = call.world.read_file_into(path, room);
  }
  for (int i = 0; i < 5; ++i) call.results[i] = 0;
  std::string problem = read ? "" : read.error();
  if (read) value::cut_string(call.account, text, *read);
  if (read && find_invalid_utf8(value::string_view(text)) != std::string_view::npos) problem = not_text(path);
  if (problem.empty()) {
    call.results[0] = 1;
    std::ranges::copy(text, call.results + 1);
    return NativeStatus::Ok;
  }
  value::release_string(call.account, text);
  return has_memory ? call.give_text(problem, 3) : NativeStatus::NoMemory;
}

// A file's text, or what is wrong with it.
Given<std::string> read_text(NativeCall& call, NativeStatus& status) {
  auto text = read_whole(call, status);
  if (text && *text && find_invalid_utf8(**text) != std::string_view::npos) {
    return std::unexpected(not_text(text_of(call, 0)));
  }
  return text;
}

Given<void> try_write(NativeCall& call, std::string_view bytes, bool append, NativeStatus& status) {
  const std::string path = text_of(call, 0);
  if (call.fiber.native_data == nullptr) {
    const task::MayBlock section(call.worker, true);
    if (!call.world.may_wait(path)) return call.world.write_file(path, bytes, append);
  }
  Waiting waiting(call, -1);
  const auto stream = open_stream(call, waiting, path, append ? OpenMode::Append : OpenMode::Write, status);
  if (!stream) return std::nullopt;
  if (!*stream) return std::unexpected(stream->error());
  while (waiting->done < bytes.size()) {
    const auto sent = step(call, waiting, ***stream, For::Room, status,
                           [&] { return call.world.ports().write((**stream)->port, bytes.substr(waiting->done)); });
    if (!sent) return std::nullopt;
    if (sent->io == Io::Failed) return std::unexpected(sent->error);
    waiting->done += sent->bytes;
    if (!goes_on(call, waiting, status)) return std::nullopt;
  }
  return OrError<void>();
}

NativeStatus write_whole(NativeCall& call, std::string_view bytes, bool append) {
  NativeStatus status = NativeStatus::Ok;
  const auto done = try_write(call, bytes, append, status);
  return done ? give_done(call, *done) : status;
}

}  // namespace

NativeStatus native_file_open(NativeCall& call) {
  const std::string path = text_of(call, 0);
  const std::int64_t mode = std::clamp<std::int64_t>(int_arg(call, 2), 0, 3);
  Waiting waiting(call, -1);
  NativeStatus status = NativeStatus::Ok;
  const auto port = open_path(call, waiting, path, static_cast<OpenMode>(mode), status);
  return port ? give_port(call, ResourceKind::File, *port, path) : status;
}

NativeStatus native_fs_read_text(NativeCall& call) {
  if (call.fiber.native_data == nullptr) {
    if (const auto done = read_text_in_place(call, text_of(call, 0))) return *done;
  }
  NativeStatus status = NativeStatus::Ok;
  const auto text = read_text(call, status);
  if (!text) return status;
  call.results[0] = text->has_value();
  for (int i = 1; i < 5; ++i) call.results[i] = 0;
  return *text ? call.give_text(**text, 1) : call.give_text(text->error(), 3);
}
NativeStatus native_fs_read_bytes(NativeCall& call) {
  NativeStatus status = NativeStatus::Ok;
  const auto bytes = read_whole(call, status);
  if (!bytes) return status;
  call.results[0] = bytes->has_value();
  for (int i = 1; i < 4; ++i) call.results[i] = 0;
  return *bytes ? give_bytes(call, **bytes, 1) : call.give_text(bytes->error(), 2);
}
NativeStatus native_fs_lines(NativeCall& call) {
  NativeStatus status = NativeStatus::Ok;
  const auto text = read_text(call, status);
  if (!text) return status;
  call.results[0] = text->has_value();
  for (int i = 1; i < 4; ++i) call.results[i] = 0;
  if (!*text) return call.give_text(text->error(), 2);
  TextList list(call, 1);
  std::string_view rest = **text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    if (!list.add(line)) return NativeStatus::NoMemory;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  call.results[1] = list.take();
  return NativeStatus::Ok;
}
NativeStatus native_fs_write_text(NativeCall& call) { return write_whole(call, text_arg(call, 2), false); }
NativeStatus native_fs_append_text(NativeCall& call) { return write_whole(call, text_arg(call, 2), true); }
NativeStatus native_fs_write_bytes(NativeCall& call) { return write_whole(call, bytes_arg(call, 2), false); }
NativeStatus native_fs_exists(NativeCall& call) {
  call.results[0] = call.world.exists(text_of(call, 0));
  return NativeStatus::Ok;
}
NativeStatus native_fs_remove(NativeCall& call) { return give_done(call, call.world.remove(text_of(call, 0))); }
NativeStatus native_fs_make_dir(NativeCall& call) { return give_done(call, call.world.make_dir(text_of(call, 0))); }
NativeStatus native_fs_rename(NativeCall& call) {
  return give_done(call, call.world.rename(text_of(call, 0), text_of(call, 2)));
}
NativeStatus native_fs_info(NativeCall& call) {
  const auto info = call.world.info(text_of(call, 0), call.args[2] != 0);
  call.results[0] = info.has_value();
  for (int i = 1; i < 7; ++i) call.results[i] = 0;
  if (!info) return call.give_text(info.error(), 5);
  call.results[1] = static_cast<std::uint64_t>(info->kind);
  give_int(call, info->size, 2);
  give_int(call, info->modified_nanos, 3);
  return give_int(call, info->mode, 4);
}
NativeStatus native_fs_set_mode(NativeCall& call) {
  return give_done(call, call.world.set_mode(text_of(call, 0), int_arg(call, 2)));
}
NativeStatus native_fs_list_dir(NativeCall& call) {
  const auto names = call.world.list_dir(text_of(call, 0));
  call.results[0] = names.has_value();
  for (int i = 1; i < 4; ++i) call.results[i] = 0;
  if (!names) return call.give_text(names.error(), 2);
  TextList list(call, 1);
  for (const std::string& name : *names) {
    if (find_invalid_utf8(name) == std::string_view::npos && !list.add(name)) {
      return NativeStatus::NoMemory;
    }
  }
  call.results[1] = list.take();
  return NativeStatus::Ok;
}

}  // namespace noodle::vm
