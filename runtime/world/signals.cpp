#include "runtime/world/signals.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "base/lock.h"
#include "runtime/world/errors.h"

namespace noodle::world {

namespace {

constexpr int kMostListeners = 32;
constexpr int kSignals = 65;

/// Who listens. A signal handler can do little else than write to a pipe, and has no arguments of our own, so
/// this is the one place here with state outside of objects.
struct Listener {
  std::atomic<int> writing_end{-1};
  std::atomic<std::uint64_t> signals{0};  // a bit each
  int reading_end = -1;
};
struct Listeners {
  Lock lock;  // guards what the handler doesn't read
  Listener all[kMostListeners];
  std::atomic<int> count{0};
  std::atomic<int> handling{0};  // handlers that run at this moment
  int users[kSignals] = {};      // of each signal
  struct sigaction before[kSignals] = {};
};

Listeners& listeners() {
  static constinit Listeners all;
  return all;
}

// The thread sanitizer keeps a signal back until the thread's call of the system is over, so that must not begin again.
#if __has_feature(thread_sanitizer)
constexpr int kFlags = 0;
#else
constexpr int kFlags = SA_RESTART;
#endif

constexpr std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

void on_signal(int signal) {
  const int error = errno;
  Listeners& them = listeners();
  them.handling.fetch_add(1);
  const auto byte = static_cast<unsigned char>(signal);
  for (Listener& listener : them.all) {
    if ((listener.signals.load() & bit(signal)) == 0) continue;
    // Who doesn't keep up misses some.
    if (const int end = listener.writing_end.load(); end >= 0) static_cast<void>(!write(end, &byte, 1));
  }
  them.handling.fetch_sub(1);
  errno = error;
}

// With the lock held.
void begin(Listeners& them, int signal) {
  if (them.users[signal]++ != 0) return;
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = kFlags;
  sigaction(signal, &action, &them.before[signal]);
}

// With the lock held.
void end(Listeners& them, int signal) {
  if (--them.users[signal] != 0) return;
  // One that was sent while somebody listened may not have been delivered; ignoring signals forgets it. It must not
  // do now what it would have done before, such as end the program.
  struct sigaction forget{};
  forget.sa_handler = SIG_IGN;
  sigaction(signal, &forget, nullptr);
  sigaction(signal, &them.before[signal], nullptr);
}

void close_both(const int (&ends)[2]) {
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace

OrError<int> listen_to_signals(std::span<const int> wanted) {
  int ends[2];
  if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) return std::unexpected(describe(errno, "making a pipe"));
  Listeners& them = listeners();
  const Hold hold(them.lock);
  for (Listener& listener : them.all) {
    if (listener.writing_end.load() >= 0) continue;
    listener.reading_end = ends[0];
    listener.writing_end.store(ends[1]);
    std::uint64_t signals = 0;
    for (const int signal : wanted) {
      if ((signals & bit(signal)) == 0) begin(them, signal);
      signals |= bit(signal);
    }
    listener.signals.store(signals);
    them.count.fetch_add(1);
    return ends[0];
  }
  close_both(ends);
  return std::unexpected("signals are listened to in " + std::to_string(kMostListeners) + " places already");
}

void stop_listening(int reading_end) {
  Listeners& them = listeners();
  if (them.count.load(std::memory_order_relaxed) == 0) return;
  const Hold hold(them.lock);
  for (Listener& listener : them.all) {
    if (listener.writing_end.load() < 0 || listener.reading_end != reading_end) continue;
    const std::uint64_t signals = listener.signals.exchange(0);
    for (int signal = 1; signal < kSignals; ++signal) {
      if ((signals & bit(signal)) != 0) end(them, signal);
    }
    const int writing_end = listener.writing_end.exchange(-1);
    them.count.fetch_sub(1);
    // A handler on another thread may be about to write; its number must not be used again before that.
    while (them.handling.load() != 0) sched_yield();
    ::close(writing_end);
    return;
  }
}

}  // namespace noodle::world
