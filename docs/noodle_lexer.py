"""How programs are coloured in the documentation: what is certain without a parser, and nothing more."""

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, String, Text

RESERVED = ("actor any as async await break const continue defer else enum expect false fn for if impl import in let loop "
            "match mut pub return self Self spawn struct trait true var while").split()


class NoodleLexer(RegexLexer):
    """Noodle."""

    name = "Noodle"
    aliases = ["noodle"]
    filenames = ["*.noodle"]
    tokens = {
        "root": [
            (r"//.*", Comment.Single),
            (r'"', String, "string"),
            (r"\b(test|bench)( )(?=\")", bygroups(Keyword, Text)),
            (r"(?<=[.@])\w+", Name),
            (words(RESERVED, prefix=r"\b", suffix=r"\b"), Keyword),
            (r"\b\d[\w]*(?:\.\d[\w]*)?", Number),
            (r"\w+", Name),
            (r"\s+|.", Text),
        ],
        "string": [
            (r"\\.", String.Escape),
            (r"\{", String.Interpol, "inside"),
            (r'"', String, "#pop"),
            (r'[^"\\{\n]+', String),
            (r"\n", Text, "#pop"),
        ],
        "inside": [
            (r"\}", String.Interpol, "#pop"),
            (r"\n", Text, "#pop:2"),
            (r'"', String, "string"),
            (r"[^}\"\n]+", Text),
        ],
    }
