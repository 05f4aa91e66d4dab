#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Vector = std::vector<double>;
static double entry(std::int64_t i, std::int64_t j) {
  return 1.0 / static_cast<double>((i + j) * (i + j + 1) / 2 + i + 1);
}
static void times(const Vector& v, Vector& out) {
  const auto n = static_cast<std::int64_t>(v.size());
  for (std::int64_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::int64_t j = 0; j < n; ++j) sum += entry(i, j) * v[j];
    out[i] = sum;
  }
}
static void times_transposed(const Vector& v, Vector& out) {
  const auto n = static_cast<std::int64_t>(v.size());
  for (std::int64_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::int64_t j = 0; j < n; ++j) sum += entry(j, i) * v[j];
    out[i] = sum;
  }
}
int main(int argc, char** argv) {
  const std::size_t n = argc > 1 ? std::atoi(argv[1]) : 500;
  Vector u(n, 1.0), v(n), between(n);
  for (int k = 0; k < 10; ++k) {
    times(u, between), times_transposed(between, v);
    times(v, between), times_transposed(between, u);
  }
  double uv = 0, vv = 0;
  for (std::size_t i = 0; i < n; ++i) uv += u[i] * v[i], vv += v[i] * v[i];
  std::printf("%.9f\n", std::sqrt(uv / vv));
}
