#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace noodle::task {

/// Where a program was, innermost first in a trace.
struct TraceFrame {
  std::string function;
  std::string file;  // empty when the module has no debug information
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// Why a task did not return.
struct Stop {
  enum class Kind : std::uint8_t {
    Panic,        // a bug; `message` says which
    Exit,         // the program called exit, or standard output was closed (then the code is 0)
    Interrupted,  // the interrupt flag was set
    Cancelled,    // its scope was left early, or somebody called cancel
  };
  Kind kind = Kind::Panic;
  std::string message;
  std::vector<TraceFrame> trace;
  std::uint64_t omitted = 0;    // frames left out in the middle of the trace, before the last kTraceTail
  std::size_t head_frames = 0;  // trace entries before the ones left out
  std::int64_t exit_code = 101;
  std::shared_ptr<const Stop> cause;  // the child task's panic that this one is about
  std::string deadlock;               // the first one that was found in a defer while a panic unwound

  static constexpr std::size_t kTraceHead = 20;
  static constexpr std::size_t kTraceTail = 10;
  /// The message and the trace as text for people; then those of the causes.
  std::string text() const;
};

}  // namespace noodle::task
