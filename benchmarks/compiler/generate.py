"""Writes a Noodle program of about N lines: structs, generics, matches, closures and calls mixed.

    generate.py N > FILE

Every unit of the program is used, so that `noodle build` compiles all of it. Units differ in names and
numbers alone; half of the calls between them reach back to an earlier unit, as in real programs.
"""

import sys

UNIT = """\
/// Orders of kind @: what was asked for, and by whom.
struct Order@ {
    identifier: Int,
    customer_name: String,
    unit_price: Float,
    quantities: List<Int>
}

enum Event@ {
    Received(identifier: Int, moment: Float)
    Cancelled(reason: String)
    Delivered
}

impl Order@ {
    fn total(self, discount: Float) -> Float { self.unit_price * discount + @.5 }
    fn add_quantity(mut self, amount: Int) { self.quantities.push(amount + self.identifier) }
    fn describe(self) -> String { "order {self.identifier} of {self.customer_name}" }
}

fn handle_event@(event: Event@, count: Int) -> Int {
    match event {
        Received(identifier, moment) if moment > 1.0 => identifier + count
        Received(identifier, _) => identifier - count
        Cancelled(reason) => reason.len() * 2 + count
        Delivered => count + @
    }
}

fn rescale_values@(values: List<Int>, limit: Int) -> List<Int> {
    values.filter(value => value > limit).map(value => value * 2 + @)
}

fn larger_of@<T: Ordered>(first: T, second: T) -> T {
    if first > second { first } else { second }
}

// The price of all orders, small ones at half of it.
fn price_of_orders@(orders: List<Order@>, discount: Float) -> Float {
    var price = 0.0
    for order in orders {
        let discounted = order.total(discount)
        if discounted > 100.0 { price += discounted } else { price -= discounted * 0.5 }
    }
    price
}

fn run_unit@(depth: Int) -> Int {
    if depth > 3 { return depth }
    var order = Order@ { identifier: @, customer_name: "customer @", unit_price: 1.5, quantities: [] }
    order.add_quantity(larger_of@(@, handle_event@(Delivered, run_unit#(depth + 1))))
    let rescaled = rescale_values@(order.quantities, limit: 10)
    rescaled.sum() + price_of_orders@([order], 2.0).to_int() + order.describe().len()
}
"""
CALLS_A_FUNCTION = 50


def main():
    lines = int(sys.argv[1])
    count = max(1, lines // (UNIT.count("\n") + 2))
    out = [UNIT.replace("@", str(i)).replace("#", str(i // 2)) for i in range(count)]
    groups = [range(first, min(first + CALLS_A_FUNCTION, count)) for first in range(0, count, CALLS_A_FUNCTION)]
    for number, group in enumerate(groups):
        calls = "\n".join(f"    checksum = checksum +% run_unit{i}(0)" for i in group)
        out.append(f"fn run_group{number}() -> Int {{\n    var checksum = 0\n{calls}\n    checksum\n}}\n")
    calls = "\n".join(f"    checksum = checksum +% run_group{number}()" for number in range(len(groups)))
    out.append(f"fn main() {{\n    var checksum = 0\n{calls}\n    print(checksum)\n}}\n")
    print("\n".join(out), end="")


main()
