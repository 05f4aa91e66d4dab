// What tests and benchmarks ask of the command that runs them.

#include "base/difference.h"
#include "base/text.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

NativeStatus give_line(NativeCall& call, const std::string& line) {
  return call.give_text(line.empty() ? line : "\n  " + line);
}

}  // namespace

NativeStatus native_test_text_difference(NativeCall& call) {
  const std::string_view left = text_arg(call, 0), right = text_arg(call, 2);
  if (left.contains('\n') || right.contains('\n')) {
    std::string lines = indented(line_difference(left, right), 4);
    if (lines.empty()) return call.give_text(lines);
    lines.pop_back();  // the message goes on with its own line's end
    return call.give_text("\n  difference:\n" + lines);
  }
  return give_line(call, text_difference(left, right));
}
NativeStatus native_test_list_difference(NativeCall& call) {
  return give_line(call, list_difference(text_arg(call, 0), text_arg(call, 2)));
}
NativeStatus native_test_line_difference(NativeCall& call) {
  return call.give_text(line_difference(text_arg(call, 0), text_arg(call, 2)));
}
NativeStatus native_test_cover(NativeCall& call) {
  call.world.harness().cover(call.args[0]);
  return NativeStatus::Ok;
}
NativeStatus native_test_setting(NativeCall& call) {
  std::string value;
  const bool is_set = call.world.harness().setting(std::string(text_arg(call, 0)), value) &&
                      find_invalid_utf8(value) == std::string_view::npos;
  call.results[0] = is_set;
  return call.give_text(is_set ? value : std::string(), 1);
}
NativeStatus native_test_begin_rounds(NativeCall& call) { return give_int(call, call.world.harness().begin_rounds()); }
NativeStatus native_test_end_rounds(NativeCall& call) {
  call.world.harness().end_rounds();
  return NativeStatus::Ok;
}

}  // namespace noodle::vm
