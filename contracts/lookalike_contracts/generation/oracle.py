"""What the document says must come of a request: a good answer, or one of these errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lookalike_specs import Field
from lookalike_specs.extensions import Reaction, Rule

from ..context import CheckContext
from ..finding import Exchange, Failure
from .values import ParameterValue

TOLERANT_REACTIONS: Final = ("ignore", "accept", "clamp")
ParameterValues = dict[str, ParameterValue]


@dataclass(frozen=True)
class ExpectedResponse:
    """The errors that broken rules bring, any of which is right; `beyond` may come though none is broken.

    `plain`: whether the document leaves no doubt. `may_be_good`: the document names no error for a broken rule.
    """

    errors: frozenset[str] = frozenset()
    also_allowed: frozenset[str] = frozenset()
    is_unambiguous: bool = True
    may_be_good: bool = False

    def find_failure(self, subject: CheckContext, exchange: Exchange, told: str, rule: str = "") -> Failure | None:
        """What is wrong with the answer; `told` says what was sent. None where nothing is, or nobody can tell."""
        if not self.is_unambiguous:
            return None
        reader = subject.classifier
        good = reader.is_good(exchange.response)
        if good and (self.may_be_good or not self.errors):
            return None
        if not good and reader.matches_any(exchange.response, self.errors | self.also_allowed):
            return None
        came = "a good answer" if good else f"HTTP {exchange.response.status}, {_describe_error(subject, exchange)}"
        wanted = f"the error {' or '.join(sorted(self.errors))}" if self.errors else "a good answer"
        return Failure(f"{told}: {came}, not {wanted}", "", rule, (exchange,))


def _describe_error(subject: CheckContext, exchange: Exchange) -> str:
    exact = subject.classifier.find_exact_errors(exchange.response)
    return (
        f"the error {exact[0]}"
        if exact
        else f"most like the error {subject.classifier.find_closest_error(exchange.response)[0].id}"
    )


def predict_response(subject: CheckContext, fields: Mapping[str, Field], sent: ParameterValues) -> ExpectedResponse:
    """What must come of the good request with these values in the place of its own."""
    errors = {error for name, value in sent.items() for error in _iter_errors(subject, fields[name], value)}
    values = _resolve_values(subject, fields, sent)
    if not errors:
        errors = {subject.resolve_error(rule.error) for rule in find_broken_rules(subject, values)}
    return ExpectedResponse(
        frozenset(errors),
        frozenset(_iter_also_allowed(subject, sent)),
        all(value.is_unambiguous for value in sent.values()),
        subject.operation.extension.lenient,
    )


def iter_reactions(subject: CheckContext, field: Field, value: ParameterValue) -> Iterator[str]:
    """What each rule that a value breaks leads to, under the subject's variants."""
    table: Mapping[str, Reaction] = {**subject.operation.extension.errors, **field.reactions}
    yield from (
        subject.resolve_reaction(field.reactions.get(keyword, table["default"])) for keyword in value.violated_keywords
    )


def find_broken_rules(subject: CheckContext, values: Mapping[str, Any]) -> Iterator[Rule]:
    """The rules on several parameters that do not hold."""
    for rule in subject.operation.extension.rules:
        if not RULE_PREDICATES[rule.rule](values, rule):
            yield rule


def _iter_errors(subject: CheckContext, field: Field, value: ParameterValue) -> Iterator[str]:
    yield from (
        subject.resolve_error(each) for each in iter_reactions(subject, field, value) if each not in TOLERANT_REACTIONS
    )


def _iter_also_allowed(subject: CheckContext, names: Iterable[str]) -> Iterator[str]:
    """What parameters may bring that were changed, though their schemas allow it."""
    for name in names:
        found = (subject.resolve_reaction(each) for each in subject.operation.extension.also_allowed.get(name, ()))
        yield from (subject.resolve_error(each) for each in found if each not in TOLERANT_REACTIONS)


def _resolve_values(subject: CheckContext, fields: Mapping[str, Field], sent: ParameterValues) -> dict[str, Any]:
    """What counts after all: defaults, then the values that are not ignored."""
    every = {field.name: field.schema["default"] for field in subject.operation.fields if "default" in field.schema}
    every |= subject.build_values()
    for name, value in sent.items():
        gone = value.value in (None, "") or "ignore" in iter_reactions(subject, fields[name], value)
        every.pop(name, None)
        if not gone:
            every[name] = value.value
        elif "default" in fields[name].schema:
            every[name] = fields[name].schema["default"]
    return every


def _any_of(values: Mapping[str, Any], rule: Rule) -> bool:
    return not values.keys().isdisjoint(rule.parameters)


def _sum_at_most(values: Mapping[str, Any], rule: Rule) -> bool:
    return sum(int(values[name]) for name in rule.parameters if name in values) <= rule.limit


RULE_PREDICATES: Final = {"any-of": _any_of, "sum-at-most": _sum_at_most}
