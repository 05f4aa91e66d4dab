"""Makes documents of a wanted size: the same bytes each time."""

import csv
import json
import random

WORDS = ("river stone lamp cedar quiet harbour window copper meadow signal paper north velvet engine "
         "garden thunder silver basket morning coral").split()


def records(seed):
    """Endlessly many people, as dictionaries."""
    chance = random.Random(seed)
    pick = chance.choice
    number = 0
    while True:
        number += 1
        yield {
            "id": number * 7919,
            "name": f"{pick(WORDS).title()} {pick(WORDS).title()}",
            "email": f"{pick(WORDS)}.{pick(WORDS)}{number}@example.org",
            "active": chance.random() < 0.5,
            "balance": round(chance.uniform(-9999, 99999), 2),
            "tags": [pick(WORDS) for _ in range(chance.randrange(5))],
            "address": {"street": f"{chance.randrange(1, 200)} {pick(WORDS).title()} Road", "city": pick(WORDS).title(),
                        "zip": f"{chance.randrange(100000):05}"},
            "scores": [chance.uniform(0, 1) for _ in range(chance.randrange(8))],
            "parent": None if chance.random() < 0.3 else chance.randrange(1, 1 << 40),
            "note": f"said \"{pick(WORDS)}\"\nand — {pick(WORDS)}",
        }


def json_document(path, size):
    """A list of people, one a line, of about so many bytes."""
    written = 0
    with open(path, "w", encoding="utf-8") as out:
        out.write("[")
        for person in records(7):
            text = json.dumps(person, ensure_ascii=False, separators=(",", ":"))
            out.write(text if written == 0 else ",\n" + text)
            written += len(text) + 2
            if written > size:
                break
        out.write("]\n")


def csv_document(path, size):
    """People as rows below a header, of about so many bytes."""
    columns = ["id", "name", "email", "active", "balance", "street", "city", "zip", "parent", "note"]
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        for person in records(11):
            address = person["address"]
            writer.writerow([person["id"], person["name"], person["email"], str(person["active"]).lower(), person["balance"],
                             address["street"], address["city"], address["zip"], person["parent"], person["note"]])
            if out.tell() > size:
                break
