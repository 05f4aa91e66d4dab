import csv
import sys

people = []
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        row["id"] = int(row["id"])
        row["active"] = row["active"] == "true"
        row["balance"] = float(row["balance"])
        row["parent"] = int(row["parent"]) if row["parent"] else None
        people.append(row)
print(len(people), people[-1]["name"], sum(person["id"] for person in people))
