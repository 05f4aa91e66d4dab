def main():
    limit = 5000000
    prime = [True] * limit
    count = 0
    for i in range(2, limit):
        if prime[i]:
            count += 1
            for j in range(i * i, limit, i):
                prime[j] = False
    print(count)


main()
