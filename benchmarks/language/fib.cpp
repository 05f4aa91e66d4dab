#include <cstdio>
#include <cstdlib>

static long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(int argc, char** argv) { std::printf("%ld\n", fib(argc > 1 ? std::atoi(argv[1]) : 35)); }
