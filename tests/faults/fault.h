#pragma once

// What can go wrong at which call through the one door to the world.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace noodle::tests {

/// Kinds of calls.
enum class Call : std::uint8_t {
  Args,
  Env,
  ReadLine,
  WriteOut,
  WriteError,
  UnixClock,
  MonotonicClock,
  ReadFile,
  WriteFile,
  AppendFile,
  Exists,
  Info,
  ListDir,
  MakeDir,
  Remove,
  Rename,
  SetMode,
  OpenToRead,
  OpenToWrite,
  ReadOpenFile,
  WriteOpenFile,
  Sync,
  Seek,
  Lock,
  WatchFiles,
  NextChange,
  Listen,
  Accept,
  Connect,
  FinishConnect,
  ReadSocket,
  WriteSocket,
  StartChild,
  ReadChild,
  WriteChild,
  ChildCode,
  Signals,
};
inline constexpr std::size_t kCalls = static_cast<std::size_t>(Call::Signals) + 1;

enum class Fault : std::uint8_t {
  None,
  Unreadable,  // an error of the device, or no permission
  Truncated,   // only half of it is there
  Grown,       // it is there twice
  Vanished,    // it was there when somebody looked, and then isn't
  FullDisk,    // nothing more can be written, from now on
  HalfFull,    // the same, after half of the bytes
  NotText,     // a name, or what a name stands for, that is no UTF-8
  Reset,       // the other side is gone
  Refused,     // the system doesn't give it
  Dead,        // the child was killed
  Forward,     // the clock is an hour ahead, from now on
  Back,        // the clock is an hour behind, from now on
  Missed,      // too much happened for all of it to be told
};

std::string_view name_of(Call call);
std::string_view name_of(Fault fault);
/// Those that can happen to such calls.
std::span<const Fault> faults_of(Call call);

/// A fault at the `number`-th call of a kind, from 1.
struct Injection {
  Call call = Call::Args;
  std::uint64_t number = 0;
  Fault fault = Fault::None;
};

}  // namespace noodle::tests
