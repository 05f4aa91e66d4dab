"""A small language of value types, run by the most naive oracle there is: every read of a variable
is a deep copy, every write replaces a whole value. Nodes print themselves as Noodle (`text`) and run
themselves in Python (`run`, `ref`), so that what is printed and what is expected come from one tree.

Values: int, str, list, dict, and for structs, variants and tuples a Fields object.
"""

import copy


class Panic(Exception):
    """The program panics here."""


class Fields:
    """A struct, tuple or variant: how it prints, its field names (None when they go by position), its values."""

    def __init__(self, head, names, values):
        self.head, self.names, self.values = head, names, values

    def key(self):
        return (self.head, tuple(map(freeze, self.values)))


def freeze(value):
    if isinstance(value, Fields):
        return value.key()
    if isinstance(value, list):
        return tuple(map(freeze, value))
    if isinstance(value, dict):
        return frozenset((freeze(k), freeze(v)) for k, v in value.items())
    return value


def show(value, nested=False):
    """As Noodle prints it."""
    if isinstance(value, str):
        return '"%s"' % value if nested else value
    if isinstance(value, list):
        return "[%s]" % ", ".join(show(v, True) for v in value)
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s: %s" % (show(k, True), show(v, True)) for k, v in value.items())
    if isinstance(value, Fields):
        if value.names:
            inner = ", ".join("%s: %s" % (n, show(v, True)) for n, v in zip(value.names, value.values))
            return "%s { %s }" % (value.head, inner)
        inner = ", ".join(show(v, True) for v in value.values)
        return value.head + ("(%s)" % inner if value.values or not value.head else "")
    return str(value)


class Env:
    """Variables by name; an alias is a (container, key) pair inside another value."""

    def __init__(self, out):
        self.values, self.aliases, self.out = {}, {}, out

    def ref(self, name):
        return self.aliases.get(name) or (self.values, name)


def read(ref):
    return copy.deepcopy(ref[0][ref[1]])


# ---- places ---------------------------------------------------------------------------------------
class Place:
    """`prepare` evaluates the values in a place, from left to right; what it gives takes the place later."""

    def ref(self, env):
        return self.prepare(env)()


class Var(Place):
    def __init__(self, name):
        self.name, self.root = name, name

    def text(self):
        return self.name

    def prepare(self, env):
        return lambda: env.ref(self.name)


class FieldPlace(Place):
    def __init__(self, base, name, index):
        self.base, self.name, self.index, self.root = base, name, index, base.root

    def text(self):
        return "%s.%s" % (self.base.text(), self.name)

    def prepare(self, env):
        base = self.base.prepare(env)

        def take():
            container, key = base()
            return container[key].values, self.index

        return take


class IndexPlace(Place):
    def __init__(self, base, index):
        self.base, self.index, self.root = base, index, base.root

    def text(self):
        return "%s[%d]" % (self.base.text(), self.index)

    def prepare(self, env):
        base = self.base.prepare(env)

        def take():
            container, key = base()
            if not 0 <= self.index < len(container[key]):
                raise Panic()
            return container[key], self.index

        return take


class AtPlace(Place):
    """`map.at(key, or: default)`; the default is evaluated always."""

    def __init__(self, base, key, default):
        self.base, self.key, self.default, self.root = base, key, default, base.root

    def text(self):
        return "%s.at(%s, or: %s)" % (self.base.text(), self.key.text(), self.default.text())

    def prepare(self, env):
        base, key, default = self.base.prepare(env), self.key.run(env), self.default.run(env)

        def take():
            container, at = base()
            container[at].setdefault(key, default)
            return container[at], key

        return take


# ---- expressions -----------------------------------------------------------------------------------
class Literal:
    def __init__(self, value):
        self.value = value

    def text(self):
        return '"%s"' % self.value if isinstance(self.value, str) else str(self.value)

    def run(self, env):
        return self.value


