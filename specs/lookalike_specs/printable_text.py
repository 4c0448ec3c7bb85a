r"""Texts of others, made fit for a terminal and for the log of a CI job.

A terminal obeys escape sequences, and a CI's agent obeys lines of a job's log: `::stop-commands::x` on GitHub,
`##vso[task.setvariable variable=PATH]evil` on Azure Pipelines. What a server, a client or a document says must be neither.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

INVISIBLE_CATEGORIES: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
ALLOWED_CONTROLS: Final = "\n\t"
# `##[error]` (GitHub's older form), `##vso[task.…]` (Azure Pipelines), `##teamcity[…]`: agents look for the first two
# anywhere in a line. It is the last `#` that is written otherwise, so that of `###[` no `##[` stays.
BRACKET_COMMAND: Final = re.compile(r"(?<=#)#(?=[A-Za-z.-]{0,30}\[)")
# `section_start:1560896352:name\r\x1b[0K` of GitLab, whose end no text here can hold; the beginning is broken up as well
SECTION_COMMAND: Final = re.compile(r"(?<=section_)(start|end):(?=\d)")


class Spelling(NamedTuple):
    """How a format writes a `#` and a `:` so that its readers see the sign, and an agent does not."""

    hash_sign: str
    colon: str


# The same six characters are a visible escape to people, and the very sign to whoever reads JSON, Python or JavaScript.
UNICODE_ESCAPES: Final = Spelling("\\u0023", "\\u003a")
# XML and HTML
CHARACTER_REFERENCES: Final = Spelling("&#35;", "&#58;")


def escape_invisible(text: str) -> str:
    """Return the text with what cannot be seen, or moves the cursor, written out.

    A server could otherwise write what it likes onto the terminal of whoever reads a report: `\\x1b[2J` clears it.
    """
    # most texts have nothing of the kind, and letter by letter a body of 64 KB takes 20 ms
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(map(_escape_letter, text))


def clean_line(text: str) -> str:
    r"""Return a text on one line that neither a terminal nor a CI's agent obeys: a newline is written as `\n`."""
    line = escape_invisible(text).replace("\n", "\\n").replace("\t", "\\t")
    return break_workflow_commands(line)


def break_workflow_commands(text: str, spelling: Spelling = UNICODE_ESCAPES) -> str:
    r"""Return the text with every command of a CI's agent broken up: `##vso[` becomes `#\u0023vso[`.

    What is broken up already stays as it is.
    """
    text = break_bracket_commands(text, spelling)
    # GitHub's runner trims a line before it looks for its `::`
    if "::" not in text:
        return text
    return "".join(_break_line(line, spelling) for line in text.splitlines(keepends=True))


def break_bracket_commands(text: str, spelling: Spelling = UNICODE_ESCAPES) -> str:
    """Return the text with the commands broken up that may stand anywhere in a line; `::error` at its start stays."""
    if "##" in text:
        text = BRACKET_COMMAND.sub(lambda _: spelling.hash_sign, text)
    if "section_" in text:
        text = SECTION_COMMAND.sub(lambda match: match[1] + spelling.colon, text)
    return text


def _break_line(line: str, spelling: Spelling) -> str:
    content = line.lstrip()
    if not content.startswith("::"):
        return line
    blanks = line[: len(line) - len(content)]
    return f"{blanks}:{spelling.colon}{content[2:]}"


def _escape_letter(letter: str) -> str:
    if letter in ALLOWED_CONTROLS or unicodedata.category(letter) not in INVISIBLE_CATEGORIES:
        return letter
    return letter.encode("unicode_escape").decode("ascii")
