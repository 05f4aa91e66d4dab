"""What the comparisons with NumPy share: their options, the program that is run, and who looks at its lines."""

import argparse
import subprocess

TIMEOUT_S = 290
MOST_SHOWN = 20


def options(doc):
    """A parser of what each of them takes."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--noodle", required=True)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def judge(command, lines, cases):
    """Runs a program on lines of input and prints `N passed, M failed`; the exit status.

    A case is a name and a function, which gets the line that the program printed for it, and gives what is wrong with it
    or nothing. Of cases with one name the first that fails is shown.
    """
    run = subprocess.run(command, input="".join(f"{line}\n" for line in lines), capture_output=True, text=True,
                         timeout=TIMEOUT_S, check=False)
    answers = run.stdout.splitlines()
    failed, shown = 0, set()
    for i, (name, look) in enumerate(cases):
        wrong = look(answers[i]) if i < len(answers) else "its line is missing"
        if not wrong:
            continue
        failed += 1
        if name not in shown and len(shown) < MOST_SHOWN:
            shown.add(name)
            print(f"{name[:600]}\n  {wrong[:1200]}")
    if run.returncode != 0 or len(answers) > len(cases):
        print(f"exit code {run.returncode}, {len(answers)} lines for {len(cases)} cases\n{run.stderr}")
        failed = max(failed, 1)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0
