#include "runtime/task/offload.h"

#include <utility>

#include "runtime/task/resource.h"

namespace noodle::task {

Offload::~Offload() {
  {
    const std::lock_guard hold(mutex_);
    closing_ = true;
  }
  more_.notify_all();
  for (Thread& thread : threads_) thread.join();
}

void Offload::start(const std::shared_ptr<Job>& job) {
  // A simulation has one thread.
  if (scheduler_.director() == nullptr && hand_over(job)) return;
  job->run();
  job->done_ = true;
}

// False when there is no thread for it.
bool Offload::hand_over(const std::shared_ptr<Job>& job) {
  const std::lock_guard hold(mutex_);
  if (free_ <= jobs_.size() && threads_.size() < kMostThreads) {
    Thread thread;
    if (!thread.start([this] { work(); })) return false;
    threads_.push_back(thread);
  }
  jobs_.push_back(job);
  more_.notify_one();
  return true;
}

void Offload::work() {
  std::unique_lock hold(mutex_);
  for (;;) {
    ++free_;
    more_.wait(hold, [this] { return closing_ || !jobs_.empty(); });
    --free_;
    if (jobs_.empty()) return;
    const std::shared_ptr<Job> job = std::move(jobs_.front());
    jobs_.pop_front();
    hold.unlock();
    job->run();
    {
      const Hold inner(job->lock_);
      job->done_ = true;
      scheduler_.wake_all(nullptr, job->waiting_);
    }
    hold.lock();
  }
}

Passed Offload::wait(Fiber& fiber, Job& job) {
  {
    const Hold hold(job.lock_);
    if (job.done_) return Passed::Done;
    Scheduler::begin_wait(fiber, "work of another thread");
    Scheduler::enlist(fiber, fiber.waiter, job.waiting_, job.lock_);
  }
  fiber.waits_outside = true;
  scheduler_.resources().begin_waiting();
  if (scheduler_.park(fiber)) return Passed::Parked;
  task::end_wait(scheduler_, fiber);
  return job.is_done() ? Passed::Done : Passed::Stopped;
}

}  // namespace noodle::task