class Read:
    def __init__(self, place):
        self.place = place

    def text(self):
        return self.place.text()

    def run(self, env):
        return read(self.place.ref(env))


class Make:
    """A struct, tuple, variant, list or map out of its parts."""

    def __init__(self, kind, head, names, parts):
        self.kind, self.head, self.names, self.parts = kind, head, names, parts

    def text(self):
        parts = [p.text() for p in self.parts]
        if self.kind == "list":
            return "[%s]" % ", ".join(parts)
        if self.kind == "map":
            pairs = zip(parts[::2], parts[1::2])
            return "({ %s })" % ", ".join("%s: %s" % pair for pair in pairs) if parts else "({})"
        if self.names:
            return "%s { %s }" % (self.head, ", ".join("%s: %s" % pair for pair in zip(self.names, parts)))
        return self.head + ("(%s)" % ", ".join(parts) if parts else "")

    def run(self, env):
        values = [p.run(env) for p in self.parts]
        if self.kind == "list":
            return values
        if self.kind == "map":
            out = {}
            for key, value in zip(values[::2], values[1::2]):
                out[key] = value
            return out
        return Fields(self.head, self.names, values)


class Sum:
    """Whole numbers, kept small so that nothing overflows."""

    def __init__(self, left, right):
        self.left, self.right = left, right

    def text(self):
        return "(%s + %s) %% 1000" % (self.left.text(), self.right.text())

    def run(self, env):
        return (self.left.run(env) + self.right.run(env)) % 1000


class Length:
    def __init__(self, value):
        self.value = value

    def text(self):
        return "%s.len()" % self.value.text()

    def run(self, env):
        return len(self.value.run(env))


class Join:
    def __init__(self, left, right):
        self.left, self.right = left, right

    def text(self):
        return "(%s + %s)" % (self.left.text(), self.right.text())

    def run(self, env):
        return (self.left.run(env) + self.right.run(env))


class Choose:
    """`if` as an expression: one value or the other."""

    def __init__(self, left, least, yes, no):
        self.left, self.least, self.yes, self.no = left, least, yes, no

    def text(self):
        return "(if %s > %d { %s } else { %s })" % (self.left.text(), self.least, self.yes.text(), self.no.text())

    def run(self, env):
        return (self.yes if self.left.run(env) > self.least else self.no).run(env)


class MapList:
    """`items.map(x => …)`, whose lambda has what it captures."""

    def __init__(self, items, name, result):
        self.items, self.name, self.result = items, name, result

    def text(self):
        result = self.result.text()
        return "%s.map(%s => %s)" % (self.items.text(), self.name, "(%s)" % result if result.startswith("{") else result)

    def run(self, env):
        out = []
        for item in self.items.run(env):
            env.values[self.name] = item
            env.aliases.pop(self.name, None)
            out.append(self.result.run(env))
        return out


class CallPure:
    """A function with plain parameters: each argument is a copy."""

    def __init__(self, function, args):
        self.function, self.args = function, args

    def text(self):
        return "%s(%s)" % (self.function.name, ", ".join(a.text() for a in self.args))

    def run(self, env):
        return self.function.call(env.out, [a.run(env) for a in self.args])[0]


# ---- statements ------------------------------------------------------------------------------------
def block_text(body, indent):
    return "".join(s.text(indent + 1) for s in body)


def weight(value, most):
    """How many parts a value has, counted up to `most`."""
    parts = value.values if isinstance(value, Fields) else value
    if isinstance(parts, str):
        return len(parts)
    if isinstance(parts, dict):
        parts = list(parts.keys()) + list(parts.values())
    count = 1
    if isinstance(parts, (list, tuple)):
        for part in parts:
            if count > most:
                break
            count += weight(part, most - count)
    return count


def run_all(body, env):
    for statement in body:
        statement.run(env)
        env.out.step(env.values)


