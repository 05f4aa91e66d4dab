/* Tensors over memory of the host's: nothing is copied, nothing is written, and the host learns when it is free. */

#include "tests/embed/check.h"

static int freed = 0;
static void count_free(void* context) { *(int*)context += 1; }

static noodle_tensor* over(noodle_runtime* runtime, noodle_kind kind, int rank, const int64_t* shape,
                           const int64_t* strides, const void* data) {
  noodle_tensor* tensor = NULL;
  char* error = NULL;
  must(noodle_tensor_over(runtime, kind, rank, shape, strides, data, count_free, &freed, &tensor, &error), error);
  return tensor;
}

static noodle_value of(noodle_tensor* tensor) { return (noodle_value){.kind = NOODLE_TENSOR, .as.tensor = tensor}; }

static double total(const noodle_program* program, noodle_tensor* tensor) {
  const noodle_value value = of(tensor);
  return called(program, "total", &value, 1).as.number;
}

static void test_shapes(noodle_runtime* runtime, const noodle_program* program) {
  static const double kData[] = {1, 2, 3, 4, 5, 6};
  static const struct {
    int rank;
    int64_t shape[2], strides[2];
    int first;
    double total;
  } kCases[] = {
      {0, {0}, {0}, 2, 3},        /* no axes */
      {1, {0}, {1}, 0, 0},        /* no elements */
      {2, {2, 3}, {3, 1}, 0, 21}, /* rows */
      {2, {3, 2}, {1, 3}, 0, 21}, /* columns */
      {1, {3}, {2}, 0, 9},        /* every second */
      {1, {6}, {-1}, 5, 21},      /* backwards */
      {2, {4, 3}, {0, 1}, 0, 24}, /* a row again and again */
  };
  for (size_t i = 0; i < sizeof kCases / sizeof *kCases; ++i) {
    const int before = freed;
    noodle_tensor* tensor =
        over(runtime, NOODLE_F64, kCases[i].rank, kCases[i].shape, kCases[i].strides, kData + kCases[i].first);
    noodle_tensor_info info;
    noodle_tensor_look(tensor, &info);
    CHECK(info.kind == NOODLE_F64 && info.rank == kCases[i].rank);
    CHECK(info.count == 0 || info.data == kData + kCases[i].first);
    CHECK(info.rank == 0 || (info.shape[0] == kCases[i].shape[0] && info.strides[0] == kCases[i].strides[0]));
    CHECK(total(program, tensor) == kCases[i].total);
    const noodle_value value = of(tensor);
    noodle_value same = called(program, "same", &value, 1);
    noodle_tensor_info again;
    noodle_tensor_look(same.as.tensor, &again);
    CHECK(again.data == info.data && again.count == info.count && same.element == NOODLE_F64);
    noodle_tensor_release(tensor);
    CHECK(freed == before);
    noodle_release(&same);
    CHECK(freed == before + 1);
  }
}

static void test_writing(noodle_runtime* runtime, const noodle_program* program) {
  double data[] = {1, 2, 3};
  static const int64_t kShape[] = {3};
  noodle_tensor* tensor = over(runtime, NOODLE_F64, 1, kShape, NULL, data);
  const noodle_value value = of(tensor);
  noodle_tensor_info info;
  noodle_value result = called(program, "changed", &value, 1);
  noodle_tensor_look(result.as.tensor, &info);
  CHECK(((const double*)info.data)[0] == 7 && data[0] == 1);
  /* What is held outside is not written over either. */
  noodle_value next = called(program, "changed", &result, 1);
  noodle_tensor_info other;
  noodle_tensor_look(next.as.tensor, &other);
  CHECK(other.data != info.data);
  noodle_release(&next);
  const noodle_value both[] = {value, result};
  next = called(program, "plus", both, 2);
  noodle_tensor_look(next.as.tensor, &other);
  CHECK(other.data != info.data && other.data != data && ((const double*)other.data)[0] == 8);
  noodle_release(&next);
  noodle_release(&result);
  noodle_tensor_retain(tensor);
  noodle_tensor_release(tensor);
  noodle_tensor_release(tensor);
}

static void test_wrong(noodle_runtime* runtime, const noodle_program* program) {
  static const int64_t kShape[] = {2, 2}, kNegative[] = {2, -1}, kHuge[] = {INT64_MAX, 4};
  static const uint8_t kBits[] = {1, 0, 1, 3};
  static const double kData[5] = {0};
  const int before = freed;
  noodle_tensor* tensor = NULL;
  char* error = NULL;
#define REFUSED(kind, rank, shape, data, why)                                                              \
  CHECK(noodle_tensor_over(runtime, kind, rank, shape, NULL, data, count_free, &freed, &tensor, &error) == \
        NOODLE_USAGE);                                                                                     \
  CHECK(says(error, why))
  REFUSED(NOODLE_STRING, 2, kShape, kData, "elements can't be of string");
  REFUSED(NOODLE_F64, 33, kShape, kData, "from 0 to 32 axes, not 33");
  REFUSED(NOODLE_F64, 2, kNegative, kData, "the length -1 along axis 1 is negative");
  REFUSED(NOODLE_F64, 2, kHuge, kData, "a tensor has at most");
  REFUSED(NOODLE_F64, 2, kShape, NULL, "its data is NULL");
  REFUSED(NOODLE_F64, 2, kShape, (const char*)kData + 1, "not aligned to elements of 8 bytes");
  REFUSED(NOODLE_BOOL, 2, kShape, kBits, "the element 3 bytes from the first is no bool, but 3");
#undef REFUSED
  CHECK(freed == before);

  noodle_value value = of(over(runtime, NOODLE_F32, 2, kShape, NULL, kData)), result;
  CHECK(noodle_call(found(program, "total"), &value, 1, &result, &error) == NOODLE_USAGE);
  CHECK(says(error, "argument 1 of `total`, which takes tensor<f64>: its elements are f32, not f64"));
  noodle_runtime* other = new_runtime();
  const noodle_value stranger = of(over(other, NOODLE_F64, 2, kShape, NULL, kData));
  CHECK(noodle_call(found(program, "total"), &stranger, 1, &result, &error) == NOODLE_USAGE);
  CHECK(says(error, "the tensor is of another runtime"));
  /* What is held outlives its runtime. */
  noodle_runtime_destroy(other);
  noodle_tensor_info info;
  noodle_tensor_look(stranger.as.tensor, &info);
  CHECK(info.data == kData);
  noodle_tensor_release(stranger.as.tensor);
  noodle_release(&value);
  CHECK(freed == before + 2);
}

void test_tensors(noodle_runtime* runtime, const noodle_program* program) {
  test_shapes(runtime, program);
  test_writing(runtime, program);
  test_wrong(runtime, program);
}
