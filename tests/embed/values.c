/* Values of every kind, there and back. */

#include <math.h>

#include "tests/embed/check.h"

static void test_scalars(const noodle_program* program) {
  const noodle_value arguments[13] = {
      {.kind = NOODLE_BOOL, .as.natural = 1},         {.kind = NOODLE_I8, .as.integer = INT8_MIN},
      {.kind = NOODLE_I16, .as.integer = INT16_MIN},  {.kind = NOODLE_I32, .as.integer = INT32_MIN},
      {.kind = NOODLE_I64, .as.integer = INT64_MIN},  {.kind = NOODLE_U8, .as.natural = UINT8_MAX},
      {.kind = NOODLE_U16, .as.natural = UINT16_MAX}, {.kind = NOODLE_U32, .as.natural = UINT32_MAX},
      {.kind = NOODLE_U64, .as.natural = UINT64_MAX}, {.kind = NOODLE_F16, .as.number = 1.5},
      {.kind = NOODLE_BF16, .as.number = -2.0},       {.kind = NOODLE_F32, .as.number = 0.1f},
      {.kind = NOODLE_F64, .as.number = -0.0},
  };
  noodle_value results[13], wrong[13];
  const noodle_function* function = found(program, "scalars");
  char* error = NULL;
  must(noodle_call(function, arguments, 13, results, &error), error);
  for (int i = 0; i < 13; ++i) {
    CHECK(results[i].kind == i && noodle_parameter(function, (size_t)i)->kind == i);
    CHECK(i < 9 ? results[i].as.natural == arguments[i].as.natural : results[i].as.number == arguments[i].as.number);
  }
  CHECK(signbit(results[12].as.number));

  memcpy(wrong, arguments, sizeof wrong);
  wrong[1].as.integer = 128;
  CHECK(noodle_call(function, wrong, 13, results, &error) == NOODLE_USAGE);
  CHECK(says(error, "argument 2 of `scalars`, which takes i8: 128 does not fit into i8"));
  wrong[1].as.integer = 0;
  wrong[5] = (noodle_value){.kind = NOODLE_I64, .as.integer = -1};
  CHECK(noodle_call(function, wrong, 13, results, &error) == NOODLE_USAGE);
  CHECK(says(error, "argument 6 of `scalars`, which takes u8: -1 does not fit into u8"));
  wrong[5] = real(1.0);
  CHECK(noodle_call(function, wrong, 13, results, &error) == NOODLE_USAGE);
  CHECK(says(error, "it is of kind f64, not u8"));
}

static void test_texts(const noodle_program* program) {
  static const char* const kTexts[] = {"", "short", "neither short nor in one word: \xC3\xA4\xE2\x82\xAC"};
  for (size_t i = 0; i < 3; ++i) {
    const noodle_value text = text_of(kTexts[i]);
    noodle_value same = called(program, "same_text", &text, 1);
    CHECK(is_text(&same, kTexts[i]));
    noodle_release(&same);
    CHECK(same.owner == NULL && same.as.span.data == NULL);
    const noodle_value bytes = {.kind = NOODLE_BYTES, .as.span = text.as.span};
    same = called(program, "same_bytes", &bytes, 1);
    CHECK(same.kind == NOODLE_BYTES && same.as.span.count == strlen(kTexts[i]));
    CHECK(same.as.span.count == 0 || memcmp(same.as.span.data, kTexts[i], same.as.span.count) == 0);
    noodle_release(&same);
  }
  const noodle_value bad = text_of("ab\xFFz");
  noodle_value result;
  char* error = NULL;
  CHECK(noodle_call(found(program, "same_text"), &bad, 1, &result, &error) == NOODLE_USAGE);
  CHECK(says(error, "it is no UTF-8 at byte 2"));
}

static void test_lists(const noodle_program* program) {
  static const double kNumbers[] = {1.0, -2.5, 4.0};
  static const uint8_t kBits[] = {0, 1}, kNoBits[] = {0, 1, 2};
  noodle_value list = {.kind = NOODLE_LIST, .element = NOODLE_F64, .as.span = {kNumbers, 3}};
  noodle_value result = called(program, "doubled", &list, 1);
  CHECK(result.element == NOODLE_F64 && result.as.span.count == 3 && ((const double*)result.as.span.data)[1] == -5.0);
  noodle_release(&result);
  list.as.span.count = 0;
  result = called(program, "doubled", &list, 1);
  CHECK(result.kind == NOODLE_LIST && result.as.span.count == 0);
  noodle_release(&result);

  char* error = NULL;
  list = (noodle_value){.kind = NOODLE_LIST, .element = NOODLE_BOOL, .as.span = {kBits, 2}};
  result = called(program, "flipped", &list, 1);
  CHECK(result.as.span.count == 2 && ((const uint8_t*)result.as.span.data)[0] == 1);
  noodle_release(&result);
  list.as.span.data = kNoBits;
  list.as.span.count = 3;
  CHECK(noodle_call(found(program, "flipped"), &list, 1, &result, &error) == NOODLE_USAGE);
  CHECK(says(error, "element 2 is no bool, but 2"));

  const noodle_value words[] = {text_of("one"), text_of("two words that do not fit")};
  list = (noodle_value){.kind = NOODLE_LIST, .element = NOODLE_STRING, .as.span = {words, 2}};
  result = called(program, "loud", &list, 1);
  CHECK(result.as.span.count == 2 &&
        is_text((const noodle_value*)result.as.span.data + 1, "TWO WORDS THAT DO NOT FIT"));
  noodle_release(&result);
  const noodle_value mixed[] = {text_of("one"), whole(2)};
  list.as.span.data = mixed;
  CHECK(noodle_call(found(program, "loud"), &list, 1, &result, &error) == NOODLE_USAGE);
  CHECK(says(error, "element 1: it is of kind i64, not string"));
}

