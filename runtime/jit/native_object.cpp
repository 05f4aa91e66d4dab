// A program becomes one unit of LLVM's, with the passes of an ordinary compiler: there is time for them.

#include "runtime/jit/native_object.h"

#include <llvm/IR/Verifier.h>

#include <set>

#include "runtime/jit/analyses.h"
#include "runtime/jit/entries.h"
#include "runtime/jit/names.h"
#include "runtime/jit/spans.h"
#include "runtime/jit/target.h"

namespace noodle::jit {

namespace {

class Program {
 public:
  explicit Program(const NativeRequest& request)
      : request_(request),
        // It may be taken to another machine, so it uses what every processor of the kind has.
        target_(make_target("x86-64", "", request.is_library ? llvm::Reloc::PIC_ : llvm::Reloc::Static, true)),
        unit_(context_, *request.module) {
    prepare(*unit_.ir, *target_);
  }

  std::expected<std::string, std::string> object() {
    lower();
    define_program();
#ifndef NDEBUG
    std::string wrong;
    llvm::raw_string_ostream out(wrong);
    if (llvm::verifyModule(*unit_.ir, &out)) return std::unexpected(wrong);
#endif
    optimise();
    return emit();
  }

 private:
  void lower() {
    std::vector<std::pair<std::uint32_t, Liveness>> functions;
    for (std::uint32_t id = 0; id < request_.module->functions.size(); ++id) {
      auto live = Liveness::find(unit_.view(id));
      if (!live) continue;
      unit_.body(id);
      functions.emplace_back(id, std::move(*live));
    }
    find_methods();
    for (auto& [id, live] : functions) {
      lower_body(unit_, id, live);
      add_entry(id, -1, define_entry(unit_, id));
      for (const std::uint32_t head : loop_heads(unit_.view(id))) {
        llvm::Function* entry = make_entry(unit_, loop_entry_name(id, head));
        Lowering(unit_, unit_.view(id), live, entry, head).run();
        add_entry(id, static_cast<std::int32_t>(head), entry);
      }
    }
    for (llvm::Function& function : *unit_.ir) {
      if (function.isDeclaration()) continue;
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
      function.setVisibility(llvm::GlobalValue::DefaultVisibility);
      add_attributes(function);
    }
  }

  // Callers that know whom they call need no address, and a body without one may be changed together with them.
  void find_methods() {
    for (const vm::LoadedVTable& table : request_.module->vtables) {
      for (const vm::LoadedFunction* function : table.functions) methods_.insert(function->id);
    }
  }

  // As in NativeEntry.
  void add_entry(std::uint32_t id, std::int32_t loop, llvm::Function* entry) {
    llvm::Constant* fast = llvm::ConstantPointerNull::get(unit_.ptr);
    if (loop < 0 && methods_.contains(id)) fast = unit_.body(id);
    entries_.push_back(llvm::ConstantStruct::getAnon(
        {number(unit_.i32, id), number(unit_.i32, static_cast<std::uint32_t>(loop)), entry, fast}));
    // What profilers and debuggers call it.
    const std::string name = name_of_entry(*request_.module, id, loop);
    names_.emplace_back(entry, loop < 0 ? "enter " + name : name);
    if (loop < 0) names_.emplace_back(unit_.body(id), name);
  }

  static llvm::Constant* number(llvm::IntegerType* type, std::uint64_t value) {
    return llvm::ConstantInt::get(type, value);
  }

  llvm::GlobalVariable* constant(llvm::Constant* value, const char* name) {
    auto* made =
        new llvm::GlobalVariable(*unit_.ir, value->getType(), true, llvm::GlobalValue::InternalLinkage, value, name);
    made->setAlignment(llvm::Align(8));
    return made;
  }

  // As in NativeProgram.
  void define_program() {
    llvm::GlobalVariable* module =
        constant(llvm::ConstantDataArray::getString(context_, request_.bytes, false), "noodle_module");
    llvm::Type* kind = llvm::StructType::get(context_, {unit_.i32, unit_.i32, unit_.ptr, unit_.ptr});
    llvm::GlobalVariable* entries =
        constant(llvm::ConstantArray::get(llvm::ArrayType::get(kind, entries_.size()), entries_), "noodle_entries");
    const NativeOptions& options = request_.options;
    auto flag = [&](bool value) { return number(unit_.i8, value ? 1 : 0); };
    llvm::Constant* said = llvm::ConstantStruct::getAnon({number(unit_.i32, options.workers), flag(options.spread),
                                                          flag(options.check_leaks), flag(options.report_leaks)});
    // The runtime's object file lies there as well.
    const std::string_view folder = request_.runtime.substr(0, request_.runtime.rfind('/'));
    llvm::GlobalVariable* libraries =
        constant(llvm::ConstantDataArray::getString(context_, {folder.data(), folder.size()}), "noodle_library_folder");
    llvm::GlobalVariable* program =
        constant(llvm::ConstantStruct::getAnon({module, number(unit_.i64, request_.bytes.size()), entries,
                                                number(unit_.i64, entries_.size()), said, libraries}),
                 "noodle_native_program");
    program->setLinkage(llvm::GlobalValue::ExternalLinkage);
  }

  void optimise() {
    Analyses analyses(*unit_.ir, *target_);
    analyses.builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(*unit_.ir, analyses.modules);
  }

  std::expected<std::string, std::string> emit() {
    for (auto& [code, name] : names_) {
      if (code) llvm::cast<llvm::Function>(code)->setName(name);
    }
    Emitter emitter(*target_, llvm::CodeGenFileType::ObjectFile);
    const auto object = emitter.emit(*unit_.ir);
    if (!object) return std::unexpected(kNotEmitted);
    return object->str();
  }

  const NativeRequest& request_;
  llvm::LLVMContext context_;
  std::unique_ptr<llvm::TargetMachine> target_;
  Unit unit_;
  std::set<std::uint32_t> methods_;
  std::vector<llvm::Constant*> entries_;
  std::vector<std::pair<llvm::WeakVH, std::string>> names_;  // null: it was taken in by its callers
};

}  // namespace

std::expected<std::string, std::string> native_object(const NativeRequest& request) {
  return Program(request).object();
}

}  // namespace noodle::jit
