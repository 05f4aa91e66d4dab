// Natives that reach outside, all through the World.

#include "base/text.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

// The outside fails the program in a way that it can't answer to: it ends, but that is no bug of its own.
NativeStatus end_program(NativeCall& call, std::string_view why) {
  call.world.write_error("noodle: " + std::string(why) + "\n");
  call.exit_code = 1;
  return NativeStatus::Exit;
}

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
  return written == Written::Ok ? NativeStatus::Ok : end_program(call, "can't write to standard output");
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
  std::string line;
  const LineRead read = call.world.read_line(line, [&] { return is_told_to_stop(call); });
  if (read == LineRead::Interrupted) return NativeStatus::Interrupted;
  if (find_invalid_utf8(line) != std::string_view::npos) {
    return end_program(call, "standard input is not UTF-8 text");
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
      return end_program(call, "an argument of the program is not UTF-8 text");
    }
    if (!list.add(argument)) return NativeStatus::NoMemory;
  }
  call.results[0] = list.take();
  return NativeStatus::Ok;
}
NativeStatus native_process_env(NativeCall& call) {
  std::string found;
  const bool is_set =
      call.world.env(std::string(text_arg(call, 0)), found) && find_invalid_utf8(found) == std::string_view::npos;
  call.results[0] = is_set;
  return call.give_text(is_set ? found : std::string(), 1);
}
NativeStatus native_clock_now(NativeCall& call) { return give_int(call, call.world.unix_nanos()); }
NativeStatus native_clock_monotonic(NativeCall& call) { return give_int(call, call.world.monotonic_nanos()); }
NativeStatus native_random_entropy(NativeCall& call) {
  call.results[0] = call.world.entropy();
  return NativeStatus::Ok;
}

}  // namespace noodle::vm
