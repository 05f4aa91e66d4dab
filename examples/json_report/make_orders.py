"""Made orders.json, once. Shop, customers and prices are invented."""

import datetime
import json
import random

PRODUCTS = {  # sku: name, cents
    "TEA-ASM": ("Assam, loose, 250 g", 1190), "TEA-SEN": ("Sencha, loose, 100 g", 1450),
    "TEA-ROO": ('Rooibos "Sunrise", 500 g', 990), "POT-CLA": ("Clay pot, 0.8 l", 3900),
    "POT-GLA": ("Glass pot, 1.2 l", 2750), "CUP-SET": ("Cups, set of 4", 2200),
    "STR-STE": ("Strainer, steel", 640), "GFT-BOX": ("Gift box; small", 450),
}
CUSTOMERS = [
    ("Jana Nováková", "CZ"), ("Søren Dahl", "DK"), ("Marie Lefèvre", "FR"), ("Ines Carvalho", "PT"),
    ("Paul Schmidt", "DE"), ("Anke de Vries", "NL"), ("Giulia Conti", "IT"), ("Eoin Murphy", "IE"),
    ("Zofia Lis", "PL"), ("Karl Weber", "DE"), ("Luc Martin", "FR"), ("Frieda Braun", "DE"),
]


def line(rng):
    sku = rng.choice(list(PRODUCTS))
    name, cents = PRODUCTS[sku]
    made = {"sku": sku, "name": name, "quantity": rng.choices([1, 2, 3, 6], [60, 22, 10, 4])[0], "cents": cents}
    if rng.random() < 0.15:
        made["discount_percent"] = rng.choice([5, 10, 25])
    return made


def order(rng, number, date):
    name, country = rng.choice(CUSTOMERS)
    customer = {"name": name, "country": country}
    if rng.random() < 0.8:
        customer["email"] = name.split()[0].lower().encode("ascii", "ignore").decode() + "@mail.example"
    lines = [line(rng) for _ in range(rng.randint(1, 4))]
    total = sum(x["quantity"] * x["cents"] * (100 - x.get("discount_percent", 0)) // 100 for x in lines)
    state = rng.choices(
        ["Open", "Paid", {"Shipped": {"carrier": rng.choice(["DHL", "PostNL", "GLS"]), "parcels": rng.randint(1, 2)}},
         {"Refunded": {"cents": total if rng.random() < 0.5 else lines[0]["cents"]}}, "Cancelled"],
        [6, 10, 70, 6, 4])[0]
    return {"id": f"T{number:05}", "placed": date.isoformat(), "customer": customer, "state": state, "lines": lines}


def main():
    rng = random.Random(20250601)
    date = datetime.date(2025, 1, 2)
    orders = []
    for number in range(1401, 1401 + 160):
        orders.append(order(rng, number, date))
        date += datetime.timedelta(days=rng.choice([0, 1, 1, 2]))
    document = {"shop": "Leaf & Pot", "currency": "EUR", "orders": orders}
    with open("orders.json", "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
