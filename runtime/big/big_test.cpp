// Natives called as no compiled program would: with arguments of any bits, without memory, and told to stop.

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "runtime/big/number.h"

namespace noodle::room {

#define NATIVE(function, name, signature, promise) Status native_##function(Call& call);
#include "runtime/big/natives.def"
#undef NATIVE

namespace {

/// What a runtime would do, with a limit of memory.
struct World {
  std::vector<std::unique_ptr<std::uint64_t[]>> objects;
  std::size_t limit = std::size_t{1} << 30;
  std::size_t charged = 0;
  std::size_t most = 0;
  std::string message;
  int asked = 0;
  int stop_at = -1;

  /// A bytes object, which lives as long as the world.
  std::uint64_t bytes(const void* data, std::size_t size) {
    if (size == 0) return 0;
    auto& object = objects.emplace_back(new std::uint64_t[4 + size / 8]());
    auto* array = reinterpret_cast<memory::ArrayObject*>(object.get());
    array->length = array->capacity = size;
    std::memcpy(array->data(), data, size);
    return reinterpret_cast<std::uint64_t>(array);
  }
  std::uint64_t words(const std::vector<std::uint64_t>& words, std::size_t more_bytes = 0) {
    return bytes(words.data(), words.size() * 8 - more_bytes);
  }
};

World& of(const Call& call) { return *static_cast<World*>(call.native); }

constexpr Host kHost{
    .make_text =
        [](Call& call, const char* text, std::size_t size, std::uint64_t*) {
          of(call).message.assign(text, size);
          return true;
        },
    .make_blank_text = nullptr,
    .release_text = nullptr,
    .text_index = nullptr,
    .text_offset = nullptr,
    .make_bytes =
        [](Call& call, const void* data, std::size_t size, std::uint64_t* out) {
          *out = of(call).bytes(data, size);
          return true;
        },
    .release_bytes = [](Call&, std::uint64_t) {},
    .charge =
        [](Call& call, std::size_t size) {
          World& world = of(call);
          if (size > world.limit - world.charged) return false;
          world.charged += size;
          world.most = std::max(world.most, world.charged);
          return true;
        },
    .credit = [](Call& call, std::size_t size) { of(call).charged -= size; },
    .take_room = nullptr,
    .give_room = nullptr,
    .make_ints = nullptr,
    .list_reserve = nullptr,
    .list_add = nullptr,
    .list_release = nullptr,
    .make_tensor = nullptr,
    .release_tensor = nullptr,
    .adopt = nullptr,
    .release_handle = nullptr,
    .panic = [](Call& call, const char* text, std::size_t size) { of(call).message.assign(text, size); },
    .share = nullptr,
    .cores = nullptr,
    .is_told_to_stop =
        [](const Call& call) {
          World& world = of(call);
          return world.asked++ == world.stop_at;
        },
};

class Big : public testing::Test {
 protected:
  Status call(Function function, const std::vector<std::uint64_t>& args) {
    Call call{
        .host = kHost, .native = &world_, .args = args.data(), .results = results_.data(), .result_types = nullptr};
    const Status status = function(call);
    EXPECT_EQ(world_.charged, 0U);
    return status;
  }
  /// An integer in decimal digits.
  std::string text(std::int64_t small, std::uint64_t bytes) {
    EXPECT_EQ(call(native_big_to_text, {static_cast<std::uint64_t>(small), bytes, 10}), Status::Ok);
    return world_.message;
  }
  /// An integer with so many bits, as arguments.
  std::vector<std::uint64_t> bits(std::uint64_t count) {
    EXPECT_EQ(call(native_big_shift, {1, 0, count - 1}), Status::Ok);
    return {results_[0], results_[1]};
  }

