#include <cstdio>

#include "asio.h"

namespace {

Coroutine<void> greet() {
  std::puts("hello");
  co_return;
}

}  // namespace

int main() {
  Context context(2);
  start(context, greet());
  run(context);
}
