import json
import sys

with open(sys.argv[1], "rb") as file:
    people = json.loads(file.read())
print(len(people), people[-1]["name"])
