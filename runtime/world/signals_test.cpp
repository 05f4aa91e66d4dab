#include "runtime/world/signals.h"

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace noodle::world {
namespace {

using Handler = void (*)(int);

Handler handler_of(int signal) {
  struct sigaction action{};
  sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

void mine(int) {}

/// What a listener has got since it was asked last.
std::vector<int> heard(int end) {
  unsigned char bytes[64];
  const ssize_t count = ::read(end, bytes, sizeof bytes);
  return {bytes, bytes + std::max<ssize_t>(count, 0)};
}

int listen(std::initializer_list<int> signals) {
  const std::vector<int> wanted(signals);
  const auto end = listen_to_signals(wanted);
  EXPECT_TRUE(end);
  return end.value_or(-1);
}

void stop(int end) {
  stop_listening(end);
  ::close(end);
}

TEST(Signals, WhatHappenedBeforeHappensAgain) {
  for (const Handler before : {Handler(SIG_DFL), Handler(SIG_IGN), Handler(mine)}) {
    ::signal(SIGUSR1, before);
    const int end = listen({SIGUSR1});
    EXPECT_NE(handler_of(SIGUSR1), before);
    raise(SIGUSR1);
    EXPECT_EQ(heard(end), std::vector<int>{SIGUSR1});
    stop(end);
    EXPECT_EQ(handler_of(SIGUSR1), before);
  }
  ::signal(SIGUSR1, SIG_DFL);
}

TEST(Signals, ListenersOfOneSignalAllHearIt) {
  ::signal(SIGUSR1, mine);
  ::signal(SIGUSR2, SIG_IGN);
  const int first = listen({SIGUSR1, SIGUSR2}), second = listen({SIGUSR1});
  raise(SIGUSR1);
  raise(SIGUSR2);
  EXPECT_EQ(heard(first), (std::vector<int>{SIGUSR1, SIGUSR2}));
  EXPECT_EQ(heard(second), std::vector<int>{SIGUSR1});
  stop(first);
  EXPECT_EQ(handler_of(SIGUSR2), SIG_IGN);
  EXPECT_NE(handler_of(SIGUSR1), mine);
  raise(SIGUSR1);
  EXPECT_EQ(heard(second), std::vector<int>{SIGUSR1});
  stop(second);
  EXPECT_EQ(handler_of(SIGUSR1), mine);
}

TEST(Signals, ASignalNamedTwiceIsHeardOnce) {
  ::signal(SIGUSR1, mine);
  const int end = listen({SIGUSR1, SIGUSR1});
  raise(SIGUSR1);
  EXPECT_EQ(heard(end), std::vector<int>{SIGUSR1});
  stop(end);
  EXPECT_EQ(handler_of(SIGUSR1), mine);
}

TEST(Signals, OneThatIsStillOnItsWayIsForgotten) {
  static int calls;
  calls = 0;
  ::signal(SIGUSR1, [](int) { ++calls; });
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  const int end = listen({SIGUSR1});
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  kill(getpid(), SIGUSR1);
  stop(end);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(calls, 0);
  raise(SIGUSR1);
  EXPECT_EQ(calls, 1);
}

TEST(Signals, WhoDoesNotKeepUpHoldsUpNobody) {
  const int end = listen({SIGUSR1});
  for (int i = 0; i < 100'000; ++i) raise(SIGUSR1);
  EXPECT_EQ(heard(end).size(), 64u);
  stop(end);
}

TEST(Signals, PlacesAreLimitedAndUsedAgain) {
  ::signal(SIGUSR1, mine);
  const std::vector<int> wanted{SIGUSR1};
  std::vector<int> ends;
  for (;;) {
    const auto end = listen_to_signals(wanted);
    if (!end) {
      EXPECT_EQ(end.error(), "signals are listened to in 32 places already");
      break;
    }
    ends.push_back(*end);
    ASSERT_LT(ends.size(), 100u);
  }
  EXPECT_EQ(ends.size(), 32u);
  stop(ends.back());
  ends.back() = listen({SIGUSR1});
  for (const int end : ends) stop(end);
  EXPECT_EQ(handler_of(SIGUSR1), mine);
}

TEST(Signals, OtherDescriptorsAreNobodysListeners) {
  const int end = listen({SIGUSR1});
  stop_listening(STDIN_FILENO);
  raise(SIGUSR1);
  EXPECT_EQ(heard(end), std::vector<int>{SIGUSR1});
  stop(end);
}

}  // namespace
}  // namespace noodle::world
