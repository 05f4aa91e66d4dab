#pragma once

// Decides what is hot, has it compiled in the background, and puts the code in place. Part of the command itself;
// the compiler is a library that it opens when something is hot.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "runtime/jit/code_memory.h"
#include "runtime/jit/jit.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

/// How much is compiled.
enum class Mode : std::uint8_t {
  Off,     // nothing
  On,      // what is hot
  Always,  // everything, before it runs: for tests
};

struct TierOptions {
  Mode mode = Mode::On;
  std::string library;                          // where the compiler is
  std::function<void(const std::string&)> log;  // a line for each piece of work; may be empty
  std::uint32_t asks_every = 0;                 // see Request
};

class HotTier final : public vm::Tier {
 public:
  explicit HotTier(TierOptions options);
  ~HotTier() override { close(); }

  void attach(vm::Machine& machine) override;
  void sample(vm::Machine& machine, const std::uint64_t* fp, std::uint32_t pc) override;
  void loaded(vm::LoadedModule& module) override;
  void close() override;
  /// Whether something is being compiled: then ending this object waits for that.
  bool is_busy() const { return busy_.load(); }

 private:
  struct Heat {
    std::uint32_t samples = 0;
    std::set<std::uint32_t> compiled;  // heads that can be entered
    bool requested = false, refused = false, done = false;
  };
  using Key = std::pair<const vm::LoadedModule*, std::uint32_t>;

  void note(const vm::LoadedFunction& function, std::uint32_t pc, std::uint32_t weight);
  void work();
  void tick();
  bool open_library();
  struct Job {
    vm::LoadedModule* module;
    std::uint32_t function;
    std::vector<std::uint32_t> loops;
  };
  void compile(const Job& job);
  bool install(const Job& job, const Image& image);
  void enter_at(vm::LoadedModule& module, std::uint32_t function, std::vector<vm::EntryPoint> entries);
  void say(const std::string& line) const {
    if (options_.log) options_.log(line);
  }

  const TierOptions options_;
  Compile compile_ = nullptr;
  bool tried_ = false;
  CodeMemory memory_;
  std::deque<std::unique_ptr<vm::CompiledFunction>> published_;
  std::mutex mutex_;  // guards what follows
  std::map<Key, Heat> heat_;
  std::deque<Job> queue_;
  std::vector<vm::Machine*> machines_;
  bool stopping_ = false;
  bool ticking_ = false;
  std::condition_variable wake_, wake_ticker_;
  std::atomic<bool> busy_{false};
  std::thread worker_, ticker_;
};

}  // namespace noodle::jit
