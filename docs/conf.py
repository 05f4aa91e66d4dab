"""Sphinx configuration: plain, without extensions that need more than Debian's python3-sphinx."""

project = "Noodle"
author = "The Noodle Authors"
copyright = "2026, The Noodle Authors"
version = release = "0.1"
extensions = []
exclude_patterns = ["_build", "**/README.md"]
html_theme = "alabaster"
html_theme_options = {"description": "values, types, and no seams", "fixed_sidebar": True}
html_show_sourcelink = False
# Programs are shown as they are: there is no lexer for Noodle in Pygments.
highlight_language = "none"
nitpicky = True
