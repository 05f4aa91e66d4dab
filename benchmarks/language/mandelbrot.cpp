#include <cstdio>
#include <cstdlib>

static int escapes(double cx, double cy, int limit) {
  double x = 0, y = 0;
  for (int i = 0; i < limit; ++i) {
    const double xx = x * x, yy = y * y;
    if (xx + yy > 4.0) return i;
    y = 2.0 * x * y + cy;
    x = xx - yy + cx;
  }
  return limit;
}
int main(int argc, char** argv) {
  const int size = argc > 1 ? std::atoi(argv[1]) : 500;
  long inside = 0, total = 0;
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const int steps = escapes(2.0 * column / size - 1.5, 2.0 * row / size - 1.0, 200);
      if (steps == 200) ++inside;
      total += steps;
    }
  }
  std::printf("%ld %ld\n", inside, total);
}
