#include "tools/interrupts.h"

#include <atomic>
#include <csignal>

namespace noodle::tools {

namespace {

std::atomic<vm::Runtime*>& target() {
  static constinit std::atomic<vm::Runtime*> runtime = nullptr;
  return runtime;
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
  if (vm::Runtime* runtime = target().load()) runtime->interrupt();
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
  target().store(&runtime);
  listen(SIGINT);
  listen(SIGTERM);
}

Interrupts::~Interrupts() { target().store(nullptr); }

bool Interrupts::happened() { return last().load() != 0; }

int Interrupts::exit_code() { return 128 + (happened() ? last().load() : SIGINT); }

}  // namespace noodle::tools
