import sys


class Parser:
    def __init__(self, text):
        self.text, self.at = text, 0

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] in " \n":
            self.at += 1

    def value(self):
        self.skip()
        c = self.text[self.at]
        if c == "{":
            return self.fields()
        if c == "[":
            return self.items()
        if c == '"':
            return self.string()
        if c == "t":
            self.at += 4
            return True
        if c == "f":
            self.at += 5
            return False
        if c == "n":
            self.at += 4
            return None
        return self.number()

    def items(self):
        out = []
        self.at += 1
        self.skip()
        while self.text[self.at] != "]":
            out.append(self.value())
            self.skip()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1
        return out

    def fields(self):
        out = {}
        self.at += 1
        self.skip()
        while self.text[self.at] != "}":
            self.skip()
            key = self.string()
            self.skip()
            self.at += 1
            out[key] = self.value()
            self.skip()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1
        return out

    def string(self):
        self.at += 1
        start = self.at
        while self.text[self.at] != '"':
            self.at += 1
        self.at += 1
        return self.text[start:self.at - 1]

    def number(self):
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "-.0123456789":
            self.at += 1
        return float(self.text[start:self.at])


def total(json):
    if isinstance(json, float):
        return json
    if isinstance(json, list):
        return sum(total(item) for item in json)
    if isinstance(json, dict):
        return sum(total(item) for item in json.values())
    return 0.0


def write(json, out):
    if json is None:
        out.append("null")
    elif json is True or json is False:
        out.append("true" if json else "false")
    elif isinstance(json, float):
        out.append(f"{json:.1f}")
    elif isinstance(json, str):
        out.append(f'"{json}"')
    elif isinstance(json, list):
        out.append("[")
        for i, item in enumerate(json):
            if i > 0:
                out.append(",")
            write(item, out)
        out.append("]")
    else:
        out.append("{")
        for i, (key, item) in enumerate(json.items()):
            if i > 0:
                out.append(",")
            out.append(f'"{key}":')
            write(item, out)
        out.append("}")


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    parts = [f'{{ "id": {i}, "name": "user {i}", "tags": ["a", "b{i % 7}"], "ok": {"true" if i % 2 == 0 else "false"}, '
             f'"none": null, "score": {i}.5 }}' for i in range(25000)]
    text = "[" + ", ".join(parts) + "]"
    added, written = 0.0, 0
    for _ in range(rounds):
        json = Parser(text).value()
        out = []
        write(json, out)
        added += total(json)
        written += len("".join(out))
    print(f"{len(text)} {added:.1f} {written}")


main()
