// one_process NAME=PATH…: loads these libraries in every order, each order in a process of its own, and uses each when
// it has been loaded and once more when all have been. What isn't installed is told and left out; then the exit code
// is 77 unless something else is wrong.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "tests/one_process/library.h"
#include "tests/process.h"

namespace noodle::tests {
namespace {

constexpr const Library* kLibraries[] = {&kCompiler, &kVulkan, &kDatabase, &kMatrices};
constexpr int kFailed = 1, kNotInstalled = 3, kLeftOut = 77;

struct Wanted {
  const Library* library;
  std::string word;  // NAME=PATH
  std::string path() const { return word.substr(word.find('=') + 1); }
};

std::vector<Wanted> wanted_in(int argc, char** argv) {
  std::vector<Wanted> all;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    for (const Library* library : kLibraries) {
      if (word.starts_with(std::string(library->name) + "=")) all.push_back({library, word});
    }
  }
  return all;
}

int say(const Library& library, const char* when, const std::string& what) {
  std::printf("%s, %s: %s\n", library.name, when, what.c_str());
  // Our own library, which the build makes, is never absent.
  const bool absent = &library != &kCompiler && std::strcmp(when, "loaded") == 0 &&
                      what.find("cannot open shared object file") != what.npos;
  return absent ? kNotInstalled : kFailed;
}

int load_in_this_order(const std::vector<Wanted>& order) {
  for (const Wanted& wanted : order) {
    if (const Trouble trouble = wanted.library->load(wanted.path())) return say(*wanted.library, "loaded", *trouble);
    if (const Trouble trouble = wanted.library->use()) return say(*wanted.library, "used", *trouble);
  }
  for (const Wanted& wanted : order) {
    if (const Trouble trouble = wanted.library->use()) return say(*wanted.library, "used at last", *trouble);
  }
  return 0;
}

ProcessResult run_alone(const char* self, const std::vector<Wanted>& order) {
  std::vector<std::string> words{self, "--this-order"};
  for (const Wanted& wanted : order) words.push_back(wanted.word);
  return run_process(words, "", "", 60);
}

// Says what is wrong with an order; whether all went well.
bool is_well(const char* self, const std::vector<Wanted>& order) {
  const ProcessResult result = run_alone(self, order);
  if (result.exit_code == 0) return true;
  for (const Wanted& wanted : order) std::printf("%s ", wanted.library->name);
  std::printf("in this order: exit code %d, signal %d%s\n%s%s\n", result.exit_code, result.signal,
              result.timed_out ? ", too late" : "", result.out.c_str(), result.err.c_str());
  return false;
}

int load_in_every_order(const char* self, std::vector<Wanted> wanted) {
  const std::size_t asked = wanted.size();
  std::erase_if(wanted, [&](const Wanted& one) {
    const ProcessResult result = run_alone(self, {one});
    if (result.exit_code == kNotInstalled) std::printf("LEFT OUT, since not installed: %s", result.out.c_str());
    return result.exit_code == kNotInstalled;
  });
  auto name = [](const Wanted& one) { return std::string_view(one.library->name); };
  std::ranges::sort(wanted, {}, name);
  int passed = 0, failed = 0;
  do {
    (is_well(self, wanted) ? passed : failed) += 1;
  } while (std::ranges::next_permutation(wanted, {}, name).found);
  std::printf("%zu of %zu libraries in every order\n%d passed, %d failed\n", wanted.size(), asked, passed, failed);
  return failed != 0 ? kFailed : wanted.size() < asked ? kLeftOut : 0;
}

}  // namespace
}  // namespace noodle::tests

int main(int argc, char** argv) {
  using namespace noodle::tests;
  const std::vector<Wanted> wanted = wanted_in(argc, argv);
  if (wanted.empty()) {
    std::fprintf(stderr, "usage: one_process NAME=PATH…\n");
    return 2;
  }
  if (std::strcmp(argv[1], "--this-order") == 0) return load_in_this_order(wanted);
  return load_in_every_order(argv[0], wanted);
}
