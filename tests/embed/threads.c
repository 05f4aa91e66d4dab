/* Many threads on one runtime, runtimes side by side, and one that is told to stop. */

#include <pthread.h>
#include <unistd.h>

#include "tests/embed/check.h"

enum { kThreads = 6, kCalls = 200 };

typedef struct {
  noodle_runtime* runtime;
  const noodle_program* program;
  int freed; /* only read when the threads have ended */
  int wrong;
} Work;

static void add_one(void* context) { __atomic_fetch_add((int*)context, 1, __ATOMIC_RELAXED); }

/* Calls, makes tensors, and gives them back while others call. */
static void* work(void* context) {
  Work* work = context;
  static const double kData[] = {1, 2, 3};
  static const int64_t kShape[] = {3};
  for (int i = 0; i < kCalls; ++i) {
    noodle_tensor* tensor = NULL;
    if (noodle_tensor_over(work->runtime, NOODLE_F64, 1, kShape, NULL, kData, add_one, &work->freed, &tensor, NULL) !=
        NOODLE_OK) {
      __atomic_fetch_add(&work->wrong, 1, __ATOMIC_RELAXED);
      continue;
    }
    const noodle_value both[] = {{.kind = NOODLE_TENSOR, .as.tensor = tensor},
                                 {.kind = NOODLE_TENSOR, .as.tensor = tensor}};
    noodle_value sum = called(work->program, "plus", both, 2);
    const noodle_value n = whole(i);
    noodle_value spread = called(work->program, "spread", &n, 1);
    noodle_tensor_info info;
    noodle_tensor_look(sum.as.tensor, &info);
    if (((const double*)info.data)[2] != 6 || spread.kind != NOODLE_I64) {
      __atomic_fetch_add(&work->wrong, 1, __ATOMIC_RELAXED);
    }
    noodle_tensor_release(tensor);
    noodle_release(&sum);
  }
  return NULL;
}

static void run_all(Work** works, size_t count) {
  pthread_t threads[2 * kThreads];
  for (size_t i = 0; i < count; ++i) pthread_create(&threads[i], NULL, work, works[i]);
  for (size_t i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}

static void* interrupt_soon(void* runtime) {
  usleep(50 * 1000);
  noodle_interrupt(runtime);
  return NULL;
}

static void test_interrupt(noodle_runtime* runtime, const noodle_program* program) {
  const noodle_value numbers[] = {whole(1), whole(2)};
  for (int round = 0; round < 2; ++round) {
    pthread_t thread;
    char* error = NULL;
    pthread_create(&thread, NULL, interrupt_soon, runtime);
    CHECK(noodle_call(found(program, "spinning"), NULL, 0, NULL, &error) == NOODLE_INTERRUPTED);
    CHECK(says(error, "the call was interrupted"));
    pthread_join(thread, NULL);
    CHECK(called(program, "add", numbers, 2).as.integer == 3);
  }
}

void test_threads(const char* path) {
  noodle_runtime* runtimes[] = {new_runtime(), new_runtime()};
  Work one = {.runtime = runtimes[0], .program = loaded(runtimes[0], path)};
  Work other = {.runtime = runtimes[1], .program = loaded(runtimes[1], path)};
  Work* works[2 * kThreads];
  for (int i = 0; i < 2 * kThreads; ++i) works[i] = i % 2 == 0 ? &one : &other;
  run_all(works, 2 * kThreads);
  CHECK(one.wrong == 0 && other.wrong == 0);
  test_interrupt(runtimes[0], one.program);
  noodle_runtime_destroy(runtimes[0]);
  const noodle_value numbers[] = {whole(1), whole(2)};
  CHECK(called(other.program, "add", numbers, 2).as.integer == 3);
  noodle_runtime_destroy(runtimes[1]);
  CHECK(one.freed == kThreads * kCalls && other.freed == kThreads * kCalls);
}
