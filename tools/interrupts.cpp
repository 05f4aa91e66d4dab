#include "tools/interrupts.h"

#include <array>
#include <atomic>
#include <csignal>

namespace noodle::tools {

namespace {

// The runtimes that run now: as many as threads that run tests.
std::array<std::atomic<vm::Runtime*>, Interrupts::kMost>& targets() {
  static constinit std::array<std::atomic<vm::Runtime*>, Interrupts::kMost> runtimes{};
  return runtimes;
}

// The signal that came last; 0 for none.
std::atomic<int>& last() {
  static constinit std::atomic<int> signal = 0;
  return signal;
}

void handle(int signal) {
  // Whoever asks a second time can't wait.
  std::signal(signal, SIG_DFL);
  last().store(signal);
  for (auto& target : targets()) {
    if (vm::Runtime* runtime = target.load()) runtime->interrupt();
  }
}

void listen(int signal) {
  struct sigaction action{};
  struct sigaction before{};
  action.sa_handler = handle;  // without SA_RESTART, so that a read that waits ends too
  // Who started us in the background and said to ignore it meant that.
  if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) return;
  sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts(vm::Runtime& runtime) {
  for (auto& target : targets()) {
    vm::Runtime* nobody = nullptr;
    if (!target.compare_exchange_strong(nobody, &runtime)) continue;
    place_ = &target;
    break;
  }
  if (happened()) {
    runtime.interrupt();
    return;
  }
  listen(SIGINT);
  listen(SIGTERM);
}

Interrupts::~Interrupts() {
  if (place_ != nullptr) place_->store(nullptr);
}

bool Interrupts::happened() { return last().load() != 0; }

void Interrupts::forget() {
  last().store(0);
  listen(SIGINT);
  listen(SIGTERM);
}

int Interrupts::exit_code() { return 128 + (happened() ? last().load() : SIGINT); }

}  // namespace noodle::tools
