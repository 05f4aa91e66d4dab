// What the C interface's callers can't see: that nothing is left over, and that nobody waits who must not.

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "embed/program.h"
#include "embed/tensor.h"

namespace noodle::embed {

namespace {

constexpr std::string_view kProgram = R"(
pub enum Shape { Named(name: String, parts: List<Int>), Empty }
pub fn same(a: Tensor<f64>) -> Tensor<f64> { a }
pub fn none(a: Tensor<f64>) {}
pub fn name(text: String, n: Int) -> String { text + [1, 2][n].to_string() }
pub fn shape(shape: Shape) -> Shape { shape }
pub fn words(words: List<String>) -> List<String> { words.map(w => w + w) }
pub fn failed(text: String) -> Result<Int, Error> { Err(Error(text).context(text)) }
pub fn spin() { loop {} }
pub fn spread(n: Int) -> Int {
    let parts = (0..8).to_list().map(k => async sum(k * n))
    var all = 0
    for part in parts { all += await part }
    all
}
fn sum(n: Int) -> Int {
    var sum = 0
    for i in 0..n { sum += i }
    sum
}
)";

noodle_value text_value(std::string_view text) {
  noodle_value value{};
  value.kind = NOODLE_STRING;
  value.as.span = {.data = text.data(), .count = text.size()};
  return value;
}
noodle_value int_value(std::int64_t integer) {
  noodle_value value{};
  value.kind = NOODLE_I64;
  value.as.integer = integer;
  return value;
}

struct Embed : testing::Test {
  noodle_runtime* runtime = nullptr;
  noodle_program* program = nullptr;
  std::int64_t before = 0;

  void SetUp() override {
    const noodle_options options{.workers = 2, .no_jit = 1, .memory_limit = 0};
    char* error = nullptr;
    ASSERT_EQ(noodle_runtime_create(&options, &runtime, &error), NOODLE_OK) << error;
    ASSERT_EQ(noodle_compile(runtime, "p.noodle", kProgram.data(), kProgram.size(), &program, &error), NOODLE_OK)
        << error;
    before = live();
  }
  void TearDown() override { noodle_runtime_destroy(runtime); }

  std::int64_t live() {
    const Inside inside(runtime->core);
    return runtime->core.runtime().live_objects();
  }
  noodle_status call(const char* name, std::initializer_list<noodle_value> arguments, noodle_value* result = nullptr) {
    const noodle_function* function = nullptr;
    EXPECT_EQ(noodle_find(program, name, &function, nullptr), NOODLE_OK);
    return noodle_call(function, arguments.begin(), arguments.size(), result, nullptr);
  }
  noodle_value tensor(std::atomic<int>* freed) {
    static constexpr double kData[] = {1, 2};
    static constexpr std::int64_t kShape[] = {2};
    noodle_value value{};
    value.kind = NOODLE_TENSOR;
    const auto done = [](void* context) { ++*static_cast<std::atomic<int>*>(context); };
    EXPECT_EQ(
        noodle_tensor_over(runtime, NOODLE_F64, 1, kShape, nullptr, kData, done, freed, &value.as.tensor, nullptr),
        NOODLE_OK);
    return value;
  }
};

const std::string kLong(100, 'x');

TEST_F(Embed, NothingIsLeftOver) {
  noodle_value result{};
  const noodle_value parts[] = {text_value(kLong), text_value("short")};
  noodle_value list{};
  list.kind = NOODLE_LIST;
  list.element = NOODLE_STRING;
  list.as.span = {.data = parts, .count = 2};
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(call("name", {text_value(kLong), int_value(1)}, &result), NOODLE_OK);
    noodle_release(&result);
    EXPECT_EQ(call("name", {text_value(kLong), int_value(9)}, &result), NOODLE_PANIC);
    EXPECT_EQ(call("name", {text_value(kLong), text_value("1")}, &result), NOODLE_USAGE);
    ASSERT_EQ(call("words", {list}, &result), NOODLE_OK);
    noodle_release(&result);
    ASSERT_EQ(call("failed", {text_value(kLong)}, &result), NOODLE_OK);
    noodle_release(&result);
    std::atomic<int> freed = 0;
    noodle_value own = tensor(&freed);
    ASSERT_EQ(call("same", {own}, &result), NOODLE_OK);
    noodle_release(&own);
    noodle_release(&result);
    EXPECT_EQ(freed, 1);
  }
  EXPECT_EQ(live(), before);
}

TEST_F(Embed, AVariantThatIsWrongInsideLeavesNothing) {
  const noodle_value parts[] = {text_value(kLong), text_value(kLong)};
  noodle_value shape{}, result{};
  shape.kind = NOODLE_VARIANT;
  shape.name = "Named";
  shape.as.span = {.data = parts, .count = 2};
  EXPECT_EQ(call("shape", {shape}, &result), NOODLE_USAGE);
  EXPECT_EQ(live(), before);
}

