#include "tests/faults/judge.h"

#include <gtest/gtest.h>

namespace noodle::tests {
namespace {

/// A run like the good one, in which something was injected.
class JudgeTest : public ::testing::Test {
 protected:
  JudgeTest() {
    good_.out = "done\n";
    good_.before = {{"in", "question"}};
    good_.after = {{"in", "question"}, {"out", "answer"}};
    run_ = good_;
    run_.was_injected = true;
  }
  void fails() {
    run_.code = 1;
    run_.err = "error: no space left for: out\n";
  }
  std::string finding(Fault fault) {
    judge(run_, good_, fault);
    return run_.finding;
  }

  tests::Run good_, run_;
};

TEST_F(JudgeTest, WaysToEnd) {
  EXPECT_EQ(judge(run_, good_, Fault::Grown), Outcome::Same);
  run_.after["out"] = "another";
  EXPECT_EQ(judge(run_, good_, Fault::Grown), Outcome::GoesOn);
  EXPECT_EQ(judge(run_, good_, Fault::Reset), Outcome::Leaves);
  fails();
  run_.after = run_.before;
  EXPECT_EQ(judge(run_, good_, Fault::FullDisk), Outcome::Message);
  EXPECT_EQ(run_.finding, "");
}

TEST_F(JudgeTest, WhoFailsSaysWhy) {
  run_.code = 1;
  EXPECT_EQ(finding(Fault::FullDisk), "it ends with code 1 and doesn't say why");
}

TEST_F(JudgeTest, NothingIsHalfWritten) {
  fails();
  run_.after["out"] = "ans";
  EXPECT_EQ(finding(Fault::FullDisk), "out is half-written");
}

TEST_F(JudgeTest, WhatWasCutOffIsHalfWrittenWhoeverSaysHowItWent) {
  run_.torn = {"out"};
  EXPECT_EQ(finding(Fault::HalfFull), "out was cut off and left so");
}

TEST_F(JudgeTest, NothingIsLeftOver) {
  fails();
  run_.after["out.1f.new"] = "answer";
  EXPECT_EQ(finding(Fault::FullDisk), "out.1f.new is left over");
}

TEST_F(JudgeTest, NothingIsLostButWhatAFaultTookAway) {
  fails();
  run_.after = {};
  EXPECT_EQ(finding(Fault::FullDisk), "in is lost");
  run_.finding.clear();
  run_.taken = {"question"};
  EXPECT_EQ(finding(Fault::Vanished), "");
}

TEST_F(JudgeTest, ARunWithoutTheCallIsNotLikeTheOther) {
  run_.was_injected = false;
  EXPECT_EQ(finding(Fault::FullDisk), "the call was not made: a run isn't like the other");
}

}  // namespace
}  // namespace noodle::tests
