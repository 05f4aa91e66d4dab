#include <cstdio>

#include "asio.h"

namespace {

constexpr long kEnd = -1;  // closing a channel would drop what is still in it

Coroutine<void> produce(Channel<long>& numbers) {
  for (long n = 0; n < 5'000'000; ++n)
    if (!numbers.try_send(Error(), n)) co_await numbers.async_send(Error(), n, kAwait);
  co_await numbers.async_send(Error(), kEnd, kAwait);
}

Coroutine<void> consume(Channel<long>& numbers) {
  long total = 0;
  while (true) {
    std::optional<long> n = try_receive(numbers);
    if (!n) n = co_await numbers.async_receive(kAwait);
    if (*n == kEnd) break;
    total += *n;
  }
  std::printf("%ld\n", total);
}

}  // namespace

int main() {
  Context context(2);
  Channel<long> numbers(context, 128);
  start(context, produce(numbers));
  start(context, consume(numbers));
  run(context);
}