  World world_;
  std::array<std::uint64_t, 4> results_{};
};

TEST_F(Big, AnyBitsAreANumber) {
  EXPECT_EQ(text(5, world_.words({7, 1})), "18446744073709551623");
  EXPECT_EQ(text(-5, world_.words({7, 0, 0})), "-7");
  EXPECT_EQ(text(0, world_.words({7, 0})), "7");
  EXPECT_EQ(text(-1, world_.words({0, 0})), "0");
  EXPECT_EQ(text(-9, world_.words({7, 1}, 3)), "-7");
  EXPECT_EQ(text(-9, world_.words({7}, 3)), "-9");
  EXPECT_EQ(text(INT64_MIN, 0), "-9223372036854775808");
}

TEST_F(Big, ResultsHaveOneForm) {
  ASSERT_EQ(call(native_big_add, {1, world_.words({7, 0, 0}), 0, 0}), Status::Ok);
  EXPECT_EQ(results_[0], 7U);
  EXPECT_EQ(results_[1], 0U);
  ASSERT_EQ(call(native_big_add, {INT64_MAX, 0, 1, 0}), Status::Ok);
  EXPECT_EQ(results_[0], 1U);
  const auto* array = reinterpret_cast<memory::ArrayObject*>(results_[1]);
  EXPECT_EQ(array->length, 8U);
  ASSERT_EQ(call(native_big_subtract, {1, results_[1], 1, 0}), Status::Ok);
  EXPECT_EQ(results_[0], static_cast<std::uint64_t>(INT64_MAX));
  EXPECT_EQ(results_[1], 0U);
}

TEST_F(Big, MemoryIsAskedForBeforeAnythingIsComputed) {
  const auto a = bits(4'000'000);
  world_.limit = 1'000'000;
  world_.most = 0;
  EXPECT_EQ(call(native_big_multiply, {a[0], a[1], a[0], a[1]}), Status::NoMemory);
  EXPECT_EQ(call(native_big_power, {a[0], a[1], 3}), Status::NoMemory);
  EXPECT_EQ(call(native_big_power, {3, 0, 40'000'000}), Status::NoMemory);
  EXPECT_EQ(call(native_big_quotient, {a[0], a[1], 3, 0}), Status::NoMemory);
  EXPECT_EQ(call(native_big_divide, {a[0], a[1], 3, 0}), Status::NoMemory);
  EXPECT_EQ(call(native_big_gcd, {a[0], a[1], 3, 0}), Status::NoMemory);
  EXPECT_EQ(call(native_big_sqrt, {a[0], a[1]}), Status::NoMemory);
  EXPECT_EQ(call(native_big_is_prime, {a[0], a[1]}), Status::NoMemory);
  EXPECT_EQ(call(native_big_power_mod, {2, 0, 3, 0, a[0], a[1]}), Status::NoMemory);
  EXPECT_EQ(call(native_big_inverse_mod, {3, 0, a[0], a[1]}), Status::NoMemory);
  EXPECT_EQ(call(native_big_strip, {a[0], a[1]}), Status::NoMemory);
  EXPECT_EQ(call(native_big_to_text, {a[0], a[1], 10}), Status::NoMemory);
  EXPECT_EQ(call(native_big_shift, {1, 0, 100'000'000}), Status::NoMemory);
  EXPECT_EQ(world_.most, 0U);
  world_.limit = 6'000'000;  // for the number several times, but not also for its text, a byte a bit
  EXPECT_EQ(call(native_big_to_text, {a[0], a[1], 10}), Status::Ok);
  EXPECT_EQ(call(native_big_to_text, {a[0], a[1], 2}), Status::NoMemory);
  world_.limit = 1'000'000;
  world_.most = 0;
  EXPECT_EQ(call(native_big_add, {a[0], a[1], a[0], a[1]}), Status::Ok);
  EXPECT_EQ(world_.most, 500'000U);
}

TEST_F(Big, WhatTakesLongIsStopped) {
  const auto a = bits(1'000'000);
  for (int at : {0, 1, 3}) {
    world_.asked = 0;
    world_.stop_at = at;
    EXPECT_EQ(call(native_big_to_text, {a[0], a[1], 10}), Status::Interrupted) << at;
    EXPECT_EQ(world_.asked, at + 1);
  }
  for (const auto& [function, args] : std::vector<std::pair<Function, std::vector<std::uint64_t>>>{
           {native_big_power, {3, 0, 10'000'000}},
           {native_big_power_mod, {3, 0, a[0], a[1], a[0], a[1]}},
           {native_big_power_mod, {3, 0, a[0], a[1], 1'000'003, 0}}}) {
    world_.asked = 0;
    world_.stop_at = 5;
    EXPECT_EQ(call(function, args), Status::Interrupted);
  }
}

TEST_F(Big, NothingIsTooLarge) {
  EXPECT_EQ(call(native_big_shift, {1, 0, big::kMostBits}), Status::Panic);
  EXPECT_EQ(world_.message, "the result would have more than 2^31 bits");
  EXPECT_EQ(call(native_big_power, {2, 0, big::kMostBits}), Status::Panic);
  EXPECT_EQ(call(native_big_power, {3, 0, INT64_MAX}), Status::Panic);
  EXPECT_EQ(call(native_big_power, {static_cast<std::uint64_t>(-1), 0, INT64_MAX}), Status::Ok);
  EXPECT_EQ(results_[0], static_cast<std::uint64_t>(-1));
  EXPECT_EQ(call(native_big_combine, {1, 0, 1, 0, 3}), Status::Panic);
  EXPECT_EQ(world_.message, "there is no such operation on bits");
}

}  // namespace

}  // namespace noodle::room
