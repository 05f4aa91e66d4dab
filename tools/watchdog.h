#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace noodle::tools {

/// Ends the process, with a message, when a count that is watched stands still for long. In a simulation a native or
/// loop that hangs holds up the only thread, which nothing else can stop.
class Watchdog {
 public:
  static constexpr int kPatience = 10;  // seconds

  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Watches a count for as long as it lives.
  class Watch {
   public:
    Watch(Watchdog& dog, const std::atomic<std::uint64_t>& count, std::string message) : dog_(dog) {
      dog_.set(&count, std::move(message));
    }
    ~Watch() { dog_.set(nullptr, {}); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Watchdog& dog_;
  };

 private:
  void set(const std::atomic<std::uint64_t>* count, std::string message);
  void work();

  std::mutex mutex_;  // guards what follows
  std::condition_variable over_;
  bool closing_ = false;
  const std::atomic<std::uint64_t>* count_ = nullptr;
  std::uint64_t seen_ = 0;
  int silent_ = 0;  // seconds
  std::string message_;
  std::thread thread_;
};

}  // namespace noodle::tools
