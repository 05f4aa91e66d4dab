"use strict";
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
console.log(fib(Number(process.argv[2] ?? 35)));
