#ifndef NOODLE_H
#define NOODLE_H

/*
 * Noodle inside of another program: compile or load a program, call its public functions, and share tensors with
 * other libraries without copying them. Pure C11. docs/guide/embedding.rst has examples.
 *
 * - A runtime installs no signal handler, no atexit function and no allocator, and many may live in one process.
 *   Nothing here ends the process: a panic or `exit` in called code is a status.
 * - Every function that can fail gives a status and, where `error` is not NULL, a text in UTF-8 that says what was
 *   wrong, where, and what to do; give it back with noodle_free_text. On NOODLE_OK `*error` is NULL, and results are
 *   written on NOODLE_OK alone.
 * - Any function may be called from any thread. Calls into one runtime wait for one another; runtimes are independent.
 * - Names, paths and texts are UTF-8. Pointers that are only read are the caller's and are not kept, but for the memory
 *   that tensors are made over.
 */

#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* Which form of this interface a header and a library have: they must agree. */
#define NOODLE_INTERFACE 1
/* The library's NOODLE_INTERFACE. */
int32_t noodle_interface(void);

typedef enum noodle_status {
  NOODLE_OK = 0,
  NOODLE_USAGE = 1,       /* an argument is wrong */
  NOODLE_PROGRAM = 2,     /* the program does not compile, or can't be loaded */
  NOODLE_PANIC = 3,       /* the called code panicked; the text has its trace */
  NOODLE_EXIT = 4,        /* the called code called `exit` */
  NOODLE_INTERRUPTED = 5, /* noodle_interrupt was called */
  NOODLE_NO_MEMORY = 6
} noodle_status;

/* Gives an error text back; NULL is fine. */
void noodle_free_text(char* text);

/* -------------------------------------------------------------------------------------------------- runtimes */

typedef struct noodle_runtime noodle_runtime;

/* How a runtime is; all-zero bytes are the defaults. */
typedef struct noodle_options {
  uint32_t workers;     /* threads that run tasks at most; 0: one a core */
  uint32_t no_jit;      /* not 0: programs are interpreted, and no compiler of hot code is loaded */
  int64_t memory_limit; /* bytes that values may take together; 0: 64 GiB */
} noodle_options;

/* A new runtime; options may be NULL. */
noodle_status noodle_runtime_create(const noodle_options* options, noodle_runtime** runtime, char** error);
/* Ends a runtime with its programs and functions; NULL is fine. The call that runs is interrupted, and those that wait
 * are refused. Values and tensors that are still held stay valid, and are given back as ever. To be called before the
 * process ends, which takes libraries down that the runtime's threads use. */
void noodle_runtime_destroy(noodle_runtime* runtime);
/* Unwinds the call that runs now in this runtime, or else the next one. May be called in a signal handler. */
void noodle_interrupt(noodle_runtime* runtime);

/* -------------------------------------------------------------------------------------------------- programs */

typedef struct noodle_program noodle_program;   /* lives as long as its runtime */
typedef struct noodle_function noodle_function; /* lives as long as its runtime */

/* The program in a file: source, or a module that `noodle build --library` wrote. The error text has all that the
 * compiler has to say. */
noodle_status noodle_load(noodle_runtime* runtime, const char* path, noodle_program** program, char** error);
/* A program from source text, or from a module's bytes. `name` stands for its path in messages and traces; modules that
 * it imports are looked up beside it. */
noodle_status noodle_compile(noodle_runtime* runtime, const char* name, const char* text, size_t bytes,
                             noodle_program** program, char** error);
/* The public function with this name, which has no type parameters. */
noodle_status noodle_find(const noodle_program* program, const char* name, const noodle_function** function,
                          char** error);
/* The signatures of what a module of the library, such as `tensor`, makes public, a line each, behind a line
 * `module NAME` and one `export NAME` for each other module whose names it exports; then those of the modules below
 * it. The text is given back with noodle_free_text. */
noodle_status noodle_library_interface(const char* module, char** interface, char** error);
/* How many functions noodle_find finds, and one of them; NULL beyond the last. */
size_t noodle_function_count(const noodle_program* program);
const noodle_function* noodle_function_at(const noodle_program* program, size_t index);

/* ---------------------------------------------------------------------------------------------------- values */

typedef enum noodle_kind {
  NOODLE_BOOL = 0,
  NOODLE_I8 = 1,
  NOODLE_I16 = 2,
  NOODLE_I32 = 3,
  NOODLE_I64 = 4, /* Int */
  NOODLE_U8 = 5,
  NOODLE_U16 = 6,
  NOODLE_U32 = 7,
  NOODLE_U64 = 8,
  NOODLE_F16 = 9,
  NOODLE_BF16 = 10,
  NOODLE_F32 = 11,
  NOODLE_F64 = 12, /* Float */
  NOODLE_STRING = 13,
  NOODLE_BYTES = 14,
  NOODLE_LIST = 15,
  NOODLE_TENSOR = 16,
  NOODLE_VARIANT = 17,   /* a value of an enum, Option and Result included */
  NOODLE_OTHER = 18,     /* what can't be handed over: maps, boxes, functions, handles */
  NOODLE_COMPLEX64 = 19, /* of a tensor's elements alone: Complex<f32> and Complex<Float>, two floats side by side */
  NOODLE_COMPLEX128 = 20
} noodle_kind;

/* A parameter's or a result's type. */
typedef struct noodle_type {
  int32_t kind;     /* a noodle_kind */
  int32_t element;  /* of a list or tensor: its elements' kind; else -1 */
  const char* name; /* for people, such as `tensor<f64>`; lives as long as the runtime */
} noodle_type;

