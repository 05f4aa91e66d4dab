// Natives that reach outside, all through the World.

#include "base/text.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

// Whoever reads our output has gone: nothing is left to do, and that is no error.
NativeStatus write(NativeCall& call, std::string_view text) {
  Written written = call.world.try_write_out(text);
  if (written == Written::Later) {
    const task::MayBlock section(call.worker, true);
    written = call.world.write_out(text);
  }
  if (written == Written::Closed) {
    call.exit_code = 0;
    return NativeStatus::Exit;
  }
  return written == Written::Ok ? NativeStatus::Ok : call.panic("standard output can't be written");
}

std::string path_arg(const NativeCall& call) { return std::string(text_arg(call, 0)); }

// A file's text, or what is wrong with it.
std::expected<std::string, std::string> read_text(NativeCall& call) {
  auto text = call.world.read_file(path_arg(call));
  if (text && find_invalid_utf8(*text) != std::string_view::npos) {
    return std::unexpected("not UTF-8 text: " + path_arg(call));
  }
  return text;
}

}  // namespace

NativeStatus native_io_print(NativeCall& call) {
  const std::string_view text = text_arg(call, 0);
  // One write for the line as a whole, so that a terminal shows it at once.
  std::string line;
  line.reserve(text.size() + 1);
  line += text;
  line += '\n';
  return write(call, line);
}
NativeStatus native_io_write(NativeCall& call) { return write(call, text_arg(call, 0)); }
NativeStatus native_io_print_error(NativeCall& call) {
  call.world.write_error(std::string(text_arg(call, 0)) + "\n");
  return NativeStatus::Ok;
}
NativeStatus native_io_read_line(NativeCall& call) {
  // While its defers run after a stop, the flags are still up; they have done their work.
  const auto stop = [&] {
    return !call.fiber.stopping &&
           (call.interrupt->load(std::memory_order_relaxed) || task::Scheduler::told_to_stop(*call.fiber.task));
  };
  std::string line;
  const LineRead read = call.world.read_line(line, stop);
  if (read == LineRead::Interrupted) return NativeStatus::Interrupted;
  if (find_invalid_utf8(line) != std::string_view::npos) {
    return call.panic("standard input is not UTF-8 text");
  }
  call.results[0] = read == LineRead::Line;
  return call.give_text(read == LineRead::Line ? line : std::string(), 1);
}
NativeStatus native_process_exit(NativeCall& call) {
  call.exit_code = int_arg(call, 0);
  if (call.exit_code < 0 || call.exit_code > 255)
    return call.panic("an exit code is from 0 to 255, not " + std::to_string(call.exit_code));
  return NativeStatus::Exit;
}
NativeStatus native_process_args(NativeCall& call) {
  TextList list(call, 0);
  for (const std::string& argument : call.world.args()) {
    if (find_invalid_utf8(argument) != std::string_view::npos) {
      return call.panic("an argument of the program is not UTF-8 text");
    }
    if (!list.add(argument)) return NativeStatus::NoMemory;
  }
  call.results[0] = list.take();
  return NativeStatus::Ok;
}
NativeStatus native_process_env(NativeCall& call) {
  std::string found;
  const bool is_set = call.world.env(path_arg(call), found) && find_invalid_utf8(found) == std::string_view::npos;
  call.results[0] = is_set;
  return call.give_text(is_set ? found : std::string(), 1);
}
NativeStatus native_clock_now(NativeCall& call) { return give_int(call, call.world.unix_nanos()); }
NativeStatus native_clock_monotonic(NativeCall& call) { return give_int(call, call.world.monotonic_nanos()); }
NativeStatus native_random_entropy(NativeCall& call) {
  call.results[0] = call.world.entropy();
  return NativeStatus::Ok;
}

NativeStatus native_fs_read_text(NativeCall& call) {
  const auto text = read_text(call);
  call.results[0] = text.has_value();
  for (int i = 1; i < 5; ++i) call.results[i] = 0;
  return text ? call.give_text(*text, 1) : call.give_text(text.error(), 3);
}
NativeStatus native_fs_lines(NativeCall& call) {
  const auto text = read_text(call);
  call.results[0] = text.has_value();
  for (int i = 1; i < 4; ++i) call.results[i] = 0;
  if (!text) return call.give_text(text.error(), 2);
  TextList list(call, 1);
  std::string_view rest = *text;
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
NativeStatus native_fs_write_text(NativeCall& call) {
  return give_done(call, call.world.write_file(path_arg(call), text_arg(call, 2), false));
}
NativeStatus native_fs_append_text(NativeCall& call) {
  return give_done(call, call.world.write_file(path_arg(call), text_arg(call, 2), true));
}
NativeStatus native_fs_exists(NativeCall& call) {
  call.results[0] = call.world.exists(path_arg(call));
  return NativeStatus::Ok;
}
NativeStatus native_fs_remove(NativeCall& call) { return give_done(call, call.world.remove(path_arg(call))); }
NativeStatus native_fs_make_dir(NativeCall& call) { return give_done(call, call.world.make_dir(path_arg(call))); }
NativeStatus native_fs_list_dir(NativeCall& call) {
  const auto names = call.world.list_dir(path_arg(call));
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
