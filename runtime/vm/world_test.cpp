// The world as programs meet it: natives that load refuses, closed streams, and the real files.

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/vm/testing/natives_bench.h"

namespace noodle::vm {
namespace {

using nbc::kI64;
using nbc::kString;
using testing::Bench;
using testing::BytesArg;
using testing::NativesBench;
using testing::Words;

std::string refusal(std::string_view name, const nbc::Signature& signature, bool leaf) {
  Bench bench;
  bench.m.native(name, signature, leaf);
  // Constants are made after natives are bound, and freed all the same.
  bench.m.text("a constant too long for its register");
  return bench.try_load();
}

TEST(World, LoadRefusesNativesThatItDoesNotHave) {
  EXPECT_EQ(refusal("string.no_such", {{}, {}}, true), "the runtime has no native `string.no_such`");
  EXPECT_EQ(refusal("", {{}, {}}, true), "the runtime has no native ``");
}

TEST(World, LoadRefusesNativesOfAnotherSignature) {
  EXPECT_EQ(refusal("string.len", {{{kString}}, {kI64}}, true),
            "the native `string.len` is (borrowed string) -> (i64) here, not (string) -> (i64)");
  EXPECT_EQ(refusal("io.print", {{{kString, true}}, {kI64}}, false),
            "the native `io.print` is (borrowed string) -> () here, not (borrowed string) -> (i64)");
}

TEST(World, LoadRefusesNativesThatAreOfTwoTypesWhereTheyAreOfOne) {
  Bench bench;
  const auto tensor = [&](nbc::TypeId element) {
    nbc::Type type;
    type.kind = nbc::Kind::Tensor;
    type.element = element;
    return bench.m.types().intern(type);
  };
  const nbc::TypeId bytes = bench.m.types().list(nbc::kU8), shape = bench.m.types().list(kI64);
  bench.m.native("tensor.from_list", {{{bytes, true}, {shape, true}}, {tensor(nbc::kF64)}}, false);
  EXPECT_EQ(bench.try_load(),
            "the native `tensor.from_list` is (borrowed list<?>, borrowed list<i64>) -> (tensor<?>) here, not "
            "(borrowed list<?>, borrowed list<i64>) -> (tensor<f64>)");
}

TEST(World, LoadRefusesNativesThatGiveOtherPartsThanComplexElementsHave) {
  const auto refusal_of = [](nbc::TypeId part, std::vector<nbc::TypeId> results) {
    Bench bench;
    nbc::Type type;
    type.kind = nbc::Kind::Tensor;
    type.element = bench.m.struct_type("Pair", {bench.m.field("re", part), bench.m.field("im", part)});
    const nbc::TypeId tensor = bench.m.types().intern(type), shape = bench.m.types().list(kI64);
    bench.m.native("tensor.get", {{{tensor, true}, {shape, true}}, std::move(results)}, true);
    return bench.try_load();
  };
  const std::string refused =
      "the native `tensor.get` is (borrowed tensor<?>, borrowed list<i64>) -> (?) here, not (borrowed tensor<?>, "
      "borrowed list<i64>) -> ";
  EXPECT_EQ(refusal_of(nbc::kF64, {nbc::kF32, nbc::kF32}), refused + "(f32, f32)");
  EXPECT_EQ(refusal_of(nbc::kF64, {nbc::kF64}), refused + "(f64)");
  EXPECT_EQ(refusal_of(nbc::kF64, {nbc::kF64, nbc::kF32}), refused + "(f64, f32)");
  EXPECT_FALSE(refusal_of(nbc::kF64, {nbc::kF64, nbc::kF64}).starts_with(refused));
}

TEST(World, LoadRefusesNativesOfTypesThatAreOnlyCalledLikeTheirs) {
  Bench bench;
  const nbc::TypeId bytes = bench.m.enum_type("bytes", {{bench.m.string("Address"), {bench.m.field("0", kI64)}}});
  bench.m.native("bytes.filled", {{{kI64}, {nbc::kU8}}, {bytes}}, true);
  EXPECT_EQ(bench.try_load(), "the native `bytes.filled` is (i64, u8) -> (bytes) here, not (i64, u8) -> (`bytes`)");
}

TEST(World, LoadRefusesLeavesThatAreNone) {
  EXPECT_EQ(refusal("io.print", {{{kString, true}}, {}}, true), "the native `io.print` is not a leaf");
  // To promise less than the runtime does is fine.
  EXPECT_EQ(refusal("string.len", {{{kString, true}}, {kI64}}, false), "");
}

TEST(World, ARuntimeGoesOnAfterARefusal) {
  world::TestWorld world;
  const auto runtime = Runtime::create({}, world);
  for (const bool good : {false, true, false, true}) {
    nbc::ModuleBuilder m;
    const nbc::FunctionId f = m.declare("f", {{}, {kI64}});
    nbc::FunctionBuilder builder(m, f);
    const std::uint16_t r = builder.reg(kI64), s = builder.reg(kString);
    builder.constant(s, m.text("a constant too long for its register"));
    builder.abc(nbc::Op::StringLen, r, s);
    builder.drop(s);
    builder.ret({r});
    builder.finish();
    if (!good) m.native("no", {{}, {}}, true);
    auto verified = nbc::verify(std::move(m.module));
    ASSERT_TRUE(verified);
    auto loaded = runtime->load(std::move(*verified));
    ASSERT_EQ(loaded.has_value(), good);
    if (good) EXPECT_EQ(runtime->run_function(**loaded, f).value(), (Words{36}));
    EXPECT_EQ(runtime->live_objects(), 0);
  }
}

TEST(World, AClosedStreamEndsTheProgramQuietly) {
  NativesBench bench;
  bench.world.out_closed = true;
  for (const char* name : {"io.print", "io.write"}) {
    const auto done = bench.call_raw(name, {"text that nobody reads any more"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Stop::Kind::Exit);
    EXPECT_EQ(done.error().exit_code, 0);
    EXPECT_TRUE(done.error().message.empty());
  }
  EXPECT_EQ(bench.call("io.print_error", {"still heard"}), "");
  EXPECT_EQ(bench.world.err, "still heard\n");
}

TEST(World, AFailingStreamEndsTheProgram) {
  struct Full final : world::TestWorld {
    Written write_out(std::string_view) override { return Written::Failed; }
  } full;
  NativesBench bench(&full);
  EXPECT_EQ(bench.call("io.print", {"x"}), "exit 1");
  EXPECT_EQ(full.err, "noodle: can't write to standard output\n");
}

TEST(World, WhatIsNoTextEndsTheProgram) {
  NativesBench bench;
  bench.world.in = "caf\xe9\n";
  EXPECT_EQ(bench.call("io.read_line", {}), "exit 1");
  EXPECT_EQ(bench.world.err, "noodle: standard input is not UTF-8 text\n");
  bench.world.err.clear();
  bench.world.arguments = {"fine", "caf\xe9"};
  EXPECT_EQ(bench.call("process.args", {}), "exit 1");
  EXPECT_EQ(bench.world.err, "noodle: an argument of the program is not UTF-8 text\n");
}

TEST(World, AnInterruptEndsTheWaitForALine) {
  NativesBench bench;
  bench.runtime().interrupt();
  const auto done = bench.call_raw("io.read_line", {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Stop::Kind::Interrupted);
  bench.runtime().clear_interrupt();
}

// ---- the real one --------------------------------------------------------------------------------

class RealWorld : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "noodle-world-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  std::string folder_;
  std::unique_ptr<World> world_ = world::make_real_world({"a", "b c"});
};

TEST_F(RealWorld, FilesAreWrittenAppendedReadAndRemoved) {
  NativesBench bench(world_.get());
  const std::string file = path("a.txt");
  EXPECT_EQ(bench.call("fs.exists", {file}), "false");
  EXPECT_EQ(bench.call("fs.write_text", {file, "one\n"}), "true ''");
  EXPECT_EQ(bench.call("fs.append_text", {file, "two"}), "true ''");
  EXPECT_EQ(bench.call("fs.read_text", {file}), "true 'one\ntwo' ''");
  EXPECT_EQ(bench.call("fs.lines", {file}), "true <one|two> ''");
  EXPECT_EQ(bench.call("fs.write_text", {file, ""}), "true ''");
  EXPECT_EQ(bench.call("fs.read_text", {file}), "true '' ''");
  EXPECT_EQ(bench.call("fs.write_bytes", {file, BytesArg{"\xff"}}), "true ''");
  EXPECT_EQ(bench.call("fs.read_bytes", {file}), "true <Bytes.from([255])> ''");
  EXPECT_EQ(bench.call("fs.exists", {file}), "true");
  EXPECT_EQ(bench.call("fs.remove", {file}), "true ''");
  EXPECT_EQ(bench.call("fs.exists", {file}), "false");
}

TEST_F(RealWorld, BigFilesComeBackWhole) {
  std::string big;
  for (int i = 0; i < 50'000; ++i) big += std::to_string(i);
  ASSERT_TRUE(world_->write_file(path("big"), big, false));
  EXPECT_EQ(world_->read_file(path("big")).value(), big);
}

TEST_F(RealWorld, ErrorsNameTheFile) {
  NativesBench bench(world_.get());
  const std::string no = path("no");
  EXPECT_EQ(bench.call("fs.read_text", {no}), "false '' 'no such file: " + no + "'");
  EXPECT_EQ(bench.call("fs.read_bytes", {no}), "false <Bytes.from([])> 'no such file: " + no + "'");
  EXPECT_EQ(bench.call("fs.lines", {no}), "false <> 'no such file: " + no + "'");
  EXPECT_EQ(bench.call("fs.remove", {no}), "false 'no such file: " + no + "'");
  EXPECT_EQ(bench.call("fs.list_dir", {no}), "false <> 'no such file: " + no + "'");
  EXPECT_EQ(bench.call("fs.write_text", {no + "/x", "t"}), "false 'no such file: " + no + "/x'");
  EXPECT_EQ(bench.call("fs.read_text", {folder_}), "false '' 'is a folder: " + folder_ + "'");
  EXPECT_EQ(bench.call("fs.write_text", {folder_, "t"}), "false 'is a folder: " + folder_ + "'");
}

TEST_F(RealWorld, FoldersAreMadeAndListedInOrder) {
  NativesBench bench(world_.get());
  const std::string deep = path("x/y/z");
  EXPECT_EQ(bench.call("fs.make_dir", {deep}), "true ''");
  EXPECT_EQ(bench.call("fs.make_dir", {deep}), "true ''");
  for (const char* name : {"b", "a", "ü"}) bench.call("fs.write_text", {deep + "/" + name, "t"});
  EXPECT_EQ(bench.call("fs.list_dir", {deep}), "true <a|b|ü> ''");
  EXPECT_EQ(bench.call("fs.remove", {path("x")}), "false 'folder is not empty: " + path("x") + "'");
  EXPECT_EQ(bench.call("fs.make_dir", {deep + "/a"}), "false 'already exists: " + deep + "/a'");
  EXPECT_EQ(bench.call("fs.list_dir", {deep + "/a"}), "false <> 'not a folder: " + deep + "/a'");
}

TEST_F(RealWorld, FilesAreRenamedAndKnown) {
  NativesBench bench(world_.get());
  bench.call("fs.write_text", {path("old"), "four"});
  EXPECT_EQ(bench.call("fs.set_mode", {path("old"), std::int64_t{0640}}), "true ''");
  EXPECT_EQ(bench.call("fs.rename", {path("old"), path("new")}), "true ''");
  const std::string info = bench.call("fs.info", {path("new"), std::int64_t{1}});
  EXPECT_EQ(info.substr(0, 9), "true 0 4 ");
  EXPECT_EQ(info.substr(info.size() - 7), " 416 ''");
  EXPECT_EQ(bench.call("fs.rename", {path("old"), path("new")}), "false 'no such file: " + path("old") + "'");
  EXPECT_EQ(bench.call("fs.info", {path("old"), std::int64_t{1}}), "false 0 0 0 0 'no such file: " + path("old") + "'");
  EXPECT_EQ(bench.call("fs.set_mode", {path("old"), std::int64_t{0}}), "false 'no such file: " + path("old") + "'");
  std::filesystem::create_symlink(path("new"), path("link"));
  EXPECT_EQ(bench.call("fs.info", {path("link"), std::int64_t{0}}).substr(0, 6), "true 2");
  EXPECT_EQ(bench.call("fs.info", {path("link"), std::int64_t{1}}).substr(0, 6), "true 0");
}

TEST_F(RealWorld, TimesThatDontFitAreTheLatest) {
  NativesBench bench(world_.get());
  bench.call("fs.write_text", {path("old"), "four"});
  constexpr std::time_t kYear2300 = 10'413'792'000;
  const timespec times[2] = {{kYear2300, 5}, {kYear2300, 5}};
  ASSERT_EQ(utimensat(AT_FDCWD, path("old").c_str(), times, 0), 0);
  struct stat about{};
  ASSERT_EQ(stat(path("old").c_str(), &about), 0);
  // Where times have 32 or 34 bits, no file can say that it is so young.
  if (about.st_mtim.tv_sec != kYear2300) GTEST_SKIP() << "this file system has no such times";
  const std::string latest = std::to_string(INT64_MAX);
  EXPECT_EQ(bench.call("fs.info", {path("old"), std::int64_t{1}}).substr(0, 9 + latest.size()), "true 0 4 " + latest);
}

TEST_F(RealWorld, ArgumentsAndEnvironmentAreTheProcess) {
  setenv("NOODLE_WORLD_TEST", "välue", 1);
  unsetenv("NOODLE_WORLD_NONE");
  NativesBench bench(world_.get());
  EXPECT_EQ(bench.call("process.args"), "<a|b c>");
  EXPECT_EQ(bench.call("process.env", {"NOODLE_WORLD_TEST"}), "true 'välue'");
  EXPECT_EQ(bench.call("process.env", {"NOODLE_WORLD_NONE"}), "false ''");
  unsetenv("NOODLE_WORLD_TEST");
}

TEST_F(RealWorld, ClocksRunForwardAndEntropyDiffers) {
  const std::int64_t before = world_->monotonic_nanos();
  std::atomic<std::uint32_t> word = 0;
  while (world_->monotonic_nanos() - before < 2'000'000) world_->wait(word, 2'000'000);
  word = 1;
  world_->wait(word, INT64_C(3'600'000'000'000));  // comes back at once
  EXPECT_GT(world_->unix_nanos(), INT64_C(1'700'000'000'000'000'000));
  EXPECT_NE(world_->entropy(), world_->entropy());
}

}  // namespace
}  // namespace noodle::vm
