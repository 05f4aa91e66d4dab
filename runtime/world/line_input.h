#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

#include "runtime/world/world.h"

namespace noodle::world {

/// Lines of standard input. Several threads may ask; they get theirs one after the other.
class LineInput {
 public:
  LineInput() = default;
  ~LineInput();
  LineInput(const LineInput&) = delete;
  LineInput& operator=(const LineInput&) = delete;

  /// Waits for a line until `stop` says to give up; what has come of the line by then stays for the next.
  LineRead read(std::string& line, const std::function<bool()>& stop);
  /// Makes those who wait ask their `stop` again.
  void wake();

 private:
  LineRead take(std::string& line, const std::function<bool()>& stop);
  bool wait(const std::function<bool()>& stop);

  std::mutex mutex_;              // guards the next two
  std::uint32_t waiting_ = 0;     // threads that read or want to
  bool reading_ = false;          // one of them does, and may use what follows
  std::condition_variable free_;  // nobody reads any more, or a `stop` has changed
  std::atomic<int> waker_{-1};    // readable when the reader has to ask
  std::string text_;              // read, but not asked for yet
  std::size_t at_ = 0;            // what of it has been given out
};

}  // namespace noodle::world
