#ifndef NOODLE_TESTS_EMBED_CHECK_H
#define NOODLE_TESTS_EMBED_CHECK_H

/* What the tests of the C interface share: counting what holds, and calls that must not fail. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed/noodle.h"

extern int passed, failed;

#define CHECK(condition)                                                           \
  do {                                                                             \
    if (condition) {                                                               \
      ++passed;                                                                    \
    } else {                                                                       \
      ++failed;                                                                    \
      printf("%s:%d: it does not hold that %s\n", __FILE__, __LINE__, #condition); \
    }                                                                              \
  } while (0)

/* Whether an error text has a part; gives the text back. */
static inline int says(char* error, const char* part) {
  const int has = error != NULL && strstr(error, part) != NULL;
  if (!has) printf("`%s` does not say `%s`\n", error == NULL ? "nothing" : error, part);
  noodle_free_text(error);
  return has;
}

/* Ends the test when what everything else needs went wrong. */
static inline void must(noodle_status status, char* error) {
  if (status == NOODLE_OK) return;
  printf("status %d: %s\n0 passed, 1 failed\n", status, error);
  exit(1);
}

static inline noodle_runtime* new_runtime(void) {
  noodle_runtime* runtime = NULL;
  char* error = NULL;
  must(noodle_runtime_create(NULL, &runtime, &error), error);
  return runtime;
}

static inline noodle_program* loaded(noodle_runtime* runtime, const char* path) {
  noodle_program* program = NULL;
  char* error = NULL;
  must(noodle_load(runtime, path, &program, &error), error);
  return program;
}

static inline const noodle_function* found(const noodle_program* program, const char* name) {
  const noodle_function* function = NULL;
  char* error = NULL;
  must(noodle_find(program, name, &function, &error), error);
  return function;
}

/* The one result of a call that must not fail. */
static inline noodle_value called(const noodle_program* program, const char* name, const noodle_value* arguments,
                                  size_t count) {
  noodle_value result = {0};
  char* error = NULL;
  must(noodle_call(found(program, name), arguments, count, &result, &error), error);
  return result;
}

static inline noodle_value whole(int64_t integer) { return (noodle_value){.kind = NOODLE_I64, .as.integer = integer}; }
static inline noodle_value text_of(const char* text) {
  return (noodle_value){.kind = NOODLE_STRING, .as.span = {text, strlen(text)}};
}
static inline noodle_value real(double number) { return (noodle_value){.kind = NOODLE_F64, .as.number = number}; }
static inline int is_text(const noodle_value* value, const char* text) {
  return value->kind == NOODLE_STRING && value->as.span.count == strlen(text) &&
         memcmp(value->as.span.data, text, strlen(text)) == 0;
}

/* The parts of the test. */
void test_values(const noodle_program* program);
void test_tensors(noodle_runtime* runtime, const noodle_program* program);
void test_exchange(noodle_runtime* runtime, const noodle_program* program);
void test_threads(const char* path);

#endif
