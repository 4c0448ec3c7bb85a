"""A text in parts: what may be shown, and credentials, for which variables of the environment stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus

from lookalike_specs.veil import Redactor

from .text import shorten_runs

# a line longer than that is for no terminal
MAX_LINE_CHARACTERS: Final = 20_000


class TextSegment(NamedTuple):
    """Some text, or the value of a variable of the environment."""

    text: str = ""
    variable: str = ""


Segments = tuple[TextSegment, ...]


def split_segments(data: bytes, veil: Redactor, variables: Mapping[str, str]) -> Segments:
    """A text with variables in place of the credentials that stand there, and without all other secrets.

    `variables` are the names of variables by the credential's value. A byte that is no UTF-8 is a lone surrogate.
    """
    return tuple(_generate_segments(data, veil, variables))


def _generate_segments(data: bytes, veil: Redactor, variables: Mapping[str, str]) -> Iterator[TextSegment]:
    forms = {form: name for value, name in variables.items() for form in _list_encodings(value)}
    longest = sorted(forms, key=len, reverse=True)
    pattern = re.compile(f"({'|'.join(map(re.escape, longest))})" if forms else "(?!)")
    for at, piece in enumerate(pattern.split(data.decode("utf-8", "surrogateescape"))):
        if at % 2:
            yield TextSegment(variable=forms[piece])
        elif piece:
            yield TextSegment(veil.redact(piece.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape"))


def shorten_segments(many: Iterable[Segments]) -> tuple[tuple[Segments, ...], bool]:
    """The parts, their long runs shortened if all together are too long to be used; whether they were."""
    every = tuple(many)
    if sum(len(part.text) for found in every for part in found) <= MAX_LINE_CHARACTERS:
        return every, False
    return tuple(tuple(TextSegment(shorten_runs(part.text), part.variable) for part in found) for found in every), True


def _list_encodings(value: str) -> set[str]:
    """How a credential stands in a header, a query, a form."""
    return {value, quote(value, safe=""), quote_plus(value)}
