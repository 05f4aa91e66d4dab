#include <cstdio>

#include "asio.h"

namespace {

Coroutine<void> produce(Channel<long>& numbers, long p) {
  for (long n = 0; n < 30'000; ++n)
    if (!numbers.try_send(Error(), n + p)) co_await numbers.async_send(Error(), n + p, kAwait);
}

Coroutine<void> consume(Channel<long>& numbers) {
  long total = 0;
  for (int i = 0; i < 64 * 30'000; ++i) {
    std::optional<long> n = try_receive(numbers);
    total += n ? *n : co_await numbers.async_receive(kAwait);
  }
  std::printf("%ld\n", total);
}

}  // namespace

int main() {
  Context context(2);
  Channel<long> numbers(context, 128);
  for (long p = 0; p < 64; ++p) start(context, produce(numbers, p));
  start(context, consume(numbers));
  run(context);
}
