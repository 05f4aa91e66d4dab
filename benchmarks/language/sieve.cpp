#include <cstdio>
#include <vector>

int main() {
  const long limit = 5000000;
  std::vector<unsigned char> prime(limit, 1);
  long count = 0;
  for (long i = 2; i < limit; ++i) {
    if (!prime[i]) continue;
    ++count;
    for (long j = i * i; j < limit; j += i) prime[j] = 0;
  }
  std::printf("%ld\n", count);
}
