"use strict";
function make(n, seed) {
  const rows = [];
  for (let i = 0; i < n; ++i) {
    const row = new Float64Array(n);
    for (let j = 0; j < n; ++j) row[j] = (i * 31 + j * 17 + seed) % 100 / 100;
    rows.push(row);
  }
  return rows;
}
function times(a, b) {
  const n = a.length, out = [];
  for (let i = 0; i < n; ++i) {
    const row = new Float64Array(n), ofA = a[i];
    for (let k = 0; k < n; ++k) {
      const x = ofA[k], ofB = b[k];
      for (let j = 0; j < n; ++j) row[j] += x * ofB[j];
    }
    out.push(row);
  }
  return out;
}
const rounds = Number(process.argv[2] ?? 1);
let trace = 0;
for (let round = 0; round < rounds; ++round) {
  const c = times(make(240, round + 1), make(240, round + 2));
  for (let i = 0; i < c.length; ++i) trace += c[i][i];
}
console.log(trace.toFixed(6));
