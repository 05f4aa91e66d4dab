// The examples that work on files, from outside: what they print and write for those that come with them, and what they
// say to files that are missing or broken.
//
// What is expected stands beside an example in `*.expected`, as the command in the example's first lines writes it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/golden_file.h"
#include "tests/process.h"
#include "tests/temp_folder.h"

namespace noodle::tests {
namespace {

class Examples : public TempFolder {
 protected:
  /// Runs an example in its own folder, with the flags of NOODLE_EXAMPLE_FLAGS and `workers_`.
  ProcessResult run(const std::string& name, const std::vector<std::string>& arguments, std::string_view input = "") {
    std::vector<std::string> words{NOODLE_COMMAND, "run", "--check-leaks"};
    if (workers_ > 0) words.push_back("--workers=" + std::to_string(workers_));
    const char* flags = std::getenv("NOODLE_EXAMPLE_FLAGS");
    for (const std::string& flag : words_of(flags == nullptr ? "" : flags)) words.push_back(flag);
    words.push_back(name + ".noodle");
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_process(words, place(name, ""), input, 120);
  }

  /// A file of an example.
  static std::string place(const std::string& name, const std::string& file) {
    return std::string(NOODLE_EXAMPLES "/") + name + "/" + file;
  }

  static std::string read(const std::string& path) {
    std::string text;
    EXPECT_TRUE(read_text(path, text)) << path;
    return text;
  }

  /// Runs an example that ends well; gives what it printed.
  std::string output_of(const std::string& name, const std::vector<std::string>& arguments,
                        std::string_view input = "") {
    const ProcessResult result = run(name, arguments, input);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.exit_code, 0);
    return result.out;
  }

  /// An example ends with exit code 1, and standard error ends with this.
  void expect_failure(const std::string& name, const std::vector<std::string>& arguments, const std::string& message) {
    const ProcessResult result = run(name, arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(result.err.ends_with(message)) << result.err;
  }

  /// Writes a file; gives its path.
  std::string written(const std::string& name, std::string_view text) {
    write(name, text);
    return (folder_ / name).string();
  }

  /// The files in a folder and below, sorted.
  static std::vector<std::string> files_in(const std::filesystem::path& folder) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder).string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  /// The text with `from` replaced once; it must be there.
  static std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }

  /// An example prints what is expected and draws the same chart, which says this of itself, on one thread and on two.
  void expect_chart(const std::string& name, const std::string& expected, std::vector<std::string> arguments,
                    const std::string& description) {
    const std::string plot = (folder_ / "plot.svg").string();
    arguments.insert(arguments.end(), {"--plot", plot});
    std::string first;
    for (workers_ = 1; workers_ <= 2; ++workers_) {
      EXPECT_EQ(output_of(name, arguments), read(place(name, expected)) + "The chart is " + plot + "\n");
      const std::string chart = read(plot);
      EXPECT_NE(chart.find(description), std::string::npos) << chart.substr(0, 1000);
      if (workers_ == 1) first = chart;
      EXPECT_EQ(chart, first);
    }
  }

  int workers_ = 0;  // as many as there are processors
};

TEST_F(Examples, LogReport) {
  const ProcessResult result = run("log_report", {"access.log"});
  EXPECT_EQ(result.out, read(place("log_report", "report.expected")));
  EXPECT_EQ(result.err,
            "access.log:118: not a request in the combined log format\n"
            "access.log:402: not a request in the combined log format\n"
            "access.log:655: no such time: 12/Foo/2025:11:07:44 +0000\n"
            "access.log:871: not a request in the combined log format\n"
            "access.log:1033: not a request in the combined log format\n");
  EXPECT_EQ(result.exit_code, 0);
}

TEST_F(Examples, LogReportOfWhatIsNoLog) {
  expect_failure("log_report", {"no.log"}, "error: reading no.log\n  caused by: no such file: no.log\n");
  expect_failure("log_report", {"access.log", "--strict"},
                 "error: access.log:118: not a request in the combined log format\n");
  const std::string empty = written("empty.log", "");
  expect_failure("log_report", {empty}, "error: " + empty + " has no request in it\n");
}

