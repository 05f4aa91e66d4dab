#include <vector>

#include "tests/one_process/library.h"

namespace noodle::tests {

namespace {

// As cblas.h has it.
using Multiply = void(int order, int transpose_a, int transpose_b, int m, int n, int k, double alpha, const double* a,
                      int row_of_a, const double* b, int row_of_b, double beta, double* c, int row_of_c);
constexpr int kRowsFirst = 101, kAsItIs = 111;

void* library = nullptr;

Trouble load(const std::string& path) { return open_for_all(path, library); }

// Large enough to be shared among threads; all numbers are exact.
Trouble use() {
  const auto multiply = find<Multiply>(library, "cblas_dgemm");
  if (multiply == nullptr) return "cblas_dgemm is missing";
  constexpr int kSize = 150;
  std::vector<double> a(kSize * kSize), b(a.size()), c(a.size());
  for (int i = 0; i < kSize * kSize; ++i) {
    a[static_cast<std::size_t>(i)] = i % 7;
    b[static_cast<std::size_t>(i)] = i % 11 - 5;
  }
  multiply(kRowsFirst, kAsItIs, kAsItIs, kSize, kSize, kSize, 1, a.data(), kSize, b.data(), kSize, 0, c.data(), kSize);
  auto at = [](const std::vector<double>& matrix, int row, int column) {
    return matrix[static_cast<std::size_t>(row * kSize + column)];
  };
  for (int row = 0; row < kSize; ++row) {
    for (int column = 0; column < kSize; ++column) {
      double sum = 0;
      for (int i = 0; i < kSize; ++i) sum += at(a, row, i) * at(b, i, column);
      if (at(c, row, column) != sum) return "a product is " + std::to_string(at(c, row, column));
    }
  }
  return std::nullopt;
}

}  // namespace

const Library kMatrices = {"matrices", load, use};

}  // namespace noodle::tests
