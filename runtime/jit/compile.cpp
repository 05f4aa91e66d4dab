#include <llvm/IR/Verifier.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/Transforms/IPO/Inliner.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/ConstraintElimination.h>
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
#include <llvm/Transforms/Vectorize/SLPVectorizer.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <set>

#include "runtime/jit/analyses.h"
#include "runtime/jit/entries.h"
#include "runtime/jit/image.h"
#include "runtime/jit/interface.h"
#include "runtime/jit/jit.h"
#include "runtime/jit/sanitize.h"
#include "runtime/jit/spans.h"
#include "runtime/jit/target.h"

namespace noodle::jit {

namespace {

// Of this thread's own: it lets others go first.
std::int64_t micros_used() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::int64_t{used.tv_sec} * 1'000'000 + used.tv_nsec / 1000;
}

llvm::TargetMachine& target_machine(Effort effort) {
  static std::unique_ptr<llvm::TargetMachine> machines[2];
  std::unique_ptr<llvm::TargetMachine>& machine = machines[static_cast<std::size_t>(effort)];
  if (machine != nullptr) return *machine;
  std::string features;
  for (const auto& [feature, has] : llvm::sys::getHostCPUFeatures()) {
    features += (features.empty() ? "" : ",") + std::string(has ? "+" : "-") + feature.str();
  }
  machine = make_target(llvm::sys::getHostCPUName(), features, llvm::Reloc::PIC_, false);
  // Selects instructions one by one, and keeps values in memory between blocks.
  if (effort == Effort::Quick) machine->setOptLevel(llvm::CodeGenOptLevel::None);
  return *machine;
}

// Functions that a function calls are compiled with it as long as all together stay small. Of those that are compiled
// as well already only the smallest, to be taken in by their callers.
constexpr std::size_t kMostWords = 4000;
constexpr std::size_t kMostFunctions = 24;

// Values that may be written on the ways out of one piece: where that are tens of thousands, LLVM takes seconds.
constexpr std::size_t kMostSaves[] = {200'000, 20'000};  // by Effort

// Whose bodies are wanted: the function itself, if its own is, and what is called from the code that is compiled.
class Reachable {
 public:
  explicit Reachable(const Request& request) : request_(request), module_(*request.module) {}

  std::vector<std::uint32_t> find() {
    const FunctionView first(module_, request_.function);
    words_ = first.function.code.size();
    if (request_.body) {
      add(request_.function);
    } else {
      const std::vector<LoopSpan> loops = loop_spans(first);
      for (const std::uint32_t head : request_.loops) scan(first, outermost_around(loops, head));
    }
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const FunctionView view(module_, found_[i]);
      scan(view, {0, static_cast<std::uint32_t>(view.function.code.size()) - 1});
    }
    return std::move(found_);
  }

 private:
  void add(std::uint32_t id) {
    known_.insert(id);
    found_.push_back(id);
  }

  void scan(const FunctionView& view, LoopSpan code) {
    for (std::uint32_t pc = code.head; pc <= code.last;) {
      const nbc::Inst inst = view.at(pc);
      pc += inst.words();
      if (inst.op() != nbc::Op::Call || known_.contains(inst.uimm())) continue;
      if (std::ranges::binary_search(request_.apart, inst.uimm())) continue;
      const std::size_t more = module_.module().functions[inst.uimm()].code.size();
      if (words_ + more > kMostWords || found_.size() == kMostFunctions) continue;
      const bool is_taken_in = more <= kSmallest && request_.effort == Effort::Full;
      if (!is_taken_in && std::ranges::binary_search(request_.made, inst.uimm())) continue;
      words_ += more;
      add(inst.uimm());
    }
  }

  const Request& request_;
  const vm::LoadedModule& module_;
  std::vector<std::uint32_t> found_;
  std::set<std::uint32_t> known_;
  std::size_t words_ = 0;
};

// f7: its users know it by its address.
bool is_body(llvm::StringRef name) { return name.starts_with("f"); }

bool lower(Unit& unit, const Request& request, std::string& trouble) {
  const auto first = Liveness::find(unit.view(request.function));
  if (!first) {
    trouble = "an operand whose type can't be told";
    return false;
  }
  std::vector<std::pair<std::uint32_t, Liveness>> bodies;
  for (const std::uint32_t id : Reachable(request).find()) {
    auto live = id == request.function ? first : Liveness::find(unit.view(id));
    if (!live) continue;
    unit.body(id);
    bodies.emplace_back(id, std::move(*live));
  }
  for (auto& [id, live] : bodies) {
    lower_body(unit, id, live);
    define_entry(unit, id);
  }
  for (const std::uint32_t loop : request.loops) {
    llvm::Function* entry = make_entry(unit, loop_entry_name(request.function, loop));
    Lowering(unit, unit.view(request.function), *first, entry, loop).run();
  }
  if (unit.is_too_large()) {
    trouble = "it has too many values for so many places where it may be left";
    return false;
  }
  for (llvm::Function& function : *unit.ir) {
    if (function.isDeclaration()) continue;
    add_attributes(function);
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
  passes.addPass(llvm::SimplifyCFGPass());
  llvm::LoopPassManager rotation;
  rotation.addPass(llvm::LoopRotatePass());
  rotation.addPass(llvm::LICMPass(llvm::LICMOptions()));
  rotation.addPass(llvm::SimpleLoopUnswitchPass(false));
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(rotation), true));
  passes.addPass(llvm::InstCombinePass());
  llvm::LoopPassManager induction;
  induction.addPass(llvm::IndVarSimplifyPass());
  induction.addPass(llvm::LoopDeletionPass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(induction)));
  passes.addPass(llvm::GVNPass());
  passes.addPass(llvm::ConstraintEliminationPass());
  passes.addPass(llvm::LoopVectorizePass());
  passes.addPass(llvm::SLPVectorizerPass());
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::SimplifyCFGPass(
      llvm::SimplifyCFGOptions().convertSwitchToLookupTable(true).hoistCommonInsts(true).sinkCommonInsts(true)));
}

