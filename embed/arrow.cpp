#include "embed/arrow.h"

#include <optional>

#include "embed/kinds.h"
#include "embed/program.h"
#include "embed/report.h"
#include "embed/tensor.h"

namespace noodle::embed {

namespace {

struct Format {
  const char* text;
  noodle_kind kind;
};
constexpr Format kFormats[] = {{"c", NOODLE_I8},  {"C", NOODLE_U8},  {"s", NOODLE_I16}, {"S", NOODLE_U16},
                               {"i", NOODLE_I32}, {"I", NOODLE_U32}, {"l", NOODLE_I64}, {"L", NOODLE_U64},
                               {"e", NOODLE_F16}, {"f", NOODLE_F32}, {"g", NOODLE_F64}};

std::expected<noodle_kind, std::string> kind_of(std::string_view format) {
  for (const Format& one : kFormats) {
    if (format == one.text) return one.kind;
  }
  if (format == "b") return std::unexpected("Arrow's bools are single bits; cast the array to 8-bit integers");
  return std::unexpected("an array of Arrow's format `" + std::string(format) + "` has no numbers side by side");
}

/// The first element that is null; none where all are valid.
std::optional<std::int64_t> first_null(const ArrowArray& array) {
  const auto* valid = static_cast<const std::uint8_t*>(array.buffers[0]);
  if (valid == nullptr || array.null_count == 0) return std::nullopt;
  for (std::int64_t i = 0; i < array.length; ++i) {
    const std::int64_t bit = array.offset + i;
    if ((valid[bit / 8] >> (bit % 8) & 1) == 0) return i;
  }
  return std::nullopt;
}

std::expected<noodle_kind, std::string> check(const ArrowArray& array, const ArrowSchema& schema) {
  if (array.release == nullptr) return std::unexpected("the array was released already");
  if (schema.format == nullptr) return std::unexpected("the schema was released already");
  if (schema.dictionary != nullptr) return std::unexpected("the array has a dictionary; decode it first");
  auto kind = kind_of(schema.format);
  if (!kind) return kind;
  if (array.n_buffers != 2 || array.buffers == nullptr || array.length < 0 || array.offset < 0) {
    return std::unexpected("the array has " + std::to_string(array.n_buffers) + " buffers, length " +
                           std::to_string(array.length) + " and offset " + std::to_string(array.offset) +
                           ", which no array of its format has");
  }
  if (const auto null = first_null(array)) {
    return std::unexpected("element " + std::to_string(*null) + " is null; fill nulls first");
  }
  return kind;
}

std::expected<noodle_tensor*, std::string> import(Core& core, ArrowArray* from, const ArrowSchema& schema) {
  const auto kind = check(*from, schema);
  if (!kind) return std::unexpected(kind.error());
  auto* moved = new ArrowArray(*from);
  const auto done = [](void* context) {
    auto* array = static_cast<ArrowArray*>(context);
    array->release(array);
    delete array;
  };
  const auto* data = static_cast<const std::byte*>(moved->buffers[1]);
  if (data != nullptr) data += moved->offset * value::element_size(static_cast<Kind>(*kind));
  const ForeignElements elements{.kind = *kind, .rank = 1, .shape = &moved->length, .strides = nullptr, .data = data};
  const auto made = over(core, elements, {.done = done, .context = moved});
  if (made) {
    from->release = nullptr;
  } else {
    delete moved;
  }
  return made;
}

/// What a given array's pointers lead to.
struct Given {
  noodle_tensor* tensor;
  const void* buffers[2];
};

void give(noodle_tensor* tensor, const noodle_tensor_info& info, ArrowArray& array) {
  noodle_tensor_retain(tensor);
  auto* given = new Given{.tensor = tensor, .buffers = {nullptr, info.data}};
  array = {.length = info.count,
           .null_count = 0,
           .offset = 0,
           .n_buffers = 2,
           .n_children = 0,
           .buffers = given->buffers,
           .children = nullptr,
           .dictionary = nullptr,
           .release =
               [](ArrowArray* self) {
                 auto* given = static_cast<Given*>(self->private_data);
                 noodle_tensor_release(given->tensor);
                 delete given;
                 self->release = nullptr;
               },
           .private_data = given};
}

std::expected<const char*, std::string> format_of(const noodle_tensor_info& info) {
  if (info.rank != 1) {
    return std::unexpected("an array of Arrow has one axis, the tensor " + std::to_string(info.rank) + "; reshape it");
  }
  if (info.count > 1 && info.strides[0] != 1) {
    return std::unexpected("the tensor's elements are " + std::to_string(info.strides[0]) +
                           " places apart; take its `contiguous()`");
  }
  for (const Format& one : kFormats) {
    if (one.kind == info.kind) return one.text;
  }
  return std::unexpected("Arrow has no array of " + kind_name(info.kind) +
                         " side by side; cast the tensor, or take its parts, first");
}

}  // namespace

}  // namespace noodle::embed

using namespace noodle::embed;

extern "C" {

noodle_status noodle_tensor_from_arrow(noodle_runtime* runtime, ArrowArray* from, const ArrowSchema* schema,
                                       noodle_tensor** tensor, char** error) {
  if (runtime == nullptr || from == nullptr || schema == nullptr || tensor == nullptr) {
    return fail(error, NOODLE_USAGE, kNull);
  }
  return finish(import(runtime->core, from, *schema), tensor, error);
}

noodle_status noodle_tensor_to_arrow(noodle_tensor* tensor, ArrowArray* to, ArrowSchema* schema, char** error) {
  if (tensor == nullptr || to == nullptr || schema == nullptr) return fail(error, NOODLE_USAGE, kNull);
  noodle_tensor_info info;
  noodle_tensor_look(tensor, &info);
  const auto format = format_of(info);
  if (!format) return fail(error, NOODLE_USAGE, format.error());
  give(tensor, info, *to);
  *schema = {};
  schema->format = *format;
  schema->release = [](ArrowSchema* self) { self->release = nullptr; };
  return done(error);
}

}  // extern "C"
