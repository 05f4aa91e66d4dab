#include "runtime/simulate/model/engine.h"

#include <cstring>
#include <utility>

namespace noodle::simulate {

namespace {

using memory::Object;
using task::Passed;
using task::Scheduler;
using task::Wake;

constexpr std::uint16_t kFirst = 0;

// A task's work: an Actor behind a header.
struct WorkObject {
  Object header;
  Actor* actor;
};

}  // namespace

Passed Operation::try_it() {
  Passed came = attempt();
  if (came != Passed::Stopped) return came;
  actor.note_stop();
  return must ? attempt() : came;
}

bool Operation::await_ready() {
  passed = try_it();
  if (passed != Passed::Parked) return true;
  actor.waiting = this;
  return false;
}

memory::Account& Actor::account() const { return engine.accounts[worker_->index()]; }

Operation Actor::send(task::Channel& channel, std::uint64_t& word, bool wait) {
  return {*this, [this, &channel, &word, wait] {
            word_ = word;
            task::Registers message{.slots = &word_, .list = &kFirst, .status = &status_};
            if (channel.type->counted) {
              const auto* base = reinterpret_cast<const std::byte*>(&word);
              const auto moved = memory::publish_fields(account(), channel.type->slot_fields, base);
              if (!moved) return Passed::NoMemory;
              message.weight = *moved;
            } else if (task::send_at_once(*worker_, channel, &word_, &kFirst, 1)) {
              return Passed::Done;
            }
            return task::send(*worker_, *fiber_, channel, message, wait);
          }};
}

Operation Actor::receive(task::Channel& channel, std::uint64_t& word, bool wait) {
  return {*this, [this, &channel, &word, wait] {
            if (!channel.type->counted && task::receive_at_once(*worker_, *fiber_, channel, &word, &kFirst, 1))
              return Passed::Done;
            return task::receive(*worker_, *fiber_, channel, {&word, &kFirst, &status_}, wait);
          }};
}

Operation Actor::timed(std::int64_t nanos, std::function<Passed(std::int64_t)> attempt) {
  const std::int64_t until = nanos < 0 ? -1 : scheduler().world().monotonic_nanos() + nanos;
  return {*this, [until, attempt = std::move(attempt)] { return attempt(until); }};
}

Operation Actor::select(std::vector<memory::HandleObject*> handles, std::int64_t nanos) {
  Operation operation = timed(nanos, [this, handles = std::move(handles)](std::int64_t until) {
    return task::select(*worker_, *fiber_, handles.data(), static_cast<std::uint32_t>(handles.size()), until);
  });
  operation.once = true;
  return operation;
}

Operation Actor::await(task::Task& task, std::int64_t nanos) {
  return timed(nanos, [this, &task](std::int64_t until) {
    const Passed passed = task.finished() ? Passed::Done : task::await(*worker_, *fiber_, task, until);
    if (passed == Passed::Done) task.flags.fetch_or(task::Task::kObserved);
    return passed;
  });
}

Operation Actor::sleep(std::int64_t nanos) {
  Operation operation =
      timed(nanos, [this](std::int64_t until) { return task::sleep_until(*worker_, *fiber_, until); });
  operation.late = Passed::Done;
  return operation;
}

Operation Actor::yield() {
  return {*this, [this] {
            yielded_ = !yielded_;
            if (yielded_) return Passed::Parked;
            return told_to_stop() && !fiber_->stopping ? Passed::Stopped : Passed::Done;
          }};
}

Operation Actor::wait(task::Resource& resource, bool writing, std::uint32_t news) {
  return {*this, [this, &resource, writing, news] {
            return scheduler().resources().wait(*worker_, *fiber_, resource, writing, news, -1);
          }};
}

Operation Actor::wait(std::shared_ptr<task::Job> job) {
  return {*this, [this, job = std::move(job)] { return scheduler().offload().wait(*fiber_, *job); }};
}

Operation Actor::leave(bool cancel) {
  Operation operation{*this, [this, cancel] {
                        task::Scope& scope = *fiber_->scopes;
                        const bool cancels = cancel || fiber_->stopping || fiber_->stop != nullptr;
                        if (cancels) {
                          if (!fiber_->stopping) fiber_->stopping = fiber_->shielded = true;
                          scheduler().cancel_scope(worker_, scope);
                        } else {
                          scheduler().begin_join(worker_, scope);
                        }
                        const Scheduler::Joined joined = scheduler().join(*fiber_, scope);
                        if (joined == Scheduler::Joined::Parked) return Passed::Parked;
                        if (fiber_->shielded) fiber_->stopping = fiber_->shielded = false;
                        if (joined == Scheduler::Joined::Stopped)
                          return Passed::Stopped;  // told while it was about to wait
                        auto unseen = scheduler().close_scope(*fiber_);
                        if (unseen != nullptr && !cancels) panic("a task panicked", std::move(unseen));
                        return Passed::Done;
                      }};
  operation.must = true;
  return operation;
}

void Actor::panic(std::string message, std::shared_ptr<const task::Stop> cause) {
  fiber_->stop = std::make_shared<task::Stop>();
  fiber_->stop->message = std::move(message);
  fiber_->stop->cause = std::move(cause);
}

void Actor::exit() {
  fiber_->stop = std::make_shared<task::Stop>();
  fiber_->stop->kind = task::Stop::Kind::Exit;
  scheduler().exit(*worker_);
}

// It was told to stop: by the panic of a child, which becomes its own, or because nobody needs it.
void Actor::note_stop() {
  fiber_->stopping = true;
  if (fiber_->stop != nullptr || (fiber_->task->flags.load() & task::Task::kScopeFailed) == 0) return;
  for (task::Scope* scope = fiber_->scopes; scope != nullptr; scope = scope->outer) {
    const Hold hold(scope->lock);
    if (scope->culprit == nullptr) continue;
    scope->culprit->flags.fetch_or(task::Task::kObserved);
    return panic("a task panicked", scope->culprit->stop);
  }
}

task::Scope& Actor::open() { return *scheduler().open_scope(*fiber_); }

task::Task& Actor::start(Work work, task::Priority priority) {
  Object* object = engine.make_work(account(), std::move(work));
  const std::int64_t moved = memory::publish(account(), object).value();
  account().put_down(moved);
  task::Task* task = scheduler().start(*fiber_->scopes, object, nullptr);
  task->held = moved;
  task->handle.kind = &task::kTaskKind;
  task->handle.header.count = 1;
  task->handle.header.type = memory::TypeTable::kHandle;
  task->priority = priority;
  ++account().live;
  static_cast<void>(scheduler().spawn(*worker_, *task));
  return *task;
}

void Actor::drop(memory::HandleObject& handle) { memory::release(account(), &handle.header); }

ModelEngine::ModelEngine(std::uint32_t workers) : accounts(workers) {
  work_type_ = {.shape = memory::Shape::Record, .size = sizeof(WorkObject), .fields = {}};
  box_type_ = {.shape = memory::Shape::Record, .size = 16, .fields = {&box_field_, 1}};
  boxes_type_ = {.shape = memory::Shape::Array, .stride = 8, .fields = {&list_field_, 1}};
  work_ = types_.add(&work_type_);
  box_ = types_.add(&box_type_);
  boxes_ = types_.add(&boxes_type_);
  for (memory::Account& account : accounts) {
    account.types = &types_;
    account.limit = INT64_MAX / 2;  // what one worker frees may be charged to another
  }
  word_type.kind = nbc::Kind::I64;
  word_type.slots = 1;
  list_type.kind = nbc::Kind::List;
  list_type.slots = 1;
  list_type.counted = true;
  list_type.slot_fields = {&message_field_, 1};
}

std::int64_t ModelEngine::live_objects() const {
  std::int64_t live = 0;
  for (const memory::Account& account : accounts) live += account.live;
  return live;
}

Object* ModelEngine::make_work(memory::Account& account, Work work) {
  auto* object = reinterpret_cast<WorkObject*>(memory::allocate(account, sizeof(WorkObject), work_));
  object->actor = new Actor(*this);
  object->actor->work = std::move(work);
  return &object->header;
}

Object* ModelEngine::make_list(memory::Account& account, std::size_t boxes) {
  const std::size_t bytes = memory::ArrayObject::bytes(boxes, 8);
  auto* list = reinterpret_cast<memory::ArrayObject*>(memory::allocate(account, bytes, boxes_));
  list->length = list->capacity = boxes;
  for (std::size_t i = 0; i < boxes; ++i) {
    Object* box = memory::allocate(account, 16, box_);
    reinterpret_cast<std::uint64_t*>(box)[1] = 0;
    reinterpret_cast<Object**>(list->data())[i] = box;
  }
  return &list->header;
}

// Of a fiber that parked nothing is touched: another worker may have it already.
task::Ran ModelEngine::leave(Actor& actor, task::Fiber& fiber) {
  if (!actor.yielded_) return task::Ran::Parked;
  fiber.put_down();
  return task::Ran::Yielded;
}

task::Ran ModelEngine::run(task::Worker& worker, task::Task& task) {
  Actor& actor = *reinterpret_cast<WorkObject*>(task.work)->actor;
  task::Fiber& fiber = *task.fiber.load();
  actor.worker_ = &worker;
  actor.fiber_ = &fiber;
  fiber.account = &actor.account();
  fiber.take_up();
  if (!actor.body.handle) {
    actor.body = actor.work(actor);
  } else if (actor.waiting != nullptr && !actor.yielded_) {
    task::end_wait(worker.scheduler(), fiber);
  }
  for (;;) {
    if (Operation* operation = actor.waiting; operation != nullptr) {
      const bool stopped = !actor.yielded_ && (fiber.wake == Wake::Cancelled || fiber.wake == Wake::ScopeFailed ||
                                               fiber.wake == Wake::Deadlock);
      if (stopped) {
        actor.note_stop();
        operation->passed = operation->must ? operation->attempt() : Passed::Stopped;
      } else if (!actor.yielded_ && fiber.wake == Wake::TimedOut) {
        operation->passed = operation->late;
      } else if (!actor.yielded_ && (fiber.wake == Wake::Done || (operation->once && fiber.wake == Wake::Again))) {
        operation->passed = Passed::Done;
      } else {
        operation->passed = operation->try_it();
      }
      if (operation->passed == Passed::Parked) return leave(actor, fiber);
      actor.waiting = nullptr;
    }
    actor.body.handle.resume();
    if (actor.body.handle.done()) break;
    return leave(actor, fiber);
  }
  finish(actor, task, fiber);
  return task::Ran::Ended;
}

void ModelEngine::finish(Actor& actor, task::Task& task, task::Fiber& fiber) {
  actor.body.handle.destroy();
  actor.body.handle = nullptr;
  if (fiber.inbox_from != nullptr) {
    value::release_fields(actor.account(), fiber.inbox_type->slot_fields, fiber.inbox);
    fiber.inbox_from = nullptr;
  }
  if (fiber.waiters != nullptr) task::forget_selects(fiber);
  const bool stopped = fiber.stopping || fiber.stop != nullptr;
  task.outcome = actor.panics() ? task::Outcome::Panicked
                 : stopped      ? task::Outcome::Cancelled
                                : task::Outcome::Returned;
  task.stop = std::move(fiber.stop);
  fiber.stopping = fiber.yielded = fiber.unwinding = false;
}

void ModelEngine::release(task::Worker& worker, Object* object) {
  if (object->type == work_) {
    delete reinterpret_cast<WorkObject*>(object)->actor;
  }
  memory::release(accounts[worker.index()], object);
}

}  // namespace noodle::simulate
