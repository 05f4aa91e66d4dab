// Natives that read values of any type from documents and write them. What they give and take is a list with the
// value as its one element: a list is one slot whatever it holds.

#include <algorithm>

#include "runtime/data/csv.h"
#include "runtime/data/json.h"
#include "runtime/data/toml.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

/// A list of one element, all zeros, until it is given.
class OneElement {
 public:
  OneElement(NativeCall& call, std::size_t result) : call_(call), type_(*call.result_types[result]) {}
  OneElement(const OneElement&) = delete;
  OneElement& operator=(const OneElement&) = delete;
  ~OneElement() { value::list_clear(call_.account, &list_); }

  /// The element's place; null when there is no memory.
  std::byte* make() {
    if (!value::list_make(call_.account, type_, 1, &list_)) return nullptr;
    std::byte* at = value::list_at(list_)->data();
    std::memset(at, 0, type_.object.stride);
    value::list_at(list_)->length = 1;
    return at;
  }
  std::uint64_t take() { return std::exchange(list_, 0); }

 private:
  NativeCall& call_;
  const value::TypeInfo& type_;
  std::uint64_t list_ = 0;
};

using Reads = decltype(data::read_json);

// Gives (whether it was done, the value, what is wrong).
NativeStatus decode(NativeCall& call, Reads read, std::string_view text, const data::ReadOptions& options) {
  OneElement one(call, 1);
  std::byte* place = one.make();
  if (place == nullptr) return NativeStatus::NoMemory;
  std::string problem;
  const data::Outcome outcome = read(call.account, *call.shape, text, options, place, problem);
  if (outcome == data::Outcome::NoMemory) return NativeStatus::NoMemory;
  const bool done = outcome == data::Outcome::Done;
  if (call.give_text(problem, 2) != NativeStatus::Ok) return NativeStatus::NoMemory;
  call.results[0] = done;
  call.results[1] = done ? one.take() : 0;
  return NativeStatus::Ok;
}

}  // namespace

NativeStatus native_json_decode(NativeCall& call) {
  return decode(call, data::read_json, text_arg(call, 0), {.strict = call.args[2] != 0});
}

NativeStatus native_json_decode_bytes(NativeCall& call) {
  return decode(call, data::read_json, bytes_arg(call, 0), {.strict = call.args[1] != 0, .check_utf8 = true});
}

NativeStatus native_toml_decode(NativeCall& call) {
  return decode(call, data::read_toml, text_arg(call, 0), {.strict = call.args[2] != 0});
}

namespace {

// The one value to be written: the library gives one, a module may give anything.
const std::byte* value_arg(const NativeCall& call) {
  return value::list_length(call.args[0]) == 1 ? value::list_at(call.args[0])->data() : nullptr;
}

NativeStatus no_value(NativeCall& call) { return call.panic("one value is meant"); }

}  // namespace

NativeStatus native_toml_encode(NativeCall& call) {
  const std::byte* value = value_arg(call);
  if (value == nullptr) return no_value(call);
  std::string out;
  const std::string problem = data::write_toml(*call.shape, value, out);
  return problem.empty() ? call.give_text(out) : call.panic(problem);
}

NativeStatus native_json_encode(NativeCall& call) {
  const data::WriteOptions options{.indent = int_arg(call, 1), .skip_none = call.args[2] != 0};
  if (options.indent < 0 || options.indent > 16) {
    return call.panic("an indent of 0 to 16 spaces is meant, not " + value::print_int(options.indent));
  }
  const std::byte* value = value_arg(call);
  if (value == nullptr) return no_value(call);
  std::string out;
  if (!data::write_json(*call.shape, value, options, out)) {
    return call.panic("the value is nested too deep for JSON");
  }
  return call.give_text(out);
}

namespace {

// How CSV is written, in one number: three characters, then a bit for each of the rest.
data::Dialect dialect_of(std::uint64_t word) {
  const auto character = [&](int i) { return static_cast<char>(word >> (8 * i) & 0x7F); };
  return {.separator = character(0),
          .quote = character(1),
          .comment = character(2),
          .trim = (word >> 24 & 1) != 0,
          .ragged = (word >> 25 & 1) != 0,
          .crlf = (word >> 26 & 1) != 0};
}

}  // namespace

NativeStatus native_csv_read(NativeCall& call) {
  const value::TypeInfo& type = *call.result_types[0];
  data::CsvSource source{
      .bytes = bytes_arg(call, 0), .is_last = call.args[2] != 0, .line = int_arg(call, 5), .columns = {}};
  source.from = std::min<std::size_t>(call.args[1], source.bytes.size());
  const memory::ArrayObject* columns = value::list_at(call.args[3]);
  for (std::uint64_t i = 0; columns != nullptr && i < columns->length; ++i) {
    source.columns.push_back(value::string_view(reinterpret_cast<const std::uint64_t*>(columns->data()) + 2 * i));
  }
  const auto amount = static_cast<data::CsvAmount>(std::min<std::uint64_t>(call.args[6], 2));
  data::Builder build(call.account);
  std::string problem;
  std::uint64_t list = 0;
  const bool done = read_csv(build, *call.shape, type, &list, source, dialect_of(call.args[4]), amount, problem);
  if ((!done && problem.empty()) || call.give_text(problem, 3) != NativeStatus::Ok) {
    value::list_clear(call.account, &list);
    return NativeStatus::NoMemory;
  }
  call.results[0] = list;
  give_int(call, static_cast<std::int64_t>(source.from), 1);
  return give_int(call, source.line, 2);
}

NativeStatus native_csv_goes_by_name(NativeCall& call) {
  call.results[0] = data::goes_by_name(*call.shape);
  return NativeStatus::Ok;
}

NativeStatus native_csv_write(NativeCall& call) {
  std::string out;
  const std::string problem =
      data::write_csv(*call.shape, call.args[0], dialect_of(call.args[1]), call.args[2] != 0, out);
  if (!problem.empty()) return call.panic(problem);
  return call.give_text(out);
}

}  // namespace noodle::vm
