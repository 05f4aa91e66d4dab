"""Random programs about value semantics, and what they must print.

    generate.py --seed S --programs N --out FOLDER [--per-file 50] [--panics]

writes FOLDER/values_<seed>_<k>.noodle and beside each the expected output in .expected. Each file
holds many small programs (functions p0, p1, …); with --panics each file holds one program that
panics at a random place, and the expected output is what it prints before.
"""

import argparse
import os
import random

from oracle import (AddTo, Assign, AtPlace, BlockCall, CallMut, CallPure, Choose, Closure, Env, FieldPlace, For, ForMut,
                    Function, Hold, IfLonger, IndexPlace, Join, Length, Let, Literal, Make, MapList, MapSet, MapTree, Match,
                    MatchMut, Mutate, Panic, Print, Read, Rounds, Sum, Var, WalkTree, run_all, weight)

PRELUDE = """struct P { a: Int, b: List<Int>, c: String }
struct Q { p: P, m: Map<Int, List<Int>>, o: Option<P> }
enum E { A(n: Int), B(l: List<Int>, p: P), C }
enum T { Leaf, Node(l: T, v: List<Int>, r: T) }

fn hold_int(mut n: Int, block body: () -> ()) { n += 1; body(); n += 10 }
fn hold_list(mut l: List<Int>, block body: () -> ()) { l.push(1); body(); l.push(10) }

fn each<X>(items: List<X>, block body: (X) -> ()) {
    for item in items { body(item) }
}

"""

STRUCTS = {
    "P": [("a", "Int"), ("b", "List<Int>"), ("c", "String")],
    "Q": [("p", "P"), ("m", "Map<Int, List<Int>>"), ("o", "Option<P>")],
    "(Int, List<Int>)": [("0", "Int"), ("1", "List<Int>")],
}
ENUMS = {
    "E": [("A", ["Int"]), ("B", ["List<Int>", "P"]), ("C", [])],
    "T": [("Leaf", []), ("Node", ["T", "List<Int>", "T"])],
    "Option<P>": [("Some", ["P"]), ("None", [])],
}
LISTS = {"List<Int>": "Int", "List<List<Int>>": "List<Int>", "List<P>": "P", "List<E>": "E", "List<String>": "String"}
MAPS = {"Map<Int, List<Int>>": ("Int", "List<Int>"), "Map<String, P>": ("String", "P")}
TYPES = ["Int", "String"] + list(STRUCTS) + list(ENUMS) + list(LISTS) + list(MAPS)
WORDS = ["", "a", "bc", "a word longer than fifteen bytes", "naïve"]