TEST_F(Examples, JsonReport) {
  EXPECT_EQ(output_of("json_report", {"orders.json", "--by", "Country"}),
            read(place("json_report", "countries.expected")));
  const std::string out = (folder_ / "products.csv").string();
  EXPECT_EQ(output_of("json_report", {"orders.json", "--by", "Product", "--out", out}),
            "Leaf & Pot: 8 rows in EUR, written to " + out + "\n");
  EXPECT_EQ(read(out), read(place("json_report", "products.expected")));
  EXPECT_EQ(output_of("json_report", {"orders.json", "--since", "2026-01-01"}),
            "group,orders,units,gross,discount,refunded,net\n");
}

TEST_F(Examples, JsonReportOfBrokenOrders) {
  const std::string orders = read(place("json_report", "orders.json"));
  expect_failure("json_report", {"no.json"}, "error: reading no.json\n  caused by: no such file: no.json\n");
  const std::string typed = written("typed.json", changed(orders, "\"quantity\": 6", "\"quantity\": \"six\""));
  expect_failure("json_report", {typed},
                 "error: " + typed +
                     "\n  caused by: orders[2].lines[0].quantity: expected Int, found string \"six\" at line 89, "
                     "column 18\n");
  const std::string negative = written("negative.json", changed(orders, "\"quantity\": 2", "\"quantity\": -2"));
  expect_failure("json_report", {negative},
                 "error: " + negative + "\n  caused by: order T01402\n  caused by: GFT-BOX: ordered -2 times\n");
  const std::string cut = written("cut.json", orders.substr(0, 1000));
  expect_failure("json_report", {cut}, "orders[1].lines[0].name: the string does not end at line 58, column 31\n");
  expect_failure("json_report", {"orders.json", "--since", "2025-02-30"},
                 "error: --since 2025-02-30\n  caused by: not a date: 2025-02-30\n");
}

TEST_F(Examples, Markdown) {
  EXPECT_EQ(output_of("markdown", {"features.md", "--page"}), read(place("markdown", "features.expected")));
  const std::string out = (folder_ / "features.html").string();
  EXPECT_EQ(output_of("markdown", {"features.md", "--page", "--out", out}), "");
  EXPECT_EQ(read(out), read(place("markdown", "features.expected")));
}

TEST_F(Examples, MarkdownThatCantBeMeant) {
  expect_failure("markdown", {"no.md"}, "error: reading no.md\n  caused by: no such file: no.md\n");
  const std::string open = written("open.md", "# A\n\n> ```\n> text\n");
  expect_failure("markdown", {open},
                 "error: " + open + "\n  caused by: line 3: the code that begins here has no end\n");
  const std::string bytes = written("bytes.md", "\xff\xfe");
  expect_failure("markdown", {bytes}, "not UTF-8 text: " + bytes + "\n");
}

TEST_F(Examples, Spreadsheet) {
  EXPECT_EQ(output_of("spreadsheet", {"budget.csv"}), read(place("spreadsheet", "budget.expected")));
  EXPECT_EQ(output_of("spreadsheet", {written("a.csv", "=B1*2,=1.5*2\n"), "--csv"}), "6,3\n");
}

TEST_F(Examples, SpreadsheetWithFaults) {
  expect_failure("spreadsheet", {"no.csv"}, "error: reading no.csv\n  caused by: no such file: no.csv\n");
  const std::string cut = written("cut.csv", "a,=B1\n=C2+1,=A2*(1+\n");
  expect_failure("spreadsheet", {cut},
                 "error: " + cut + "\n  caused by: B2: =A2*(1+\n  caused by: something is missing, at character 7\n");
  const ProcessResult circle = run("spreadsheet", {written("circle.csv", "=A2,=1/0\n=A1,ok\n")});
  EXPECT_EQ(circle.out, "#CIRCLE!  #DIV/0!\n#CIRCLE!  ok\n");
  EXPECT_EQ(circle.err,
            "A1: depends on itself: A1 -> A2 -> A1\nB1: division by zero\nA2: depends on itself: A1 -> A2 -> A1\n"
            "error: 3 cells have no value\n");
  EXPECT_EQ(circle.exit_code, 1);
}

