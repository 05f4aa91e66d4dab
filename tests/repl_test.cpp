// `noodle repl` from outside, by what is piped into it.

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/command_test.h"

namespace noodle::tests {
namespace {

class ReplCommand : public CommandTest {
 protected:
  ProcessResult repl(const std::string& input, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"repl", "--check-leaks"});
    return noodle(words, input);
  }
};

TEST_F(ReplCommand, ShowsValuesAndTheirTypes) {
  const ProcessResult result = repl(
      "1 + 2\nlet x = 3\nlet name = \"Ada\"\nvar list = [x, 4]\nlist.push(5)\nlist\n(name, list.len())\n{\"a\": 1.5}\n"
      "let none: Int? = None\n");
  EXPECT_EQ(result.out,
            "Int = 3\nx: Int = 3\nname: String = \"Ada\"\nlist: List<Int> = [3, 4]\nList<Int> = [3, 4, 5]\n"
            "(String, Int) = (\"Ada\", 3)\nMap<String, Float> = {\"a\": 1.5}\nnone: Int? = None\n")
      << result.err;
  EXPECT_EQ(result.exit_code, 0);
}

TEST_F(ReplCommand, TypesHaveTheNamesThatTheirModulesHaveHere) {
  write("shapes.noodle", "pub import parts.round\npub struct Box { side: Int }\n");
  write("parts/round.noodle", "pub struct Ring { width: Int }\n");
  const ProcessResult result = repl(
      "import shapes as s\nlet box = s.Box { side: 1 }\nlet ring = s.Ring { width: 2 }\nbox.side + ring.width\n"
      "let change = fs.Change.Created(\"a\")\nlet kind = fs.FileKind.Folder\n(change, kind)\n");
  EXPECT_EQ(result.out,
            "box: Box = Box { side: 1 }\nring: Ring = Ring { width: 2 }\nInt = 3\n"
            "change: Change = Created(\"a\")\nkind: FileKind = Folder\n"
            "(Change, FileKind) = (Created(\"a\"), Folder)\n")
      << result.err;
}

TEST_F(ReplCommand, LibrariesAreFound) {
  const ProcessResult result =
      repl("import hash\nhash.crc32(\"noodle\".to_bytes()) == hash.crc32(\"noodle\".to_bytes())\n");
  EXPECT_EQ(result.out, "Bool = true\n") << result.err;
}

TEST_F(ReplCommand, ChartsAreSavedWhereNoFileIs) {
  write("plot-2.svg", "mine");
  const ProcessResult result = repl(
      "import plot\nplot.line([1, 2], [3, 4], title: \"T\")\nlet chart = plot.bar([\"a\"], [1])\nchart\n"
      "let none: List<Int> = []\nplot.histogram(none)\nstruct Chart { x: Int }\nChart { x: 1 }\n");
  EXPECT_EQ(result.out,
            "Chart = Chart \"T\" of 2 values, saved as plot-1.svg\nchart: Chart = Chart \"\" of 1 value\n"
            "Chart = Chart \"\" of 1 value, saved as plot-3.svg\nnone: List<Int> = []\n"
            "Chart = Chart \"\" of 0 values, not saved: there is nothing to draw: the chart's lists are empty\n"
            "Chart = Chart { x: 1 }\n")
      << result.err;
  EXPECT_EQ(read("plot-2.svg"), "mine");
  EXPECT_TRUE(has(read("plot-3.svg"), "<title>a: 1</title>"));
}

TEST_F(ReplCommand, BranchesOfSeveralTypesAreStatements) {
  const ProcessResult result = repl("let (a, b) = (true, 1ms)\nif a { 1 } else { 2 }\nif a { 1 } else { \"x\" }\n");
  EXPECT_EQ(result.out, "a: Bool = true\nb: Duration = 1ms\nInt = 1\n") << result.err;
  EXPECT_EQ(result.err, "");
}

TEST_F(ReplCommand, DeclarationsStayAndAreReplaced) {
  const ProcessResult result = repl(
      "fn twice(n: Int) -> Int {\n    n * 2\n}\ntwice(4)\nfn twice(n: Int) -> Int { n + n + 1 }\ntwice(4)\n"
      "struct Point { x: Int, y: Int }\nimpl Point {\n    fn sum(self) -> Int { self.x + self.y }\n}\n"
      "let p = Point { x: 1, y: 2 }\np.sum()\nenum Shape { Dot(at: Point), Nothing }\nlet s = Dot(p)\n"
      "match s { Dot(at) => at.x, Nothing => 0 }\n");
  EXPECT_EQ(result.out,
            "Int = 8\nInt = 9\np: Point = Point { x: 1, y: 2 }\nInt = 3\n"
            "s: Shape = Dot(Point { x: 1, y: 2 })\nInt = 1\n")
      << result.err;
  EXPECT_EQ(result.exit_code, 0);
}

