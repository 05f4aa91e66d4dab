#include "runtime/jit/sanitize.h"

#include <dlfcn.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Instrumentation/AddressSanitizer.h>
#include <llvm/Transforms/Instrumentation/ThreadSanitizer.h>

namespace noodle::jit {

#if defined(NOODLE_CHECKS_ADDRESSES)

void add_sanitizer(llvm::Module& ir, llvm::ModulePassManager& passes) {
  for (llvm::Function& function : ir) function.addFnAttr(llvm::Attribute::SanitizeAddress);
  // Constants would have to be registered, and forgotten with the code.
  for (llvm::GlobalVariable& constant : ir.globals()) {
    llvm::GlobalValue::SanitizerMetadata unchecked;
    unchecked.NoAddress = true;
    constant.setSanitizerMetadata(unchecked);
  }
  llvm::AddressSanitizerOptions options;
  options.UseAfterReturn = llvm::AsanDetectStackUseAfterReturnMode::Never;
  options.InstrumentationWithCallsThreshold = 0;
  options.InsertVersionCheck = false;
  passes.addPass(llvm::AddressSanitizerPass(options, false, false, llvm::AsanDtorKind::None, llvm::AsanCtorKind::None));
}

#elif defined(NOODLE_CHECKS_THREADS)

void add_sanitizer(llvm::Module& ir, llvm::ModulePassManager& passes) {
  for (llvm::Function& function : ir) function.addFnAttr(llvm::Attribute::SanitizeThread);
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(llvm::ThreadSanitizerPass()));
}

#else

void add_sanitizer(llvm::Module&, llvm::ModulePassManager&) {}

#endif

void* sanitizer_function(llvm::StringRef name) {
  if (!name.starts_with("__asan_") && !name.starts_with("__tsan_")) return nullptr;
  return dlsym(RTLD_DEFAULT, name.str().c_str());
}

}  // namespace noodle::jit