static void test_variants(const noodle_program* program) {
  noodle_value number = whole(8);
  noodle_value result = called(program, "half", &number, 1);
  CHECK(result.kind == NOODLE_VARIANT && strcmp(result.name, "Some") == 0 && result.as.span.count == 1);
  CHECK(((const noodle_value*)result.as.span.data)->as.integer == 4);
  noodle_release(&result);
  number = whole(7);
  result = called(program, "half", &number, 1);
  CHECK(strcmp(result.name, "None") == 0 && result.as.span.count == 0);
  noodle_release(&result);

  const noodle_value word = text_of("seven");
  result = called(program, "parsed", &word, 1);
  CHECK(strcmp(result.name, "Err") == 0 && is_text(result.as.span.data, "`seven` is no number"));
  noodle_release(&result);
  result = called(program, "opened", &word, 1);
  CHECK(strcmp(result.name, "Err") == 0 && is_text(result.as.span.data, "opening seven"));
  noodle_release(&result);

  static const int64_t kParts[] = {1, 2};
  const noodle_value parts[] = {text_of("a name that is not short"),
                                {.kind = NOODLE_LIST, .element = NOODLE_I64, .as.span = {kParts, 2}}};
  noodle_value shape = {.kind = NOODLE_VARIANT, .name = "Named", .as.span = {parts, 2}};
  result = called(program, "same_shape", &shape, 1);
  CHECK(result.variant == 1 && is_text(result.as.span.data, "a name that is not short"));
  CHECK(((const noodle_value*)result.as.span.data)[1].as.span.count == 2);
  /* A result may be an argument. */
  noodle_value again = called(program, "same_shape", &result, 1);
  CHECK(again.variant == 1);
  noodle_release(&again);
  noodle_release(&result);

  char* error = NULL;
  shape.name = "Square";
  CHECK(noodle_call(found(program, "same_shape"), &shape, 1, &result, &error) == NOODLE_USAGE);
  CHECK(says(error, "there is no variant `Square`"));
  shape.name = "Empty";
  CHECK(noodle_call(found(program, "same_shape"), &shape, 1, &result, &error) == NOODLE_USAGE);
  CHECK(says(error, "`Empty` takes no values, not 2"));
}

/* Structs and tuples are their fields; what can't be handed over is said. */
static void test_others(const noodle_program* program) {
  const noodle_value point[] = {real(3.0), real(4.0), real(1.0)};
  noodle_value results[2];
  char* error = NULL;
  CHECK(called(program, "length", point, 2).as.number == 5.0);
  CHECK(noodle_result_count(found(program, "moved")) == 2);
  must(noodle_call(found(program, "moved"), point, 3, results, &error), error);
  CHECK(results[0].as.number == 4.0 && results[1].as.number == 4.0);
  must(noodle_call(found(program, "nothing"), NULL, 0, NULL, &error), error);
  CHECK(error == NULL);

  const noodle_value word = text_of("word");
  noodle_value map = called(program, "counts", &word, 1);
  CHECK(map.kind == NOODLE_OTHER && strcmp(noodle_result(found(program, "counts"), 0)->name, "map<string, i64>") == 0);
  CHECK(noodle_call(found(program, "sized"), &map, 1, results, &error) == NOODLE_USAGE);
  CHECK(says(error, "values of its type can't be handed over"));
  const noodle_function* function = NULL;
  CHECK(noodle_find(program, "largest", &function, &error) == NOODLE_USAGE);
  CHECK(says(error, "without type parameters"));
}

void test_values(const noodle_program* program) {
  const noodle_value numbers[] = {whole(2), whole(40)};
  CHECK(called(program, "add", numbers, 2).as.integer == 42);
  test_scalars(program);
  test_texts(program);
  test_lists(program);
  test_variants(program);
  test_others(program);
}
