#include <cstdio>

#include "asio.h"

namespace {

Coroutine<void> answer(Channel<long>& there, Channel<long>& back) {
  for (int i = 0; i < 1'000'000; ++i) {
    std::optional<long> n = try_receive(there);
    if (!n) n = co_await there.async_receive(kAwait);
    if (!back.try_send(Error(), *n + 1)) co_await back.async_send(Error(), *n + 1, kAwait);
  }
}

Coroutine<void> play(Channel<long>& there, Channel<long>& back) {
  long n = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    if (!there.try_send(Error(), n)) co_await there.async_send(Error(), n, kAwait);
    std::optional<long> next = try_receive(back);
    n = next ? *next : co_await back.async_receive(kAwait);
  }
  std::printf("%ld\n", n);
}

}  // namespace

int main() {
  Context context(2);
  Channel<long> there(context), back(context);
  start(context, answer(there, back));
  start(context, play(there, back));
  run(context);
}
