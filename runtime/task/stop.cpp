#include "runtime/task/stop.h"

namespace noodle::task {

namespace {

void append(const Stop& stop, std::string& out) {
  out += stop.kind == Stop::Kind::Panic ? "panic: " + stop.message + "\n" : stop.message + "\n";
  for (std::size_t i = 0; i < stop.trace.size(); ++i) {
    if (stop.omitted != 0 && i == stop.head_frames) out += "  … " + std::to_string(stop.omitted) + " more\n";
    const TraceFrame& frame = stop.trace[i];
    out += "  in " + frame.function;
    if (!frame.file.empty() && frame.line != 0) {
      out += " at " + frame.file + ":" + std::to_string(frame.line) + ":" + std::to_string(frame.column);
    }
    out += "\n";
  }
  if (!stop.deadlock.empty()) out += "while it unwound: " + stop.deadlock + "\n";
}

}  // namespace

std::string Stop::text() const {
  std::string out;
  append(*this, out);
  for (const Stop* at = cause.get(); at != nullptr; at = at->cause.get()) {
    out += "caused by ";
    append(*at, out);
  }
  return out;
}

}  // namespace noodle::task
