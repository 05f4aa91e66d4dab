#include <cstdio>
#include <cstdlib>
#include <vector>

static long primes(long limit) {
  std::vector<unsigned char> prime(limit, 1);
  long count = 0;
  for (long i = 2; i < limit; ++i) {
    if (!prime[i]) continue;
    ++count;
    for (long j = i * i; j < limit; j += i) prime[j] = 0;
  }
  return count;
}
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1;
  long total = 0;
  for (int i = 0; i < rounds; ++i) total += primes(5000000);
  std::printf("%ld\n", total);
}
