"""Made access.log, once. Addresses are those set aside for documentation; who visits is invented."""

import datetime
import random

PAGES = {  # path: how often, mean bytes
    "/": (40, 5200), "/guide/": (18, 9100), "/guide/values.html": (12, 14200), "/guide/tasks.html": (9, 17800),
    "/reference/library.html": (15, 88000), "/download/": (11, 3100), "/blog/": (7, 6400),
    "/blog/2025/faster-maps.html": (21, 22500), "/style.css": (34, 4100), "/logo.svg": (30, 2300),
    "/search?q=channel": (3, 5000), "/search?q=json": (4, 5300), "/download/noodle-0.9.tar.gz": (5, 1240000),
}
MISSING = ["/favicon.ico", "/guide/actors.html", "/robots.txt", "/blog/feed.xml"]
PROBES = ["/wp-login.php", "/.env", "/admin/", "/phpmyadmin/", "/cgi-bin/test.cgi", "/.git/config", "/xmlrpc.php"]
AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5",
    "curl/8.8.0",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example/about)",
]
BROKEN = {  # line: what stands there instead
    118: '203.0.113.77 - - [12/Mar/2025:02:31:07 +0000] "\\x16\\x03\\x01" 400 0 "-" "-"',
    402: "203.0.113.9 - - [12/Mar/2025:08:5",
    655: '198.51.100.23 - - [12/Foo/2025:11:07:44 +0000] "GET / HTTP/1.1" 200 5201 "-" "curl/8.8.0"',
    871: "",
    1033: "rotated: 12/Mar/2025:18:00:00",
}


def quoted(value):
    return '"' + value.replace('"', '\\"') + '"'


def line(rng, host, at, path, status, size, agent, referrer="-", method="GET", user="-"):
    stamp = at.strftime("%d/%b/%Y:%H:%M:%S +0000")
    sent = "-" if status == 304 else str(size)
    return f'{host} - {user} [{stamp}] "{method} {path} HTTP/1.1" {status} {sent} {quoted(referrer)} {quoted(agent)}'


def visit(rng, at, rows):
    host = f"198.51.100.{rng.randint(1, 90)}" if rng.random() < 0.7 else f"2001:db8::{rng.randint(1, 60):x}"
    agent = rng.choices(AGENTS, [40, 35, 20, 4, 9])[0]
    referrer = rng.choices(["-", "https://search.example/", "https://news.example/item?id=311"], [50, 25, 12])[0]
    for _ in range(rng.randint(1, 6)):
        path = rng.choices(list(PAGES), [weight for weight, _ in PAGES.values()])[0]
        status = rng.choices([200, 304, 500], [90, 18, 0.7])[0]
        if rng.random() < 0.05:
            path, status = rng.choice(MISSING), 404
        size = 153 if status == 404 else int(rng.gauss(1, 0.02) * PAGES.get(path, (0, 400))[1])
        rows.append((at, line(rng, host, at, path, status, size, agent, referrer)))
        referrer = "https://noodle.example" + path
        at += datetime.timedelta(seconds=rng.randint(1, 90))


def main():
    rng = random.Random(20250312)
    rows = []
    for hour in range(24):
        busy = 5 + 24 * max(0, 1 - abs(hour - 14) / 9)
        for _ in range(round(busy)):
            at = datetime.datetime(2025, 3, 12, hour, rng.randint(0, 59), rng.randint(0, 59))
            visit(rng, at, rows)
    at = datetime.datetime(2025, 3, 12, 3, 12, 5)
    for probe in PROBES * 3:
        rows.append((at, line(rng, "203.0.113.66", at, probe, 404, 153, "-")))
        at += datetime.timedelta(seconds=1)
    for hour in (9, 16):
        at = datetime.datetime(2025, 3, 12, hour, 40, 0)
        rows.append((at, line(rng, "192.0.2.10", at, "/upload", 201, 27, "curl/8.8.0", method="PUT", user="deploy")))
    rows.sort()
    lines = [text for _, text in rows]
    for number, text in BROKEN.items():
        lines.insert(number - 1, text)
    with open("access.log", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
