"""What the scripts that make pages have in common."""

import re


def heading(title):
    """A title with its line."""
    return f"{title}\n{'-' * len(title)}\n\n"


def rst(text):
    """Noodle's `code` as RST literals; nothing else is markup."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(f"`{p}`" if p.startswith("`") else re.sub(r"([*_|\\])", r"\\\1", p) for p in parts)
