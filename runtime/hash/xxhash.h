#pragma once

// XXH64 and XXH3, compiled in so that no symbol of them can clash.

#define XXH_INLINE_ALL
#include <xxhash.h>