TEST_F(ReplCommand, AnotherTypeOfTheNameTakesItsValuesAway) {
  const ProcessResult result = repl(
      "struct P { x: Int }\nstruct Q { p: P }\nlet a = [P { x: 1 }]\nlet q = Q { p: a[0] }\nlet n = 7\n"
      "struct P { x: Int, y: Int }\na\nn\n");
  EXPECT_TRUE(has(result.out, "a is gone: `P` was declared anew\nq is gone: `Q` was declared anew\nInt = 7\n"))
      << result.out;
  EXPECT_TRUE(has(result.err, "`a`")) << result.err;
}

TEST_F(ReplCommand, ErrorsLeaveAllAsItWas) {
  const ProcessResult result = repl(
      "var list = [1, 2]\nlist.push(\"x\")\nlist.push(3); panic(\"stop\")\nlist[9]\nfn f) {}\nlet list = "
      "nonsense\nlist\n");
  EXPECT_EQ(result.out, "list: List<Int> = [1, 2]\nList<Int> = [1, 2]\n");
  EXPECT_TRUE(has(result.err, "panic: stop\n  in input_3 at repl:3:15\n")) << result.err;
  EXPECT_TRUE(has(result.err, "panic: index 9 is out of bounds for a list of length 2\n  in input_4 at repl:4:1\n"))
      << result.err;
  EXPECT_TRUE(has(result.err, "--> repl:2:")) << result.err;
  EXPECT_TRUE(has(result.err, "list.push(\"x\")")) << result.err;
  EXPECT_EQ(result.exit_code, 0);
}

TEST_F(ReplCommand, FunctionsAreNotKeptAsValues) {
  const ProcessResult result = repl("let f = (n: Int) => n\nlet f = x => x + 1\n[1, 2].map(x => x + 1)\n");
  EXPECT_EQ(result.out, "List<Int> = [2, 3]\n");
  EXPECT_TRUE(has(result.err, "error: `f` would hold a function")) << result.err;
}

TEST_F(ReplCommand, InputGoesOnWhileItIsOpen) {
  const ProcessResult result =
      repl("let total = [1,\n2,\n3].sum()\nvar n = 0\nwhile n < 3 {\n    n +=\n        1\n}\nn\n1 +");
  EXPECT_EQ(result.out, "total: Int = 6\nn: Int = 0\nInt = 3\n");
  EXPECT_NE(result.err, "");
}

TEST_F(ReplCommand, KnowsCommands) {
  write("tools.noodle", "pub fn half(n: Int) -> Int { n / 2 }\n");
  write("more.noodle", "import tools\nfn quarter(n: Int) -> Int { tools.half(tools.half(n)) }\nlet seven = 7\n");
  const ProcessResult result = repl(
      ":type [1].map(n => n > 0)\n:load more.noodle\nquarter(20)\nseven\nimport tools\ntools.half(9)\n:names\n"
      ":load nowhere\n:wrong\n:type fn\n:quit\n1\n");
  EXPECT_EQ(result.out,
            "List<Bool>\nseven: Int = 7\nInt = 5\nInt = 7\nInt = 4\nimport tools\nfn quarter(n: Int) -> Int\nlet "
            "seven: Int\n");
  EXPECT_TRUE(has(result.err, "error: can't read `nowhere`: No such file or directory\n")) << result.err;
  EXPECT_TRUE(has(result.err, "error: there is no command `:wrong`")) << result.err;
  EXPECT_TRUE(has(repl(":help\n").out, ":load FILE"));
}

TEST_F(ReplCommand, CompletesNamesAndFields) {
  const ProcessResult result = repl(
      "struct Point { xylem: Int, yolk: Int }\nlet point = Point { xylem: 1, yolk: 2 }\n:complete poi\n:complete "
      "point.x\n"
      ":complete print(point.yolk.to_f\n:complete [1, 2].rev\nimport net\n:complete net.conn\n:complete "
      "nothing_like\n");
  EXPECT_EQ(
      result.out,
      "point: Point = Point { xylem: 1, yolk: 2 }\npoint\nxylem\nto_float\nreverse\nreversed\nconnect\nconnect_unix\n")
      << result.err;
}

TEST_F(ReplCommand, TheProgramReadsTheSameInput) {
  const ProcessResult result = repl("let line = read_line() ?? \"\"\nhello there\nline.len()\n");
  EXPECT_EQ(result.out, "line: String = \"hello there\"\nInt = 11\n") << result.err;
}

