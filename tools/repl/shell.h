#pragma once

// A program that grows line by line. Each input is compiled as a function of a new module: variables that were there
// before are its parameters, those that are there afterwards its results, and between inputs their values lie here.
// Declarations are part of every module that follows. What goes wrong leaves all as it was.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/types.h"
#include "tools/execute.h"
#include "tools/snippet.h"

namespace noodle::tools {

class Session;

class Shell {
 public:
  Shell(const RunOptions& run, const CompileOptions& compile, world::World& world);
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  /// How an input ended.
  struct Answer {
    std::string out;               // what there is to see: values and their types
    std::string err;               // what is wrong
    std::optional<int> exit_code;  // it called `exit`
    bool interrupted = false;
  };
  Answer run(std::string_view text);
  /// The type of an expression, which isn't run; or what is wrong with it.
  Answer type_of(std::string_view text);
  /// The variables and their types, and the declarations.
  std::string listing() const;
  /// What the word that ends here may become, whole: names, and behind a dot the fields and methods of what is before.
  std::vector<std::string> completions(std::string_view text);
  /// Gives all variables back.
  void forget_all();
  vm::Runtime& runtime() { return *machine_.runtime; }
  /// Why there is no runtime; empty when there is one.
  const std::string& trouble() const { return machine_.trouble; }

 private:
  struct Variable {
    std::string name;
    std::string type;  // as source
    std::string shown_type;
    bool is_var = false;
    vm::LoadedModule* module = nullptr;  // whose types its value has
    std::vector<nbc::TypeId> types;      // of its leaves
    std::vector<std::uint64_t> slots;
  };
  struct NewVariable {
    std::string name;
    std::string type;
    std::string shown_type;
    bool is_var = false;
    bool is_result = false;  // of the last expression, and no variable
    bool is_chart = false;   // which is shown as a file
  };
  /// An input on its way.
  struct Plan;

  bool find_types(Plan& plan);
  Assembly assemble(const Plan& plan) const;
  void add_head(const Plan& plan, Assembly& program) const;
  Answer execute(Plan& plan);
  void keep(const Plan& plan, vm::LoadedModule& module, const nbc::Function& function,
            const std::vector<std::size_t>& leaves, const std::vector<std::uint64_t>& results, Answer& answer);
  void forget(const Variable& variable);
  void forget_stale(const Snippet& input, Answer& answer);
  bool add_items(const Snippet& input, std::vector<SnippetItem>& items) const;
  Variable* find(std::string_view name);
  /// Checks an expression, and lets `look` see what came out; false when it has errors.
  bool probe(std::string_view expression, const std::function<void(Session&, sema::TypeId)>& look, std::string& said);
  std::vector<std::string> members_of(std::string_view expression);
  std::vector<std::string> visible();
  CompileOptions options(const Assembly& program, std::string& said) const;

  RunOptions run_;
  CompileOptions compile_;
  Machine machine_;
  std::string transcript_;  // all inputs, which is what places are told in
  std::vector<SnippetItem> items_;
  std::vector<Variable> variables_;
  std::size_t inputs_ = 0;
};

}  // namespace noodle::tools
