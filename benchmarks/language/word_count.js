"use strict";
function make(count, seed) {
  let state = seed;
  const words = [];
  for (let i = 0; i < count; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // modulo 2^32, as a number without a sign
    words.push("word" + state % 5003);
  }
  return words.join(" ");
}
function report(text) {
  const counts = new Map();
  for (const word of text.split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts.keys()].sort();
  words.sort((a, b) => counts.get(b) - counts.get(a));
  for (const word of words.slice(0, 5)) console.log(`${word} ${counts.get(word)}`);
  console.log(`${words.length} ${text.length}`);
}
const rounds = Number(process.argv[2] ?? 1);
for (let round = 0; round < rounds; ++round) report(make(1000000, 7 + round));