class Let:
    def __init__(self, name, type_text, value, is_var=True):
        self.name, self.type_text, self.value, self.is_var = name, type_text, value, is_var

    def text(self, indent):
        word = "var" if self.is_var else "let"
        return "    " * indent + "%s %s: %s = %s\n" % (word, self.name, self.type_text, self.value.text())

    def run(self, env):
        env.values[self.name] = self.value.run(env)
        env.aliases.pop(self.name, None)


class Assign:
    def __init__(self, place, value):
        self.place, self.value = place, value

    def text(self, indent):
        return "    " * indent + "%s = %s\n" % (self.place.text(), self.value.text())

    def run(self, env):
        take, value = self.place.prepare(env), self.value.run(env)
        container, key = take()
        container[key] = value


class AddTo:
    def __init__(self, place, value):
        self.place, self.value = place, value

    def text(self, indent):
        return "    " * indent + "%s += %s\n" % (self.place.text(), self.value.text())

    def run(self, env):
        take, value = self.place.prepare(env), self.value.run(env)
        container, key = take()
        container[key] = container[key] + value


class Mutate:
    """A method that changes a list or map: (name, arguments, what it does to the Python value)."""

    def __init__(self, place, name, args, action):
        self.place, self.name, self.args, self.action = place, name, args, action

    def text(self, indent):
        args = ", ".join(a.text() for a in self.args)
        return "    " * indent + "%s.%s(%s)\n" % (self.place.text(), self.name, args)

    def run(self, env):
        take, args = self.place.prepare(env), [a.run(env) for a in self.args]
        container, key = take()
        self.action(container[key], *args)


class MapSet:
    def __init__(self, place, key, value):
        self.place, self.key, self.value = place, key, value

    def text(self, indent):
        return "    " * indent + "%s[%s] = %s\n" % (self.place.text(), self.key.text(), self.value.text())

    def run(self, env):
        take, key, value = self.place.prepare(env), self.key.run(env), self.value.run(env)
        container, at = take()
        container[at][key] = value


class Print:
    def __init__(self, value):
        self.value = value

    def text(self, indent):
        return "    " * indent + "print(%s)\n" % self.value.text()

    def run(self, env):
        env.out.append(show(self.value.run(env)))


class IfLonger:
    """Guards an index: the body runs when the list has more than `least` elements."""

    def __init__(self, place, least, body):
        self.place, self.least, self.body = place, least, body

    def text(self, indent):
        pad = "    " * indent
        head = "%sif %s.len() > %d {\n" % (pad, self.place.text(), self.least)
        return head + block_text(self.body, indent) + pad + "}\n"

    def run(self, env):
        container, key = self.place.ref(env)
        if len(container[key]) > self.least:
            run_all(self.body, env)


class For:
    """Walks a list (or a map's entries) as it was when the loop began; `step` may leave early."""

    def __init__(self, names, iterable, body, stop_after=None):
        self.names, self.iterable, self.body, self.stop_after = names, iterable, body, stop_after

    def text(self, indent):
        pad = "    " * indent
        head = self.names[0] if len(self.names) == 1 else "(%s)" % ", ".join(self.names)
        return "%sfor %s in %s {\n%s%s}\n" % (pad, head, self.iterable.text(), block_text(self.body, indent), pad)

    def run(self, env):
        items = self.iterable.run(env)
        for item in items.items() if isinstance(items, dict) else items:
            values = item if isinstance(items, dict) else (item,)
            for name, value in zip(self.names, values):
                env.values[name] = copy.deepcopy(value)
                env.aliases.pop(name, None)
            run_all(self.body, env)


