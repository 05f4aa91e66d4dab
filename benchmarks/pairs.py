"""What the scripts that measure have in common: pairs of runs, ours and a peer's, and what they say."""

import json
import math
import pathlib
import statistics


def interval(values):
    """The 95% interval of the median, from order statistics."""
    ordered, n = sorted(values), len(values)
    reach = 1.96 * math.sqrt(n) / 2
    return [ordered[max(0, math.floor(n / 2 - reach))], ordered[min(n - 1, math.ceil(n / 2 + reach))]]


def row(name, peer, metric, ours, theirs):
    """One row: the medians, and how many times better than the peer we are."""
    ratios = [b / a for a, b in zip(ours, theirs)]
    return {"case": name, "peer": peer, "metric": metric, "ours": statistics.median(ours),
            "theirs": statistics.median(theirs), "ratio": statistics.median(ratios), "interval": interval(ratios),
            "pairs": len(ratios)}


def write_rows(path, rows):
    """Writes rows as JSON, when there is a path."""
    if path:
        pathlib.Path(path).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
