"""Sphinx configuration: plain, without extensions that need more than Debian's python3-sphinx."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from noodle_lexer import NoodleLexer  # noqa: E402

project = "Noodle"
author = "The Noodle Authors"
copyright = "2026, The Noodle Authors"
version = release = "0.1"
extensions = []
exclude_patterns = ["_build", "**/README.md"]
html_theme = "alabaster"
html_theme_options = {"description": "values, types, and no seams", "fixed_sidebar": True}
html_show_sourcelink = False
# Blocks that don't say what they are may be anything: a grammar, messages, or a program with parts left out.
highlight_language = "none"
nitpicky = True


def setup(app):
    """Teaches Sphinx Noodle."""
    app.add_lexer("noodle", NoodleLexer)
