import sys


def primes(limit):
    prime = [True] * limit
    count = 0
    for i in range(2, limit):
        if prime[i]:
            count += 1
            for j in range(i * i, limit, i):
                prime[j] = False
    return count


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(sum(primes(5000000) for _ in range(rounds)))


main()