class Generator:
    def __init__(self, rng, functions, panics):
        self.rng, self.functions, self.panics = rng, functions, panics
        self.fresh = 0
        self.scope = []    # (name, type, is_var)
        self.held = set()  # roots held `mut`: neither read nor written

    def name(self, prefix="v"):
        self.fresh += 1
        return "%s%d" % (prefix, self.fresh)

    # -- values ------------------------------------------------------------------------------------
    def value(self, kind, depth=2):
        """An expression of the type."""
        rng = self.rng
        places = [p for p, t in self.readable() if t == kind]
        if places and rng.random() < 0.5:
            return Read(rng.choice(places))
        pure = [f for f in self.functions if f.result_type == kind]
        if pure and depth > 0 and rng.random() < 0.2:
            return self.call(rng.choice(pure), depth - 1)
        if depth > 0 and rng.random() < 0.1:
            return Choose(self.number(0), rng.randrange(40), self.value(kind, depth - 1), self.value(kind, depth - 1))
        if kind in LISTS and depth > 0 and rng.random() < 0.3:
            return self.mapped(kind, depth)
        if kind == "Int":
            return self.number(depth)
        if kind == "String":
            if depth > 0 and rng.random() < 0.3:
                return Join(self.literal_or_read("String"), Literal(rng.choice(WORDS)))
            return Literal(rng.choice(WORDS))
        if kind in STRUCTS:
            fields = STRUCTS[kind]
            parts = [self.value(t, depth - 1) for _, t in fields]
            is_tuple = kind.startswith("(")
            return Make("fields", "" if is_tuple else kind, None if is_tuple else [n for n, _ in fields], parts)
        if kind in ENUMS:
            variants = ENUMS[kind]
            head, fields = rng.choice([v for v in variants if not v[1]] if depth <= 0 else variants)
            return Make("fields", head, None, [self.value(t, depth - 1) for t in fields])
        if kind in LISTS:
            count = rng.randrange(0, 4) if depth > 0 else 0
            return Make("list", None, None, [self.value(LISTS[kind], depth - 1) for _ in range(count)])
        key, item = MAPS[kind]
        parts = []
        for _ in range(rng.randrange(0, 3) if depth > 0 else 0):
            parts += [self.key(key), self.value(item, depth - 1)]
        return Make("map", None, None, parts)

    def call(self, function, depth):
        """A call of a function with plain parameters, with values of that depth."""
        rounds = [Literal(self.rng.randrange(5))] if isinstance(function, Rounds) else []
        return CallPure(function, rounds + [self.value(t, depth) for _, t, _ in function.params])

    def mapped(self, kind, depth):
        """A list made of another of its type, or of another list."""
        source = kind if self.rng.random() < 0.8 else self.rng.choice(list(LISTS))
        items = self.value(source, depth - 1)
        name = self.name("x")
        self.scope.append((name, LISTS[source], False))
        result = self.value(LISTS[kind], depth - 1)
        self.scope.pop()
        # The lambda captures what it mentions, so an empty literal needs the type that only a place has.
        return MapList(items, name, result) if isinstance(items, Read) else items if source == kind else self.value(kind, 0)

    def number(self, depth):
        rng = self.rng
        if depth > 0 and rng.random() < 0.3:
            return Sum(self.literal_or_read("Int"), Literal(rng.randrange(100)))
        lists = [p for p, t in self.readable() if t in LISTS]
        if lists and rng.random() < 0.3:
            return Length(Read(rng.choice(lists)))
        return Literal(rng.randrange(100))

    def literal_or_read(self, kind):
        places = [p for p, t in self.readable() if t == kind]
        if places and self.rng.random() < 0.7:
            return Read(self.rng.choice(places))
        return Literal(self.rng.randrange(10) if kind == "Int" else self.rng.choice(WORDS))

    def key(self, kind):
        return Literal(self.rng.randrange(4) if kind == "Int" else self.rng.choice(["k", "key", "a longer key than most"]))

    # -- places ------------------------------------------------------------------------------------
    def readable(self):
        """Places without an index below variables that may be used."""
        out = []
        for name, kind, _ in self.scope:
            if name not in self.held:
                self.fields_below(Var(name), kind, out)
        return out

    def fields_below(self, place, kind, out):
        out.append((place, kind))
        for index, (field, inner) in enumerate(STRUCTS.get(kind, [])):
            self.fields_below(FieldPlace(place, field, index), inner, out)

    def writable(self):
        """A place that may change, its type, and the guards that its indices need."""
        names = [(n, t) for n, t, is_var in self.scope if is_var and n not in self.held]
        if not names:
            return None
        name, kind = self.rng.choice(names)
        place, guards = Var(name), []
        while self.rng.random() < 0.6:
            if kind in STRUCTS:
                index = self.rng.randrange(len(STRUCTS[kind]))
                field, kind = STRUCTS[kind][index]
                place = FieldPlace(place, field, index)
            elif kind in LISTS:
                index = self.rng.randrange(3)
                guards.append((place, index))
                place, kind = IndexPlace(place, index), LISTS[kind]
            elif kind in MAPS and not guards:
                key, inner = MAPS[kind]
                place, kind = AtPlace(place, self.key(key), self.value(inner, 1)), inner
            else:
                break
        return place, kind, guards

    def guarded(self, guards, statements):
        for place, index in reversed(guards):
            statements = [IfLonger(place, index, statements)]
        return statements

    # -- statements --------------------------------------------------------------------------------
    def body(self, size, depth):
        mark, out = len(self.scope), []
        for _ in range(size):
            out += self.statement(depth)
        del self.scope[mark:]
        return out

    def statement(self, depth):
        rng = self.rng
        if self.panics and rng.random() < 0.03:
            return self.panic()
        choices = [self.declare, self.assign, self.assign, self.mutate, self.mutate, self.mutate, self.show]
        if depth > 0:
            choices += [self.walk, self.walk_mut, self.match, self.match_mut, self.match_mut, self.call_mut,
                        self.call_mut, self.closure, self.block, self.hold]
        return rng.choice(choices)(depth) or self.declare(depth)

    def panic(self):
        lists = [p for p, t in self.readable() if t == "List<Int>"]
        if not lists:
            return []
        return [Print(Read(IndexPlace(self.rng.choice(lists), self.rng.randrange(9))))]

    def declare(self, depth):
        kind, name = self.rng.choice(TYPES), self.name()
        statement = Let(name, kind, self.value(kind))
        self.scope.append((name, kind, True))
        return [statement]

    def assign(self, depth):
        target = self.writable()
        if not target:
            return None
        place, kind, guards = target
        if kind == "Int" and self.rng.random() < 0.5:
            return self.guarded(guards, [AddTo(place, Literal(self.rng.randrange(9)))])
        return self.guarded(guards, [Assign(place, self.value(kind))])

    def mutate(self, depth):
        target = self.writable()
        if not target:
            return None
        place, kind, guards = target
        if kind in LISTS:
            item = LISTS[kind]
            name, args, action = self.rng.choice([
                ("push", [self.value(item, 1)], lambda l, x: l.append(x)),
                ("push", [self.value(item, 1)], lambda l, x: l.append(x)),
                ("pop", [], lambda l: l.pop() if l else None),
                ("insert", [Literal(0), self.value(item, 1)], lambda l, i, x: l.insert(i, x)),
                ("reverse", [], lambda l: l.reverse()),
                ("clear", [], lambda l: l.clear()),
                ("extend", [self.value(kind, 1)], lambda l, x: l.extend(x)),
            ])
            return self.guarded(guards, [Mutate(place, name, args, action)])
        if kind in MAPS:
            key, item = MAPS[kind]
            if self.rng.random() < 0.3:
                return self.guarded(guards, [Mutate(place, "remove", [self.key(key)], lambda m, k: m.pop(k, None))])
            return self.guarded(guards, [MapSet(place, self.key(key), self.value(item, 1))])
        return self.guarded(guards, [Assign(place, self.value(kind))])

    def show(self, depth):
        places = self.readable()
        return [Print(Read(self.rng.choice(places)[0]))] if places else None

    def nested(self, names, depth, held=None, is_var=True):
        """A body in which `names` are variables and `held` may not be touched."""
        mark = len(self.scope)
        self.scope += [(n, t, is_var) for n, t in names]
        added = held is not None and held not in self.held
        if added:
            self.held.add(held)
        body = self.body(self.rng.randrange(1, 4), depth - 1)
        if added:
            self.held.discard(held)
        del self.scope[mark:]
        return body

    def walk(self, depth):
        places = [(p, t) for p, t in self.readable() if t in LISTS or t in MAPS]
        if not places:
            return None
        place, kind = self.rng.choice(places)
        inner = [LISTS[kind]] if kind in LISTS else list(MAPS[kind])
        names = [(self.name("x"), t) for t in inner]
        return [For([n for n, _ in names], Read(place), self.nested(names, depth, is_var=False))]

    def walk_mut(self, depth):
        target = self.writable()
        if not target or target[1] not in LISTS:
            return None
        place, kind, guards = target
        name = self.name("x")
        body = self.nested([(name, LISTS[kind])], depth, place.root)
        return self.guarded(guards, [ForMut(name, place, body, self.rng.randrange(1, 5))])

    def arms(self, kind, depth, held=None, is_var=False):
        out = []
        for head, fields in ENUMS[kind]:
            names = [(self.name("m"), t) for t in fields]
            out.append((head, [n for n, _ in names], self.nested(names, depth, held, is_var)))
        return out

    def match(self, depth):
        kind = self.rng.choice(list(ENUMS))
        places = [p for p, t in self.readable() if t == kind]
        made = [f for f in self.functions if f.result_type == kind]
        if made and self.rng.random() < 0.5:
            # What is made just for the match.
            subject = self.call(self.rng.choice(made), 1)
        elif places:
            subject = Read(self.rng.choice(places))
        else:
            return None
        return [Match(subject, self.arms(kind, depth))]

    def match_mut(self, depth):
        for _ in range(4):
            target = self.writable()
            if target and target[1] in ENUMS:
                place, kind, guards = target
                return self.guarded(guards, [MatchMut(place, self.arms(kind, depth, place.root, True))])
        return None

    def call_mut(self, depth):
        functions = [f for f in self.functions if any(m for _, _, m in f.params)]
        if not functions:
            return None
        function = self.rng.choice(functions)
        args, roots = [], set()
        for _, kind, is_mut in function.params:
            if not is_mut:
                args.append((self.value(kind, 1), False))
                continue
            fits = [n for n, t, v in self.scope if t == kind and v and n not in self.held and n not in roots]
            if not fits:
                return None
            place = Var(self.rng.choice(fits))
            roots.add(place.root)
            args.append((place, True))
        return [CallMut(function, args)]

    def closure(self, depth):
        places = self.readable()
        if not places:
            return None
        place, kind = self.rng.choice(places)
        mark = len(self.scope)
        between = self.body(self.rng.randrange(1, 3), depth - 1)
        del self.scope[mark:]
        return [Closure(self.name("f"), Read(place), kind, between)]

    def hold(self, depth):
        names = [(n, t) for n, t, is_var in self.scope if is_var and n not in self.held and t in STRUCTS]
        if not names:
            return None
        name, kind = self.rng.choice(names)
        fields = []
        self.fields_below(Var(name), kind, fields)
        leaves = [(p, t) for p, t in fields if t in ("Int", "List<Int>") and not isinstance(p, Var)]
        place, kind = self.rng.choice(leaves)
        beside = [(p, t) for p, t in fields if t not in STRUCTS and p.text() != place.text()]
        body = []
        for other, other_kind in self.rng.sample(beside, min(len(beside), self.rng.randrange(1, 3))):
            body.append(Assign(other, self.value_without(name, other_kind)))
        one = (lambda n: [n]) if kind == "List<Int>" else (lambda n: n)
        return [Hold(place, one(1), one(10), body)]

    def value_without(self, name, kind):
        """A value that does not read `name`, which is held."""
        self.held.add(name)
        made = self.value(kind, 1)
        self.held.discard(name)
        return made

    def block(self, depth):
        places = [(p, t) for p, t in self.readable() if t in LISTS]
        if not places:
            return None
        place, kind = self.rng.choice(places)
        names = [(self.name("x"), LISTS[kind])]
        return [BlockCall(Read(place), names[0][0], self.nested(names, depth, is_var=False))]