class ForMut:
    def __init__(self, name, place, body, break_at):
        self.name, self.place, self.body, self.break_at = name, place, body, break_at

    def text(self, indent):
        pad, counter = "    " * indent, self.name + "_n"
        lines = "%svar %s = 0\n%sfor mut %s in %s {\n" % (pad, counter, pad, self.name, self.place.text())
        lines += "%s    if %s == %d { break }\n%s    %s += 1\n" % (pad, counter, self.break_at, pad, counter)
        return lines + block_text(self.body, indent) + pad + "}\n"

    def run(self, env):
        container, key = self.place.ref(env)
        items = container[key]
        for count, at in enumerate(list(items) if isinstance(items, dict) else range(len(items))):
            if count == self.break_at:
                break
            env.aliases[self.name] = (items, at)
            run_all(self.body, env)
            env.aliases.pop(self.name)


class Match:
    """A match on a variant: arms are (head, names of its fields, body)."""

    def __init__(self, subject, arms):
        self.subject, self.arms = subject, arms

    def text(self, indent):
        pad = "    " * indent
        lines = "%smatch %s {\n" % (pad, self.subject.text())
        for head, names, body in self.arms:
            pattern = head + ("(%s)" % ", ".join(names) if names else "")
            lines += "%s    %s => {\n%s%s    }\n" % (pad, pattern, block_text(body, indent + 1), pad)
        return lines + pad + "}\n"

    def run(self, env):
        value = self.subject.run(env)
        for head, names, body in self.arms:
            if head == value.head:
                for name, part in zip(names, value.values):
                    env.values[name] = part
                    env.aliases.pop(name, None)
                run_all(body, env)
                return


class MatchMut:
    def __init__(self, place, arms):
        self.place, self.arms = place, arms

    def text(self, indent):
        pad = "    " * indent
        lines = "%smatch mut %s {\n" % (pad, self.place.text())
        for head, names, body in self.arms:
            pattern = head + ("(%s)" % ", ".join("mut " + n for n in names) if names else "")
            lines += "%s    %s => {\n%s%s    }\n" % (pad, pattern, block_text(body, indent + 1), pad)
        return lines + pad + "}\n"

    def run(self, env):
        container, key = self.place.ref(env)
        value = container[key]
        for head, names, body in self.arms:
            if head == value.head:
                for index, name in enumerate(names):
                    env.aliases[name] = (value.values, index)
                run_all(body, env)
                for name in names:
                    env.aliases.pop(name)
                return


class CallMut:
    """A call with `mut` places: moved in, moved out."""

    def __init__(self, function, args):
        self.function, self.args = function, args

    def text(self, indent):
        args = ", ".join(("mut " if is_mut else "") + a.text() for a, is_mut in self.args)
        return "    " * indent + "%s(%s)\n" % (self.function.name, args)

    def run(self, env):
        ready = [a.prepare(env) if is_mut else a.run(env) for a, is_mut in self.args]
        refs = [r() if is_mut else None for r, (_, is_mut) in zip(ready, self.args)]
        values = [read(ref) if ref else value for value, ref in zip(ready, refs)]
        _, after = self.function.call(env.out, values)
        for ref, value in zip(refs, after):
            if ref:
                ref[0][ref[1]] = value


class Closure:
    """Makes a lambda over variables, changes them, and calls it: it has what it captured."""

    def __init__(self, name, result, type_text, between):
        self.name, self.result, self.type_text, self.between = name, result, type_text, between

    def text(self, indent):
        pad = "    " * indent
        head = "%slet %s: () -> %s = () => %s\n" % (pad, self.name, self.type_text, self.lambda_text())
        return head + "".join(s.text(indent) for s in self.between) + "%sprint(%s())\n" % (pad, self.name)

    def lambda_text(self):
        text = self.result.text()
        return "(%s)" % text if text.startswith("{") else text

    def run(self, env):
        value = self.result.run(env)
        run_all(self.between, env)
        env.out.append(show(value))


class BlockCall:
    """`each(items) { item => … }`: the block changes the variables around it."""

    def __init__(self, items, name, body):
        self.items, self.name, self.body = items, name, body

    def text(self, indent):
        pad = "    " * indent
        return "%seach(%s) { %s =>\n%s%s}\n" % (pad, self.items.text(), self.name, block_text(self.body, indent), pad)

    def run(self, env):
        for item in self.items.run(env):
            env.values[self.name] = item
            env.aliases.pop(self.name, None)
            run_all(self.body, env)


