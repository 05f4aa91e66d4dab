#include "runtime/jit/journal.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "runtime/jit/names.h"

namespace noodle::jit {

namespace {

constexpr const char* kPhaseNames[] = {"queued", "lowered", "optimised", "emitted", "installed"};
static_assert(std::size(kPhaseNames) == Journal::kPhases);
constexpr const char* kEfforts[] = {"quickly", "fully"};

std::size_t index(Effort effort) { return static_cast<std::size_t>(effort); }

std::string milliseconds(std::int64_t micros) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(micros) / 1000);
  return text;
}

// `fib (a.noodle:3)`, `main (a.noodle:9) and its loop at a.noodle:12`.
std::string what_of(const Work& work) {
  auto place = [&](std::uint32_t pc) {
    const std::string found = place_of(*work.module, work.function, pc);
    return found.empty() ? "word " + std::to_string(pc) : found;
  };
  std::string text = name_of(*work.module, work.function) + " (" + place(0) + ")";
  for (std::size_t i = 0; i < work.loops.size(); ++i) {
    text += (i == 0 ? " and its loop at " : ", ") + place(work.loops[i]);
  }
  return text;
}

std::string bytes(std::uint64_t code, std::uint64_t constants) {
  return std::to_string(code) + " bytes of code, " + std::to_string(constants) + " of constants";
}

// The first instruction from a word on that may be something else than usual; control leaves to what is before it.
nbc::Inst suspect(const vm::LoadedFunction& function, std::uint32_t pc) {
  const auto& code = function.module->module().functions[function.id].code;
  const nbc::Inst first = nbc::decode(code, pc);
  for (nbc::Inst inst = first;; inst = nbc::decode(code, pc)) {
    const std::uint8_t flags = inst.op_info->flags;
    if ((flags & (nbc::Panics | nbc::Call)) != 0) return inst;
    if ((flags & (nbc::Branch | nbc::End)) != 0) return first;
    pc += inst.words();
  }
}

}  // namespace

void Journal::say(const std::string& line) {
  if (write_) write_("jit: " + line);
}

void Journal::compiled(const Work& work, const Image& image, const Times& times) {
  if (!is_on()) return;
  char samples[48] = "before it runs";
  if (work.samples > 0) std::snprintf(samples, sizeof samples, "after %.1f samples", work.samples);
  const auto now = micros(Clock::now() - start_);
  const std::uint64_t constants = image.bytes.size() - image.code_bytes;
  const auto functions = static_cast<std::size_t>(
      std::ranges::count_if(image.symbols, [](const Symbol& symbol) { return symbol.loop < 0; }));
  std::string line = milliseconds(now) + " ms: " + what_of(work) + " " + kEfforts[index(work.effort)] + " " + samples +
                     ": " + count_of(functions, "function") + ", " + bytes(image.code_bytes, constants) + ";";
  for (std::size_t i = 0; i < kPhases; ++i) {
    line += (i == 0 ? " " : ", ") + std::string(kPhaseNames[i]) + " " + milliseconds(times[i]);
  }
  const std::lock_guard hold(mutex_);
  times_[index(work.effort)].push_back(times);
  functions_ += functions;
  code_bytes_ += image.code_bytes;
  constant_bytes_ += constants;
  say(line + " ms");
}

void Journal::refused(const Work& work, std::string_view why) {
  if (!is_on()) return;
  const std::lock_guard hold(mutex_);
  ++refused_;
  say(what_of(work) + " stays interpreted: " + std::string(why));
}

Journal::Why Journal::why_left(const vm::Machine& machine, const vm::LoadedFunction& function) {
  if (machine.exit.why == vm::WayOut::Raises) return Why::Raised;
  if (machine.exit.why == vm::WayOut::Over) return Why::Over;
  const nbc::Inst inst = suspect(function, machine.exit.pc);
  if (inst.op() == nbc::Op::Call && function.module->functions[inst.uimm()].fast.load() == nullptr) return Why::Callee;
  return machine.compiled_limit.load(std::memory_order_relaxed) == nullptr ? Why::Asked : Why::Unusual;
}

void Journal::left(const vm::Machine& machine) {
  const vm::LoadedFunction& function = *vm::function_of(machine.exit.fp);
  const Why why = why_left(machine, function);
  const std::lock_guard hold(mutex_);
  ++exits_[{&function, machine.exit.pc, why}];
}

std::string Journal::describe(const Exit& exit) {
  const auto& [function, pc, why] = exit;
  const nbc::Inst inst = why == Why::Over ? nbc::decode(function->module->module().functions[function->id].code, pc)
                                          : suspect(*function, pc);
  const std::string op = "`" + std::string(inst.op_info->mnemonic) + "`";
  std::string place = place_of(*function->module, function->id, inst.pc);
  if (place.empty()) place = "word " + std::to_string(inst.pc);
  place += " in " + name_of(*function->module, function->id) + ": ";
  switch (why) {
    case Why::Raised: return place + op + " panics or is stopped";
    case Why::Over: return place + "the loop before is over";
    case Why::Asked: return place + "it was asked to";
    case Why::Callee: return place + "`" + name_of(*function->module, inst.uimm()) + "` isn't compiled";
    case Why::Unusual: break;
  }
  return place + op + " waits or isn't as usual";
}

void Journal::say_times(Effort effort) {
  const std::vector<Times>& made = times_[index(effort)];
  if (made.empty()) return;
  say(count_of(made.size(), "piece") + " compiled " + kEfforts[index(effort)]);
  say("              median ms   total ms");
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    std::vector<std::int64_t> all;
    std::int64_t total = 0;
    for (const Times& times : made) {
      all.push_back(times[phase]);
      total += times[phase];
    }
    std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2));
    char line[80];
    std::snprintf(line, sizeof line, "%-12s %10s %10s", kPhaseNames[phase], milliseconds(all[all.size() / 2]).c_str(),
                  milliseconds(total).c_str());
    say(line);
  }
}

void Journal::say_exits() {
  constexpr std::size_t kShown = 5;
  std::vector<std::pair<std::uint64_t, Exit>> most;
  std::uint64_t total = 0;
  for (const auto& [exit, count] : exits_) {
    most.emplace_back(count, exit);
    total += count;
  }
  std::ranges::stable_sort(most, [](const auto& a, const auto& b) { return a.first > b.first; });
  say("compiled code was left " + count_of(total, "time"));
  for (std::size_t i = 0; i < std::min(most.size(), kShown); ++i) {
    char count[32];
    std::snprintf(count, sizeof count, "%10llu  ", static_cast<unsigned long long>(most[i].first));
    say(count + describe(most[i].second));
  }
}

void Journal::summarise() {
  if (!is_on()) return;
  const std::lock_guard hold(mutex_);
  if (summarised_) return;
  summarised_ = true;
  say(count_of(times_[0].size() + times_[1].size(), "piece") + " compiled, " + count_of(functions_, "function") + ", " +
      bytes(code_bytes_, constant_bytes_) + "; " + std::to_string(refused_) + " refused");
  say_times(Effort::Quick);
  say_times(Effort::Full);
  say_exits();
}

}  // namespace noodle::jit
