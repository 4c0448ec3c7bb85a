"""A filter such as `int_attr>=100 AND str_attr!="a b"`: its grammar, its parser, and whether something meets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal

from ...context import RequestContext
from .instance import build_rule_error

ConditionErrorReason = Literal["grammar", "integer"]
AttributeValue = int | str
TOKEN = re.compile(r'\s*(?:(?P<text>"[^"]*")|(?P<sign>[<>!=]+|[(),])|(?P<word>[^\s"<>!=(),]+))')
INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
MAX_DEPTH = 16
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le}


@dataclass(eq=False)
class ConditionError(Exception):
    """Not of the grammar, or an integer's attribute compared with something else."""

    reason: ConditionErrorReason


@dataclass(frozen=True)
class FilterGrammar:
    """The attributes and the operators that go with integers and with texts; `sets` allows `in` and `not in`."""

    integer_fields: Collection[str]
    integer_operators: Collection[str]
    string_fields: Collection[str]
    string_operators: Collection[str]
    allows_sets: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """One attribute against one value."""

    field: str
    operator: str
    value: AttributeValue


@dataclass(frozen=True, slots=True)
class Membership:
    """One attribute against a list."""

    field: str
    values: frozenset[AttributeValue]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Combination:
    """Conditions of which all or any must hold."""

    is_conjunction: bool
    parts: tuple[Condition, ...]


Condition = Comparison | Membership | Combination


def evaluate_condition(condition: Condition, attribute: Callable[[str], AttributeValue | None]) -> bool:
    """Whether something meets the condition; `attribute` gives its value by name. None meets nothing."""
    if isinstance(condition, Combination):
        return (all if condition.is_conjunction else any)(
            evaluate_condition(part, attribute) for part in condition.parts
        )
    value = attribute(condition.field)
    if value is None:
        return False
    if isinstance(condition, Membership):
        return (value in condition.values) is not condition.is_negated
    return OPERATORS[condition.operator](value, condition.value)


def parse_condition(text: str, grammar: FilterGrammar) -> Condition:
    """The condition that a text says; AND binds closer than OR. Raises BadCondition."""
    parser = _Parser([*_tokenize(text)], grammar)
    found = parser.parse_or(0)
    if parser.tokens:
        raise ConditionError("grammar")
    return found


def _tokenize(text: str) -> Iterator[str]:
    """Last one first, so that taking the next is a pop."""
    at = 0
    found = []
    whole = text.rstrip()
    while at < len(whole):
        token = TOKEN.match(whole, at)
        if token is None:
            raise ConditionError("grammar")
        found.append(token[0].strip() if token["text"] is None else token["text"])
        at = token.end()
    return reversed(found)


@dataclass
class _Parser:
    tokens: list[str]
    grammar: FilterGrammar

    def parse_or(self, depth: int) -> Condition:
        parts = [self.parse_and(depth)]
        while self.accept("OR"):
            parts.append(self.parse_and(depth))
        return parts[0] if len(parts) == 1 else Combination(False, tuple(parts))

    def parse_and(self, depth: int) -> Condition:
        parts = [self.parse_term(depth)]
        while self.accept("AND"):
            parts.append(self.parse_term(depth))
        return parts[0] if len(parts) == 1 else Combination(True, tuple(parts))

    def parse_term(self, depth: int) -> Condition:
        if not self.accept("("):
            return self.parse_comparison()
        if depth == MAX_DEPTH:
            raise ConditionError("grammar")
        found = self.parse_or(depth + 1)
        self.expect(")")
        return found

    def parse_comparison(self) -> Condition:
        field = self.take_token()
        operator = self.take_token()
        integer = field in self.grammar.integer_fields
        if not integer and field not in self.grammar.string_fields:
            raise ConditionError("grammar")
        if self.grammar.allows_sets and operator in ("in", "not"):
            if operator == "not":
                self.expect("in")
            return Membership(field, frozenset(self.parse_values(integer)), operator == "not")
        if operator not in (self.grammar.integer_operators if integer else self.grammar.string_operators):
            raise ConditionError("grammar")
        return Comparison(field, operator, self.parse_value(integer))

    def parse_values(self, integer: bool) -> Iterator[AttributeValue]:
        self.expect("(")
        yield self.parse_value(integer)
        while self.accept(","):
            yield self.parse_value(integer)
        self.expect(")")

    def parse_value(self, integer: bool) -> AttributeValue:
        token = self.take_token()
        if integer:
            if INTEGER.fullmatch(token):
                return int(token)
            raise ConditionError("grammar" if token in ("(", ")", ",") else "integer")
        if not token.startswith('"'):
            raise ConditionError("grammar")
        return token[1:-1]

    def take_token(self) -> str:
        if not self.tokens:
            raise ConditionError("grammar")
        return self.tokens.pop()

    def accept(self, token: str) -> bool:
        if not self.tokens or self.tokens[-1] != token:
            return False
        self.tokens.pop()
        return True

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise ConditionError("grammar")


def parse_filter(call: RequestContext) -> Condition | None:
    """What `Filter` says. Raises Refused for one that is too long, or not of the grammar."""
    text = call.values.get("Filter", "")
    rules = call.service.api.root.data["filter"]
    # `Filter` may be no filter, but name a situation
    if not text or call.trigger_parameter == "Filter":
        return None
    generation = call.service.variants["filter-grammar"]
    if len(text) > rules["length"][generation]:
        raise build_rule_error(call, "filter-length", "Filter")
    grammar = FilterGrammar(
        integer_fields=rules["integers"]["fields"],
        integer_operators=rules["integers"]["operators"],
        string_fields=rules["strings"]["fields"],
        string_operators=rules["strings"]["operators"],
        allows_sets=generation == "later",
    )
    try:
        return parse_condition(text, grammar)
    except ConditionError as bad:
        raise build_rule_error(call, f"filter-{bad.reason}", "Filter") from bad
