"""What the document says must come of a request: a good answer, or one of these errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lookalike_specs import Field
from lookalike_specs.extension import Reaction, Rule

from ..finding import Broken, Exchange
from ..subject import Subject
from .pools import Value

MENDS: Final = ("ignore", "accept", "clamp")
Sent = dict[str, Value]


@dataclass(frozen=True)
class Expected:
    """The errors that broken rules bring, any of which is right; `beyond` may come though none is broken.

    `plain`: whether the document leaves no doubt.
    """

    errors: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()
    plain: bool = True

    def broken(self, subject: Subject, exchange: Exchange, told: str, rule: str = "") -> Broken | None:
        """What is wrong with the answer; `told` says what was sent. None where nothing is, or nobody can tell."""
        if not self.plain:
            return None
        reader = subject.reader
        good = reader.is_good(exchange.reply)
        if good and not self.errors:
            return None
        if not good and reader.means(exchange.reply, self.errors | self.beyond):
            return None
        came = "a good answer" if good else f"HTTP {exchange.reply.status}, {_named(subject, exchange)}"
        wanted = f"the error {' or '.join(sorted(self.errors))}" if self.errors else "a good answer"
        return Broken(f"{told}: {came}, not {wanted}", "", rule, (exchange,))


def _named(subject: Subject, exchange: Exchange) -> str:
    exact = subject.reader.errors(exchange.reply)
    return f"the error {exact[0]}" if exact else f"most like the error {subject.reader.nearest(exchange.reply)[0].id}"


def expected(subject: Subject, fields: Mapping[str, Field], sent: Sent) -> Expected:
    """What must come of the good request with these values in the place of its own."""
    errors = {error for name, value in sent.items() for error in _errors(subject, fields[name], value)}
    values = _effective(subject, fields, sent)
    if not errors:
        errors = {subject.error(rule.error) for rule in broken_rules(subject, values)}
    return Expected(frozenset(errors), frozenset(_beyond(subject, sent)), all(value.plain for value in sent.values()))


def reactions(subject: Subject, field: Field, value: Value) -> Iterator[str]:
    """What each rule that a value breaks leads to, under the subject's variants."""
    table: Mapping[str, Reaction] = {**subject.operation.extension.errors, **field.reactions}
    yield from (subject.chosen(field.reactions.get(keyword, table["default"])) for keyword in value.breaks)


def broken_rules(subject: Subject, values: Mapping[str, Any]) -> Iterator[Rule]:
    """The rules on several parameters that do not hold."""
    for rule in subject.operation.extension.rules:
        if not HOLDS[rule.rule](values, rule):
            yield rule


def _errors(subject: Subject, field: Field, value: Value) -> Iterator[str]:
    yield from (subject.error(each) for each in reactions(subject, field, value) if each not in MENDS)


def _beyond(subject: Subject, names: Iterable[str]) -> Iterator[str]:
    """What parameters may bring that were changed, though their schemas allow it."""
    for name in names:
        found = (subject.chosen(each) for each in subject.operation.extension.beyond.get(name, ()))
        yield from (subject.error(each) for each in found if each not in MENDS)


def _effective(subject: Subject, fields: Mapping[str, Field], sent: Sent) -> dict[str, Any]:
    """What counts after all: defaults, then the values that are not ignored."""
    every = {field.name: field.schema["default"] for field in subject.operation.fields if "default" in field.schema}
    every |= subject.values()
    for name, value in sent.items():
        gone = value.value in (None, "") or "ignore" in reactions(subject, fields[name], value)
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


HOLDS: Final = {"any-of": _any_of, "sum-at-most": _sum_at_most}
