#pragma once

// Atomics and threads as all rooms use them. Built with NOODLE_MODEL they belong to a model: one thread plays all
// threads, and whenever one of them touches what others may see, chance decides which goes on. A test can then try
// orders of events that a machine shows once in a year, and repeat one by its seed.

#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

namespace noodle {

#ifdef NOODLE_MODEL

/// Other threads may run here.
void interleave();
/// The same, before so many bytes are used there, which must not have been freed.
void interleave_at(const void* place, std::size_t bytes);
/// Other threads must run here: what this one waits for is theirs to do.
void yield_thread();
/// Starts what a thread does, and waits for its end. See Thread.
using ThreadId = void*;
bool start_thread(ThreadId& thread, void* (*run)(void*), void* argument);
void join_thread(ThreadId thread);

template <typename T>
class Atomic : public std::atomic<T> {
  using Base = std::atomic<T>;
  using Order = std::memory_order;
  static constexpr Order kSeq = std::memory_order_seq_cst;

 public:
  constexpr Atomic() = default;
  constexpr Atomic(T value) : Base(value) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;
  T operator=(T value) { return store(value), value; }
  operator T() const { return load(); }
  T load(Order order = kSeq) const { return use(), Base::load(order); }
  void store(T value, Order order = kSeq) { use(), Base::store(value, order); }
  T exchange(T value, Order order = kSeq) { return use(), Base::exchange(value, order); }
  T fetch_add(T value, Order order = kSeq) { return use(), Base::fetch_add(value, order); }
  T fetch_sub(T value, Order order = kSeq) { return use(), Base::fetch_sub(value, order); }
  T fetch_or(T value, Order order = kSeq) { return use(), Base::fetch_or(value, order); }
  template <typename... Orders>
  bool compare_exchange_strong(T& expected, T value, Orders... orders) {
    return use(), Base::compare_exchange_strong(expected, value, orders...);
  }
  template <typename... Orders>
  bool compare_exchange_weak(T& expected, T value, Orders... orders) {
    return use(), Base::compare_exchange_strong(expected, value, orders...);
  }

 private:
  void use() const { interleave_at(this, sizeof(T)); }
};

#else

template <typename T>
using Atomic = std::atomic<T>;

inline void interleave() {}
inline void yield_thread() { std::this_thread::yield(); }

using ThreadId = pthread_t;
inline bool start_thread(ThreadId& thread, void* (*run)(void*), void* argument) {
  return pthread_create(&thread, nullptr, run, argument) == 0;
}
inline void join_thread(ThreadId thread) { pthread_join(thread, nullptr); }

#endif

/// A thread, of which the system may have none left: std::thread would end the process then. Whoever starts one joins
/// it.
class Thread {
 public:
  /// Begins `f`, or gives false when there is no thread for it.
  template <typename F>
  bool start(F f) {
    auto work = std::make_unique<F>(std::move(f));
    const auto run = [](void* argument) -> void* {
      const std::unique_ptr<F> work(static_cast<F*>(argument));
      (*work)();
      return nullptr;
    };
    is_started_ = start_thread(thread_, run, work.get());
    if (is_started_) static_cast<void>(work.release());
    return is_started_;
  }
  bool is_started() const { return is_started_; }
  void join() {
    join_thread(thread_);
    is_started_ = false;
  }

 private:
  ThreadId thread_{};
  bool is_started_ = false;
};

}  // namespace noodle