TEST_F(Examples, Adventure) {
  EXPECT_EQ(output_of("adventure", {"lighthouse.toml", "--echo"}, read(place("adventure", "walkthrough.txt"))),
            read(place("adventure", "walkthrough.expected")));
  // Input may end before the game does.
  EXPECT_TRUE(output_of("adventure", {"lighthouse.toml"}, "look\nquit\nlook\n")
                  .ends_with("You give up.\n\nThat took 2 moves.\n"));
  EXPECT_TRUE(output_of("adventure", {"lighthouse.toml"}, "").ends_with("That took 0 moves.\n"));
}

TEST_F(Examples, AdventureInWorldsThatAreNone) {
  expect_failure("adventure", {"no.toml"}, "error: reading no.toml\n  caused by: no such file: no.toml\n");
  const std::string world = read(place("adventure", "lighthouse.toml"));
  const std::string misspelt = written("misspelt.toml", changed(world, "to = \"cellar\"", "to = \"celar\""));
  expect_failure("adventure", {misspelt},
                 "error: " + misspelt + "\n  caused by: rooms.cottage.exits.down: there is no `celar`\n");
  const std::string strange = written("strange.toml", changed(world, "fixed = \"It is", "nailed = \"It is"));
  expect_failure("adventure", {strange}, "items.chair: there is no field \"nailed\" at line 88, column 10\n");
}

TEST_F(Examples, CacheService) {
  EXPECT_EQ(output_of("cache_service", {"--entries", "3", "--bytes", "60", "--replay", "session.txt"}),
            read(place("cache_service", "session.expected")));
}

TEST_F(Examples, CacheServiceThatCantBe) {
  expect_failure("cache_service", {"--address", "here"}, "error: not an address such as `127.0.0.1:80`: here\n");
  expect_failure("cache_service", {"--entries", "0"}, "error: --entries 0: at least 1 is needed\n");
  expect_failure("cache_service", {"--replay", "no.txt"}, "error: reading no.txt\n  caused by: no such file: no.txt\n");
  const std::string session = written("session.txt", "GET a\nWAIT soon\n");
  expect_failure("cache_service", {"--replay", session},
                 "error: " + session + ":2\n  caused by: not a duration: soon\n");
}

TEST_F(Examples, RayTracer) {
  const std::string out = (folder_ / "scene.png").string();
  EXPECT_EQ(output_of("ray_tracer", {"scene.toml", out}), out + ": 200 x 120 pixels, checksum e1afa2cb\n");
  const std::string image = read(out);
  const std::string begin("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\xc8\0\0\0\x78\x08\x02\0\0\0", 29);
  EXPECT_TRUE(image.starts_with(begin));
  EXPECT_TRUE(image.ends_with("IEND\xae\x42\x60\x82"));
}

TEST_F(Examples, RayTracerOfWhatCantBeDrawn) {
  const std::string out = (folder_ / "scene.png").string();
  expect_failure("ray_tracer", {"no.toml", out}, "error: reading no.toml\n  caused by: no such file: no.toml\n");
  const std::string scene = read(place("ray_tracer", "scene.toml"));
  const std::string colourless =
      written("colourless.toml", changed(scene, "color = [0.15, 0.55, 0.38]", "color = [0.15, 0.55]"));
  expect_failure("ray_tracer", {colourless, out},
                 "materials.jade.color: expected a list of 3, found one of 2 at line 36, column 9\n");
  const std::string unknown = written("unknown.toml", changed(scene, "material = \"jade\"", "material = \"gold\""));
  expect_failure("ray_tracer", {unknown, out}, "caused by: shapes[3].material: there is no `gold`\n");
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Examples, Lisp) { EXPECT_EQ(output_of("lisp", {"tour.lisp"}), read(place("lisp", "tour.expected"))); }

