#include "runtime/value/tensor.h"

#include <cmath>
#include <numeric>
#include <random>

#include "runtime/value/value_fixture.h"

namespace noodle::value {
namespace {

class TensorTest : public ValueTest {
 protected:
  TensorTest() {
    nbc::Type pair;
    pair.kind = Kind::Struct;
    pair.fields = {{{}, nbc::kF64}, {{}, nbc::kF64}};
    const nbc::TypeId ids[] = {tensor_of(nbc::kI32), tensor_of(nbc::kF64), tensor_of(nbc::kF16),
                               tensor_of(table.intern(pair))};
    build();
    ints = &info(ids[0]);
    doubles = &info(ids[1]);
    halves = &info(ids[2]);
    pairs = &info(ids[3]);
  }
  ~TensorTest() override {
    for (TensorObject* made : made_) memory::release(account, &made->header);
    EXPECT_EQ(account.live, 0);
  }

  nbc::TypeId tensor_of(nbc::TypeId element) {
    nbc::Type type;
    type.kind = Kind::Tensor;
    type.element = element;
    return table.intern(type);
  }

  // Shape and strides, and the elements from `data` on; of its own when there is no owner.
  TensorObject* make(const TypeInfo& type, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides,
                     std::uint64_t bytes, TensorObject* owner = nullptr) {
    TensorObject* tensor = make_tensor(account, type, static_cast<std::uint32_t>(shape.size()), bytes,
                                       owner == nullptr ? nullptr : &owner->header);
    std::ranges::copy(shape, tensor->shape());
    std::ranges::copy(strides, tensor->strides());
    tensor->count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    if (owner != nullptr) tensor->data = owner->data;
    made_.push_back(tensor);
    return tensor;
  }
  TensorObject* row(const std::vector<double>& elements) {
    TensorObject* tensor = make(*doubles, {static_cast<std::int64_t>(elements.size())}, {1}, elements.size() * 8);
    std::ranges::copy(elements, reinterpret_cast<double*>(tensor->data));
    return tensor;
  }
  static bool equal(const TensorObject* a, const TensorObject* b) {
    const bool same = tensor_equal(a, b, FloatRule::Total);
    EXPECT_EQ(same, tensor_hash(a, 7) == tensor_hash(b, 7));
    return same;
  }

  const TypeInfo *ints = nullptr, *doubles = nullptr, *halves = nullptr, *pairs = nullptr;

