"""A filter such as `int_attr>=100 AND str_attr!="a b"`: its grammar, its parser, and whether something meets it.

    or         = and *("OR" and)
    and        = term *("AND" term)
    term       = "(" or ")" / comparison
    comparison = attribute operator value / attribute ["not"] "in" "(" value *("," value) ")"

The second form of a comparison is of the later grammar only, as the variant `filter-grammar` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal

import msgspec

from ...context import RequestContext
from .instance import build_rule_error

ConditionErrorReason = Literal["grammar", "integer"]
AttributeValue = int | str
# a text in quotes, an operator or a bracket, or a word: what is neither quoted nor any of the signs
TOKEN = re.compile(r'\s*(?:(?P<text>"[^"]*")|(?P<sign>[<>!=]+|[(),])|(?P<word>[^\s"<>!=(),]+))')
# 18 digits fit into 64 bits, whatever they are
INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
# brackets in brackets; the parser calls itself for each, and Python's stack has an end
MAX_DEPTH = 16
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le}


@dataclass(frozen=True)
class FilterGrammar:
    """The attributes and the operators that go with integers and with texts; `allows_sets`: also `in` and `not in`."""

    integer_fields: Collection[str]
    integer_operators: Collection[str]
    string_fields: Collection[str]
    string_operators: Collection[str]
    allows_sets: bool


class Comparison(msgspec.Struct, frozen=True):
    """One attribute against one value."""

    field: str
    operator: str
    value: AttributeValue


class Membership(msgspec.Struct, frozen=True):
    """One attribute against a list."""

    field: str
    values: frozenset[AttributeValue]
    is_negated: bool


class Combination(msgspec.Struct, frozen=True):
    """Conditions of which all or any must hold."""

    is_conjunction: bool
    parts: tuple[Condition, ...]


Condition = Comparison | Membership | Combination


@dataclass(eq=False)
class ConditionError(Exception):
    """The text is not of the grammar, or compares an integer's attribute with something else."""

    reason: ConditionErrorReason


def parse_filter(context: RequestContext) -> Condition | None:
    """Return what `Filter` says; None where there is none, or where it is a trigger value.

    Raise VendorError for one that is too long, or not of the grammar.
    """
    text = context.values.get("Filter", "")
    if not text or context.trigger_parameter == "Filter":
        return None
    rules = context.service.api.root.data["filter"]
    generation = context.service.variants["filter-grammar"]
    if len(text) > rules["length"][generation]:
        raise build_rule_error(context, "filter-length", "Filter")
    grammar = FilterGrammar(
        integer_fields=rules["integers"]["fields"],
        integer_operators=rules["integers"]["operators"],
        string_fields=rules["strings"]["fields"],
        string_operators=rules["strings"]["operators"],
        allows_sets=generation == "later",
    )
    try:
        return parse_condition(text, grammar)
    except ConditionError as error:
        raise build_rule_error(context, f"filter-{error.reason}", "Filter") from error


def parse_condition(text: str, grammar: FilterGrammar) -> Condition:
    """Return the condition that a text says; AND binds closer than OR. Raise ConditionError."""
    parser = _Parser(_tokenize(text), grammar)
    condition = parser.parse_or(0)
    if parser.tokens:
        raise ConditionError("grammar")
    return condition


def _tokenize(text: str) -> list[str]:
    """Return the tokens, the last one first: taking the next is a pop."""
    tokens = []
    text = text.rstrip()
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise ConditionError("grammar")
        # a text keeps its quotes, so that "AND" in them is no AND, and its spaces
        if match["text"] is not None:
            tokens.append(match["text"])
        else:
            tokens.append(match[0].strip())
        position = match.end()
    tokens.reverse()
    return tokens


@dataclass
class _Parser:
    """A parser by recursive descent: one method for each rule of the grammar. All raise ConditionError."""

    tokens: list[str]
    grammar: FilterGrammar

    def parse_or(self, depth: int) -> Condition:
        parts = [self.parse_and(depth)]
        while self.accept("OR"):
            parts.append(self.parse_and(depth))
        return _combine(parts, is_conjunction=False)

    def parse_and(self, depth: int) -> Condition:
        parts = [self.parse_term(depth)]
        while self.accept("AND"):
            parts.append(self.parse_term(depth))
        return _combine(parts, is_conjunction=True)

    def parse_term(self, depth: int) -> Condition:
        if not self.accept("("):
            return self.parse_comparison()
        if depth == MAX_DEPTH:
            raise ConditionError("grammar")
        condition = self.parse_or(depth + 1)
        self.expect(")")
        return condition

    def parse_comparison(self) -> Condition:
        field = self.take_token()
        operator = self.take_token()
        is_integer = field in self.grammar.integer_fields
        if not is_integer and field not in self.grammar.string_fields:
            raise ConditionError("grammar")
        if self.grammar.allows_sets and operator in ("in", "not"):
            is_negated = operator == "not"
            if is_negated:
                self.expect("in")
            return Membership(field, frozenset(self.parse_values(is_integer=is_integer)), is_negated)
        operators = self.grammar.string_operators
        if is_integer:
            operators = self.grammar.integer_operators
        if operator not in operators:
            raise ConditionError("grammar")
        return Comparison(field, operator, self.parse_value(is_integer=is_integer))

    def parse_values(self, *, is_integer: bool) -> Iterator[AttributeValue]:
        self.expect("(")
        yield self.parse_value(is_integer=is_integer)
        while self.accept(","):
            yield self.parse_value(is_integer=is_integer)
        self.expect(")")

    def parse_value(self, *, is_integer: bool) -> AttributeValue:
        token = self.take_token()
        if is_integer:
            return _parse_integer(token)
        if not token.startswith('"'):
            raise ConditionError("grammar")
        return token[1:-1]

    def take_token(self) -> str:
        if not self.tokens:
            raise ConditionError("grammar")
        return self.tokens.pop()

    def accept(self, token: str) -> bool:
        """Return whether that is the next token, and pass over it if it is."""
        if not self.tokens or self.tokens[-1] != token:
            return False
        self.tokens.pop()
        return True

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise ConditionError("grammar")


def _combine(parts: list[Condition], *, is_conjunction: bool) -> Condition:
    """Return conditions as one; one alone is itself."""
    if len(parts) == 1:
        return parts[0]
    return Combination(is_conjunction, tuple(parts))


def _parse_integer(token: str) -> int:
    if INTEGER.fullmatch(token):
        return int(token)
    # `int_attr = )` lacks its value, `int_attr = "1"` has one of the wrong type: the vendor tells them apart
    if token in ("(", ")", ","):
        raise ConditionError("grammar")
    raise ConditionError("integer")


def evaluate_condition(condition: Condition, get_attribute: Callable[[str], AttributeValue | None]) -> bool:
    """Return whether something meets the condition; an attribute that it lacks (None) meets nothing."""
    if isinstance(condition, Combination):
        results = (evaluate_condition(part, get_attribute) for part in condition.parts)
        if condition.is_conjunction:
            return all(results)
        return any(results)
    value = get_attribute(condition.field)
    if value is None:
        return False
    if isinstance(condition, Membership):
        return (value in condition.values) is not condition.is_negated
    return OPERATORS[condition.operator](value, condition.value)
