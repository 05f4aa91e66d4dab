/* The C interface from outside: what a program in C that embeds Noodle relies on. */

#include <signal.h>

#include "tests/embed/check.h"

int passed = 0, failed = 0;

enum { kSignals = 65 };

/* A runtime leaves signals to its host. */
static void look_at_signals(struct sigaction* actions) {
  for (int signal = 1; signal < kSignals; ++signal) sigaction(signal, NULL, &actions[signal]);
}

static int same_signals(const struct sigaction* a, const struct sigaction* b) {
  for (int signal = 1; signal < kSignals; ++signal) {
    if (a[signal].sa_handler != b[signal].sa_handler || a[signal].sa_flags != b[signal].sa_flags) return 0;
  }
  return 1;
}

static void test_programs(noodle_runtime* runtime) {
  static const char kWrong[] = "pub fn f() -> Int { \"text\" }\n";
  static const char kRight[] = "pub fn twice(n: Int) -> Int { n * 2 }\nfn hidden() {}\n";
  noodle_program* program = NULL;
  const noodle_function* function = NULL;
  char* error = NULL;
  CHECK(noodle_interface() == NOODLE_INTERFACE);
  CHECK(noodle_compile(runtime, "wrong.noodle", kWrong, strlen(kWrong), &program, &error) == NOODLE_PROGRAM);
  CHECK(says(error, "wrong.noodle:1:21"));
  CHECK(noodle_load(runtime, "/no/such.noodle", &program, &error) == NOODLE_PROGRAM);
  CHECK(says(error, "/no/such.noodle"));
  CHECK(noodle_compile(runtime, "broken.nbc", "NBC\0broken", 10, &program, &error) == NOODLE_PROGRAM);
  CHECK(says(error, "broken.nbc"));
  CHECK(noodle_load(NULL, "a", &program, NULL) == NOODLE_USAGE);

  must(noodle_compile(runtime, "right.noodle", kRight, strlen(kRight), &program, &error), error);
  CHECK(noodle_function_count(program) == 1);
  function = noodle_function_at(program, 0);
  CHECK(strcmp(noodle_function_name(function), "twice") == 0);
  CHECK(strcmp(noodle_function_signature(function), "fn twice(n: Int) -> Int") == 0);
  CHECK(noodle_parameter_count(function) == 1 && noodle_result_count(function) == 1);
  CHECK(noodle_parameter(function, 0)->kind == NOODLE_I64 && noodle_parameter(function, 1) == NULL);
  CHECK(noodle_function_at(program, 1) == NULL);
  CHECK(noodle_find(program, "hidden", &function, &error) == NOODLE_USAGE);
  CHECK(says(error, "has no public function `hidden`; write `pub` before its `fn`"));
  CHECK(noodle_find(program, "twoce", &function, &error) == NOODLE_USAGE);
  CHECK(says(error, "did you mean `twice`?"));
}

static void test_stops(const noodle_program* program) {
  const noodle_value failing[] = {text_of("a text that is too long to stand in its words"), whole(7)};
  const noodle_value code = whole(3);
  noodle_value result;
  char* error = NULL;
  for (int round = 0; round < 3; ++round) {
    CHECK(noodle_call(found(program, "failing"), failing, 2, &result, &error) == NOODLE_PANIC);
    CHECK(error != NULL && strstr(error, "index 7") != NULL && strstr(error, "deeper") != NULL);
    CHECK(says(error, "program.noodle:"));
    CHECK(noodle_call(found(program, "leaving"), &code, 1, NULL, &error) == NOODLE_EXIT);
    CHECK(says(error, "`exit` with 3"));
  }
  CHECK(noodle_call(found(program, "add"), failing, 2, &result, NULL) == NOODLE_USAGE);
  CHECK(noodle_call(found(program, "add"), &code, 1, &result, &error) == NOODLE_USAGE);
  CHECK(says(error, "`add` takes 2 arguments, not 1: fn add(a: Int, b: Int) -> Int"));
}

/* What a program in here may not have. */
static void test_guest(const noodle_program* program) {
  noodle_value result = called(program, "listening", NULL, 0);
  CHECK(strcmp(result.name, "Err") == 0);
  const noodle_value* why = result.as.span.data;
  CHECK(result.as.span.count > 0 && is_text(why,
                                            "signals are the host's, in which this program runs; have it listen, and "
                                            "call a function"));
  noodle_release(&result);
}

int main(int count, char** words) {
  static struct sigaction before[kSignals], after[kSignals];
  if (count != 3) {
    printf("usage: embed_test PROGRAM MODULE\n");
    return 2;
  }
  look_at_signals(before);
  noodle_runtime* runtime = new_runtime();
  const noodle_program* program = loaded(runtime, words[1]);
  test_programs(runtime);
  test_values(program);
  test_stops(program);
  test_guest(program);
  test_tensors(runtime, program);
  test_exchange(runtime, program);
  test_values(loaded(runtime, words[2]));
  test_threads(words[1]);
  look_at_signals(after);
  CHECK(same_signals(before, after));
  noodle_runtime_destroy(runtime);
  noodle_runtime_destroy(NULL);
  look_at_signals(after);
  CHECK(same_signals(before, after));
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
