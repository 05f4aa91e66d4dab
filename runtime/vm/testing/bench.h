#pragma once

// What the tests of this room share: a module under construction, the world it will see, and the runtime
// that runs it. What a test forgets to release fails it.

#include <bit>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "nbc/builder.h"
#include "nbc/verify.h"
#include "runtime/vm/runtime.h"

namespace noodle::vm::testing {

using Words = std::vector<std::uint64_t>;

/// A text that lies in an object of its own.
inline constexpr std::string_view kLong = "a string too long for its register";

inline std::uint64_t word(std::int64_t x) { return static_cast<std::uint64_t>(x); }
inline std::uint64_t word(double x) { return std::bit_cast<std::uint64_t>(x); }
inline std::int64_t number(std::uint64_t x) { return static_cast<std::int64_t>(x); }

class Bench {
 public:
  explicit Bench(const Options& options = {}) : options_(options) {}
  ~Bench() {
    if (runtime_) EXPECT_EQ(runtime_->live_objects(), 0);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  nbc::ModuleBuilder m;
  world::TestWorld world;

  /// Declares a function and builds its code with `body`.
  template <typename Body>
  nbc::FunctionId function(std::string_view name, nbc::Signature signature, Body body) {
    const nbc::FunctionId id = m.declare(name, std::move(signature));
    define(id, body);
    return id;
  }
  template <typename Body>
  void define(nbc::FunctionId id, Body body) {
    nbc::FunctionBuilder f(m, id);
    body(f);
    f.finish();
  }

  /// Verifies what was built and loads it into a runtime of its own, whose world is `real` if given.
  void load(World* real = nullptr) {
    const std::string error = try_load(real);
    ASSERT_EQ(error, "");
  }
  /// The same; gives why the runtime refused the module, or nothing.
  std::string try_load(World* real = nullptr) {
    const nbc::Module copy = m.module;
    auto verified = nbc::verify(std::move(m.module));
    if (!verified) return verified.error().text(copy);
    runtime_ = Runtime::create(options_, real != nullptr ? *real : world);
    auto loaded = runtime_->load(std::move(*verified));
    if (!loaded) return loaded.error();
    loaded_ = *loaded;
    return "";
  }

  Runtime& runtime() { return *runtime_; }
  LoadedModule& module() { return *loaded_; }

  std::expected<Words, Stop> run(nbc::FunctionId id, const Words& args = {}) {
    return runtime_->run_function(*loaded_, id, args);
  }
  /// The results of a function that must return; the caller owns them.
  Words results(nbc::FunctionId id, const Words& args = {}) {
    auto done = run(id, args);
    if (done) return std::move(*done);
    ADD_FAILURE() << done.error().text();
    return Words(64);
  }
  /// The only result, or the first, of a function that returns nothing counted.
  std::uint64_t result(nbc::FunctionId id, const Words& args = {}) { return results(id, args).at(0); }
  /// A string result, at a slot among others that aren't counted.
  std::string text(nbc::FunctionId id, const Words& args = {}) {
    const Words words = results(id, args);
    std::string out(Runtime::text(words.data()));
    runtime_->release(*loaded_, id, words);
    return out;
  }
  /// Why a function that must not return stopped.
  Stop stop(nbc::FunctionId id, const Words& args = {}) {
    auto done = run(id, args);
    if (!done) return std::move(done.error());
    ADD_FAILURE() << "it returned";
    runtime_->release(*loaded_, id, *done);
    return {};
  }
  /// The message of the panic it must end in.
  std::string panic(nbc::FunctionId id, const Words& args = {}) {
    const Stop why = stop(id, args);
    EXPECT_EQ(why.kind, Stop::Kind::Panic);
    return why.message;
  }
  /// An owned string for an argument.
  Words make_text(std::string_view text) {
    Words words(2);
    EXPECT_TRUE(runtime_->make_text(text, words.data()));
    return words;
  }

  /// With Options::probes, lets each checked operation of a run fail in turn: nothing may be left over.
  void fail_everywhere(nbc::FunctionId id) {
    runtime_->fail_at(0);
    if (auto done = run(id)) runtime_->release(*loaded_, id, *done);
    const std::uint64_t checks = runtime_->checks();
    for (std::uint64_t i = 1; i <= checks; ++i) {
      runtime_->fail_at(i);
      auto done = run(id);
      if (done) {
        ADD_FAILURE() << "operation " << i << " did not fail";
        runtime_->release(*loaded_, id, *done);
      } else {
        EXPECT_EQ(done.error().message, "injected");
      }
      ASSERT_EQ(runtime_->live_objects(), 0) << "after operation " << i;
    }
    runtime_->fail_at(0);
  }

 private:
  Options options_;
  std::unique_ptr<Runtime> runtime_;
  LoadedModule* loaded_ = nullptr;
};

}  // namespace noodle::vm::testing
