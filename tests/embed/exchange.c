/* DLPack and Arrow as other libraries have them: their structs are written down here once more, in C. */

#include "tests/embed/check.h"

typedef struct DLTensor {
  void* data;
  struct {
    int32_t device_type, device_id;
  } device;
  int32_t ndim;
  struct {
    uint8_t code, bits;
    uint16_t lanes;
  } dtype;
  int64_t* shape;
  int64_t* strides;
  uint64_t byte_offset;
} DLTensor;

typedef struct DLManagedTensor {
  DLTensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(struct DLManagedTensor*);
} DLManagedTensor;

typedef struct DLManagedTensorVersioned {
  uint32_t major, minor;
  void* manager_ctx;
  void (*deleter)(struct DLManagedTensorVersioned*);
  uint64_t flags;
  DLTensor dl_tensor;
} DLManagedTensorVersioned;

struct ArrowSchema {
  const char *format, *name, *metadata;
  int64_t flags, n_children;
  struct ArrowSchema **children, *dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length, null_count, offset, n_buffers, n_children;
  const void** buffers;
  struct ArrowArray **children, *dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

static int deleted = 0;
static void count_deleted(DLManagedTensor* self) { *(int*)self->manager_ctx += 1; }
static void count_released(struct ArrowArray* self) { *(int*)self->private_data += 1; }

/* DLPack's code and bits of each kind, in the order of noodle_kind. */
static const uint8_t kCodes[13][2] = {{6, 8},  {0, 8},  {0, 16}, {0, 32}, {0, 64}, {1, 8}, {1, 16},
                                      {1, 32}, {1, 64}, {2, 16}, {4, 16}, {2, 32}, {2, 64}};

static DLManagedTensor managed(void* data, int32_t rank, int64_t* shape, int64_t* strides, const uint8_t* code) {
  DLManagedTensor made = {.dl_tensor = {.data = data, .ndim = rank, .shape = shape, .strides = strides},
                          .manager_ctx = &deleted,
                          .deleter = count_deleted};
  made.dl_tensor.device.device_type = 1;
  made.dl_tensor.dtype.code = code[0];
  made.dl_tensor.dtype.bits = code[1];
  made.dl_tensor.dtype.lanes = 1;
  return made;
}

static void test_kinds(noodle_runtime* runtime) {
  static _Alignas(8) uint8_t data[64] = {0};
  int64_t shape[] = {2, 3}, strides[] = {1, 2};
  for (int kind = 0; kind < 13; ++kind) {
    const int before = deleted;
    DLManagedTensor from = managed(data, 2, shape, kind % 2 == 0 ? NULL : strides, kCodes[kind]);
    from.dl_tensor.byte_offset = 8;
    noodle_tensor* tensor = NULL;
    DLManagedTensor* to = NULL;
    DLManagedTensorVersioned* versioned = NULL;
    char* error = NULL;
    must(noodle_tensor_from_dlpack(runtime, &from, &tensor, &error), error);
    noodle_tensor_info info;
    noodle_tensor_look(tensor, &info);
    CHECK(info.kind == kind && info.data == data + 8 && info.count == 6);
    CHECK(info.strides[0] == (kind % 2 == 0 ? 3 : 1));
    must(noodle_tensor_to_dlpack(tensor, &to, &error), error);
    must(noodle_tensor_to_dlpack_versioned(tensor, &versioned, &error), error);
    noodle_tensor_release(tensor);
    CHECK(to->dl_tensor.data == data + 8 && to->dl_tensor.ndim == 2 && to->dl_tensor.shape[1] == 3);
    CHECK(to->dl_tensor.dtype.code == kCodes[kind][0] && to->dl_tensor.dtype.bits == kCodes[kind][1]);
    CHECK(to->dl_tensor.device.device_type == 1 && to->dl_tensor.strides[0] == info.strides[0]);
    CHECK(versioned->major == 1 && (versioned->flags & 1) == 1 && versioned->dl_tensor.data == data + 8);
    to->deleter(to);
    CHECK(deleted == before);
    versioned->deleter(versioned);
    CHECK(deleted == before + 1);
  }
}

static void test_refused(noodle_runtime* runtime) {
  static double data[4];
  int64_t shape[] = {4};
  noodle_tensor* tensor = NULL;
  char* error = NULL;
  const int before = deleted;
  DLManagedTensor from = managed(data, 1, shape, NULL, (const uint8_t[]){5, 32});
  CHECK(noodle_tensor_from_dlpack(runtime, &from, &tensor, &error) == NOODLE_USAGE);
  CHECK(says(error, "DLPack's code 5 with 32 bits"));
  from = managed(data, 1, shape, NULL, kCodes[12]);
  from.dl_tensor.device.device_type = 2;
  CHECK(noodle_tensor_from_dlpack(runtime, &from, &tensor, &error) == NOODLE_USAGE);
  CHECK(says(error, "memory of device type 2"));
  DLManagedTensorVersioned later = {.major = 2};
  CHECK(noodle_tensor_from_dlpack_versioned(runtime, &later, &tensor, &error) == NOODLE_USAGE);
  CHECK(says(error, "version 2, not 1"));
  CHECK(deleted == before);
}

static void test_arrow(noodle_runtime* runtime, const noodle_program* program) {
  static double data[] = {9, 1, 2, 3};
  const uint8_t all = 0xFF, gaps = 0x0B;
  int released = 0;
  const void* buffers[] = {&all, data};
  const struct ArrowArray kArray = {.length = 3,
                                    .null_count = -1,
                                    .offset = 1,
                                    .n_buffers = 2,
                                    .buffers = buffers,
                                    .release = count_released,
                                    .private_data = &released};
  struct ArrowArray from = kArray, to;
  struct ArrowSchema schema = {.format = "g"}, given;
  noodle_tensor* tensor = NULL;
  char* error = NULL;
  must(noodle_tensor_from_arrow(runtime, &from, &schema, &tensor, &error), error);
  CHECK(from.release == NULL);
  const noodle_value value = {.kind = NOODLE_TENSOR, .as.tensor = tensor};
  CHECK(called(program, "total", &value, 1).as.number == 6);
  must(noodle_tensor_to_arrow(tensor, &to, &given, &error), error);
  noodle_tensor_release(tensor);
  CHECK(strcmp(given.format, "g") == 0 && to.length == 3 && to.null_count == 0 && to.n_buffers == 2);
  CHECK(to.buffers[0] == NULL && to.buffers[1] == data + 1 && released == 0);
  to.release(&to);
  given.release(&given);
  CHECK(to.release == NULL && given.release == NULL && released == 1);

  from = kArray;
  buffers[0] = &gaps;
  CHECK(noodle_tensor_from_arrow(runtime, &from, &schema, &tensor, &error) == NOODLE_USAGE);
  CHECK(says(error, "element 1 is null; fill nulls first"));
  CHECK(from.release != NULL && released == 1);
  schema.format = "b";
  CHECK(noodle_tensor_from_arrow(runtime, &from, &schema, &tensor, &error) == NOODLE_USAGE);
  CHECK(says(error, "Arrow's bools are single bits"));
  schema.format = "u";
  CHECK(noodle_tensor_from_arrow(runtime, &from, &schema, &tensor, &error) == NOODLE_USAGE);
  CHECK(says(error, "format `u` has no numbers side by side"));

  const int64_t shape[] = {2, 2}, far[] = {2};
  must(noodle_tensor_over(runtime, NOODLE_F64, 2, shape, NULL, data, NULL, NULL, &tensor, &error), error);
  CHECK(noodle_tensor_to_arrow(tensor, &to, &given, &error) == NOODLE_USAGE);
  CHECK(says(error, "has one axis, the tensor 2"));
  noodle_tensor_release(tensor);
  must(noodle_tensor_over(runtime, NOODLE_F64, 1, shape, far, data, NULL, NULL, &tensor, &error), error);
  CHECK(noodle_tensor_to_arrow(tensor, &to, &given, &error) == NOODLE_USAGE);
  CHECK(says(error, "2 places apart"));
  noodle_tensor_release(tensor);
}

void test_exchange(noodle_runtime* runtime, const noodle_program* program) {
  test_kinds(runtime);
  test_refused(runtime);
  test_arrow(runtime, program);
}
