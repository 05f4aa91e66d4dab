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
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/jit/cache.h"
#include "runtime/jit/code_memory.h"
#include "runtime/jit/debugger.h"
#include "runtime/jit/jit.h"
#include "runtime/jit/journal.h"
#include "runtime/jit/mixer.h"
#include "runtime/jit/mode.h"
#include "runtime/jit/perf_dump.h"
#include "runtime/jit/perf_map.h"
#include "runtime/jit/spans.h"
#include "runtime/jit/ticker.h"
#include "runtime/jit/ways_in.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

struct TierOptions {
  Mode mode = Mode::On;
  std::string library;                          // where the compiler is
  Compiler compile;                             // or what is called in its place; may be empty
  std::function<void(const std::string&)> log;  // a line for each piece of work; may be empty
  std::unique_ptr<PerfMap> perf;                // where profilers look for names, if one is to be written
  std::unique_ptr<PerfDump> perf_dump;          // and for lines
  CacheOptions cache;                           // of what is hot; used by Mode::On alone
  std::uint64_t seed = 0;                       // of Mode::Mixed
};

class HotTier final : public vm::Tier {
 public:
  explicit HotTier(TierOptions options);
  ~HotTier() override { close(); }

  void attach(vm::Machine& machine) override;
  void sample(vm::Machine& machine, const std::uint64_t* fp, std::uint32_t pc) override;
  bool found_quick(vm::Machine& machine, vm::QuickSite site) override;
  void loaded(vm::LoadedModule& module) override;
  void rouse() override;
  void left(const vm::Machine& machine) override { journal_.left(machine); }
  void close() override;
  /// Ends the log with its table.
  void summarise() { journal_.summarise(); }
  /// Who decides what is compiled with Mode::Mixed; null otherwise.
  Mixer* mixer() { return mixer_.get(); }
  /// Whether something is being compiled: then ending this object waits for that.
  bool is_busy() const { return busy_.load(); }

 private:
  struct WaysToEnter {
    std::set<std::uint32_t> heads;                        // of loops
    std::optional<Journal::Clock::time_point> beginning;  // since when
    void add(const Symbol& symbol);
  };
  struct Heat {
    std::uint32_t samples = 0;
    std::optional<std::vector<LoopSpan>> loops;  // once somebody asked for them
    WaysToEnter any, full;                       // into code of either effort, and the best
    bool requested = false, refused = false;
    std::int32_t warmth = 0;  // how often it was found in code made quickly, since it was last asked for
    const WaysToEnter& ways(Effort effort) const { return effort == Effort::Full ? full : any; }
    /// What it was asked for is there, or can't be.
    void cool() {
      requested = false;
      samples = 0;
      warmth = 0;
    }
  };
  using Key = std::pair<const vm::LoadedModule*, std::uint32_t>;

  void note(const vm::LoadedFunction& function, Heat& heat, std::optional<std::uint32_t> loop, bool is_running);
  Heat& heat_with_loops(const vm::LoadedModule& module, std::uint32_t function);
  static bool is_entered_around(const Heat& heat, const WaysToEnter& ways, std::uint32_t head);
  void ask_for_better(vm::LoadedModule& module, Heat& heat, vm::QuickSite site, std::optional<std::uint32_t> loop);
  void work();
  bool open_library();
  bool wants_lines();
  struct Job {
    vm::LoadedModule* module;
    std::uint32_t function;
    bool body;
    std::vector<std::uint32_t> loops;
    Effort effort = Effort::Quick;
    double samples = 0;
    bool is_kept = false;  // not a function's: whatever the cache has of the module
    Journal::Clock::time_point asked = Journal::Clock::now();
    Journal::Clock::time_point begun{};
  };
  void add_job(Job job);
  Job take_hottest();
  bool is_compiled(const Job& job);
  void compile(Job job);
  bool install(const Job& job, const Image& image);
  bool place(vm::LoadedModule& module, const Image& image, Effort effort);
  void retire_worse(vm::LoadedModule& module, const Symbol& better);
  bool is_way_in(const vm::LoadedModule& module, const Symbol& symbol, Effort effort);
  std::vector<std::uint32_t> made_as_well(const vm::LoadedModule& module, Effort effort);
  void log_work(const Job& job, const Image& image, Journal::Clock::time_point made);
  void announce(const vm::LoadedModule& module, const Image& image, const std::byte* code);
  // What the cache has of a module and is to have.
  struct Kept {
    bool asked = false, loaded = false;
    bool is_known = false;  // a run before kept something
    // The worker's alone.
    std::string key;               // empty: nothing can be kept
    std::vector<KeptImage> fresh;  // compiled since the last time that some were added
    std::size_t bytes = 0, fresh_bytes = 0;
  };
  bool has_looked(vm::LoadedModule* module);
  Kept& kept(vm::LoadedModule& module);
  const std::string& identity();
  void load_kept(vm::LoadedModule& module);
  bool place_kept(vm::LoadedModule& module, const KeptImage& image);
  bool is_keeping() const { return !options_.cache.folder.empty() && options_.mode == Mode::On; }
  void remember(const Job& job, const Image& image);
  void keep();
  void say(const std::string& line) const {
    if (options_.log) options_.log(line);
  }

  const TierOptions options_;
  const std::unique_ptr<Mixer> mixer_;
  Compiler compile_;
  std::vector<std::uint32_t> apart_;  // functions of the module in the making that stay interpreted
  bool tried_ = false;
  std::optional<bool> wants_lines_;
  CodeMemory memory_;
  DebuggerImages debugger_;
  Journal journal_;
  Cache cache_;
  std::optional<std::string> identity_;
  std::string compiler_id_;  // when the identity was made
  WaysIn ways_in_;
  Ticker ticker_;
  std::mutex mutex_;  // guards what follows
  std::map<Key, Heat> heat_;
  Journal::Clock::time_point last_warm_;  // when something was last found in code made quickly
  std::map<const vm::LoadedModule*, Kept> kept_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::condition_variable wake_;
  std::atomic<bool> busy_{false};
  Thread worker_;
};

}  // namespace noodle::jit
