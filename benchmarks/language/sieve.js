"use strict";
function primes(limit) {
  const prime = new Uint8Array(limit).fill(1);
  let count = 0;
  for (let i = 2; i < limit; ++i) {
    if (prime[i] === 0) continue;
    ++count;
    for (let j = i * i; j < limit; j += i) prime[j] = 0;
  }
  return count;
}
const rounds = Number(process.argv[2] ?? 1);
let total = 0;
for (let i = 0; i < rounds; ++i) total += primes(5000000);
console.log(total);