 private:
  std::vector<TensorObject*> made_;
};

TEST_F(TensorTest, AreEqualByShapeAndElementsWhateverTheirStrides) {
  TensorObject* plain = make(*ints, {2, 3}, {3, 1}, 24);
  std::iota(reinterpret_cast<std::int32_t*>(plain->data), reinterpret_cast<std::int32_t*>(plain->data) + 6, 0);
  TensorObject* turned = make(*ints, {3, 2}, {1, 3}, 0, plain);
  TensorObject* copy = make(*ints, {3, 2}, {2, 1}, 24);
  const std::int32_t by_columns[] = {0, 3, 1, 4, 2, 5};
  std::memcpy(copy->data, by_columns, sizeof by_columns);
  EXPECT_TRUE(equal(turned, copy));
  EXPECT_FALSE(equal(plain, copy));  // another shape
  reinterpret_cast<std::int32_t*>(copy->data)[5] = 6;
  EXPECT_FALSE(equal(turned, copy));
}

TEST_F(TensorTest, NothingHasOneAxisOfLengthZero) {
  EXPECT_TRUE(equal(nullptr, nullptr));
  EXPECT_TRUE(equal(nullptr, row({})));
  EXPECT_FALSE(equal(nullptr, make(*doubles, {0, 3}, {3, 1}, 0)));
}

TEST_F(TensorTest, FloatsFollowTheRuleThatIsAskedFor) {
  TensorObject* odd = row({0.0, std::nan("")});
  EXPECT_FALSE(tensor_equal(odd, odd, FloatRule::Ieee));
  EXPECT_TRUE(equal(odd, row({-0.0, -std::nan("")})));
  TensorObject* half = make(*halves, {1}, {1}, 2);
  reinterpret_cast<std::uint16_t*>(half->data)[0] = 0x8000;
  TensorObject* zero = make(*halves, {1}, {1}, 2);
  reinterpret_cast<std::uint16_t*>(zero->data)[0] = 0;
  EXPECT_TRUE(tensor_equal(half, zero, FloatRule::Ieee));
  EXPECT_TRUE(equal(half, zero));
}

TEST_F(TensorTest, ComplexElementsAreEqualInBothParts) {
  const auto filled = [&](std::vector<double> parts, std::vector<std::int64_t> strides) {
    TensorObject* made = make(*pairs, {2}, std::move(strides), parts.size() * 8);
    std::ranges::copy(parts, reinterpret_cast<double*>(made->data));
    return made;
  };
  EXPECT_EQ(static_cast<Kind>(filled({0, 0, 0, 0}, {1})->element), Kind::Complex128);
  TensorObject* plain = filled({1, 2, -0.0, std::nan("")}, {1});
  EXPECT_TRUE(equal(plain, filled({1, 2, 9, 9, 0.0, -std::nan("")}, {2})));
  EXPECT_FALSE(equal(plain, filled({1, 3, 0, std::nan("")}, {1})));
  EXPECT_FALSE(tensor_equal(plain, plain, FloatRule::Ieee));
}

TEST_F(TensorTest, RunsCoverEachElementOnceInOrder) {
  std::mt19937 random(5);
  TensorObject* base = make(*ints, {1000}, {1}, 4000);
  std::iota(reinterpret_cast<std::int32_t*>(base->data), reinterpret_cast<std::int32_t*>(base->data) + 1000, 0);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::int64_t> shape, strides;
    for (std::uint32_t axis = random() % 4; axis-- > 0;) {
      shape.push_back(random() % 5);
      strides.push_back(random() % 40);
    }
    const TensorObject* view = make(*ints, shape, strides, 0, base);
    std::vector<std::int32_t> wanted, found;
    for (std::int64_t i = 0; i < view->count; ++i) {
      std::int64_t at = 0, rest = i;
      for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) at += rest % shape[axis] * strides[axis];
      wanted.push_back(static_cast<std::int32_t>(at));
    }
    for_each_run(*view, [&](const std::byte* first, std::int64_t count, std::int64_t stride) {
      for (std::int64_t i = 0; i < count; ++i)
        found.push_back(reinterpret_cast<const std::int32_t*>(first)[i * stride]);
      return true;
    });
    EXPECT_EQ(found, wanted);
  }
}

TEST_F(TensorTest, ElementsStandApartAndLargeOnesAreAligned) {
  for (const std::uint64_t bytes : {1u, 8u, 1000u, 1024u, 100'000u}) {
    const TensorObject* tensor = make(*ints, {1}, {1}, bytes);
    const auto at = reinterpret_cast<std::uintptr_t>(tensor->data);
    EXPECT_EQ(at % (bytes >= 1024 ? 64 : 8), 0u);
    EXPECT_GE(at, reinterpret_cast<std::uintptr_t>(tensor->strides() + 1));
    EXPECT_LE(at + bytes, reinterpret_cast<std::uintptr_t>(tensor) + tensor->bytes);
  }
}

TEST_F(TensorTest, AViewKeepsItsOwner) {
  const TensorObject* view = make(*doubles, {2}, {0}, 0, row({2.5}));
  EXPECT_EQ(view->owner->count, 2);
  EXPECT_TRUE(tensor_equal(view, row({2.5, 2.5}), FloatRule::Ieee));
}

TEST_F(TensorTest, WithoutMemoryThereIsNone) {
  account.limit = account.used + 64;
  EXPECT_EQ(make_tensor(account, *doubles, 1, 1 << 20, nullptr), nullptr);
  EXPECT_EQ(make_tensor(account, *doubles, 1, UINT64_MAX - 8, nullptr), nullptr);
  EXPECT_EQ(make_tensor(account, *doubles, TensorObject::kMostRank + 1, 0, nullptr), nullptr);
  account.limit = INT64_MAX;
}

}  // namespace
}  // namespace noodle::value
