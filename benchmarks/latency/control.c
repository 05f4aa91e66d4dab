// The control of latency.noodle: the same with the system's threads, so that what the machine itself is late
// can be told from what we are.
//
//     control CRUNCHERS PERIOD ROUNDS      the period in microseconds

#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static atomic_bool done;

static void* crunch(void* result) {
  uint64_t x = 1;
  while (!atomic_load_explicit(&done, memory_order_relaxed))
    for (uint64_t i = 0; i < 100000; ++i) x = x * 6364136223846793005u + i;
  *(uint64_t*)result = x;
  return NULL;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void sleep_until(int64_t at) {
  const struct timespec time = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) {
  }
}

static int by_size(const void* a, const void* b) {
  const int64_t left = *(const int64_t*)a, right = *(const int64_t*)b;
  return (left > right) - (left < right);
}

int main(int count, char** words) {
  const long crunchers = count == 4 ? atol(words[1]) : -1;
  const int64_t period = count == 4 ? atol(words[2]) * INT64_C(1000) : 0;
  const long rounds = count == 4 ? atol(words[3]) : 0;
  if (crunchers < 0 || period <= 0 || rounds <= 0) {
    fprintf(stderr, "usage: control CRUNCHERS PERIOD ROUNDS\n");
    return 2;
  }
  pthread_t* threads = calloc((size_t)crunchers + 1, sizeof *threads);
  uint64_t* results = calloc((size_t)crunchers + 1, sizeof *results);
  int64_t* late = calloc((size_t)rounds, sizeof *late);
  if (threads == NULL || results == NULL || late == NULL) return 1;
  for (long c = 0; c < crunchers; ++c)
    if (pthread_create(&threads[c], NULL, crunch, &results[c]) != 0) return 1;
  int64_t due = now() + period;
  for (long round = 0; round < rounds; ++round, due += period) {
    sleep_until(due);
    late[round] = (now() - due) / 1000;
  }
  atomic_store(&done, true);
  for (long c = 0; c < crunchers; ++c) pthread_join(threads[c], NULL);
  qsort(late, (size_t)rounds, sizeof *late, by_size);
  printf("%ld %ld %ld %ld\n", (long)late[rounds / 2], (long)late[rounds * 99 / 100], (long)late[rounds * 999 / 1000],
         (long)late[rounds - 1]);
  return 0;
}
