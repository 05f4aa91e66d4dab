#pragma once

// What LLVM's passes ask about the code that they work on.

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Target/TargetMachine.h>

namespace noodle::jit {

/// All analyses, of one module. No function is taken for one of the C library, whatever its name.
class Analyses {
 public:
  Analyses(const llvm::Module& ir, llvm::TargetMachine& target)
      : builder(&target, tuning()), libraries_(llvm::Triple(ir.getTargetTriple())) {
    libraries_.disableAllFunctions();
    functions_.registerPass([this] { return llvm::TargetLibraryAnalysis(libraries_); });
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(components_);
    builder.registerFunctionAnalyses(functions_);
    builder.registerLoopAnalyses(loops_);
    builder.crossRegisterProxies(loops_, functions_, components_, modules);
  }

  llvm::PassBuilder builder;

 private:
  // As clang has it for whole pipelines: what stands side by side is computed side by side.
  static llvm::PipelineTuningOptions tuning() {
    llvm::PipelineTuningOptions options;
    options.SLPVectorization = true;
    return options;
  }

  llvm::TargetLibraryInfoImpl libraries_;
  llvm::LoopAnalysisManager loops_;
  llvm::FunctionAnalysisManager functions_;
  llvm::CGSCCAnalysisManager components_;

 public:
  llvm::ModuleAnalysisManager modules;  // the last, to be emptied first
};

}  // namespace noodle::jit
