#include "runtime/simulate/model/threads.h"

#include <algorithm>
#include <utility>

#include "base/mutex.h"
#include "runtime/simulate/model/freed.h"

namespace noodle {

namespace {

// What `interleave` and its kin, which have no arguments, belong to: the model that runs now.
simulate::Threads*& current() {
  static constinit simulate::Threads* threads = nullptr;
  return threads;
}

}  // namespace

void interleave() {
  if (current() != nullptr) current()->interleave();
}
void interleave_at(const void* place, std::size_t bytes) {
  if (current() != nullptr) current()->interleave_at(place, bytes);
}
void yield_thread() {
  if (current() != nullptr) current()->yield();
}
bool start_thread(ThreadId& thread, void* (*run)(void*), void* argument) {
  thread = current()->start([run, argument] { run(argument); });
  return thread != nullptr;
}
void join_thread(ThreadId thread) { current()->join(thread); }
void model_wait(const std::atomic<std::uint32_t>& word) {
  current()->wait([&word] { return word.load(std::memory_order_relaxed) != 0; }, INT64_MAX);
}

namespace simulate {

Threads::~Threads() = default;

bool Threads::run(std::function<void()> main) {
  Threads* before = std::exchange(current(), this);
  go(add(std::move(main)));
  current() = before;
  return trouble_ == nullptr;
}

Threads::Thread& Threads::add(std::function<void()> run) {
  threads_.push_back(std::make_unique<Thread>());
  Thread& thread = *threads_.back();
  thread.run = std::move(run);
  thread.stack = std::make_unique_for_overwrite<char[]>(kStack);
  getcontext(&thread.context);
  thread.context.uc_stack.ss_sp = thread.stack.get();
  thread.context.uc_stack.ss_size = kStack;
  thread.context.uc_link = nullptr;
  makecontext(&thread.context, &Threads::enter, 0);
  return thread;
}

void Threads::enter() {
  Threads& self = *current();
  Thread& thread = *self.running_;
  thread.run();
  thread.ended = true;
  // The first thread's end is the end of all.
  if (&thread == self.threads_.front().get()) setcontext(&self.outside_);
  self.pass(true);
}

bool Threads::can_run(const Thread& thread) const {
  if (thread.ended) return false;
  if (thread.joins != nullptr) return thread.joins->ended;
  return thread.ready == nullptr || thread.until <= time_.now() || (*thread.ready)();
}

void Threads::interleave() {
  if (++steps_ > kMostSteps) return give_up("there was no end");
  time_.advance(time_.now() + kStepTime);
  if (threads_.size() == 1) return;
  if (choices_.choose(Twist::Preempt, 2) != 0 || steps_ - passed_ >= kLongest) pass(true);
}

void Threads::interleave_at(const void* place, std::size_t bytes) {
  interleave();
  // Others may have freed it just now.
  if (is_freed(place, bytes)) give_up("memory was used that had been freed");
}

void Threads::fault() {
  if (current() != nullptr) current()->give_up("memory was touched that is not there");
}

void Threads::yield() {
  if (++steps_ > kMostSteps) return give_up("there was no end");
  time_.advance(time_.now() + kStepTime);
  pass(true);
}

void Threads::wait(const std::function<bool()>& ready, std::int64_t until) {
  running_->ready = &ready;
  running_->until = until;
  pass(false);
  running_->ready = nullptr;
}

void* Threads::start(std::function<void()> run) {
  return is_short_ && choices_.draw() % 2 == 0 ? nullptr : &add(std::move(run));
}

void Threads::join(void* thread) {
  running_->joins = static_cast<Thread*>(thread);
  pass(false);
  running_->joins = nullptr;
}

void Threads::pass(bool must) {
  passed_ = steps_;
  for (;;) {
    std::vector<Thread*> able;
    // In the order in which they come after the running one, so that the ordinary choice is fair.
    const auto here = std::ranges::find(threads_, running_, &std::unique_ptr<Thread>::get) - threads_.begin();
    for (std::size_t i = 1; i <= threads_.size(); ++i) {
      Thread* thread = threads_[(static_cast<std::size_t>(here) + i) % threads_.size()].get();
      if (can_run(*thread)) able.push_back(thread);
    }
    if (!able.empty()) {
      if (able.back() == running_) {
        // One that need not wait goes on at once; one that lets others go first does so unless there are none.
        if (!must || able.size() == 1) return;
        able.pop_back();
      }
      return go(*able[choices_.choose(Twist::Turn, static_cast<std::uint32_t>(able.size()))]);
    }
    // Everybody waits: for the time.
    std::int64_t next = time_.next();
    for (const auto& thread : threads_) {
      if (!thread->ended && thread->ready != nullptr) next = std::min(next, thread->until);
    }
    if (next == INT64_MAX) return give_up("all threads sleep, and nothing will wake one");
    time_.advance(next);
  }
}

void Threads::go(Thread& thread) {
  Thread* before = std::exchange(running_, &thread);
  if (before == &thread) return;
  swapcontext(before != nullptr ? &before->context : &outside_, &thread.context);
}

// Leaves all threads where they are: there is no way to unwind them.
void Threads::give_up(const char* why) {
  trouble_ = why;
  setcontext(&outside_);
}

}  // namespace simulate

}  // namespace noodle