def make_recursion(rng, index, functions):
    """A helper that calls itself, last of all or in the middle."""
    generator = Generator(rng, functions, False)
    form = rng.randrange(4)
    if form == 0:
        generator.scope = [("v", "List<Int>", False)]
        return MapTree("h%d" % index, [("t", "T", False)], "T", [], generator.value("List<Int>"))
    if form == 1:
        return WalkTree("h%d" % index, [("t", "T", False), ("n", "Int", False)], "Int", [], None)
    kind = rng.choice(TYPES)
    params = [("a%d" % i, rng.choice(TYPES), False) for i in range(rng.randrange(0, 3))] + [("z", kind, False)]
    generator.scope = list(params)
    return Rounds("h%d" % index, params, kind, [], generator.value(kind))


def make_function(rng, index, functions):
    """A helper with plain and `mut` parameters that may call the helpers before it."""
    if rng.random() < 0.3:
        return make_recursion(rng, index, functions)
    generator = Generator(rng, functions, False)
    params = [("a%d" % i, rng.choice(TYPES), rng.random() < 0.5) for i in range(rng.randrange(1, 4))]
    is_pure = rng.random() < 0.4
    if is_pure:
        params = [(n, t, False) for n, t, _ in params]
    generator.scope = [(n, t, m) for n, t, m in params]
    body = generator.body(rng.randrange(1, 4), 1)
    if not is_pure:
        return Function("h%d" % index, params, None, body, None)
    kind = rng.choice(TYPES)
    return Function("h%d" % index, params, kind, body, generator.value(kind))


