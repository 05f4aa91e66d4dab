// Calls from C.

#include "base/text.h"
#include "embed/convert.h"
#include "embed/program.h"
#include "embed/report.h"

namespace noodle::embed {

namespace {

noodle_status stopped(const vm::Stop& stop, char** error) {
  switch (stop.kind) {
    case vm::Stop::Kind::Exit:
      return fail(error, NOODLE_EXIT, "the program called `exit` with " + std::to_string(stop.exit_code));
    case vm::Stop::Kind::Interrupted:
    case vm::Stop::Kind::Cancelled: return fail(error, NOODLE_INTERRUPTED, "the call was interrupted");
    case vm::Stop::Kind::Panic: break;
  }
  return fail(error, NOODLE_PANIC, stop.text());
}

/// The arguments of a call in slots, those that the function doesn't consume until this ends.
class Slots {
 public:
  explicit Slots(const noodle_function& function)
      : function_(function), signature_(function.module.module().function(function.id).signature) {
    for (const nbc::Param& param : signature_.params) count_ += type(param).slots;
    words_.resize(count_);
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  ~Slots() {
    std::size_t at = 0;
    for (const nbc::Param& param : signature_.params) {
      const TypeInfo& info = type(param);
      if (param.borrowed || !consumed_) {
        value::release_fields(function_.core.account(), info.slot_fields, words_.data() + at);
      }
      at += info.slots;
    }
  }

  std::expected<void, std::string> fill(const noodle_value* arguments) {
    std::size_t at = 0, number = 0;
    for (const nbc::Param& param : signature_.params) {
      const TypeInfo& info = type(param);
      const auto done = to_slots(function_.core, info, arguments[number++], words_.data() + at);
      if (!done) {
        return std::unexpected("argument " + std::to_string(number) + " of `" + function_.name + "`, which takes " +
                               function_.parameters[number - 1].name + ": " + done.error());
      }
      at += info.slots;
    }
    return {};
  }

  /// The words, of which the owned ones are the callee's now.
  std::span<const std::uint64_t> take() {
    consumed_ = true;
    return words_;
  }

 private:
  const TypeInfo& type(const nbc::Param& param) const { return function_.module.types[param.type]; }

  const noodle_function& function_;
  const nbc::Signature& signature_;
  std::size_t count_ = 0;
  bool consumed_ = false;
  std::vector<std::uint64_t> words_;
};

void give_results(const noodle_function& function, const std::vector<std::uint64_t>& slots, noodle_value* results) {
  std::size_t at = 0;
  for (const nbc::TypeId id : function.module.module().function(function.id).signature.results) {
    const TypeInfo& type = function.module.types[id];
    *results++ = from_slots(function.core, type, slots.data() + at);
    at += type.slots;
  }
}

noodle_status call(const noodle_function& function, const noodle_value* arguments, noodle_value* results,
                   char** error) {
  const Inside inside(function.core);
  if (function.core.has_ended()) return fail(error, NOODLE_USAGE, kEnded);
  Slots slots(function);
  if (const auto filled = slots.fill(arguments); !filled) return fail(error, NOODLE_USAGE, filled.error());
  const auto returned = function.core.runtime().run_function(function.module, function.id, slots.take());
  function.core.flush();
  if (!returned) {
    function.core.runtime().clear_interrupt();
    return stopped(returned.error(), error);
  }
  give_results(function, *returned, results);
  return done(error);
}

}  // namespace

}  // namespace noodle::embed

extern "C" noodle_status noodle_call(const noodle_function* function, const noodle_value* arguments, std::size_t count,
                                     noodle_value* results, char** error) {
  using namespace noodle::embed;
  if (function == nullptr || (arguments == nullptr && count != 0) ||
      (results == nullptr && !function->results.empty())) {
    return fail(error, NOODLE_USAGE, kNull);
  }
  if (count != function->parameters.size()) {
    return fail(error, NOODLE_USAGE,
                "`" + function->name + "` takes " + noodle::count_of(function->parameters.size(), "argument") +
                    ", not " + std::to_string(count) + ": " + function->signature);
  }
  return call(*function, arguments, results, error);
}
