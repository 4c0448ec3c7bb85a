"""Draw a text that a regular expression matches, for the patterns that API documents have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from random import Random
from typing import Any, Final

# the standard library's own parser has no public name, and type checkers know it in some versions only
_constants: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")
# of a repetition without an end, such as `a*`
MAX_REPEATS: Final = 4
ATTEMPTS: Final = 40
PRINTABLE: Final = [chr(code) for code in range(0x21, 0x7F)]
CATEGORIES: Final[Mapping[Any, str]] = {
    _constants.CATEGORY_DIGIT: "0123456789",
    _constants.CATEGORY_WORD: "abcdefghijklmnopqrstuvwxyz0123456789",
    _constants.CATEGORY_SPACE: " ",
    _constants.CATEGORY_NOT_DIGIT: "abcdefghijklmnopqrstuvwxyz",
    _constants.CATEGORY_NOT_WORD: "-",
    _constants.CATEGORY_NOT_SPACE: "abcdefghijklmnopqrstuvwxyz0123456789",
}


def draw_matching_text(pattern: str, rng: Random, least: int = 0, most: int | None = None) -> str:
    """Return a text that the pattern finds something in, of a length from `least` to `most` where one is found.

    A pattern that cannot be read, or that nothing was found for, gives a text that does not match.
    """
    try:
        tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return "x" * least
    compiled = re.compile(pattern)
    text = ""
    for repeats in range(ATTEMPTS):
        # longer and longer, so that `^[a-z]+$` reaches a `minLength` of 20
        text = _draw_sequence(tree, rng, MAX_REPEATS + repeats * max(1, least // 8), {})
        # a pattern without anchors may stand anywhere in the text
        if len(text) < least and not pattern.endswith("$"):
            text = text.ljust(least, "x")
        if compiled.search(text) and least <= len(text) and (most is None or len(text) <= most):
            return text
    return text


def _draw_sequence(tree: Any, rng: Random, repeats: int, groups: dict[int, str]) -> str:
    return "".join(_draw_node(code, argument, rng, repeats, groups) for code, argument in tree)


def _draw_node(code: Any, argument: Any, rng: Random, repeats: int, groups: dict[int, str]) -> str:
    draw = DRAWERS.get(code)
    if draw is None:
        # anchors and look-arounds take no letters
        return ""
    return draw(argument, rng, repeats, groups)


def _draw_literal(argument: Any, _: Random, __: int, ___: dict[int, str]) -> str:
    return chr(argument)


def _draw_not_literal(argument: Any, rng: Random, _: int, __: dict[int, str]) -> str:
    return rng.choice([letter for letter in PRINTABLE if letter != chr(argument)])


def _draw_any(_: Any, rng: Random, __: int, ___: dict[int, str]) -> str:
    return rng.choice("abcdefghijklmnopqrstuvwxyz")


def _draw_set(argument: Any, rng: Random, _: int, __: dict[int, str]) -> str:
    negated = argument[0][0] is _constants.NEGATE
    letters: list[str] = []
    for code, value in argument:
        if code is _constants.LITERAL:
            letters.append(chr(value))
        elif code is _constants.RANGE:
            # of a range as wide as Unicode, a few letters are enough
            letters += [chr(point) for point in range(value[0], min(value[1], value[0] + 200) + 1)]
        elif code is _constants.CATEGORY:
            letters += CATEGORIES.get(value, "")
    if negated:
        letters = [letter for letter in PRINTABLE if letter not in letters] or ["\u00e9"]
    return rng.choice(letters or [""])


def _draw_repeat(argument: Any, rng: Random, repeats: int, groups: dict[int, str]) -> str:
    low, high, tree = argument
    limit = min(int(high), low + repeats)
    count = rng.randint(low, limit)
    return "".join(_draw_sequence(tree, rng, repeats, groups) for _ in range(count))


def _draw_branch(argument: Any, rng: Random, repeats: int, groups: dict[int, str]) -> str:
    return _draw_sequence(rng.choice(argument[1]), rng, repeats, groups)


def _draw_group(argument: Any, rng: Random, repeats: int, groups: dict[int, str]) -> str:
    number, _, __, tree = argument
    text = _draw_sequence(tree, rng, repeats, groups)
    if number is not None:
        groups[number] = text
    return text


def _draw_group_reference(argument: Any, _: Random, __: int, groups: dict[int, str]) -> str:
    return groups.get(argument, "")


Drawer = Callable[[Any, Random, int, dict[int, str]], str]
DRAWERS: Final[Mapping[Any, Drawer]] = {
    _constants.LITERAL: _draw_literal,
    _constants.NOT_LITERAL: _draw_not_literal,
    _constants.ANY: _draw_any,
    _constants.IN: _draw_set,
    _constants.MAX_REPEAT: _draw_repeat,
    _constants.MIN_REPEAT: _draw_repeat,
    _constants.POSSESSIVE_REPEAT: _draw_repeat,
    _constants.BRANCH: _draw_branch,
    _constants.SUBPATTERN: _draw_group,
    _constants.GROUPREF: _draw_group_reference,
}
