"use strict";
function escapes(cx, cy, limit) {
  let x = 0, y = 0;
  for (let i = 0; i < limit; ++i) {
    const xx = x * x, yy = y * y;
    if (xx + yy > 4) return i;
    y = 2 * x * y + cy;
    x = xx - yy + cx;
  }
  return limit;
}
const size = Number(process.argv[2] ?? 500);
let inside = 0, total = 0;
for (let row = 0; row < size; ++row) {
  for (let column = 0; column < size; ++column) {
    const steps = escapes(2 * column / size - 1.5, 2 * row / size - 1, 200);
    if (steps === 200) ++inside;
    total += steps;
  }
}
console.log(`${inside} ${total}`);
