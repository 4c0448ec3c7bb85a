r"""The keyword `pattern`, by Python's `re`, which can be interrupted.

A pattern such as `^(a+)+$` takes 2 to the power of 60 steps for sixty letters and an exclamation mark. Nothing ends the
engine that openapi-schema-validator uses for ECMA-262: no deadline, and no Ctrl+C. Python's looks for signals while it goes
back and forth. What the two mean otherwise is translated here: in ECMA `$` does not match before a last line break, `\d` is
ASCII, and `.` is no line separator. What has no counterpart, such as `\p{L}`, is left to the other engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from jsonschema.exceptions import ValidationError

Keyword = Callable[..., Iterator[Any] | None]
SPACES: Final = r"\t\n\x0b\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
# of classes of letters, what stands between the brackets
CLASSES: Final = {"d": "0-9", "w": "A-Za-z0-9_", "s": SPACES}
# with the same meaning in both; a letter that is none of these has another meaning in one of them
SAME_ESCAPES: Final = re.compile(r"[tnrfv0](?![0-9])|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[^A-Za-z0-9]")
NAMED_GROUP: Final = re.compile(r"\(\?<(?![=!])")
# flags, possessive quantifiers and `{,5}`, which ECMA does not have
ONLY_PYTHON: Final = re.compile(r"\(\?[^:=!<]|[*+?}]\+|\{,")
# one piece of a pattern: an escape, a class of characters, or a character
PIECE: Final = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)|\[(?:\\.|[^\]\\])*\]|.", re.DOTALL)


class _Untranslatable(Exception):
    """The pattern says something that Python has no words for."""


def validate_pattern(
    fallback: Keyword, validator: Any, pattern: str, instance: Any, schema: Mapping[str, Any]
) -> Iterator[Any]:
    """Yield an error for a text that does not match; `fallback` judges by patterns that cannot be translated."""
    expression = compile_pattern(pattern)
    if expression is None:
        yield from fallback(validator, pattern, instance, schema) or ()
    elif validator.is_type(instance, "string") and not expression.search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """Return a pattern of ECMA-262 as one of Python's; None where that cannot be."""
    if ONLY_PYTHON.search(pattern):
        return None
    try:
        translated = "".join(map(_translate_piece, PIECE.findall(NAMED_GROUP.sub("(?P<", pattern))))
        return re.compile(translated)
    except (_Untranslatable, re.error, RecursionError, OverflowError):
        return None


def _translate_piece(piece: str) -> str:
    if piece == "$":
        return r"\Z"
    if piece == ".":
        return r"[^\n\r\u2028\u2029]"
    if piece.startswith("\\"):
        return _translate_escape(piece[1:])
    if piece.startswith("["):
        return _translate_class(piece[1:-1])
    return piece


def _translate_escape(name: str) -> str:
    if name in CLASSES:
        return f"[{CLASSES[name]}]"
    if name.lower() in CLASSES:
        return f"[^{CLASSES[name.lower()]}]"
    if not SAME_ESCAPES.fullmatch(name):
        raise _Untranslatable
    return f"\\{name}"


def _translate_class(content: str) -> str:
    negation = "^" if content.startswith("^") else ""
    inner = content.removeprefix("^")
    # `[]` matches nothing in ECMA, and `[^]` everything; `--` may mean something else in Python one day
    if not inner or "--" in inner:
        raise _Untranslatable
    members = "".join(map(_translate_member, PIECE.findall(inner)))
    return f"[{negation}{members}]"


def _translate_member(piece: str) -> str:
    if not piece.startswith("\\"):
        # Python warns of `[`, `&&`, `||` and `~~` in a class
        return f"\\{piece}" if piece in "[&|~" else piece
    name = piece[1:]
    if name in CLASSES:
        return CLASSES[name]
    if not SAME_ESCAPES.fullmatch(name):
        raise _Untranslatable
    return piece