class Hold:
    """`hold(mut place) { … }`: the call holds one field while its block changes others of the same variable."""

    def __init__(self, place, first, second, body):
        self.place, self.first, self.second, self.body = place, first, second, body

    def text(self, indent):
        pad = "    " * indent
        name = "hold_list" if isinstance(self.first, list) else "hold_int"
        return "%s%s(mut %s) {\n%s%s}\n" % (pad, name, self.place.text(), block_text(self.body, indent), pad)

    def run(self, env):
        value = read(self.place.ref(env)) + self.first
        run_all(self.body, env)
        container, key = self.place.ref(env)
        container[key] = value + self.second


class Function:
    def __init__(self, name, params, result_type, body, result):
        self.name, self.params = name, params  # [(name, type text, is_mut)]
        self.result_type, self.body, self.result = result_type, body, result

    def text(self):
        params = ", ".join("%s%s: %s" % ("mut " if m else "", n, t) for n, t, m in self.params)
        arrow = " -> " + self.result_type if self.result_type else ""
        tail = "    %s\n" % self.result.text() if self.result else ""
        return "fn %s(%s)%s {\n%s%s}\n" % (self.name, params, arrow, block_text(self.body, 0), tail)

    def call(self, out, values):
        env = Env(out)
        for (name, _, _), value in zip(self.params, values):
            env.values[name] = value
        run_all(self.body, env)
        result = self.result.run(env) if self.result else None
        return result, [env.values[n] for n, _, _ in self.params]


class Rounds(Function):
    """A function that ends in a call of itself: each round makes the last parameter anew."""

    def text(self):
        params = ", ".join("%s: %s" % (n, t) for n, t, _ in self.params)
        again = ", ".join([n for n, _, _ in self.params[:-1]] + [self.result.text()])
        last = self.params[-1][0]
        return "fn %s(n: Int, %s) -> %s {\n    if n <= 0 { %s } else { %s(n - 1, %s) }\n}\n" % (
            self.name, params, self.result_type, last, self.name, again)

    def call(self, out, values):
        env = Env(out)
        rounds, values = values[0], values[1:]
        for (name, _, _), value in zip(self.params, values):
            env.values[name] = value
        while rounds > 0:
            env.values[self.params[-1][0]] = self.result.run(env)
            rounds -= 1
        return read(env.ref(self.params[-1][0])), []


class MapTree(Function):
    """Makes a tree of another: each list of its nodes anew."""

    def text(self):
        return ("fn %s(t: T) -> T {\n    match t {\n        Leaf => Leaf\n"
                "        Node(l, v, r) => Node(%s(l), %s, %s(r))\n    }\n}\n") % (
                    self.name, self.name, self.result.text(), self.name)

    def call(self, out, values):
        return self.mapped(out, values[0]), []

    def mapped(self, out, tree):
        if tree.head == "Leaf":
            return tree
        left, items, right = tree.values
        env = Env(out)
        left = self.mapped(out, left)
        env.values["v"] = items
        items = self.result.run(env)
        return Fields("Node", None, [left, items, self.mapped(out, right)])


class WalkTree(Function):
    """Goes down one side of a tree as long as there is one, and counts."""

    def text(self):
        return ("fn %s(t: T, n: Int) -> Int {\n    match t {\n        Leaf => n\n"
                "        Node(l, v, r) => if v.len() > n { %s(l, n + 1) } else { %s(r, n + v.len() + 1) }\n    }\n}\n") % (
                    self.name, self.name, self.name)

    def call(self, out, values):
        tree, n = values
        while tree.head != "Leaf":
            left, items, right = tree.values
            tree, n = (left, n + 1) if len(items) > n else (right, n + len(items) + 1)
        return n, []
