#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/Transforms/IPO/Inliner.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/ConstraintElimination.h>
#include <llvm/Transforms/Scalar/CorrelatedValuePropagation.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/IndVarSimplify.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopDeletion.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/LoopRotation.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimpleLoopUnswitch.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Vectorize/LoopVectorize.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>

#include "runtime/jit/emit.h"
#include "runtime/jit/image.h"
#include "runtime/jit/jit.h"
#include "runtime/jit/sanitize.h"

namespace noodle::jit {

namespace {

std::int64_t micros_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
}

llvm::TargetMachine& target_machine() {
  static const std::unique_ptr<llvm::TargetMachine> machine = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    std::string error;
    const std::string triple = llvm::sys::getProcessTriple();
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
    std::string features;
    for (const auto& [feature, has] : llvm::sys::getHostCPUFeatures()) {
      features += (features.empty() ? "" : ",") + std::string(has ? "+" : "-") + feature.str();
    }
    llvm::TargetOptions options;
    options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
    return std::unique_ptr<llvm::TargetMachine>(
        target->createTargetMachine(triple, llvm::sys::getHostCPUName(), features, options, llvm::Reloc::PIC_,
                                    llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default));
  }();
  return *machine;
}

// Functions that a function calls are compiled with it as long as all together stay small. Of those that are compiled
// already only the smallest, to be taken in by their callers.
constexpr std::size_t kMostWords = 4000;
constexpr std::size_t kMostFunctions = 24;
constexpr std::size_t kSmallest = 40;

std::vector<std::uint32_t> reachable(const Request& request) {
  const vm::LoadedModule& module = *request.module;
  const std::uint32_t first = request.function;
  std::vector<std::uint32_t> found{first};
  std::set<std::uint32_t> known{first};
  std::size_t words = module.module().functions[first].code.size();
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& code = module.module().functions[found[i]].code;
    for (std::uint32_t pc = 0; pc < code.size();) {
      const nbc::Inst inst = nbc::decode(code, pc);
      pc += inst.words();
      if (inst.op() != nbc::Op::Call || known.contains(inst.uimm())) continue;
      if (std::ranges::binary_search(request.apart, inst.uimm())) continue;
      const std::size_t more = module.module().functions[inst.uimm()].code.size();
      if (words + more > kMostWords || found.size() == kMostFunctions) continue;
      if (more > kSmallest && module.functions[inst.uimm()].fast.load(std::memory_order_relaxed) != nullptr) continue;
      words += more;
      known.insert(inst.uimm());
      found.push_back(inst.uimm());
    }
  }
  return found;
}

llvm::Function* make_entry(Unit& unit, const std::string& name) {
  auto* type = llvm::FunctionType::get(unit.i1, {unit.ptr, unit.ptr}, false);
  llvm::Function* entry = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, *unit.ir);
  entry->setVisibility(llvm::GlobalValue::HiddenVisibility);
  entry->addRetAttr(llvm::Attribute::ZExt);
  entry->setDoesNotThrow();
  return entry;
}

// From the interpreter: arguments and results lie in frames.
void define_entry(Unit& unit, std::uint32_t id) {
  llvm::Function* entry = make_entry(unit, "e" + std::to_string(id));
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(unit.context, "entry", entry));
  llvm::Value *vm = entry->getArg(0), *fp = entry->getArg(1);
  const FunctionView& view = unit.view(id);
  auto word_at = [&](llvm::Value* base, std::int64_t at) {
    return b.CreateConstInBoundsGEP1_64(unit.i64, base, static_cast<std::uint64_t>(at));
  };
  std::vector<llvm::Value*> args{vm, fp};
  for (std::uint32_t i = 0; i < view.loaded.param_slots; ++i) {
    args.push_back(unit.tag(b.CreateLoad(unit.slot_type(view, i), word_at(fp, i)), unit.in_frame));
  }
  llvm::Function* body = unit.body(id);
  llvm::CallInst* returned = b.CreateCall(body, args);
  returned->setCallingConv(kBodyConvention);
  auto* left = llvm::BasicBlock::Create(unit.context, "left", entry);
  auto* done = llvm::BasicBlock::Create(unit.context, "done", entry);
  b.CreateCondBr(b.CreateICmpNE(b.CreateExtractValue(returned, 0), llvm::ConstantInt::get(unit.i64, 0)), left, done,
                 unit.unlikely);
  b.SetInsertPoint(left);
  b.CreateRet(b.getTrue());
  b.SetInsertPoint(done);
  llvm::StructType* type = unit.returned(id);
  llvm::Value* caller = b.CreateLoad(unit.ptr, word_at(fp, -4));
  llvm::Value* list = b.CreateLoad(unit.ptr, word_at(fp, -2));
  for (std::uint32_t i = 0; i < view.loaded.result_slots; ++i) {
    llvm::Value* result =
        type->getNumElements() > 1 ? b.CreateExtractValue(returned, i + 1) : b.CreateLoad(unit.i64, word_at(fp, i));
    llvm::Value* slot = b.CreateLoad(unit.i16, b.CreateConstInBoundsGEP1_64(unit.i16, list, i));
    b.CreateStore(result, b.CreateInBoundsGEP(unit.i64, caller, b.CreateZExt(slot, unit.i64)));
  }
  b.CreateRet(b.getFalse());
}

// f7: its users know it by its address.
bool is_body(llvm::StringRef name) { return name.starts_with("f"); }

