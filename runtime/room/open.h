#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace noodle::room {

/// Opens a library, which stays open for ever, and finds one of its functions; or says why that can't be done. Its
/// function `interface` must give `id`: each reads what the other writes, so one of another build would crash.
std::expected<void*, std::string> open_door(const std::string& path, const char* interface, std::uint64_t id,
                                            const char* door);

}  // namespace noodle::room