void add_full_work(llvm::ModulePassManager& passes) {
  llvm::FunctionPassManager cleaning, work;
  add_cleaning(cleaning);
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(cleaning)));
  constexpr int kInlined = 100;
  passes.addPass(llvm::ModuleInlinerWrapperPass(llvm::getInlineParams(kInlined)));
  add_cleaning(work);
  add_passes(work);
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(work)));
}

void optimise(llvm::Module& ir, const Request& request) {
  Analyses analyses(ir, target_machine(request.effort));
  llvm::ModulePassManager passes;
  if (request.effort == Effort::Full) add_full_work(passes);
  if (!request.is_kept) add_sanitizer(ir, passes);
  passes.run(ir, analyses.modules);
}

void dump(const llvm::Module& ir, char when) {
  const char* wanted = std::getenv("NOODLE_JIT_DUMP");
  if (wanted != nullptr && *wanted == when) ir.print(llvm::errs(), nullptr);
}

Emitter& emitter(Effort effort, llvm::CodeGenFileType kind) {
  static std::unique_ptr<Emitter> emitters[2][2];
  std::unique_ptr<Emitter>& made =
      emitters[static_cast<std::size_t>(effort)][kind == llvm::CodeGenFileType::ObjectFile];
  if (made == nullptr) made = std::make_unique<Emitter>(target_machine(effort), kind);
  return *made;
}

void emit(llvm::Module& ir, const Request& request, MadeImage& made) {
  const auto kind = request.listing ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  const auto object = emitter(request.effort, kind).emit(ir);
  if (!object) {
    made.trouble = kNotEmitted;
  } else if (request.listing) {
    made.bytes = *object;
  } else {
    link(*object, request.is_kept ? nullptr : sanitizer_function, made);
  }
}

std::string packed_origins(Places& places, const std::vector<LineRow>& lines) {
  Origins origins{.all = places.take_origins(), .stretches = {}};
  for (const LineRow& row : lines) origins.stretches.push_back({static_cast<std::uint32_t>(row.at), row.line});
  return pack(origins);
}

void compile(const Request& request, MadeImage& made, Image& image) {
  std::int64_t start = micros_used();
  llvm::LLVMContext context;
  Unit unit(context, *request.module);
  unit.asks_every = request.asks_every;
  unit.is_quick = request.effort == Effort::Quick;
  unit.saves_left = kMostSaves[static_cast<std::size_t>(request.effort)];
  prepare(*unit.ir, target_machine(request.effort));
  if (request.listing || request.origins) unit.places = std::make_unique<Places>(*unit.ir);
  if (!lower(unit, request, made.trouble)) return;
  if (unit.places != nullptr) unit.places->finish();
  dump(*unit.ir, '1');
#ifndef NDEBUG
  llvm::raw_string_ostream out(made.trouble);
  if (llvm::verifyModule(*unit.ir, &out)) return;
#endif
  image.lowering = micros_used() - start;
  start = micros_used();
  optimise(*unit.ir, request);
  image.optimising = micros_used() - start;
  dump(*unit.ir, '2');
  start = micros_used();
  if (request.origins) unit.places->settle(*unit.ir);
  emit(*unit.ir, request, made);
  if (request.origins) made.origins = packed_origins(*unit.places, made.lines);
  image.emitting = micros_used() - start;
}

}  // namespace

}  // namespace noodle::jit

extern "C" __attribute__((visibility("default"))) void noodle_jit_compile(
    const noodle::jit::Request& request, void* context, void (*take)(void* context, const noodle::jit::Image& image)) {
  // A process may hold several runtimes, each with a thread that compiles; targets are made once for all.
  static std::mutex one_at_a_time;
  const std::lock_guard hold(one_at_a_time);
  noodle::jit::MadeImage made;
  noodle::jit::Image image;
  noodle::jit::compile(request, made, image);
  image.bytes = std::as_bytes(std::span(made.bytes));
  image.code_bytes = made.code_bytes;
  image.symbols = made.symbols;
  image.origins = made.origins;
  image.trouble = made.trouble;
  take(context, image);
}

extern "C" __attribute__((visibility("default"))) std::uint64_t noodle_jit_interface() {
  return noodle::jit::interface_id();
}
