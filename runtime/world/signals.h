#pragma once

// The signals that this process gets, as bytes in pipes.

#include <span>

#include "runtime/world/ports.h"

namespace noodle::world {

/// The reading end of a new pipe that gets a byte, the signal's number, for each of these signals that comes.
OrError<int> listen_to_signals(std::span<const int> wanted);

/// Ends that before the reading end is closed: where nobody else listens to a signal, what happened before
/// happens again. Nothing is done for any other descriptor.
void stop_listening(int reading_end);

}  // namespace noodle::world