TEST_F(ReplCommand, ExitEndsIt) {
  const ProcessResult result = repl("let x = 1\nexit(3)\nx\n");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "x: Int = 1\n");
}

TEST_F(ReplCommand, AnInterruptStopsWhatRuns) {
  // Background processes of a shell ignore SIGINT, so it is SIGTERM here, which is handled alike.
  const ProcessResult result = shell(
      "mkfifo in; setpriv --pdeathsig KILL \"$1\" repl < in > out 2> err & p=$!; exec 3> in\n"
      "echo 'var n = 41' >&3; echo 'while true { n = n + 0 }' >&3\n"
      "for i in $(seq 100); do grep -q 41 out && break; sleep 0.05; done; sleep 0.5\n"
      "kill -TERM $p; sleep 0.1; echo 'n + 1' >&3; exec 3>&-; wait $p; echo code $?; cat out err");
  EXPECT_EQ(result.out, "code 0\nn: Int = 41\nInt = 42\ninterrupted\n") << result.err;
}

/// A terminal, whose other end somebody may have.
class Terminal {
 public:
  Terminal() : fd_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    grantpt(fd_);
    unlockpt(fd_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { hang_up(); }

  pid_t start(std::vector<std::string> words) {
    const std::string other_end = ptsname(fd_);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, other_end.c_str(), O_RDWR | O_NOCTTY, 0);
    posix_spawn_file_actions_adddup2(&actions, 0, 1);
    posix_spawn_file_actions_adddup2(&actions, 0, 2);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int failed = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 ? child : -1;
  }
  void type(std::string_view text) { EXPECT_EQ(write(fd_, text.data(), text.size()), std::ssize(text)); }
  /// Reads until this has been shown; false when it is not in ten seconds.
  bool shows(const std::string& text) {
    pollfd ready{fd_, POLLIN, 0};
    while (!shown_.contains(text)) {
      char some[1024];
      if (poll(&ready, 1, 10'000) <= 0) return false;
      const ssize_t count = read(fd_, some, sizeof some);
      if (count <= 0) return false;
      shown_.append(some, static_cast<std::size_t>(count));
    }
    return true;
  }
  void hang_up() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
  std::string shown_;
};

TEST_F(ReplCommand, EndsWithItsTerminalWhateverRuns) {
  Terminal terminal;
  const pid_t child = terminal.start({NOODLE_COMMAND, "repl"});
  ASSERT_GT(child, 0);
  ASSERT_TRUE(terminal.shows("> "));
  terminal.type("print(\"be\" + \"gun\"); while true {}\n");
  EXPECT_TRUE(terminal.shows("begun"));
  terminal.hang_up();
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  pollfd ended{handle, POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, 20'000), 1);
  close(handle);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST_F(ReplCommand, ValuesOfEveryKindAreKept) {
  const ProcessResult result = repl(
      "var map: Map<String, List<Int>> = {}\nfor i in 0..6 { map.at(\"{i % 2}\", or: []).push(i) }\nmap\n"
      "let copy = map\nmap[\"2\"] = [9]\ncopy.len()\nmap.len()\nvar set = Set.from([1, 2])\nset.add(3)\nset\n"
      "let channel: Channel<String> = Channel.new(4)\nchannel.try_send(\"hi\")\nchannel.receive()\nlet bytes = "
      "\"ab\".to_bytes()\n"
      "bytes.len()\nlet unit = ()\nlet deep = Some([Some((1, \"x\"))])\ndeep\n");
  EXPECT_EQ(
      result.out,
      "map: Map<String, List<Int>> = {}\nMap<String, List<Int>> = {\"0\": [0, 2, 4], \"1\": [1, 3, 5]}\n"
      "copy: Map<String, List<Int>> = {\"0\": [0, 2, 4], \"1\": [1, 3, 5]}\nInt = 2\nInt = 3\n"
      "set: Set<Int> = Set.from([1, 2])\nSet<Int> = Set.from([1, 2, 3])\n"
      "channel: Channel<String> = Channel(0 messages)\nBool = true\nString? = Some(\"hi\")\n"
      "bytes: Bytes = Bytes.from([97, 98])\nInt = 2\nunit: () = ()\n"
      "deep: List<(Int, String)?>? = Some([Some((1, \"x\"))])\nList<(Int, String)?>? = Some([Some((1, \"x\"))])\n")
      << result.err;
  EXPECT_EQ(result.exit_code, 0);  // nothing is left over
}

}  // namespace
}  // namespace noodle::tests
