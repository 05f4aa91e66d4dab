#pragma once

// What the programs with Boost.Asio share: coroutines and channels on an io_context that two threads run.

#include <boost/asio.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace asio = boost::asio;

using Context = asio::io_context;
using Error = boost::system::error_code;
template <typename T>
using Coroutine = asio::awaitable<T, Context::executor_type>;
template <typename T>
using Channel = asio::experimental::basic_concurrent_channel<Context::executor_type,
                                                             asio::experimental::channel_traits<>, void(Error, T)>;
inline constexpr asio::use_awaitable_t<Context::executor_type> kAwait;

/// What a coroutine that nobody waits for does with an exception that it ends with.
inline void must_not_throw(std::exception_ptr problem) {
  if (problem) std::rethrow_exception(problem);
}

/// Starts a coroutine that nobody waits for.
inline void start(Context& context, Coroutine<void> coroutine) {
  asio::co_spawn(context, std::move(coroutine), must_not_throw);
}

/// Takes a message that is already there, which needs no suspension; the caller awaits one only without.
template <typename T>
std::optional<T> try_receive(Channel<T>& channel) {
  std::optional<T> message;
  channel.try_receive([&](Error, T value) { message.emplace(std::move(value)); });
  return message;
}

/// Runs everything that was started, on two threads.
inline void run(Context& context) {
  std::jthread other([&] { context.run(); });
  context.run();
}
