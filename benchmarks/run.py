"""Compares Noodle with its peers on programs that do the same.

    run.py NOODLE SUITE [NAME] [--peer PEER] [--pairs N] [--json FILE]

A case is NAME.noodle with a peer's NAME.lua, NAME.js, NAME.py, NAME.cpp (built with -O2; tasks with
Boost.Asio), NAME.go or NAME.erl beside it; all must print the same. Tasks run on two threads each. The
suite `jit` is the programs of `language`, told on the command line to do so much that C++ takes a second;
`native` is the same as executables, and hello world beside C's.
Pairs are interleaved: 30, or 10 where a pair takes over a second, or as many as asked.
The ratio says how many times better than the peer we are (above 1 is better): the median over the pairs,
with the 95% interval of that median from order statistics. `CPU s` is user and system time of the whole
process, of all its threads and children. Each run starts with an empty code cache. Peak memory is what a
run takes above its runtime's own hello world. The second mean is of the same times without those that hello
world takes.
"""

import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import typing

from pairs import interval, row, write_rows

HERE = pathlib.Path(__file__).resolve().parent
# A peer's name, the suffix of its programs, and what builds or runs them.
PEERS = {"lua5.4": (".lua", "lua5.4"), "luajit": (".lua", "luajit"), "node": (".js", "node"),
         "python3": (".py", sys.executable), "clang++-19": (".cpp", "clang++-19"), "g++": (".cpp", "g++"),
         "go": (".go", "go"), "erlang": (".erl", "erlc")}
SHORT = {"clang": "clang++-19", "gcc": "g++"}
THREADS = 2
LEAST_MEMORY = 1024  # KiB above hello world: of less, chance decides
FEWEST_PAIRS = 10  # of fewer, chance decides
HELLO_PAIRS = 300


class Suite(typing.NamedTuple):
    """A folder's programs, all or those with a size to run them with; the peers, what is compared, and how we run."""
    folder: str
    peers: tuple
    metric: str
    sizes: dict
    native: bool = False


# Each size takes C++ between 1.0 and 1.6 s: start-up and compiling must not decide.
JIT_SIZES = {"binary_trees": 19, "fib": 43, "json": 20, "mandelbrot": 2300, "matmul": 400, "nbody": 20000000,
             "sieve": 150, "sort": 5500000, "spectral_norm": 5000, "word_count": 20}
SUITES = {"language": Suite("language", ("lua5.4", "python3", "clang++-19"), "wall s", {}),
          "task": Suite("task", ("clang++-19", "go", "erlang"), "wall s", {}),
          "jit": Suite("language", ("clang++-19", "g++", "luajit", "node"), "CPU s", JIT_SIZES),
          "native": Suite("language", ("clang++-19",), "CPU s", JIT_SIZES, True)}


def with_cache(folder):
    """The environment of a run whose code cache is in that folder."""
    return {**os.environ, "NOODLE_CACHE": folder}


def run(command):
    """Seconds of wall clock and of CPU, and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryDirectory() as cache:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        child = subprocess.run(command, stdout=out, check=False, env=with_cache(cache))
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if child.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}")
        out.seek(0)
        cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        return {"wall s": wall, "CPU s": cpu, "printed": out.read()}


def peak_memory(command):
    """Peak resident KiB. A child counts the memory of the process that started it, so a small one does."""
    with tempfile.NamedTemporaryFile("r") as report, tempfile.TemporaryDirectory() as cache:
        subprocess.run(["/usr/bin/time", "-f", "%M", "-o", report.name, *command], stdout=subprocess.DEVNULL,
                       check=True, env=with_cache(cache))
        return int(report.read())


def pairs_of(name, noodle, peer_name, peer, asked):
    """Interleaved runs of ours and theirs: as many as asked, else as the first pair's time says."""
    pairs, wanted = [], asked
    while not pairs or len(pairs) < wanted:
        ours, theirs = run(noodle), run(peer)
        if ours["printed"] != theirs["printed"]:
            sys.exit(f"{name}: Noodle and {peer_name} don't print the same")
        wanted = wanted or (FEWEST_PAIRS if ours["wall s"] + theirs["wall s"] > 1 else 30)
        pairs.append((ours, theirs))
    return pairs


def compare(name, noodle, peer_name, peer, metrics, hello, asked):
    """The rows of one case against one peer: seconds, and KiB above hello world."""
    pairs = pairs_of(name, noodle, peer_name, peer, asked)
    rows = [row(name, peer_name, metric, [ours[metric] for ours, _ in pairs], [theirs[metric] for _, theirs in pairs])
            for metric in metrics]
    if hello and name != "hello":
        above = lambda command, base: [max(1, peak_memory(command) - base) for _ in range(5)]
        ours, theirs = above(noodle, hello[0]), above(peer, hello[1])
        if max(statistics.median(ours), statistics.median(theirs)) >= LEAST_MEMORY:
            rows.append(row(name, peer_name, "KiB", ours, theirs))
    return rows


def command_of(peer_name, folder, name, builds):
    """How a peer's program is run, built first where it is not a script. None without program or peer."""
    suffix, peer = PEERS[peer_name]
    source, peer = folder / (name + suffix), shutil.which(peer)
    if peer is None or not source.exists():
        return None
    binary = f"{builds}/{name}.{peer_name}"
    build, command = {
        ".cpp": ([peer, "-O2", "-std=c++23", "-w", "-pthread", source, "-o", binary], [binary]),
        ".go": ([peer, "build", "-o", binary, source], ["env", f"GOMAXPROCS={THREADS}", binary]),
        ".erl": ([peer, "-o", builds, source], ["erl", "+S", f"{THREADS}:{THREADS}", "-noinput", "-boot", "no_dot_erlang",
                                                "-pa", builds, "-run", name, "main"]),
    }.get(suffix, (None, [peer, str(source)]))
    if build:
        environment = {**os.environ, "GOCACHE": f"{builds}/go", "GOFLAGS": "-mod=mod"}
        subprocess.run(build, check=True, env=environment)
    return command


