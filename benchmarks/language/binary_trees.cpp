#include <cstdio>
#include <cstdlib>
#include <memory>

struct Tree {
  std::unique_ptr<Tree> left, right;
};
static std::unique_ptr<Tree> build(int depth) {
  auto tree = std::make_unique<Tree>();
  if (depth != 0) tree->left = build(depth - 1), tree->right = build(depth - 1);
  return tree;
}
static long count(const Tree* tree) {
  return tree == nullptr ? 0 : 1 + count(tree->left.get()) + count(tree->right.get());
}
int main(int argc, char** argv) {
  const int most = argc > 1 ? std::atoi(argv[1]) : 16;
  std::printf("stretch %ld\n", count(build(most + 1).get()));
  const auto kept = build(most);
  for (int depth = 4; depth <= most; depth += 4) {
    const int rounds = 1 << (most - depth + 4);
    long total = 0;
    for (int i = 0; i < rounds; ++i) total += count(build(depth).get());
    std::printf("%d trees of depth %d: %ld\n", rounds, depth, total);
  }
  std::printf("kept %ld\n", count(kept.get()));
}
