#include "runtime/room/interface.h"

#include "base/hash.h"
#include "room_interface_text.h"
#include "runtime/room/room.h"

namespace noodle::room {

namespace {

// Layouts follow from more than text.
constexpr std::uint64_t kLayouts[] = {sizeof(Host),         sizeof(Call),
                                      sizeof(Native),       sizeof(memory::ArrayObject),
                                      sizeof(HandleObject), sizeof(HandleObject::Kind)};

constexpr std::uint64_t make_id() {
  std::uint64_t id = NOODLE_INTERFACE_TEXT;
  for (const std::uint64_t layout : kLayouts) id = hash_combine(id, layout);
  return id;
}

}  // namespace

std::uint64_t interface_id() {
  constexpr std::uint64_t kId = make_id();
  return kId;
}

}  // namespace noodle::room
