#pragma once

// What stands behind a noodle_runtime and all that it has given out, and outlives the former for the latter.
//
// One mutex is held while anything of the machine is touched: a program runs, a value is made or dropped. So counts are
// never raced for, whoever holds what. Who drops something must not wait for a program, since in the host it may hold
// a lock that the program's end needs (Python's): what is dropped meanwhile is noted, and dropped by whoever leaves the
// machine. For the same reason owners of foreign memory are told that it is free only when nothing is locked.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "embed/noodle.h"
#include "runtime/jit/tier.h"
#include "runtime/vm/loaded.h"
#include "runtime/vm/runtime.h"

namespace noodle::embed {

using memory::Account;
using memory::Object;
using nbc::Kind;
using value::TypeInfo;

/// Foreign memory, and whom to tell that nobody needs it any more.
struct Foreign {
  void (*done)(void* context) = nullptr;
  void* context = nullptr;
};

class Core {
 public:
  /// With one holder; null and why when there can be none.
  static Core* create(const noodle_options& options, std::string& trouble);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// Another holder, and one fewer: the last one takes all with it.
  void hold() { holders_.fetch_add(1, std::memory_order_relaxed); }
  void let_go();

  /// The host destroys the runtime: the call that runs is interrupted, and none begins any more. What stands behind the
  /// runtime is kept as long as this, for those who wait for the machine already.
  void end(std::shared_ptr<void> runtime);
  bool has_ended() const { return has_ended_.load(); }

  /// Drops a reference that the host had, now or as soon as the machine is left.
  void drop(Object* object);
  /// Notes that foreign memory is free; called with the machine held, on any thread.
  void give_back(Foreign foreign);

  /// Writes what programs have printed.
  void flush() { world_->flush(); }
  vm::Runtime& runtime() { return *runtime_; }
  Account& account() { return runtime_->account(); }
  /// The type `tensor<kind>`, of a scalar kind.
  const TypeInfo& tensor_type(Kind kind) const { return *tensor_types_[number_of(kind)]; }

 private:
  friend class Inside;
  static constexpr std::size_t kScalars = static_cast<std::size_t>(Kind::F64) + 1, kElements = kScalars + 2;
  // Complex elements come behind scalars.
  static constexpr std::size_t number_of(Kind kind) {
    return kind <= Kind::F64 ? static_cast<std::size_t>(kind) : kind == Kind::Complex64 ? kScalars : kScalars + 1;
  }

  Core() = default;
  ~Core();
  bool load_tensor_types(std::string& trouble);
  void enter() { machine_.lock(); }
  void leave();
  void drop_noted();
  void tell_owners();
  bool has_noted();

  std::atomic<std::uint32_t> holders_ = 1;
  std::mutex machine_;
  std::unique_ptr<world::World> world_;
  std::unique_ptr<jit::HotTier> tier_;
  std::unique_ptr<vm::Runtime> runtime_;
  const TypeInfo* tensor_types_[kElements] = {};
  std::atomic<bool> has_ended_ = false;
  std::shared_ptr<void> ended_runtime_;
  std::mutex notes_;  // guards what follows; taken inside of machine_, and nothing inside of it
  std::vector<Object*> dropped_;
  std::vector<Foreign> given_back_;
};

/// Holds the machine for a block, and the core until it is left.
class Inside {
 public:
  explicit Inside(Core& core) : core_(core) {
    core_.hold();
    core_.enter();
  }
  ~Inside() {
    core_.leave();
    core_.let_go();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Core& core_;
};

}  // namespace noodle::embed
