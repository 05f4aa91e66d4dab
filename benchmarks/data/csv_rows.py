import csv
import sys

count = cells = 0
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in csv.reader(file):
        count += 1
        cells += len(row)
print(count, cells, row[1])