def print_row(line):
    digits = 0 if line["metric"] == "KiB" else 4
    print(f"{line['case']:<16}{line['peer']:<12}{line['metric']:<8}{line['ours']:>12.{digits}f}"
          f"{line['theirs']:>12.{digits}f}{line['ratio']:>8.2f}   {line['interval'][0]:.2f} to "
          f"{line['interval'][1]:.2f}", flush=True)


def print_mean(name, peer, metric, ratios):
    print(f"{name:<16}{peer:<12}{metric:<8}{statistics.geometric_mean(ratios):>32.2f}")


def print_means(rows, suite):
    """The geometric mean of the ratios against each peer, and that without what starting takes."""
    for peer in suite.peers:
        times = {r["case"]: r for r in rows if r["peer"] == peer and r["metric"] == suite.metric}
        hello = times.pop("hello", None)
        if len(times) > 1:
            print_mean("geometric mean", peer, suite.metric, [r["ratio"] for r in times.values()])
        if len(times) > 1 and hello:
            above = lambda r, whose: max(r[whose] - hello[whose], 0.001)
            ratios = [above(r, "theirs") / above(r, "ours") for r in times.values()]
            print_mean("without start", peer, suite.metric, ratios)


def start_and_wait(command):
    """Seconds from the start of a process to its end, with as little as may be in between."""
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.perf_counter()
    os.waitpid(os.posix_spawn(command, [command], os.environ, file_actions=silent), 0)
    return time.perf_counter() - start


def compare_hello(options, suite, builds):
    """How much longer hello world takes than C's. None without a compiler of C."""
    compiler = shutil.which("clang-19")
    if compiler is None:
        return None
    theirs = f"{builds}/hello.c.out"
    subprocess.run([compiler, "-O2", HERE / suite.folder / "hello.c", "-o", theirs], check=True)
    ours = our_command(options.noodle, suite, "hello", builds)[0]
    pairs = [(start_and_wait(ours), start_and_wait(theirs)) for _ in range(HELLO_PAIRS)]
    line = row("hello", "C", "wall s", *map(list, zip(*pairs)))
    more = [1000 * (a - b) for a, b in pairs]
    print_row(line)
    print(f"hello world takes {statistics.median(more):.2f} ms more than C's ({interval(more)[0]:.2f} to "
          f"{interval(more)[1]:.2f}), and its file has {os.path.getsize(ours)} bytes")
    return line


def positive(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--peer", help="compare with this one alone; clang and gcc will do for clang++-19 and g++",
                        choices=PEERS, type=lambda name: SHORT.get(name, name))
    parser.add_argument("--pairs", type=positive, help=f"so many pairs a row; below {FEWEST_PAIRS} is a quick look")
    parser.add_argument("--json")
    options = parser.parse_args()
    if options.peer not in (None, *SUITES[options.suite].peers):
        parser.error(f"{options.suite} has no peer {options.peer}, but " + ", ".join(SUITES[options.suite].peers))
    return options


def our_command(noodle, suite, name, builds):
    """How our program is run; an executable is built first."""
    source = str(HERE / suite.folder / (name + ".noodle"))
    if not suite.native:
        return [noodle, "run", "--workers", str(THREADS), source]
    binary = f"{builds}/{name}.noodle"
    subprocess.run([noodle, "build", "--native", "--workers", str(THREADS), "-o", binary, source], check=True)
    return [binary]


def hello_memory(noodle, peer_name, suite, builds):
    """Peak KiB of hello world: ours and the peer's. None where the peer has none."""
    command = command_of(peer_name, HERE / suite.folder, "hello", builds)
    base = lambda command: min(peak_memory(command) for _ in range(5))
    return command and (base(our_command(noodle, suite, "hello", builds)), base(command))


def measure(options, suite, builds):
    """All rows, each printed when it is known."""
    folder, rows = HERE / suite.folder, []
    cases = sorted(suite.sizes or (source.stem for source in folder.glob("*.noodle")))
    peers = [peer for peer in suite.peers if options.peer in (None, peer)]
    hello = {peer: hello_memory(options.noodle, peer, suite, builds) for peer in peers if "hello" in cases}
    for name in cases:
        if options.name not in (None, name):
            continue
        size = [str(suite.sizes[name])] if suite.sizes.get(name) else []
        noodle = our_command(options.noodle, suite, name, builds) + size
        metrics = ("CPU s", "wall s") if suite.native else (suite.metric,)
        for peer in peers:
            if (command := command_of(peer, folder, name, builds)) is None:
                continue
            for line in compare(name, noodle, peer, command + size, metrics, hello.get(peer), options.pairs):
                rows.append(line)
                print_row(line)
    if suite.native and options.name in (None, "hello") and (line := compare_hello(options, suite, builds)):
        rows.append(line)
    return rows


def main():
    options = parse_options()
    suite = SUITES[options.suite]
    print(f"{'case':<16}{'peer':<12}{'metric':<8}{'ours':>12}{'theirs':>12}{'ratio':>8}   95% interval")
    if options.pairs and options.pairs < FEWEST_PAIRS:
        print(f"a quick look: {options.pairs} to a row, which is too few to judge by")
    with tempfile.TemporaryDirectory() as builds:
        rows = measure(options, suite, builds)
    print_means(rows, suite)
    write_rows(options.json, rows)
    if not rows:
        sys.exit(f"there is no benchmark {options.name or 'of ' + options.suite} with a peer that is installed")


main()