TEST_F(Examples, LispWithMistakes) {
  expect_failure("lisp", {}, "error: usage: lisp PROGRAM\n");
  expect_failure("lisp", {"no.lisp"}, "error: reading no.lisp\n  caused by: no such file: no.lisp\n");
  const std::string open = written("open.lisp", "(define x\n  (+ 1 2)\n");
  expect_failure("lisp", {open}, "error: " + open + ":1: this `(` is never closed\n");
  const std::string wrong = written("wrong.lisp", "(display \"so far\")\n(newline)\n\n(car\n  5)\n");
  const ProcessResult result = run("lisp", {wrong});
  EXPECT_EQ(result.out, "so far\n");
  EXPECT_EQ(result.err, "error: " + wrong + ":4\n  caused by: car\n  caused by: expected a list, not 5\n");
  EXPECT_EQ(result.exit_code, 1);
}

TEST_F(Examples, Organise) {
  EXPECT_EQ(output_of("organise", {"rules.toml", "inbox"}), read(place("organise", "plan.expected")));
  const std::filesystem::path inbox = folder_ / "inbox";
  std::filesystem::copy(place("organise", "inbox"), inbox, std::filesystem::copy_options::recursive);
  EXPECT_EQ(output_of("organise", {"rules.toml", inbox.string(), "--apply"}),
            read(place("organise", "plan.expected")) + "12 of 15 files were moved\n");
  std::string files;
  for (const std::string& file : files_in(inbox)) files += file + "\n";
  EXPECT_EQ(files, read(place("organise", "tidy.expected")));
  EXPECT_EQ(read((inbox / "Texts/todo (2).txt").string()), "buy tea\n");
  EXPECT_EQ(read((inbox / "Texts/todo.txt").string()), "an older list\n");
  EXPECT_EQ(output_of("organise", {"rules.toml", inbox.string(), "--undo"}), "12 files are where they were\n");
  EXPECT_EQ(files_in(inbox), files_in(place("organise", "inbox")));
}

TEST_F(Examples, OrganiseByWrongRules) {
  const std::string inbox = place("organise", "inbox");
  expect_failure("organise", {"no.toml", inbox}, "error: reading no.toml\n  caused by: no such file: no.toml\n");
  expect_failure("organise", {"rules.toml", "nowhere"},
                 "error: looking into nowhere\n  caused by: no such file: nowhere\n");
  const std::string rules = read(place("organise", "rules.toml"));
  const std::string group = written("group.toml", changed(rules, "$1-$2", "$1-$3"));
  expect_failure("organise", {group, inbox},
                 "error: " + group + "\n  caused by: rule `photographs by month`\n" +
                     "  caused by: into: `Photos/$1-$3` mentions a group that isn't there\n");
  const std::string key = written("key.toml", changed(rules, "glob =", "globe ="));
  expect_failure("organise", {key, inbox}, "rules[2]: there is no field \"globe\" at line 15, column 9\n");
  expect_failure("organise", {"rules.toml", inbox, "--undo"}, ": there is nothing to take back\n");
}

TEST_F(Examples, Diff) {
  EXPECT_EQ(output_of("diff", {"before", "after"}), read(place("diff", "folders.expected")));
  EXPECT_EQ(output_of("diff", {"before/settings.toml", "after/settings.toml", "--words"}),
            read(place("diff", "words.expected")));
  EXPECT_EQ(output_of("diff", {"before", "before", "--check"}), "");
  const ProcessResult checked = run("diff", {"before/gone.txt", "before/same.txt", "--check"});
  EXPECT_EQ(checked.out,
            "--- before/gone.txt\n+++ before/same.txt\n@@ -1 +1 @@\n-This one goes.\n+Nothing changes here.\n");
  EXPECT_EQ(checked.err, "");
  EXPECT_EQ(checked.exit_code, 1);
}

