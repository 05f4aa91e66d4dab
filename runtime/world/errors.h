#pragma once

#include <string>

namespace noodle::world {

/// An error number of the system as a text for people, with what it was about: `no such file: a.txt`.
std::string describe(int error, const std::string& what);

}  // namespace noodle::world
