#include "runtime/simulate/model/stage.h"

#include <map>

namespace noodle::simulate {

using task::Passed;

// --------------------------------------------------------------------------------------- messages

namespace {

struct Messages {
  task::Channel* channels[2] = {};
  std::vector<std::uint64_t> received[3];
};

Body produce(Actor& a, Stage& stage, Messages& m, std::uint64_t first, std::uint32_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t word = first + i;
    task::Channel& to = *m.channels[word % 2];
    const bool wait = word % 5 != 0;
    for (Passed passed = Passed::NotNow; passed != Passed::Done;) {
      passed = co_await a.send(to, word, wait);
      if (passed == Passed::NotNow) co_await a.yield();
      stage.expect(passed == Passed::Done || passed == Passed::NotNow, "a message could not be sent");
      if (passed == Passed::Stopped || passed == Passed::Closed) co_return;
    }
  }
}

Body consume(Actor& a, Stage& stage, Messages& m, std::size_t which, bool selects) {
  std::vector<std::uint64_t>& received = m.received[which];
  bool open[2] = {selects || which % 2 == 0, selects || which % 2 == 1};
  while (open[0] || open[1]) {
    std::size_t from = open[0] ? 0 : 1;
    if (open[0] && open[1]) {
      const Passed passed =
          co_await a.select({&m.channels[0]->handle, &m.channels[1]->handle}, which == 2 ? 5'000 : -1);
      if (passed == Passed::NotNow) continue;
      stage.expect(passed == Passed::Done, "a select was stopped");
      if (passed != Passed::Done) co_return;
      from = a.fiber().chosen;
    }
    std::uint64_t word = 0;
    const Passed passed = co_await a.receive(*m.channels[from], word, !(open[0] && open[1]));
    if (passed == Passed::Done) received.push_back(word);
    if (passed == Passed::Closed) open[from] = false;
    if (passed == Passed::Stopped) co_return;
  }
}

}  // namespace

Body messages(Actor& a, Stage& stage) {
  Messages m;
  for (auto& channel : m.channels) channel = stage.channel(stage.pick(4));
  const std::uint32_t producers = 1 + stage.pick(3), count = 1 + stage.pick(12);
  a.open();
  for (std::uint32_t i = 0; i < 3; ++i) {
    // The first two take what stands in one channel or the other, so that none is left alone.
    const bool selects = i == 2 || stage.pick(2) != 0;
    a.drop(a.start([&stage, &m, i, selects](Actor& b) { return consume(b, stage, m, i, selects); }).handle);
  }
  std::vector<task::Task*> tasks;
  for (std::uint32_t i = 0; i < producers; ++i) {
    tasks.push_back(&a.start([&stage, &m, i, count](Actor& b) { return produce(b, stage, m, 1'000 * i, count); },
                             any_priority(stage)));
  }
  for (task::Task* task : tasks) {
    stage.expect(co_await a.await(*task) == Passed::Done, "the wait for a producer was stopped");
    a.drop(task->handle);
  }
  for (auto* channel : m.channels) task::close(a.scheduler(), &a.worker(), *channel);
  stage.expect(co_await a.leave() == Passed::Done, "the wait for the consumers was stopped");
  std::map<std::uint64_t, int> seen;
  for (const auto& received : m.received) {
    std::map<std::uint64_t, std::uint64_t> last;  // by producer and channel
    for (const std::uint64_t word : received) {
      ++seen[word];
      std::uint64_t& before = last[word / 1'000 * 2 + word % 2];
      stage.expect(before <= word + 1, "messages of one sender came out of order");
      before = word + 1;
    }
  }
  for (std::uint64_t i = 0; i < producers; ++i) {
    for (std::uint64_t j = 0; j < count; ++j) {
      stage.expect(seen[1'000 * i + j] != 0, "a message was lost");
      stage.expect(seen[1'000 * i + j] == 1, "a message came twice");
    }
  }
  for (auto* channel : m.channels) a.drop(channel->handle);
}

// ------------------------------------------------------------------------------------ publication

namespace {

Body take_lists(Actor& a, task::Channel& channel) {
  for (;;) {
    std::uint64_t word = 0;
    if (co_await a.receive(channel, word) != Passed::Done) co_return;
    auto* list = reinterpret_cast<memory::ArrayObject*>(word);
    // Copies of the parts come and go, as a program's would.
    for (std::uint64_t i = 0; i < list->length; ++i) {
      auto* part = reinterpret_cast<memory::Object**>(list->data())[i];
      memory::retain(part);
      memory::release(a.account(), part);
    }
    memory::release(a.account(), &list->header);
  }
}

void copy_all(Actor& a, const std::vector<memory::Object*>& objects) {
  for (memory::Object* object : objects) {
    memory::retain(object);
    memory::release(a.account(), object);
  }
}

}  // namespace

Body publication(Actor& a, Stage& stage) {
  std::vector<memory::Object*> kept;
  task::Channel* channel = stage.channel(stage.pick(3), true);
  a.open();
  for (std::uint32_t i = 0; i < 2; ++i) {
    a.drop(a.start([channel](Actor& b) { return take_lists(b, *channel); }).handle);
  }
  for (std::uint32_t i = 0; i < 1 + stage.pick(6); ++i) {
    memory::Object* list = a.engine.make_list(a.account(), 1 + stage.pick(3));
    // Kept, kept in part, or given away.
    const std::uint32_t keeps = stage.pick(3);
    memory::Object* part = *reinterpret_cast<memory::Object**>(reinterpret_cast<memory::ArrayObject*>(list)->data());
    if (keeps != 0) kept.push_back(keeps == 1 ? part : list);
    if (keeps != 0) memory::retain(kept.back());
    auto word = reinterpret_cast<std::uint64_t>(list);
    if (co_await a.send(*channel, word) != Passed::Done) co_return;
    copy_all(a, kept);
  }
  for (std::uint32_t turns = stage.pick(4); turns != 0; --turns) {
    co_await a.yield();
    copy_all(a, kept);
  }
  for (memory::Object* object : kept) memory::release(a.account(), object);
  task::close(a.scheduler(), &a.worker(), *channel);
  stage.expect(co_await a.leave() == Passed::Done, "a join was stopped");
  a.drop(channel->handle);
}

}  // namespace noodle::simulate
