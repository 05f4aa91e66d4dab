#pragma once

// Compiled code that was made before the program began: there is nothing to decide, and no compiler.

#include <atomic>
#include <mutex>
#include <vector>

#include "runtime/jit/native_program.h"
#include "runtime/jit/own_helpers.h"
#include "runtime/jit/ticker.h"
#include "runtime/jit/ways_in.h"
#include "runtime/vm/machine.h"

namespace noodle::jit {

class NativeTier final : public vm::Tier {
 public:
  /// The program must outlive the tier.
  explicit NativeTier(const NativeProgram& program) : program_(program) {}
  ~NativeTier() override { close(); }

  void attach(vm::Machine& machine) override;
  void sample(vm::Machine&, const std::uint64_t*, std::uint32_t) override {}
  void loaded(vm::LoadedModule& module) override;
  void rouse() override;
  void close() override { ticker_.close(); }

 private:
  using Safepoint = bool (*)(vm::Machine*);
  using MayCall = bool (*)(vm::Machine*, const std::uint64_t*);

  static NativeTier& of(vm::Machine* vm) { return *static_cast<NativeTier*>(vm->options.tier); }
  static bool safepoint(vm::Machine* vm);
  static bool may_call(vm::Machine* vm, const std::uint64_t* end);
  bool is_ticking();

  const NativeProgram& program_;
  std::atomic<std::uint64_t> begun_ = __builtin_readcyclecounter();
  WaysIn ways_in_;
  Ticker ticker_;
  std::atomic<bool> ticks_{false};
  OwnHelpers helpers_;  // two of them call what was there before
  Safepoint safepoint_ = nullptr;
  MayCall may_call_ = nullptr;
  std::mutex mutex_;  // guards what follows
  std::vector<vm::Machine*> machines_;
};

}  // namespace noodle::jit
