#include "runtime/simulate/programs.h"

#include <charconv>
#include <cmath>

namespace noodle::simulate {

namespace {

using world::Io;

constexpr std::int64_t kStart = 1'000'000;  // nanoseconds until a process has begun

// Writes what is left of a text, then calls `then`; goes on whenever there is room again.
void write_all(const std::weak_ptr<Process>& weak, std::string text, const std::function<void(Process&)>& then) {
  const auto process = weak.lock();
  if (process == nullptr || process->over) return;
  while (process->out != nullptr && !text.empty()) {
    const auto wrote = process->out->write(text);
    if (wrote.io == Io::Failed) return process->exit(1);
    if (wrote.io == Io::Wait) {
      process->out->program = [weak, text = std::move(text), then] { write_all(weak, text, then); };
      return;
    }
    text.erase(0, wrote.bytes);
  }
  if (process->out != nullptr) process->out->program = [] {};
  then(*process);
}

void cat(const std::weak_ptr<Process>& weak) {
  const auto process = weak.lock();
  if (process == nullptr || process->over) return;
  if (process->in == nullptr) return process->exit(0);
  char block[4'096];
  const auto got = process->in->read(block);
  switch (got.io) {
    case Io::Done:
      // Not looked at again before what was read is written.
      process->in->program = [] {};
      return write_all(weak, std::string(block, got.bytes), [weak](Process&) { cat(weak); });
    case Io::Wait: process->in->program = [weak] { cat(weak); }; return;
    case Io::End: return process->exit(0);
    case Io::Failed: return process->exit(1);
  }
}

void echo(const std::weak_ptr<Process>& weak, const std::vector<std::string>& command) {
  std::string text;
  for (std::size_t i = 1; i < command.size(); ++i) text += (i == 1 ? "" : " ") + command[i];
  write_all(weak, text + "\n", [](Process& process) { process.exit(0); });
}

void sleep(const std::weak_ptr<Process>& weak, Net& net, const std::vector<std::string>& command) {
  double seconds = -1;
  if (command.size() == 2) std::from_chars(command[1].data(), command[1].data() + command[1].size(), seconds);
  constexpr double kMost = 1e9;
  const bool wrong = !(seconds >= 0 && seconds <= kMost);
  net.time.after(wrong ? 0 : std::llround(seconds * 1e9), [weak, wrong] {
    if (const auto process = weak.lock()) process->exit(wrong ? 1 : 0);
  });
}

}  // namespace

bool is_program(const std::string& name) {
  return name == "cat" || name == "echo" || name == "false" || name == "sleep" || name == "true";
}

void run_program(Process& process, const std::vector<std::string>& command) {
  const auto weak = std::weak_ptr(std::static_pointer_cast<Process>(process.shared_from_this()));
  Net& net = process.net;
  const std::string what = "the start of `" + command[0] + "`";
  net.time.after(net.delay(kStart, what), [weak, &net, command] {
    const auto alive = weak.lock();
    if (alive == nullptr || alive->over) return;
    const std::string& name = command[0];
    if (name == "cat") return cat(weak);
    if (name == "echo") return echo(weak, command);
    if (name == "sleep") return sleep(weak, net, command);
    alive->exit(name == "true" ? 0 : 1);
  });
}

}  // namespace noodle::simulate