TEST_F(Embed, WhoDropsSomethingDoesNotWaitForAProgram) {
  std::atomic<int> freed = 0;
  noodle_value dropped = tensor(&freed);
  std::atomic<bool> ended = false;
  std::thread spinner([&] {
    EXPECT_EQ(call("spin", {}), NOODLE_INTERRUPTED);
    ended = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  noodle_release(&dropped);
  EXPECT_FALSE(ended);
  noodle_interrupt(runtime);
  spinner.join();
  EXPECT_EQ(freed, 1);
  EXPECT_EQ(live(), before);
}

// Its end is told when nothing is locked, so who is told may call again.
TEST_F(Embed, OwnersThatAreToldMayCall) {
  struct Owner {
    Embed& test;
    int calls = 0;
  } owner{*this};
  static constexpr double kData[] = {1};
  noodle_value value{};
  value.kind = NOODLE_TENSOR;
  const auto done = [](void* context) {
    auto& told = *static_cast<Owner*>(context);
    if (told.test.call("spread", {int_value(3)}, nullptr) == NOODLE_USAGE) ++told.calls;  // no room for its result
    noodle_value result{};
    if (told.test.call("spread", {int_value(3)}, &result) == NOODLE_OK) ++told.calls;
  };
  ASSERT_EQ(
      noodle_tensor_over(runtime, NOODLE_F64, 0, nullptr, nullptr, kData, done, &owner, &value.as.tensor, nullptr),
      NOODLE_OK);
  EXPECT_EQ(call("none", {value}), NOODLE_OK);
  EXPECT_EQ(owner.calls, 0);
  noodle_release(&value);
  EXPECT_EQ(owner.calls, 2);
}

TEST_F(Embed, AnInterruptionEndsOneCall) {
  noodle_value result{};
  for (int round = 0; round < 5; ++round) {
    std::thread spinner([&] { EXPECT_EQ(call("spin", {}), NOODLE_INTERRUPTED); });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    noodle_interrupt(runtime);
    spinner.join();
    EXPECT_EQ(call("spread", {int_value(100000)}, &result), NOODLE_OK);
  }
  noodle_interrupt(runtime);
  EXPECT_EQ(call("spin", {}), NOODLE_INTERRUPTED);
  EXPECT_EQ(call("spread", {int_value(100000)}, &result), NOODLE_OK);
  EXPECT_EQ(live(), before);
}

// Who is in a call finds all that it needs until it has left. It says by a file that it is there.
TEST(EmbedEnd, ARuntimeMayBeDestroyedWhileSomebodyCalls) {
  constexpr std::string_view kSpin = R"(
pub fn spin(path: String) {
    fs.write_text(path, "here").or_panic("no file")
    loop {}
}
)";
  const std::string path = testing::TempDir() + "noodle_embed_test." + std::to_string(getpid());
  const noodle_options options{.workers = 1, .no_jit = 1, .memory_limit = 0};
  for (int round = 0; round < 50; ++round) {
    noodle_runtime* runtime = nullptr;
    noodle_program* program = nullptr;
    const noodle_function* spin = nullptr;
    ASSERT_EQ(noodle_runtime_create(&options, &runtime, nullptr), NOODLE_OK);
    ASSERT_EQ(noodle_compile(runtime, "p.noodle", kSpin.data(), kSpin.size(), &program, nullptr), NOODLE_OK);
    ASSERT_EQ(noodle_find(program, "spin", &spin, nullptr), NOODLE_OK);
    std::thread caller([&] {
      const noodle_value where = text_value(path);
      EXPECT_EQ(noodle_call(spin, &where, 1, nullptr, nullptr), NOODLE_INTERRUPTED);
    });
    while (access(path.c_str(), F_OK) != 0) std::this_thread::sleep_for(std::chrono::microseconds(100));
    noodle_runtime_destroy(runtime);
    caller.join();
    unlink(path.c_str());
  }
}

TEST_F(Embed, WhoWaitsForARuntimeThatEndsIsRefused) {
  std::atomic<int> freed = 0;
  noodle_value kept = tensor(&freed);  // and so the functions are
  const noodle_function* spin = nullptr;
  ASSERT_EQ(noodle_find(program, "spin", &spin, nullptr), NOODLE_OK);
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      const noodle_status status = noodle_call(spin, nullptr, 0, nullptr, nullptr);
      EXPECT_TRUE(status == NOODLE_INTERRUPTED || status == NOODLE_USAGE);
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  noodle_runtime_destroy(std::exchange(runtime, nullptr));
  for (std::thread& caller : callers) caller.join();
  noodle_release(&kept);
  EXPECT_EQ(freed, 1);
}

}  // namespace

}  // namespace noodle::embed
