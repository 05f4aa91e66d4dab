#include <array>
#include <atomic>
#include <cstdio>
#include <numeric>

#include "asio.h"

namespace {

constexpr long kBatch = 1000;

Coroutine<long> work(long n) { co_return n % 7; }

/// Starts a batch and gives its results once the last has arrived.
Coroutine<long> batch(Context& context, Channel<bool>& done, long first) {
  std::array<long, kBatch> results;
  std::atomic<long> left = kBatch;
  for (long n = 0; n < kBatch; ++n) {
    asio::co_spawn(context, work(first + n), [&, n](std::exception_ptr problem, long result) {
      must_not_throw(problem);
      results[n] = result;
      if (--left == 0) done.try_send(Error(), true);
    });
  }
  co_await done.async_receive(kAwait);
  co_return std::accumulate(results.begin(), results.end(), 0L);
}

Coroutine<void> all(Context& context, Channel<bool>& done) {
  long total = 0;
  for (long b = 0; b < 1000; ++b) total += co_await batch(context, done, b * kBatch);
  std::printf("%ld\n", total);
}

}  // namespace

int main() {
  Context context(2);
  Channel<bool> done(context, 1);
  start(context, all(context, done));
  run(context);
}
