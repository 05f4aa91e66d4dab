// Every native of the table, called with what matters to it.

#include <cmath>

#include "runtime/vm/testing/natives_bench.h"

namespace noodle::vm {
namespace {

using testing::Arg;
using testing::BytesArg;
using testing::ListArg;
using testing::NativesBench;

struct Case {
  std::string name;
  std::vector<Arg> args;
  std::string expected;
};

std::int64_t i(std::int64_t x) { return x; }
const std::string kLong = "a string too long for its register";

// Results as NativesBench shows them, or the message of a panic.
const std::vector<Case>& cases() {
  static const std::vector<Case> kAll = {
      {"string.len", {"héllo"}, "5"},
      {"string.byte_len", {"héllo"}, "6"},
      {"string.at", {"héllo", i(1)}, "'é'"},
      {"string.at", {"héllo", i(5)}, "index 5 is out of bounds for a string of length 5"},
      {"string.at", {"", i(-1)}, "index -1 is out of bounds for a string of length 0"},
      {"string.slice", {"héllo", i(1), i(3)}, "'él'"},
      {"string.slice", {"héllo", i(5), i(5)}, "''"},
      {"string.slice", {"héllo", i(3), i(2)}, "slice 3..2 is out of bounds for a string of length 5"},
      {"string.slice", {"héllo", i(-1), i(2)}, "slice -1..2 is out of bounds for a string of length 5"},
      {"string.code_at", {"é", i(0)}, "233"},
      {"string.code_at", {"é", i(1)}, "index 1 is out of bounds for a string of length 1"},
      {"string.from_code", {i(0x1F600)}, "'😀'"},
      {"string.from_code", {i(0xD800)}, "55296 is not a Unicode scalar"},
      {"string.from_code", {i(-1)}, "-1 is not a Unicode scalar"},
      {"string.from_code", {i(0x110000)}, "1114112 is not a Unicode scalar"},
      {"string.next", {"aé", i(1)}, "3 'é'"},
      {"string.next", {"aé", i(2)}, "3 'é'"},
      {"string.next", {"aé", i(3)}, "-1 ''"},
      {"string.next", {"aé", i(-1)}, "-1 ''"},
      {"string.append", {"ab", "cd"}, "'abcd'"},
      {"string.append", {kLong, kLong}, "'" + kLong + kLong + "'"},
      {"string.compare", {"a", "b"}, "-1"},
      {"string.compare", {"é", "z"}, "1"},
      {"string.compare", {"", ""}, "0"},
      {"string.contains", {"hello", "ell"}, "true"},
      {"string.contains", {"hello", "elk"}, "false"},
      {"string.starts_with", {"hello", "he"}, "true"},
      {"string.ends_with", {"hello", "he"}, "false"},
      {"string.find", {"ééa", "a"}, "true 2"},
      {"string.find", {"ééa", "b"}, "false 0"},
      {"string.find_from", {"aéa", "a", i(1)}, "true 2"},
      {"string.find_from", {"aéa", "a", i(3)}, "false 0"},
      {"string.find_last", {"éaéa", "éa"}, "true 2"},
      {"string.find_last", {"éa", ""}, "true 2"},
      {"string.find_last", {"éa", "b"}, "false 0"},
      {"string.find_from", {"aéa", "a", i(4)}, "index 4 is out of bounds for a string of length 3"},
      {"string.replace", {"aXbX", "X", "--"}, "'a--b--'"},
      {"string.replace", {"aXb", "", "--"}, "'aXb'"},
      {"string.replace", {"aaaa", "aa", ""}, "''"},
      {"string.upper", {"héß"}, "'HÉSS'"},
      {"string.lower", {"HÉ"}, "'hé'"},
      {"string.trim", {" \t a b\u3000"}, "'a b'"},
      {"string.trim_start", {"  a "}, "'a '"},
      {"string.trim_end", {"  a "}, "'  a'"},
      {"string.repeat", {"ab", i(3)}, "'ababab'"},
      {"string.repeat", {"ab", i(0)}, "''"},
      {"string.repeat", {"ab", i(-1)}, "a string can't be repeated -1 times"},
      {"string.repeat", {"ab", INT64_MAX}, "out of memory: the limit is 68719476736 bytes"},
      {"string.reversed", {"aéb"}, "'béa'"},
      {"string.chars", {"aéb"}, "<a|é|b>"},
      {"string.split", {"a,b,,c", ","}, "<a|b||c>"},
      {"string.split", {"a", ""}, "a string can't be split at an empty separator"},
      {"string.split_space", {"  a \n b "}, "<a|b>"},
      {"string.lines", {"a\r\nb\n\nc"}, "<a|b||c>"},
      {"json.decode", {"\"a\"", 0}, "true <a> ''"},
      {"json.decode", {"[", 1}, "false <> 'expected String, found a list at line 1, column 1'"},
      {"json.decode_bytes", {BytesArg{"\"\xC3\xA9\""}, 0}, "true <é> ''"},
      {"json.decode_bytes", {BytesArg{"\"\xC3\""}, 0}, "false <> 'the bytes are not UTF-8 at line 1, column 2'"},
      {"toml.decode", {"a = 1", 0}, "false <> 'expected String, found a table at line 1, column 1'"},
      {"toml.encode", {ListArg{{"a"}}}, "a TOML document is a struct, a map or such, not String"},
      {"toml.encode", {ListArg{}}, "one value is meant"},
      {"csv.read", {BytesArg{"a\nb\nc"}, 2, 1, ListArg{}, 0x222C, 2, 2}, "<b|c> 5 3 ''"},
      {"csv.read", {BytesArg{"a\nb\nc"}, 0, 0, ListArg{}, 0x222C, 1, 2}, "<a|b> 4 3 ''"},
      {"csv.read",
       {BytesArg{"a\nb,c\n"}, 0, 1, ListArg{}, 0x222C, 1, 2},
       "<a> 0 1 'expected one cell, found 2 at line 2'"},
      {"csv.goes_by_name", {ListArg{}}, "false"},
      {"csv.write", {ListArg{{"a", "b,c"}}, 0x222C, 1}, "'a\n\"b,c\"\n'"},
      {"json.encode", {ListArg{{"a\t"}}, 0, 0}, "'\"a\\t\"'"},
      {"json.encode", {ListArg{}, 0, 0}, "one value is meant"},
      {"json.encode", {ListArg{{"a"}}, -1, 0}, "an indent of 0 to 16 spaces is meant, not -1"},
      {"string.join", {ListArg{{"a", "", "b"}}, ", "}, "'a, , b'"},
      {"string.join", {ListArg{}, ", "}, "''"},
      {"string.quote", {"a\"\n"}, "'\"a\\\"\\n\"'"},
      {"string.format", {"ab", "*^6"}, "'**ab**'"},
      {"string.format", {"ab", "x"}, "`x` is not a format for this value"},
      {"string.to_int", {"-42"}, "true -42"},
      {"string.to_int", {"4 2"}, "false 0"},
      {"string.to_int", {"9223372036854775808"}, "false 0"},
      {"string.to_int_radix", {"ff", i(16)}, "true 255"},
      {"string.to_int_radix", {"ff", i(37)}, "a radix must be between 2 and 36, not 37"},
      {"string.to_float", {"2.5e3"}, "true 2500.0"},
      {"string.to_float", {"-inf"}, "true -inf"},
      {"string.to_float", {"x"}, "false 0.0"},
      {"string.to_bytes", {"aé"}, "<Bytes.from([97, 195, 169])>"},
      {"bytes.len", {BytesArg{"abc"}}, "3"},
      {"bytes.at", {BytesArg{"abc"}, i(2)}, "99"},
      {"bytes.at", {BytesArg{"abc"}, i(-1)}, "index -1 is out of bounds for bytes of length 3"},
      {"bytes.set", {BytesArg{"abc"}, i(1), i(7)}, "<Bytes.from([97, 7, 99])>"},
      {"bytes.set", {BytesArg{"abc"}, i(3), i(7)}, "index 3 is out of bounds for bytes of length 3"},
      {"bytes.push", {BytesArg{"a"}, i(255)}, "<Bytes.from([97, 255])>"},
      {"bytes.append", {BytesArg{"a"}, BytesArg{"bc"}}, "<Bytes.from([97, 98, 99])>"},
      {"bytes.append", {BytesArg{""}, BytesArg{""}}, "<Bytes.from([])>"},
      {"bytes.filled", {i(2), i(9)}, "<Bytes.from([9, 9])>"},
      {"bytes.filled", {i(-2), i(9)}, "bytes can't have length -2"},
      {"bytes.slice", {BytesArg{"abc"}, i(1), i(3)}, "<Bytes.from([98, 99])>"},
      {"bytes.slice", {BytesArg{"abc"}, i(2), i(1)}, "slice 2..1 is out of bounds for bytes of length 3"},
      {"bytes.from_list", {BytesArg{"ab"}}, "<Bytes.from([97, 98])>"},
      {"bytes.to_list", {BytesArg{"ab"}}, "<Bytes.from([97, 98])>"},
      {"bytes.to_string", {BytesArg{"ab"}}, "true 'ab'"},
      {"bytes.to_string", {BytesArg{"\xff"}}, "false ''"},
      {"bytes.quote", {BytesArg{"ab"}}, "'Bytes.from([97, 98])'"},
      {"encoding.encode", {BytesArg{"a\xff"}, i(0)}, "'61ff'"},
      {"encoding.encode", {BytesArg{"ab"}, i(1)}, "'MFRA===='"},
      {"encoding.encode", {BytesArg{"\xfb\xff"}, i(2)}, "'+/8='"},
      {"encoding.encode", {BytesArg{"\xfb\xff"}, i(3)}, "'-_8'"},
      {"encoding.encode", {BytesArg{"a"}, i(4)}, "there is no alphabet with number 4"},
      {"encoding.decode", {"6g", i(0)}, "1 1 <Bytes.from([])>"},
      {"encoding.decode", {"+/8=", i(2)}, "0 0 <Bytes.from([251, 255])>"},
      {"encoding.decode", {"", i(-1)}, "there is no alphabet with number -1"},
      {"encoding.to_utf16", {"aé", i(1)}, "<Bytes.from([0, 97, 0, 233])>"},
      {"encoding.to_utf16", {"\U0001F600", i(0)}, "<Bytes.from([61, 216, 0, 222])>"},
      {"encoding.from_utf16", {BytesArg{std::string("a\0\x3d\xd8", 4)}, i(0)}, "2 ''"},
      {"encoding.to_percent", {"a /é", "/"}, "'a%20/%C3%A9'"},
      {"encoding.from_percent", {"%C3%A9"}, "0 0 'é'"},
      {"encoding.from_percent", {"a%FF"}, "4 1 ''"},
      {"bytes.find", {BytesArg{"abc"}, BytesArg{"c"}}, "true 2"},
      {"bytes.find", {BytesArg{"abc"}, BytesArg{"d"}}, "false 0"},
      {"int.to_string", {INT64_MIN}, "'-9223372036854775808'"},
      {"uint.to_string", {i(-1)}, "'18446744073709551615'"},
      {"float.to_string", {0.1}, "'0.1'"},
      {"f32.to_string", {i(0x3DCCCCCD)}, "'0.1'"},
      {"f16.to_string", {i(0x3C00)}, "'1.0'"},
      {"bf16.to_string", {i(0x3F80)}, "'1.0'"},
      {"bool.to_string", {i(1)}, "'true'"},
      {"int.format", {i(255), "#"}, "`#` is not a format for this value"},
      {"int.format", {i(-255), "06x"}, "'-000ff'"},
      {"uint.format", {i(1'234'567), ","}, "'1,234,567'"},
      {"float.format", {3.14159, ".2f"}, "'3.14'"},
      {"float.format", {1.0, "x"}, "`x` is not a format for this value"},
      {"float.atan2", {0.0, -1.0}, "3.141592653589793"},
      {"float.pow", {2.0, 10.0}, "1024.0"},
      {"float.hypot", {3.0, 4.0}, "5.0"},
      {"complex.function", {i(0), 3.0, 4.0}, "5.0 0.9272952180016122"},
      {"complex.function", {i(1), -1.0, -0.0}, "0.0 -1.0"},
      {"complex.function", {i(3), 0.0, 0.0}, "-inf 0.0"},
      {"complex.function", {i(20), 1.0, 0.0}, "there is no such function of complex numbers"},
      {"complex.combine", {i(0), INFINITY, NAN, 1.0, 2.0}, "inf inf"},
      {"complex.combine", {i(1), 1.0, 0.0, 0.0, 0.0}, "inf nan"},
      {"complex.combine", {i(2), 0.0, 1.0, 2.0, 0.0}, "-1.0 0.0"},
      {"complex.combine", {i(-1), 1.0, 0.0, 1.0, 0.0}, "there is no such function of complex numbers"},
      {"float.is_nan", {NAN}, "true"},
      {"float.is_nan", {1.0}, "false"},
      {"float.compare", {NAN, 1.0}, "1"},
      {"float.compare", {-0.0, 0.0}, "0"},
      {"float.to_bits", {1.0}, "4607182418800017408"},
      {"float.from_bits", {i(0x3FF0000000000000)}, "1.0"},
      {"float.round", {-2.5}, "-3.0"},
      {"int.count_ones", {i(-1)}, "64"},
      {"int.leading_zeros", {i(0)}, "64"},
      {"int.trailing_zeros", {i(8)}, "3"},
      {"io.write", {"a"}, ""},
      {"io.print", {"b"}, ""},
      {"io.print_error", {"c"}, ""},
      {"io.read_line", {}, "true 'one'"},
      {"io.read_line", {}, "true 'two'"},
      {"io.read_line", {}, "exit 1"},
      {"io.read_line", {}, "false ''"},
      {"process.args", {}, "<x|y z>"},
      {"process.env", {"HOME"}, "true '/home/n'"},
      {"process.env", {"NOT"}, "false ''"},
      {"process.exit", {i(7)}, "exit 7"},
      {"process.exit", {i(256)}, "an exit code is from 0 to 255, not 256"},
      {"process.exit", {i(-1)}, "an exit code is from 0 to 255, not -1"},
      {"clock.now", {}, "1700000000000000000"},
      {"clock.sleep", {i(5)}, ""},
      {"clock.monotonic", {}, "1700000000000065536"},  // timers tick every 2^16 nanoseconds
      // Nobody listens here: golden programs and the command's tests have a harness.
      {"test.cover", {i(5)}, ""},
      {"test.setting", {"seed"}, "false ''"},
      {"test.text_difference", {"a\nb", "a\nc"}, "'\n  difference:\n      a\n    - b\n    + c'"},
      {"test.text_difference", {"a", "b"}, "''"},
      {"test.list_difference", {"[1, 2, 3, 4, 5, 6]", "[1, 2, 3, 4, 5, 7]"}, "'\n  differ from [5]: 6 and 7'"},
      {"test.line_difference", {"a", "b"}, "'- a\n+ b\n'"},
      {"test.begin_rounds", {}, "1"},
      {"test.end_rounds", {}, ""},
      {"task.yield", {}, ""},
      {"task.set_priority", {i(2)}, ""},
      {"task.memory", {}, "0"},
      {"net.resolve", {"localhost"}, "false <> 'there is no such thing in this world'"},
      {"fs.write_text", {"d/a.txt", "one\r\ntwo"}, "true ''"},
      {"fs.write_text", {"", "x"}, "false 'no such file: '"},
      {"fs.append_text", {"d/a.txt", "\nthree"}, "true ''"},
      {"fs.read_text", {"d/a.txt"}, "true 'one\r\ntwo\nthree' ''"},
      {"fs.read_text", {"no"}, "false '' 'no such file: no'"},
      {"fs.lines", {"d/a.txt"}, "true <one|two|three> ''"},
      {"fs.lines", {"no"}, "false <> 'no such file: no'"},
      {"fs.write_bytes", {"d/b", BytesArg{"\xff\x01"}}, "true ''"},
      {"fs.read_bytes", {"d/b"}, "true <Bytes.from([255, 1])> ''"},
      {"fs.read_bytes", {"no"}, "false <Bytes.from([])> 'no such file: no'"},
      {"fs.read_text", {"d/b"}, "false '' 'not UTF-8 text: d/b'"},
      {"fs.lines", {"d/b"}, "false <> 'not UTF-8 text: d/b'"},
      {"fs.make_dir", {"e"}, "true ''"},
      {"fs.list_dir", {"d"}, "true <a.txt|b> ''"},
      {"fs.info", {"d/b", std::int64_t{1}}, "true 0 2 0 420 ''"},
      {"fs.info", {"no", std::int64_t{1}}, "false 0 0 0 0 'no such file: no'"},
      {"fs.set_mode", {"d/b", std::int64_t{0600}}, "true ''"},
      {"fs.set_mode", {"no", std::int64_t{0600}}, "false 'no such file: no'"},
      {"fs.rename", {"d/b", "d/c"}, "true ''"},
      {"fs.rename", {"d/c", "d/b"}, "true ''"},
      {"fs.rename", {"no", "d/c"}, "false 'no such file: no'"},
      {"fs.remove", {"d/b"}, "true ''"},
      {"fs.exists", {"d/b"}, "false"},
      {"fs.exists", {"d/a.txt"}, "true"},
      {"fs.remove", {"d/b"}, "false 'no such file: d/b'"},
  };
  return kAll;
}

TEST(Natives, DoWhatTheTableSays) {
  NativesBench bench;
  bench.world.in = "one\ntwo\n\xff\n";
  bench.world.arguments = {"x", "y z"};
  bench.world.environment["HOME"] = "/home/n";
  for (const Case& c : cases()) EXPECT_EQ(bench.call(c.name, c.args), c.expected) << c.name;
  EXPECT_GE(bench.call("task.workers"), "1");
  EXPECT_EQ(bench.world.out, "ab\n");
  EXPECT_EQ(bench.world.err, "c\nnoodle: standard input is not UTF-8 text\n");
  // Each call takes the next number; the runtime took one for its hashes.
  EXPECT_NE(bench.call("random.entropy"), bench.call("random.entropy"));
  const std::pair<std::string, double (*)(double)> functions[] = {
      {"sin", std::sin},    {"cos", std::cos},     {"tan", std::tan},   {"asin", std::asin},   {"acos", std::acos},
      {"atan", std::atan},  {"sinh", std::sinh},   {"cosh", std::cosh}, {"tanh", std::tanh},   {"exp", std::exp},
      {"exp2", std::exp2},  {"log", std::log},     {"log2", std::log2}, {"log10", std::log10}, {"sqrt", std::sqrt},
      {"cbrt", std::cbrt},  {"floor", std::floor}, {"ceil", std::ceil}, {"trunc", std::trunc}, {"abs", std::fabs},
      {"round", std::round}};
  for (const auto& [name, f] : functions) {
    for (const double x : {0.75, -0.75, 0.5, 0.0})
      EXPECT_EQ(bench.call("float." + name, {x}), value::print_f64(f(x))) << name;
  }
  // Those of handles and lists of numbers need a program around them: task_test.cpp, and the golden ones.
  for (const NativeEntry& entry : native_table())
    if (entry.signature.find("handle") == std::string_view::npos &&
        entry.signature.find("list<i64>") == std::string_view::npos)
      EXPECT_TRUE(bench.called.contains(std::string(entry.name))) << entry.name;
}

}  // namespace
}  // namespace noodle::vm
