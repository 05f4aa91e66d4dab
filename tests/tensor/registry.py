"""The operations that conformance.noodle knows, with makers of their cases."""

OPERATIONS = []


class Operation:
    """One that is tried for some types; `names` are the standard's functions that it tries."""

    def __init__(self, name, make, types, names, is_table):
        self.name, self.make, self.types, self.names, self.is_table = name, make, types, names, is_table


def add(name, make, types, names=None, is_table=False):
    OPERATIONS.append(Operation(name, make, types, [name] if names is None else names, is_table))


def operation(types, names=None):
    """Adds a maker under its own name; `names` as what it tries, when that is called otherwise."""
    def decorate(make):
        add(make.__name__, make, types, names)
        return make
    return decorate