def make_program(rng, name, functions, panics):
    generator = Generator(rng, functions, panics)
    body = []
    for _ in range(rng.randrange(3, 6)):
        body += generator.declare(0)
    for _ in range(rng.randrange(4, 10)):
        body += generator.statement(2)
    body += [Print(Read(Var(n))) for n, _, _ in generator.scope]
    return Function(name, [], None, body, None)


def too_long(out):
    return len(out) > 2000 or sum(map(len, out)) > 100_000


class Bounded(list):
    """Output that stops a program which prints too much, never ends, or makes values that grow and grow."""

    steps = 0

    def step(self, values):
        self.steps += 1
        if self.steps > 3000 or sum(weight(v, 20_000) for v in values.values()) > 20_000:
            raise OverflowError

    def append(self, line):
        super().append(line)
        if too_long(self):
            raise OverflowError


def try_program(rng, index, functions, panics):
    """(function, expected lines, whether it panicked), or nothing when it ran too long."""
    function = make_program(rng, "p%d" % index, functions, panics)
    out = Bounded()
    try:
        run_all(function.body, Env(out))
    except OverflowError:
        return None
    except Panic:
        return function, list(out), True
    return function, list(out), False


def write_file(folder, stem, functions, programs):
    calls = "".join("    %s()\n" % f.name for f, _, _ in programs)
    text = PRELUDE + "\n".join(f.text() for f in functions) + "\n"
    text += "\n".join(f.text() for f, _, _ in programs) + "\nfn main() {\n" + calls + "}\n"
    with open(os.path.join(folder, stem + ".noodle"), "w") as file:
        file.write(text)
    with open(os.path.join(folder, stem + ".expected"), "w") as file:
        file.write("".join(line + "\n" for _, lines, _ in programs for line in lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--per-file", type=int, default=50)
    parser.add_argument("--panics", action="store_true")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    per_file = 1 if options.panics else options.per_file
    made, file_index = 0, 0
    while made < options.programs:
        rng = random.Random("%d/%d/%d" % (options.seed, file_index, options.panics))
        functions = []
        for index in range(4):
            functions.append(make_function(rng, index, list(functions)))
        programs = []
        while len(programs) < min(per_file, options.programs - made):
            program = try_program(rng, len(programs), functions, options.panics)
            if program and program[2] == options.panics:
                programs.append(program)
            elif options.panics:
                break
        if programs:
            kind = "panic" if options.panics else "values"
            write_file(options.out, "%s_%d_%d" % (kind, options.seed, file_index), functions, programs)
            made += len(programs)
        file_index += 1


if __name__ == "__main__":
    main()
