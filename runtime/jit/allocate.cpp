// LLVM's many small objects come from mimalloc: the system's allocator gives memory back to the kernel after each
// function, to ask for it again for the next.

#include <mimalloc.h>

#include <cstdlib>
#include <new>

namespace {

void* allocate(std::size_t size, std::size_t alignment) {
  void* made = mi_malloc_aligned(size, alignment);
  if (made == nullptr) std::abort();  // which LLVM would do as well
  return made;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return mi_malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return mi_malloc(size); }
void operator delete(void* object) noexcept { mi_free(object); }
void operator delete[](void* object) noexcept { mi_free(object); }
void operator delete(void* object, std::size_t) noexcept { mi_free(object); }
void operator delete[](void* object, std::size_t) noexcept { mi_free(object); }
void operator delete(void* object, std::align_val_t) noexcept { mi_free(object); }
void operator delete[](void* object, std::align_val_t) noexcept { mi_free(object); }
void operator delete(void* object, std::size_t, std::align_val_t) noexcept { mi_free(object); }
void operator delete[](void* object, std::size_t, std::align_val_t) noexcept { mi_free(object); }
void operator delete(void* object, const std::nothrow_t&) noexcept { mi_free(object); }
void operator delete[](void* object, const std::nothrow_t&) noexcept { mi_free(object); }
