// Natives about tasks, channels and time that passes.

#include <algorithm>

#include "runtime/vm/handles.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

using task::Channel;
using task::Task;

NativeStatus wrong_kind(NativeCall& call) { return call.panic("the handle is of another kind"); }

}  // namespace

NativeStatus native_task_cancel(NativeCall& call) {
  Task* task = handle_as<Task>(call.args[0]);
  if (task == nullptr) return wrong_kind(call);
  call.worker.scheduler().cancel(&call.worker, *task);
  return NativeStatus::Ok;
}

NativeStatus native_task_failure(NativeCall& call) {
  Task* task = handle_as<Task>(call.args[0]);
  if (task == nullptr) return wrong_kind(call);
  const bool failed = task->finished() && task->stop != nullptr;
  return call.give_text(failed ? std::string_view(task->stop->message) : std::string_view());
}

NativeStatus native_task_number(NativeCall& call) {
  Task* task = handle_as<Task>(call.args[0]);
  return task == nullptr ? wrong_kind(call) : give_int(call, static_cast<std::int64_t>(task->number));
}

NativeStatus native_task_workers(NativeCall& call) { return give_int(call, call.worker.scheduler().worker_count()); }

NativeStatus native_task_set_priority(NativeCall& call) {
  const std::int64_t priority = std::clamp<std::int64_t>(int_arg(call, 0), 0, task::kPriorities - 1);
  call.fiber.task->priority = static_cast<task::Priority>(priority);
  return NativeStatus::Ok;
}

NativeStatus native_task_memory(NativeCall& call) { return give_int(call, call.account.own()); }

NativeStatus native_task_yield(NativeCall& call) {
  // Called again when its turn has come.
  call.fiber.native_state = call.fiber.native_state == 0 && call.worker.has_others() ? 1 : 0;
  return call.fiber.native_state != 0 ? NativeStatus::Yield : NativeStatus::Ok;
}

NativeStatus native_channel_close(NativeCall& call) {
  Channel* channel = handle_as<Channel>(call.args[0]);
  if (channel == nullptr) return wrong_kind(call);
  task::Scheduler& scheduler = call.worker.scheduler();
  scheduler.resources().stop_delivering(&call.worker, *channel);
  task::close(scheduler, &call.worker, *channel);
  return NativeStatus::Ok;
}

NativeStatus native_channel_is_closed(NativeCall& call) {
  Channel* channel = handle_as<Channel>(call.args[0]);
  if (channel == nullptr) return wrong_kind(call);
  const Hold hold(channel->lock);
  call.results[0] = channel->closed;
  return NativeStatus::Ok;
}

NativeStatus native_channel_len(NativeCall& call) {
  Channel* channel = handle_as<Channel>(call.args[0]);
  if (channel == nullptr) return wrong_kind(call);
  const Hold hold(channel->lock);
  return give_int(call, static_cast<std::int64_t>(channel->count));
}

NativeStatus native_clock_sleep(NativeCall& call) {
  std::int64_t& until = call.fiber.native_state;
  if (until == 0) {
    const std::int64_t nanos = int_arg(call, 0);
    if (nanos <= 0) return NativeStatus::Ok;
    until = call.world.moment(nanos);
  } else if (call.world.monotonic_nanos() >= until) {
    until = 0;
    return NativeStatus::Ok;
  }
  switch (task::sleep_until(call.worker, call.fiber, until)) {
    case task::Passed::Parked: return NativeStatus::Wait;
    case task::Passed::Stopped: until = 0; return NativeStatus::Stopped;
    default: until = 0; return NativeStatus::Ok;
  }
}

}  // namespace noodle::vm
