"use strict";
class Tree {
  constructor(left, right) {
    this.left = left;
    this.right = right;
  }
}
const build = (depth) => (depth === 0 ? new Tree(null, null) : new Tree(build(depth - 1), build(depth - 1)));
const count = (tree) => (tree === null ? 0 : 1 + count(tree.left) + count(tree.right));
const most = Number(process.argv[2] ?? 16);
console.log(`stretch ${count(build(most + 1))}`);
const kept = build(most);
for (let depth = 4; depth <= most; depth += 4) {
  const rounds = 1 << (most - depth + 4);
  let total = 0;
  for (let i = 0; i < rounds; ++i) total += count(build(depth));
  console.log(`${rounds} trees of depth ${depth}: ${total}`);
}
console.log(`kept ${count(kept)}`);
