// Runtimes as C sees them.

#include <cstdlib>

#include "embed/program.h"
#include "embed/report.h"

using namespace noodle::embed;

extern "C" {

std::int32_t noodle_interface() { return NOODLE_INTERFACE; }

void noodle_free_text(char* text) { std::free(text); }

noodle_status noodle_runtime_create(const noodle_options* options, noodle_runtime** runtime, char** error) {
  constexpr std::uint32_t kMostWorkers = 1024;
  if (runtime == nullptr) return fail(error, NOODLE_USAGE, kNull);
  const noodle_options wanted = options == nullptr ? noodle_options{} : *options;
  if (wanted.workers > kMostWorkers) {
    return fail(error, NOODLE_USAGE, "`workers` is at most 1024, not " + std::to_string(wanted.workers));
  }
  if (wanted.memory_limit < 0) {
    return fail(error, NOODLE_USAGE, "`memory_limit` is negative: " + std::to_string(wanted.memory_limit));
  }
  std::string trouble;
  Core* core = Core::create(wanted, trouble);
  if (core == nullptr) return fail(error, NOODLE_NO_MEMORY, trouble);
  *runtime = new noodle_runtime{.core = *core, .programs = {}};
  return done(error);
}

void noodle_runtime_destroy(noodle_runtime* runtime) {
  if (runtime == nullptr) return;
  Core& core = runtime->core;
  core.end(std::shared_ptr<noodle_runtime>(runtime));
  core.let_go();
}

void noodle_interrupt(noodle_runtime* runtime) { runtime->core.runtime().interrupt(); }

}  // extern "C"
