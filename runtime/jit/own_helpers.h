#pragma once

#include <algorithm>
#include <iterator>

#include "runtime/vm/machine.h"

namespace noodle::jit {

/// What compiled code calls, with some functions of our own among it.
class OwnHelpers {
 public:
  bool is_empty() const { return helpers_[0] == nullptr; }
  void copy(const vm::Machine& machine) { std::copy_n(machine.helpers, std::size(helpers_), helpers_); }
  /// Puts a function in another's place; gives that.
  template <class Function>
  Function replace(vm::Helper which, Function ours) {
    const void*& place = helpers_[static_cast<std::size_t>(which)];
    const auto before = reinterpret_cast<Function>(const_cast<void*>(place));
    place = reinterpret_cast<const void*>(ours);
    return before;
  }
  /// Has a machine's compiled code call these.
  void give_to(vm::Machine& machine) const { machine.helpers = helpers_; }

 private:
  const void* helpers_[static_cast<std::size_t>(vm::Helper::Count)] = {};
};

}  // namespace noodle::jit
