// What the machine can do: OpenBLAS called from C, and how fast memory is read and written. Prints nanoseconds.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include <sys/mman.h>

extern "C" {
void cblas_sgemm(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*, int);
void cblas_dgemm(int, int, int, int, int, int, double, const double*, int, const double*, int, double, double*, int);
}

namespace {

template <typename F>
void timed(int repeats, F&& body) {
  using Clock = std::chrono::steady_clock;
  body();
  const auto start = Clock::now();
  for (int i = 0; i < repeats; ++i) body();
  std::printf("%lld\n", static_cast<long long>(std::chrono::nanoseconds(Clock::now() - start).count() / repeats));
}

template <typename T>
T* numbers(std::size_t count, std::int64_t limit) {
  const std::size_t page = std::size_t{2} << 20, bytes = (count * sizeof(T) + page - 1) / page * page;
  auto* all = static_cast<T*>(std::aligned_alloc(page, bytes));
  madvise(all, bytes, MADV_HUGEPAGE);
  for (std::size_t i = 0; i < count; ++i) all[i] = static_cast<T>(static_cast<std::int64_t>(i) * 7919 % limit);
  return all;
}

template <typename T, typename Gemm>
void matmul(int n, int repeats, Gemm gemm) {
  const std::size_t count = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  const T *a = numbers<T>(count, 7), *b = numbers<T>(count, 3);
  T* c = numbers<T>(count, 1);
  timed(repeats, [&] { gemm(101, 111, 111, n, n, n, T{1}, a, n, b, n, T{0}, c, n); });
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(c[i]);
  std::printf("%.0f\n", sum);
}

// How long it takes to read and write so many bytes: as much of either.
void copy(std::size_t bytes, int repeats) {
  char *from = numbers<char>(bytes / 2, 128), *to = numbers<char>(bytes / 2, 128);
  timed(repeats, [&] { std::memcpy(to, from, bytes / 2); });
}

// How long it takes to read so many bytes.
void read(std::size_t bytes, int repeats) {
  const std::uint64_t* all = numbers<std::uint64_t>(bytes / 8, 1013);
  std::uint64_t sum = 0;
  timed(repeats, [&] {
    for (std::size_t i = 0; i < bytes / 8; ++i) sum += all[i];
  });
  std::printf("%llu\n", static_cast<unsigned long long>(sum));
}

}  // namespace

int main(int, char** args) {
  const std::string_view what = args[1];
  const long size = std::atol(args[2]);
  const int repeats = std::atoi(args[3]);
  if (what == "matmul_f32") matmul<float>(static_cast<int>(size), repeats, cblas_sgemm);
  if (what == "matmul_f64") matmul<double>(static_cast<int>(size), repeats, cblas_dgemm);
  if (what == "copy") copy(static_cast<std::size_t>(size), repeats);
  if (what == "read") read(static_cast<std::size_t>(size), repeats);
}
