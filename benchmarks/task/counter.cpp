#include <algorithm>
#include <cstdio>
#include <deque>

#include "asio.h"

namespace {

using Requests = Channel<Channel<long>*>;

constexpr int kClients = 16;

Coroutine<void> count(Requests& requests) {
  Error error;
  for (long count = 1;; ++count) {
    std::optional<Channel<long>*> reply = try_receive(requests);
    if (!reply) reply = co_await requests.async_receive(asio::redirect_error(kAwait, error));
    if (error) co_return;  // closed
    if (!(*reply)->try_send(Error(), count)) co_await (*reply)->async_send(Error(), count, kAwait);
  }
}

Coroutine<void> ask(Requests& requests, Channel<long>& reply, Channel<long>& results) {
  long last = 0;
  for (int i = 0; i < 50'000; ++i) {
    if (!requests.try_send(Error(), &reply)) co_await requests.async_send(Error(), &reply, kAwait);
    std::optional<long> next = try_receive(reply);
    last = next ? *next : co_await reply.async_receive(kAwait);
  }
  co_await results.async_send(Error(), last, kAwait);
}

Coroutine<void> gather(Requests& requests, Channel<long>& results) {
  long most = 0;
  for (int c = 0; c < kClients; ++c) most = std::max(most, co_await results.async_receive(kAwait));
  requests.close();
  std::printf("%ld\n", most);
}

}  // namespace

int main() {
  Context context(2);
  Requests requests(context, kClients);
  Channel<long> results(context, kClients);
  start(context, count(requests));
  std::deque<Channel<long>> replies;
  for (int c = 0; c < kClients; ++c) start(context, ask(requests, replies.emplace_back(context, 1), results));
  start(context, gather(requests, results));
  run(context);
}
