// Natives that read values of any type from documents and write them. What they give and take is a list with the
// value as its one element: a list is one slot whatever it holds.

#include "runtime/data/json.h"
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

// Gives (whether it was done, the value, what is wrong).
NativeStatus decode_json(NativeCall& call, std::string_view text, const data::ReadOptions& options) {
  OneElement one(call, 1);
  std::byte* place = one.make();
  if (place == nullptr) return NativeStatus::NoMemory;
  std::string problem;
  const data::Outcome outcome = data::read_json(call.account, *call.shape, text, options, place, problem);
  if (outcome == data::Outcome::NoMemory) return NativeStatus::NoMemory;
  const bool done = outcome == data::Outcome::Done;
  if (call.give_text(problem, 2) != NativeStatus::Ok) return NativeStatus::NoMemory;
  call.results[0] = done;
  call.results[1] = done ? one.take() : 0;
  return NativeStatus::Ok;
}

}  // namespace

NativeStatus native_json_decode(NativeCall& call) {
  return decode_json(call, text_arg(call, 0), {.strict = call.args[2] != 0});
}

NativeStatus native_json_decode_bytes(NativeCall& call) {
  return decode_json(call, bytes_arg(call, 0), {.strict = call.args[1] != 0, .check_utf8 = true});
}

NativeStatus native_json_encode(NativeCall& call) {
  const data::WriteOptions options{.indent = int_arg(call, 1), .skip_none = call.args[2] != 0};
  if (options.indent < 0 || options.indent > 16) {
    return call.panic("an indent of 0 to 16 spaces is meant, not " + value::print_int(options.indent));
  }
  std::string out;
  if (!data::write_json(*call.shape, value::list_at(call.args[0])->data(), options, out)) {
    return call.panic("the value is nested too deep for JSON");
  }
  return call.give_text(out);
}

}  // namespace noodle::vm