TEST_F(Examples, DiffOfWhatCantBeCompared) {
  expect_failure("diff", {"before", "nowhere"}, "error: no such file or folder: nowhere\n");
  expect_failure("diff", {"before", "before/same.txt"},
                 "error: before and before/same.txt: a file and a folder can't be compared\n");
  expect_failure("diff", {"before", "after", "-U", "-1"}, "error: --context -1: it can't be negative\n");
}

TEST_F(Examples, Digits) {
  expect_chart("digits", "digits.expected", {"digits.npz"}, "0: 178 dots. 1: 182 dots. 2: 177 dots. 3: 183 dots.");
}

TEST_F(Examples, DigitsThatAreNone) {
  expect_failure("digits", {"no.npz"}, "error: reading no.npz\n  caused by: no such file: no.npz\n");
  expect_failure("digits", {"digits.npz", "--attempts", "0"}, "error: --attempts 0: it must be from 1 to 1000\n");
  const std::string cut = written("cut.npz", read(place("digits", "digits.npz")).substr(0, 1000));
  expect_failure("digits", {cut},
                 "at byte 1000: the end of a zip archive is missing: it is cut off, or something else\n");
}

TEST_F(Examples, Fit) {
  expect_chart("fit", "co2.expected", {"co2.csv", "--predict", "2020-05-15"},
               "measured: 2225 dots. fitted: line through 2000 points.");
}

TEST_F(Examples, FitToWhatCantBeFitted) {
  expect_failure("fit", {"no.csv"}, "error: reading no.csv\n  caused by: no such file: no.csv\n");
  expect_failure("fit", {"co2.csv", "--degree", "7"}, "error: --degree 7: it must be from 0 to 6\n");
  const std::string values = read(place("fit", "co2.csv"));
  const std::string day = written("day.csv", changed(values, "19580412", "19580432"));
  expect_failure("fit", {day}, "error: " + day + "\n  caused by: row 3\n  caused by: not a date: 19580432\n");
  const std::string few = written("few.csv", values.substr(0, 54));
  expect_failure("fit", {few}, "values can tell 3 terms apart, and the curve has 7\n");
}

TEST_F(Examples, ImageFilter) {
  const std::string out = (folder_ / "out.png").string();
  for (workers_ = 1; workers_ <= 2; ++workers_) {
    const auto told = [&](const std::string& filter) {
      return output_of("image_filter", {"cat.png", out, "--filter", filter}).substr(out.size());
    };
    EXPECT_EQ(told("Blur"), ": 225 x 150 pixels, checksum a15f508f\n");
    EXPECT_EQ(told("Sharpen"), ": 225 x 150 pixels, checksum d5bfcf70\n");
    EXPECT_EQ(told("Edges"), ": 225 x 150 pixels, checksum 16c24036\n");
    EXPECT_EQ(told("Half"), ": 112 x 75 pixels, checksum 7b347493\n");
  }
  // What it writes it can read.
  EXPECT_EQ(output_of("image_filter", {out, out, "--filter", "Half"}).substr(out.size(), 18), ": 56 x 37 pixels, ");
}

TEST_F(Examples, ImageFilterOfWhatIsNoImage) {
  const std::string out = (folder_ / "out.png").string();
  expect_failure("image_filter", {"no.png", out}, "error: reading no.png\n  caused by: no such file: no.png\n");
  expect_failure("image_filter", {"cat.png", out, "--radius", "11"}, "error: --radius 11: it must be from 1 to 10\n");
  const std::string cut = written("cut.png", read(place("image_filter", "cat.png")).substr(0, 1000));
  expect_failure("image_filter", {cut, out},
                 "error: " + cut + "\n  caused by: at byte 33: a chunk of 63371 bytes, and there are 955\n");
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace noodle::tests
