#pragma once

// The door of runtime/value: what Noodle's values are in memory and how they are made, changed,
// compared, hashed and printed. It knows types from nbc/ and objects from runtime/memory; it knows
// nothing of frames, functions or the world.

#include "runtime/value/compare.h"
#include "runtime/value/floats.h"
#include "runtime/value/format.h"
#include "runtime/value/list.h"
#include "runtime/value/map.h"
#include "runtime/value/string.h"
#include "runtime/value/type_info.h"
