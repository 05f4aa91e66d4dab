// In the command's own process the compiler's many small objects come from mimalloc, too: a build spends
// a third less time. Only this executable replaces `new` and `delete`; malloc stays the process's own,
// and a program that embeds the runtime keeps both.

#include <mimalloc-new-delete.h>
