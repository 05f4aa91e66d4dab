"""Made weather.csv, once. The readings are invented, though their seasons are plausible."""

import datetime
import math
import random

STATIONS = {  # mean, swing over the year, chance of rain, mean rain on a wet day
    "Bergen": (8.3, 6.5, 0.62, 9.8),
    "Granada": (16.1, 9.4, 0.15, 6.1),
    "Lyon": (13.0, 9.1, 0.28, 7.4),
    "Potsdam": (10.2, 9.8, 0.34, 4.6),
    "Vilnius": (7.4, 12.3, 0.38, 4.4),
    "Zagreb": (12.4, 10.9, 0.27, 8.0),
}
BROKEN = {  # row: what stands in place of a field
    211: (2, ""), 390: (2, "n/a"), 512: (3, "-1.0"), 733: (1, "2024-13-02"), 905: (3, ""),
    1180: (2, "12,4"), 1333: (2, "999.9"), 1601: (1, ""), 1777: (3, "trace"), 2024: (0, ""),
}


def main():
    random.seed(20240101)
    rows = []
    noise = dict.fromkeys(STATIONS, 0.0)
    for day in range(366):
        date = datetime.date(2024, 1, 1) + datetime.timedelta(days=day)
        for name, (mean, swing, chance, amount) in STATIONS.items():
            noise[name] = 0.75 * noise[name] + random.gauss(0, 2.0)
            season = -math.cos(2 * math.pi * (day - 18) / 366)
            temperature = mean + swing * season + noise[name]
            rain = random.expovariate(1 / amount) if random.random() < chance else 0.0
            rows.append([name, date.isoformat(), f"{temperature:.1f}", f"{rain:.1f}"])
    for at, (field, text) in BROKEN.items():
        rows[at][field] = text
    with open("weather.csv", "w", encoding="utf-8") as out:
        out.write("station,date,temperature,rain\n")
        for row in rows:
            out.write(",".join(row) + "\n")


main()
