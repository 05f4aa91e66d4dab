#include "tests/faults/fault.h"

namespace noodle::tests {

namespace {

struct Row {
  std::string_view name;
  std::vector<Fault> faults;
};

const Row& row_of(Call call) {
  using enum Fault;
  static const std::array<Row, kCalls> rows = {{
      {"arguments", {NotText}},
      {"environment", {NotText}},
      {"read a line", {Truncated, NotText}},
      {"print", {FullDisk, Reset}},
      {"print an error", {FullDisk}},
      {"time of day", {Forward, Back}},
      {"monotonic clock", {Forward}},
      {"read a file", {Unreadable, Truncated, Grown, Vanished}},
      {"write a file", {FullDisk, HalfFull}},
      {"append to a file", {FullDisk, HalfFull}},
      {"is it there?", {Vanished}},
      {"what is it?", {Unreadable, Vanished}},
      {"list a folder", {Unreadable, Vanished, NotText}},
      {"make a folder", {FullDisk}},
      {"remove", {Refused, Vanished}},
      {"rename", {FullDisk, Vanished}},
      {"set a mode", {Refused}},
      {"open to read", {Unreadable, Vanished}},
      {"open to write", {FullDisk, Refused}},
      {"read an open file", {Unreadable, Truncated}},
      {"write an open file", {FullDisk, HalfFull}},
      {"sync", {FullDisk}},
      {"seek", {Unreadable}},
      {"lock a file", {Refused}},
      {"watch files", {Refused}},
      {"what happened to files?", {Missed}},
      {"listen", {Refused}},
      {"accept", {Refused}},
      {"connect", {Refused}},
      {"be connected", {Reset}},
      {"read a connection", {Reset, Truncated}},
      {"write a connection", {Reset}},
      {"start a child", {Refused}},
      {"read a child", {Dead}},
      {"write a child", {Dead}},
      {"a child's code", {Dead}},
      {"wait for signals", {Refused}},
  }};
  return rows[static_cast<std::size_t>(call)];
}

}  // namespace

std::string_view name_of(Call call) { return row_of(call).name; }
std::span<const Fault> faults_of(Call call) { return row_of(call).faults; }

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::None: return "none";
    case Fault::Unreadable: return "unreadable";
    case Fault::Truncated: return "truncated";
    case Fault::Grown: return "grown";
    case Fault::Vanished: return "vanished";
    case Fault::FullDisk: return "full disk";
    case Fault::HalfFull: return "full half-way";
    case Fault::NotText: return "invalid UTF-8";
    case Fault::Reset: return "reset";
    case Fault::Refused: return "refused";
    case Fault::Dead: return "dead child";
    case Fault::Forward: return "clock ahead";
    case Fault::Back: return "clock behind";
    case Fault::Missed: return "missed";
  }
  return "";
}

}  // namespace noodle::tests