typedef struct noodle_tensor noodle_tensor;

/* A value. As an argument it is the caller's and only read; as a result it is given back with noodle_release. */
typedef struct noodle_value {
  int32_t kind;     /* a noodle_kind: says what `as` holds */
  int32_t element;  /* NOODLE_LIST: its elements' kind */
  uint32_t variant; /* NOODLE_VARIANT: which, from 0 in order of declaration */
  uint32_t reserved;
  union {
    int64_t integer;  /* I8 … I64 */
    uint64_t natural; /* BOOL (0 or 1), U8 … U64 */
    double number;    /* F16 … F64 */
    struct {
      /* STRING: UTF-8, BYTES: bytes. LIST of scalars: elements side by side. LIST of others, VARIANT: noodle_value. */
      const void* data;
      size_t count; /* bytes, elements, or values */
    } span;
    noodle_tensor* tensor; /* TENSOR */
  } as;
  const char* name; /* VARIANT: its name, which in arguments counts before `variant` unless NULL */
  void* owner;      /* of a result: what noodle_release gives back */
} noodle_value;

/* Gives back what a result holds, tensors included; the value is then all-zero bytes. */
void noodle_release(noodle_value* value);

/* ----------------------------------------------------------------------------------------------------- calls */

/* A function's name, and its signature as it is declared: `fn add(a: Int, b: Int) -> Int`. */
const char* noodle_function_name(const noodle_function* function);
const char* noodle_function_signature(const noodle_function* function);
/* Types of parameters and results. A struct or tuple counts as its fields, one after another; what a `mut` parameter
 * holds at the end comes as a result, before the function's own. */
size_t noodle_parameter_count(const noodle_function* function);
const noodle_type* noodle_parameter(const noodle_function* function, size_t index);
size_t noodle_result_count(const noodle_function* function);
const noodle_type* noodle_result(const noodle_function* function, size_t index);

/* Calls a function with `count` arguments. `results` has room for all results. The tensors in them are the caller's. */
noodle_status noodle_call(const noodle_function* function, const noodle_value* arguments, size_t count,
                          noodle_value* results, char** error);

/* --------------------------------------------------------------------------------------------------- tensors */

/* A tensor is never changed while anybody outside of its runtime holds it: Noodle copies before it writes. Foreign
 * memory that a tensor was made over is never written by Noodle at all; who changes it meanwhile changes the tensor. */

/* Where a tensor's elements are. */
typedef struct noodle_tensor_info {
  const void* data; /* the element whose indices are all 0 */
  int32_t kind;     /* a noodle_kind */
  int32_t rank;
  int64_t count;          /* of elements */
  const int64_t* shape;   /* `rank` lengths; lives as long as the tensor */
  const int64_t* strides; /* in elements; negative where an axis is walked backwards, 0 where it is repeated */
} noodle_tensor_info;

/* Fills `info`; the memory may be read while the tensor is held. */
void noodle_tensor_look(const noodle_tensor* tensor, noodle_tensor_info* info);
/* One holder more, and one fewer; NULL is fine for the latter. */
void noodle_tensor_retain(noodle_tensor* tensor);
void noodle_tensor_release(noodle_tensor* tensor);

/* A tensor over the caller's memory, which is aligned to its elements, or to the floats of complex ones. Strides in
 * elements; NULL: side by side in the order of indices. When nobody needs the memory any more `done(context)` is
 * called, once, on some thread that calls this interface and with nothing locked; it may be NULL. On failure it is not
 * called. */
noodle_status noodle_tensor_over(noodle_runtime* runtime, int32_t kind, int32_t rank, const int64_t* shape,
                                 const int64_t* strides, const void* data, void (*done)(void* context), void* context,
                                 noodle_tensor** tensor, char** error);

/* DLPack, as https://dmlc.github.io/dlpack specifies it. What is taken is given over on NOODLE_OK alone: its deleter is
 * called when nobody needs it any more. What is given holds the tensor until its deleter is called, on whatever thread,
 * and must not be written to: the form with a version says so in its flags. */
struct DLManagedTensor;
struct DLManagedTensorVersioned;
noodle_status noodle_tensor_from_dlpack(noodle_runtime* runtime, struct DLManagedTensor* from, noodle_tensor** tensor,
                                        char** error);
noodle_status noodle_tensor_from_dlpack_versioned(noodle_runtime* runtime, struct DLManagedTensorVersioned* from,
                                                  noodle_tensor** tensor, char** error);
noodle_status noodle_tensor_to_dlpack(noodle_tensor* tensor, struct DLManagedTensor** to, char** error);
noodle_status noodle_tensor_to_dlpack_versioned(noodle_tensor* tensor, struct DLManagedTensorVersioned** to,
                                                char** error);

/* Apache Arrow's C data interface, for arrays of numbers with one axis and without nulls. What is taken is moved out of
 * `from` on NOODLE_OK alone, which is then marked as released; its schema stays the caller's. Both structs that are
 * given are the caller's to release. */
struct ArrowArray;
struct ArrowSchema;
noodle_status noodle_tensor_from_arrow(noodle_runtime* runtime, struct ArrowArray* from,
                                       const struct ArrowSchema* schema, noodle_tensor** tensor, char** error);
noodle_status noodle_tensor_to_arrow(noodle_tensor* tensor, struct ArrowArray* to, struct ArrowSchema* schema,
                                     char** error);

#if defined(__cplusplus)
}
#endif

#endif
