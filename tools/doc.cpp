// The documentation of a project, from the comments beside its declarations to pages that can be searched.

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/interner.h"
#include "compiler/source/diagnostics.h"
#include "compiler/syntax/parser.h"
#include "tools/child.h"
#include "tools/doc_page.h"
#include "tools/driver.h"
#include "tools/sources.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr Flag kFlags[] = {
    {.name = "--out", .value = "FOLDER", .help = "where the pages go, instead of build/doc"},
    {.name = "--title", .value = "TEXT", .help = "what the first page is called, instead of the folder's name"},
    {.name = "--private", .value = "", .help = "what is not `pub`, too"},
    {.name = "--rst", .value = "", .help = "stop at the RST pages, without Sphinx"},
};

bool fail(const std::string& message) {
  refuse(message);
  return false;
}

/// Runs Sphinx on the pages; whether it succeeded. What it says goes where our own errors go.
bool run_sphinx(const std::string& folder) {
  const auto status = run_child({"sphinx-build", "-q", "-b", "html", folder, folder + "/html"});
  if (status)
    return (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) || fail("sphinx-build failed on `" + folder + "`");
  if (status.error() != ENOENT) return fail(std::string("can't run sphinx-build: ") + std::strerror(status.error()));
  return fail(
      "Sphinx is not installed, which makes HTML of the pages (on Debian: apt install python3-sphinx); `--rst` "
      "does without");
}

/// The name under which a file is imported: its path below the folder that was given, with dots.
std::string module_name(std::string_view path, std::span<const std::string_view> given) {
  for (const std::string_view folder : given) {
    if (path.size() > folder.size() && path.starts_with(folder) &&
        (folder.ends_with('/') || path[folder.size()] == '/')) {
      path.remove_prefix(folder.size());
      break;
    }
  }
  while (path.starts_with('/')) path.remove_prefix(1);
  if (const std::size_t up = path.rfind("../"); up != std::string_view::npos) path.remove_prefix(up + 3);
  if (path.ends_with(".noodle")) path.remove_suffix(7);
  std::string name(path);
  for (char& c : name) {
    if (c == '/') c = '.';
  }
  return name;
}

std::string default_title(std::span<const std::string_view> given) {
  std::string_view path = given[0];
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  path = path.substr(path.rfind('/') + 1);
  if (path.ends_with(".noodle")) path.remove_suffix(7);
  return path.empty() || path == "." || path == ".." ? "Documentation" : std::string(path);
}

/// The page of one file; false when it has syntax errors, which have been said.
bool add_page(const std::string& path, const std::string& text, const DocOptions& options, DocPage& page) {
  source::SourceMap sources;
  source::DiagnosticSink sink;
  Interner names;
  const syntax::ParsedFile parsed =
      syntax::parse(names, sources.text(sources.add(path, text)), source::FileId(0), sink);
  if (sink.has_errors()) {
    print_err(source::render_text(sources, sink, isatty(STDERR_FILENO) == 1));
    return fail("there is no page for `" + path + "`: it has syntax errors");
  }
  page.text = module_page(names, parsed, page.name, options);
  return true;
}

int run(const Arguments& arguments) {
  const auto files = source_files(arguments.positional);
  if (!files) return refuse(files.error());
  const std::string folder(arguments.value("--out").value_or("build/doc"));
  if (folder.empty()) return usage_error("`--out` needs the name of a folder");
  const DocOptions options{.with_private = arguments.has("--private")};
  std::vector<DocPage> pages;
  bool all_read = true;
  for (const std::string& path : *files) {
    const auto text = read_text(path);
    if (!text) {
      all_read = fail("can't read `" + path + "`: " + text.error());
      continue;
    }
    DocPage page{.name = module_name(path, arguments.positional), .text = ""};
    if (!add_page(path, *text, options, page)) {
      all_read = false;
    } else if (!page.text.empty()) {
      pages.push_back(std::move(page));
    }
  }
  if (!all_read) return kExitErrors;
  if (pages.empty()) return refuse("nothing here is public: mark with `pub` what others may use, or say --private");
  const std::string title(arguments.value("--title").value_or(default_title(arguments.positional)));
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return refuse("can't make the folder `" + folder + "`: " + error.message());
  bool written = write_file(folder + "/index.rst", index_page(title, pages)) &&
                 write_file(folder + "/conf.py", sphinx_settings(title));
  for (const DocPage& page : pages) written = written && write_file(folder + "/" + page.file() + ".rst", page.text);
  if (!written) return kExitErrors;
  if (!arguments.has("--rst") && !run_sphinx(folder)) return kExitErrors;
  print_out(folder + (arguments.has("--rst") ? "/index.rst\n" : "/html/index.html\n"));
  return 0;
}

}  // namespace

constinit const Verb kDoc = {
    .name = "doc",
    .usage = "[FLAGS] PATH...",
    .summary = "make the documentation of a project from its comments",
    .details =
        "Makes a page for each file, and each .noodle file in folders and below, with\n"
        "its public declarations and the `///` comments above them, and HTML of all with\n"
        "an index and a search, by Sphinx. In comments, `code` stands in backquotes and\n"
        "examples between lines of three.\n",
    .flags = kFlags,
    .takes = Takes::Files,
    .fewest = 1,
    .most = kManyWords,
    .run = run,
};

}  // namespace noodle::tools
