#include <cstdio>
#include <cstdlib>
#include <vector>

using Matrix = std::vector<std::vector<double>>;
static Matrix make(int n, int seed) {
  Matrix rows(n, std::vector<double>(n));
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) rows[i][j] = (i * 31 + j * 17 + seed) % 100 / 100.0;
  }
  return rows;
}
static Matrix times(const Matrix& a, const Matrix& b) {
  const std::size_t n = a.size();
  Matrix out(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const double x = a[i][k];
      for (std::size_t j = 0; j < n; ++j) out[i][j] += x * b[k][j];
    }
  }
  return out;
}
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1;
  double trace = 0;
  for (int round = 0; round < rounds; ++round) {
    const Matrix c = times(make(240, round + 1), make(240, round + 2));
    for (std::size_t i = 0; i < c.size(); ++i) trace += c[i][i];
  }
  std::printf("%.6f\n", trace);
}
