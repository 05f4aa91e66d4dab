#include <array>
#include <cstdio>

#include "asio.h"

namespace {

using asio::ip::tcp;
using Socket = asio::basic_stream_socket<tcp, Context::executor_type>;
using Acceptor = asio::basic_socket_acceptor<tcp, Context::executor_type>;

constexpr int kConnections = 64;
constexpr std::size_t kLength = 64;

Coroutine<void> serve(Socket socket) {
  std::array<char, 1024> buffer;
  Error error;
  while (true) {
    const std::size_t n = co_await socket.async_read_some(asio::buffer(buffer), asio::redirect_error(kAwait, error));
    if (error) co_return;  // the other side is done
    co_await asio::async_write(socket, asio::buffer(buffer, n), kAwait);
  }
}

Coroutine<void> accept(Context& context, Acceptor& acceptor) {
  for (int c = 0; c < kConnections; ++c) {
    Socket socket = co_await acceptor.async_accept(kAwait);
    socket.set_option(tcp::no_delay(true));
    start(context, serve(std::move(socket)));
  }
}

Coroutine<void> ask(Context& context, tcp::endpoint server, Channel<long>& results) {
  Socket socket(context);
  co_await socket.async_connect(server, kAwait);
  socket.set_option(tcp::no_delay(true));
  std::array<char, kLength> message, answer;
  message.fill('m');
  long total = 0;
  for (int i = 0; i < 1000; ++i) {
    co_await asio::async_write(socket, asio::buffer(message), kAwait);
    total += static_cast<long>(co_await asio::async_read(socket, asio::buffer(answer), kAwait));
  }
  co_await results.async_send(Error(), total, kAwait);
}

Coroutine<void> gather(Channel<long>& results) {
  long total = 0;
  for (int c = 0; c < kConnections; ++c) total += co_await results.async_receive(kAwait);
  std::printf("%ld\n", total);
}

}  // namespace

int main() {
  Context context(2);
  Acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  Channel<long> results(context, kConnections);
  start(context, accept(context, acceptor));
  for (int c = 0; c < kConnections; ++c) start(context, ask(context, acceptor.local_endpoint(), results));
  start(context, gather(results));
  run(context);
}
