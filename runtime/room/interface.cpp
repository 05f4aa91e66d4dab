#include "runtime/room/interface.h"

#include "room_interface_text.h"
#include "runtime/room/room.h"

namespace noodle::room {

namespace {

constexpr std::uint64_t kLayouts[] = {sizeof(Host),         sizeof(Call),
                                      sizeof(Native),       sizeof(memory::ArrayObject),
                                      sizeof(HandleObject), sizeof(HandleObject::Kind)};

}  // namespace

std::uint64_t interface_id() { return make_interface_id(NOODLE_INTERFACE_TEXT, kLayouts); }

}  // namespace noodle::room
