#pragma once

#include "runtime/vm/runtime.h"

namespace noodle::vm::testing {

/// A world in which nothing that is written is kept.
class SilentWorld final : public world::TestWorld {
 public:
  Written write_out(std::string_view) override { return Written::Ok; }
  Written write_error(std::string_view) override { return Written::Ok; }
  std::expected<void, std::string> write_file(const std::string&, std::string_view, bool) override { return {}; }
};

}  // namespace noodle::vm::testing
