// What is done by other threads is done where the system has none left.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/task/offload.h"
#include "runtime/task/team.h"
#include "runtime/world/world.h"

namespace noodle::task {
namespace {

// No task is run.
class NoEngine final : public Engine {
 public:
  bool attach(Worker&) override { return true; }
  Ran run(Worker&, Task&) override { return Ran::Ended; }
  memory::Account& account(Worker&) override { return account_; }
  void release(Worker&, memory::Object*) override {}

 private:
  memory::Account account_;
};

// This process, which is a test's own, gets no more threads. The first user of a system always gets some.
bool is_refused_threads() {
  constexpr uid_t kNobody = 65534;
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  return setrlimit(RLIMIT_NPROC, &none) == 0 && (getuid() != 0 || setuid(kNobody) == 0) && !Thread().start([] {});
}

struct Setting {
  std::unique_ptr<world::World> world = world::make_real_world({});
  NoEngine engine;
  Scheduler scheduler{{.workers = 3}, *world, engine};
};

int teamwork() {
  if (!is_refused_threads()) return 2;
  Setting setting;
  Team team(setting.scheduler);
  std::vector<int> done(1000);
  const auto part = [](void* data, std::size_t i) { ++(*static_cast<std::vector<int>*>(data))[i]; };
  const bool all = team.run({.count = done.size(), .part = part, .data = &done}, [] { return false; });
  return all && std::ranges::count(done, 1) == 1000 ? 0 : 1;
}

int offloaded() {
  class Work final : public Job {
   public:
    void run() override { did = true; }
    bool did = false;
  };
  if (!is_refused_threads()) return 2;
  Setting setting;
  Offload offload(setting.scheduler);
  const auto job = std::make_shared<Work>();
  offload.start(job);
  return job->is_done() && job->did ? 0 : 1;
}

TEST(NoThreads, ATeamWorksAlone) { EXPECT_EXIT(_exit(teamwork()), testing::ExitedWithCode(0), ""); }

TEST(NoThreads, AJobIsDoneAtOnce) { EXPECT_EXIT(_exit(offloaded()), testing::ExitedWithCode(0), ""); }

}  // namespace
}  // namespace noodle::task
