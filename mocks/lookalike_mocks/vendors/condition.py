"""A filter such as `int_attr>=100 AND str_attr!="a b"`: its grammar, its parser, and whether something meets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal

Fault = Literal["grammar", "integer"]
Value = int | str
TOKEN = re.compile(r'\s*(?:(?P<text>"[^"]*")|(?P<sign>[<>!=]+|[(),])|(?P<word>[^\s"<>!=(),]+))')
INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
MAX_DEPTH = 16
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le}


@dataclass(eq=False)
class BadCondition(Exception):
    """Not of the grammar, or an integer's attribute compared with something else."""

    fault: Fault


@dataclass(frozen=True)
class Grammar:
    """The attributes and the operators that go with integers and with texts; `sets` allows `in` and `not in`."""

    integers: Collection[str]
    integer_operators: Collection[str]
    strings: Collection[str]
    string_operators: Collection[str]
    sets: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """One attribute against one value."""

    field: str
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """One attribute against a list."""

    field: str
    values: frozenset[Value]
    negated: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions of which all or any must hold."""

    all: bool
    parts: tuple[Condition, ...]


Condition = Comparison | Membership | Joined


def holds(condition: Condition, attribute: Callable[[str], Value | None]) -> bool:
    """Whether something meets the condition; `attribute` gives its value by name. None meets nothing."""
    if isinstance(condition, Joined):
        return (all if condition.all else any)(holds(part, attribute) for part in condition.parts)
    value = attribute(condition.field)
    if value is None:
        return False
    if isinstance(condition, Membership):
        return (value in condition.values) is not condition.negated
    return OPERATORS[condition.operator](value, condition.value)


def parse(text: str, grammar: Grammar) -> Condition:
    """The condition that a text says; AND binds closer than OR. Raises BadCondition."""
    parser = _Parser([*_tokens(text)], grammar)
    found = parser.either(0)
    if parser.rest:
        raise BadCondition("grammar")
    return found


def _tokens(text: str) -> Iterator[str]:
    """Last one first, so that taking the next is a pop."""
    at, found, whole = 0, [], text.rstrip()
    while at < len(whole):
        token = TOKEN.match(whole, at)
        if token is None:
            raise BadCondition("grammar")
        found.append(token[0].strip() if token["text"] is None else token["text"])
        at = token.end()
    return reversed(found)


@dataclass
class _Parser:
    rest: list[str]
    grammar: Grammar

    def either(self, depth: int) -> Condition:
        parts = [self.both(depth)]
        while self.takes("OR"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Joined(False, tuple(parts))

    def both(self, depth: int) -> Condition:
        parts = [self.single(depth)]
        while self.takes("AND"):
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else Joined(True, tuple(parts))

    def single(self, depth: int) -> Condition:
        if not self.takes("("):
            return self.comparison()
        if depth == MAX_DEPTH:
            raise BadCondition("grammar")
        found = self.either(depth + 1)
        self.must(")")
        return found

    def comparison(self) -> Condition:
        field, operator = self.next(), self.next()
        integer = field in self.grammar.integers
        if not integer and field not in self.grammar.strings:
            raise BadCondition("grammar")
        if self.grammar.sets and operator in ("in", "not"):
            if operator == "not":
                self.must("in")
            return Membership(field, frozenset(self.values(integer)), operator == "not")
        if operator not in (self.grammar.integer_operators if integer else self.grammar.string_operators):
            raise BadCondition("grammar")
        return Comparison(field, operator, self.value(integer))

    def values(self, integer: bool) -> Iterator[Value]:
        self.must("(")
        yield self.value(integer)
        while self.takes(","):
            yield self.value(integer)
        self.must(")")

    def value(self, integer: bool) -> Value:
        token = self.next()
        if integer:
            if INTEGER.fullmatch(token):
                return int(token)
            raise BadCondition("grammar" if token in ("(", ")", ",") else "integer")
        if not token.startswith('"'):
            raise BadCondition("grammar")
        return token[1:-1]

    def next(self) -> str:
        if not self.rest:
            raise BadCondition("grammar")
        return self.rest.pop()

    def takes(self, token: str) -> bool:
        if not self.rest or self.rest[-1] != token:
            return False
        self.rest.pop()
        return True

    def must(self, token: str) -> None:
        if not self.takes(token):
            raise BadCondition("grammar")
