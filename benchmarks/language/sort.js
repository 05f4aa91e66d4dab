"use strict";
function quicksort(items, low, high) {
  if (low >= high) return;
  const pivot = items[(low + high) >>> 1];
  let i = low, j = high;
  while (i <= j) {
    while (items[i] < pivot) ++i;
    while (items[j] > pivot) --j;
    if (i <= j) {
      const item = items[i];
      items[i++] = items[j];
      items[j--] = item;
    }
  }
  quicksort(items, low, j);
  quicksort(items, i, high);
}
const size = Number(process.argv[2] ?? 600000);
const numbers = new Uint32Array(size);
for (let i = 0, state = 42; i < size; ++i) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // modulo 2^32, as a number without a sign
  numbers[i] = state;
}
const byHand = numbers.slice();
quicksort(byHand, 0, size - 1);
const sorted = numbers.slice().sort();
const texts = [];
for (let i = 0; i < size >>> 2; ++i) texts.push("k" + numbers[i] % 100000);
texts.sort();
const same = sorted.every((item, i) => item === byHand[i]);
console.log(`${sorted[0]} ${sorted[size >>> 1]} ${same} ${texts[0]} ${texts[size >>> 3]}`);
