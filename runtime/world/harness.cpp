#include "runtime/world/harness.h"

namespace noodle::world {

Harness& no_harness() {
  static Harness nobody;
  return nobody;
}

}  // namespace noodle::world
