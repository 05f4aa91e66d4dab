#pragma once

// Task-local values. A task holds the foremost one, which holds those behind it. None is changed once it is
// there, so that a child can take over its parent's whole list by a reference.

#include "runtime/vm/machine.h"

namespace noodle::vm {

/// Adds a reference to the running task's local values for a child, who may run on another thread: they are
/// marked as shared, which those that are already cost nothing. False when there is no memory for the walk.
bool share_locals(Machine& vm);

}  // namespace noodle::vm