bool lower(Unit& unit, const Request& request, std::string& trouble) {
  std::vector<std::uint32_t> functions = reachable(request);
  std::vector<std::pair<std::uint32_t, Liveness>> lowered;
  for (const std::uint32_t id : functions) {
    auto live = Liveness::find(unit.view(id));
    if (live) {
      unit.body(id);
      lowered.emplace_back(id, std::move(*live));
    } else if (id == request.function) {
      trouble = "an operand whose type can't be told";
      return false;
    }
  }
  for (auto& [id, live] : lowered) {
    Lowering(unit, unit.view(id), live, unit.body(id), -1).run();
    define_entry(unit, id);
    if (id != request.function) continue;
    for (const std::uint32_t loop : request.loops) {
      const std::string name = "o" + std::to_string(id) + "_" + std::to_string(loop);
      Lowering(unit, unit.view(id), live, make_entry(unit, name), loop).run();
    }
  }
  for (llvm::Function& function : *unit.ir) {
    if (function.isDeclaration()) continue;
    function.addFnAttr("frame-pointer", "all");
    function.addFnAttr("no-builtins");
    // Also what every caller has taken in stays: compiled functions call it by its address.
    if (is_body(function.getName())) {
      function.setLinkage(llvm::GlobalValue::ExternalLinkage);
      function.setVisibility(llvm::GlobalValue::HiddenVisibility);
    }
  }
  return true;
}

// A short pipeline: what it leaves out costs more time than the code gains.
void add_cleaning(llvm::FunctionPassManager& passes) {
  passes.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(llvm::SimplifyCFGPass());
}

void add_passes(llvm::FunctionPassManager& passes) {
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::CorrelatedValuePropagationPass());
  passes.addPass(llvm::SimplifyCFGPass());
  llvm::LoopPassManager rotation;
  rotation.addPass(llvm::LoopRotatePass());
  rotation.addPass(llvm::LICMPass(llvm::LICMOptions()));
  rotation.addPass(llvm::SimpleLoopUnswitchPass(true));
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(rotation), true));
  passes.addPass(llvm::InstCombinePass());
  llvm::LoopPassManager induction;
  induction.addPass(llvm::IndVarSimplifyPass());
  induction.addPass(llvm::LoopDeletionPass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(induction)));
  passes.addPass(llvm::GVNPass());
  passes.addPass(llvm::ConstraintEliminationPass());
  passes.addPass(llvm::CorrelatedValuePropagationPass());
  passes.addPass(llvm::DSEPass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(llvm::LICMOptions()), true));
  passes.addPass(llvm::LoopVectorizePass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::SimplifyCFGPass(
      llvm::SimplifyCFGOptions().convertSwitchToLookupTable(true).hoistCommonInsts(true).sinkCommonInsts(true)));
}

void optimise(llvm::Module& ir, bool is_kept) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::TargetLibraryInfoImpl libraries(llvm::Triple(ir.getTargetTriple()));
  libraries.disableAllFunctions();
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(libraries); });
  llvm::PassBuilder builder(&target_machine());
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::ModulePassManager passes;
  llvm::FunctionPassManager cleaning, work;
  add_cleaning(cleaning);
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(cleaning)));
  constexpr int kInlined = 100;
  passes.addPass(llvm::ModuleInlinerWrapperPass(llvm::getInlineParams(kInlined)));
  add_cleaning(work);
  add_passes(work);
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(work)));
  if (!is_kept) add_sanitizer(ir, passes);
  passes.run(ir, modules);
}

void dump(const llvm::Module& ir, char when) {
  const char* wanted = std::getenv("NOODLE_JIT_DUMP");
  if (wanted != nullptr && *wanted == when) ir.print(llvm::errs(), nullptr);
}

void emit(llvm::Module& ir, const Request& request, MadeImage& made) {
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream stream(object);
  llvm::legacy::PassManager emitter;
  const auto kind = request.listing ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  if (target_machine().addPassesToEmitFile(emitter, stream, nullptr, kind)) {
    made.trouble = "this processor's code can't be emitted";
    return;
  }
  emitter.run(ir);
  if (request.listing) {
    made.bytes.assign(object.data(), object.size());
    return;
  }
  link(llvm::StringRef(object.data(), object.size()), request.is_kept ? nullptr : sanitizer_function, made);
}

void compile(const Request& request, MadeImage& made, Image& image) {
  auto start = std::chrono::steady_clock::now();
  llvm::LLVMContext context;
  Unit unit(context, *request.module);
  unit.asks_every = request.asks_every;
  unit.ir->setDataLayout(target_machine().createDataLayout());
  unit.ir->setTargetTriple(target_machine().getTargetTriple().str());
  if (request.listing) unit.places = std::make_unique<Places>(*unit.ir);
  if (!lower(unit, request, made.trouble)) return;
  if (request.listing) unit.places->finish();
  dump(*unit.ir, '1');
  image.functions = static_cast<std::uint32_t>(unit.ir->size());
#ifndef NDEBUG
  llvm::raw_string_ostream out(made.trouble);
  if (llvm::verifyModule(*unit.ir, &out)) return;
#endif
  image.lowering = micros_since(start);
  start = std::chrono::steady_clock::now();
  optimise(*unit.ir, request.is_kept);
  image.optimising = micros_since(start);
  dump(*unit.ir, '2');
  start = std::chrono::steady_clock::now();
  emit(*unit.ir, request, made);
  image.emitting = micros_since(start);
}

}  // namespace

}  // namespace noodle::jit

extern "C" __attribute__((visibility("default"))) void noodle_jit_compile(
    const noodle::jit::Request& request, void* context, void (*take)(void* context, const noodle::jit::Image& image)) {
  noodle::jit::MadeImage made;
  noodle::jit::Image image;
  noodle::jit::compile(request, made, image);
  image.bytes = std::as_bytes(std::span(made.bytes));
  image.code_bytes = made.code_bytes;
  image.symbols = made.symbols;
  image.trouble = made.trouble;
  take(context, image);
}
